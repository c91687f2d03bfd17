"""A setup with truncation: its run holds the truncated gradients, and every analysis knows it."""

from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest

from rnn_core import (
    CELLS,
    Changes,
    LSTMTrace,
    Numbers,
    Setup,
    Text,
    Truncated,
    grad_by_source,
    record,
    run,
    signal,
    truncated,
    weight_step_norms,
    weight_step_terms,
)
from rnn_core.record import Record
from tests.test_core_setup import arrays_of

SERIES = Numbers(signal("noise", 9, seed=1))
LENGTHS = [(1, 1), (3, 3), (2, 5), (1, 4), (4, 9), (9, 9)]
VARIANTS = [(cell, False) for cell in CELLS] + [("lstm", True)]


def a_setup(cell: str = "lstm", **others: Any) -> Setup:
    values: dict[str, Any] = {"hidden_size": 3, "init_scale": 2.0, "num_layers": 2} | others
    return Setup(SERIES, cell=cell, **values)


def cut_of(recorded: Record) -> Truncated:
    assert recorded.truncation is not None
    return recorded.truncation


@pytest.mark.parametrize(("k1", "k2"), LENGTHS)
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_a_truncated_run_is_each_loss_going_back_through_its_own_window(cell, peepholes, k1, k2):
    """Restart the network at every window's start from the state that it had, one loss at a time.

    What the pieces' full gradients add up to is the truncated one.
    """
    setup = a_setup(cell, peepholes=peepholes)
    full, cut = run(setup), run(replace(setup, truncation=(k1, k2)))
    sums = {name: np.zeros_like(value) for name, value in full.grad_weights.items()}
    inputs, initial = np.zeros_like(full.inputs), np.zeros_like(full.grad_initial_hidden)
    hidden = [np.zeros_like(layer.hidden) for layer in full.layers]
    for k in range(8):
        stop = min((k // k1 + 1) * k1, 9)
        start = max(0, stop - k2)
        states: dict[str, Any] = {}
        if start:
            states["initial_hidden"] = np.stack([x.hidden[start - 1] for x in full.layers])
            if cell == "lstm":
                cells = [x.cell[start - 1] for x in full.layers if isinstance(x, LSTMTrace)]
                states["initial_cell"] = np.stack(cells)
        piece = record(
            full.network,
            full.weights,
            full.inputs[start:stop],
            full.targets[start:stop],
            loss="squared",
            loss_mask=np.arange(start, stop) == k,
            **states,
        )
        for name, value in piece.grad_weights.items():
            sums[name] += value
        inputs[start:stop] += piece.grad_inputs
        if start == 0:
            initial += piece.grad_initial_hidden
        for total, layer in zip(hidden, piece.layers, strict=True):
            total[start:stop] += layer.grad_hidden
        for place, layer in enumerate(piece.layers):
            expected = np.zeros((9, 1, 3))
            expected[start:stop] = layer.grad_hidden
            found = grad_by_source(cut, place)[k]
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12, err_msg=f"loss {k}")
    assert cut.loss == full.loss
    for name, value in sums.items():
        np.testing.assert_allclose(cut.grad_weights[name], value, rtol=0, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(cut.grad_inputs, inputs, rtol=0, atol=1e-12)
    np.testing.assert_allclose(cut.grad_initial_hidden, initial, rtol=0, atol=1e-12)
    assert (cut.grad_initial_cell is not None) == (cell == "lstm")
    for layer, total in zip(cut.layers, hidden, strict=True):
        assert layer.grad_hidden is not None
        np.testing.assert_allclose(layer.grad_hidden, total, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "change", [Changes(), Changes(silenced=((0, 1),), initial=(("hidden", 1, 0, 0.5),))]
)
@pytest.mark.parametrize("cell", CELLS)
def test_truncation_as_long_as_the_sequence_is_the_full_run(cell, change):
    setup = a_setup(cell, changes=change)
    full, cut = arrays_of(run(setup)), run(replace(setup, truncation=(9, 9)))
    for name, values in arrays_of(cut).items():
        np.testing.assert_allclose(values, full[name], rtol=0, atol=1e-13, err_msg=name)
    assert cut_of(cut).cosine == pytest.approx(1.0)
    assert cut_of(cut).windows == ((0, 9),)
    assert run(setup).truncation is None


@pytest.mark.parametrize(("k1", "k2"), LENGTHS)
@pytest.mark.parametrize(("cell", "peepholes"), VARIANTS)
def test_sources_and_steps_add_up_under_truncation_and_changes(cell, peepholes, k1, k2):
    pins = ((0, "candidate", 0, 0.5),) if not cell.startswith("rnn") else ()
    changes = Changes(pins=pins, silenced=((1, 2),), weights=(("bias_hh_l1", 0, 0, 1.0),))
    cut = run(a_setup(cell, peepholes=peepholes, changes=changes, truncation=(k1, k2)))
    norms = weight_step_norms(cut)
    for name, gradient in cut.grad_weights.items():
        terms = weight_step_terms(cut, name)
        np.testing.assert_allclose(terms.sum(axis=0), gradient, rtol=0, atol=1e-12, err_msg=name)
        by_step = np.sqrt((terms.reshape(9, -1) ** 2).sum(axis=1))
        np.testing.assert_allclose(norms[name], by_step, rtol=0, atol=1e-9, err_msg=name)
    for place, layer in enumerate(cut.layers):
        by_source = grad_by_source(cut, place)
        assert layer.grad_hidden is not None
        np.testing.assert_allclose(by_source.sum(axis=0), layer.grad_hidden, rtol=0, atol=1e-12)


def test_each_loss_reaches_back_to_the_start_of_its_window():
    cut = run(a_setup(num_layers=1, truncation=(3, 4)))
    assert cut_of(cut).windows == ((0, 3), (2, 6), (5, 9))
    assert [cut_of(cut).first_step(k) for k in range(9)] == [0, 0, 0, 2, 2, 2, 5, 5, 5]
    reached = grad_by_source(cut, 0).any(axis=(2, 3))
    k, t = np.indices((9, 9))
    starts = np.repeat([0, 2, 5], 3)[:, None]
    np.testing.assert_array_equal(reached, (t <= k) & (t >= starts) & (k < 8))


def test_cosine_and_ratio_compare_with_the_full_gradient_however_the_run_was_cut():
    full, cut = run(a_setup()), run(a_setup(truncation=(2, 3)))
    names = [name for name in full.grad_weights if not name.startswith("readout")]
    ours, whole = (
        np.concatenate([r.grad_weights[name].ravel() for name in names]) for r in (cut, full)
    )
    norms = np.linalg.norm(ours), np.linalg.norm(whole)
    for found in (cut_of(cut), truncated(full, 2, 3), truncated(cut, 2, 3)):
        assert found.cosine == pytest.approx(ours @ whole / (norms[0] * norms[1]), abs=1e-12)
        assert found.norm_ratio == pytest.approx(norms[0] / norms[1])
    assert truncated(cut, 9, 9).norm_ratio == pytest.approx(1.0)
    assert cut_of(cut).steps_held == 3


def test_the_memory_held_is_that_of_the_arrays_of_so_many_steps():
    """By hand, values per step: LSTM 4H gates, 4H pre-activations, c and h; RNN a and h."""
    lstm = cut_of(run(a_setup(truncation=(2, 4))))
    for_a_step = 8 * (1 + 2 * (4 * 3 + 4 * 3 + 3 + 3))  # layer 1 reads layer 0's h: held once
    assert (lstm.bytes_held, lstm.bytes_full) == (4 * for_a_step, 9 * for_a_step)
    rnn = cut_of(run(a_setup("rnn_tanh", num_layers=1, truncation=(2, 2))))
    assert (rnn.bytes_held, rnn.bytes_full) == (2 * 8 * 7, 9 * 8 * 7)
    gru = cut_of(run(a_setup("gru", num_layers=1, truncation=(1, 9))))
    assert gru.bytes_held == gru.bytes_full == 9 * 8 * (1 + 3 * 3 + 3 * 3 + 3 + 3)  # q and h
    half = cut_of(run(a_setup(truncation=(2, 4)), dtype=np.float32))
    assert half.bytes_held * 2 == lstm.bytes_held


def test_a_truncated_setup_is_a_key_of_its_own_and_its_run_is_read_only(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    setup = a_setup(truncation=(2, 4))
    assert setup != a_setup()
    assert setup == a_setup(truncation=[np.int64(2), 4])
    assert hash(setup) == hash(a_setup(truncation=(2, 4)))
    cut = run(setup)
    values = [*arrays_of(cut).values(), *cut_of(cut).grad_weights.values(), cut_of(cut).grad_inputs]
    assert all(not value.flags.writeable for value in values)


def test_truncation_keeps_finite_what_explodes_without_it():
    """h_t = 6 h_{t-1} from 1e-30: float32 holds the states, but not the full gradient."""
    weights = {"weight_ih_l0": 1.0, "weight_hh_l0": 6.0, "readout.weight": 1.0}
    weights |= dict.fromkeys(("bias_ih_l0", "bias_hh_l0", "readout.bias"), 0.0)
    changes = Changes(weights=tuple((name, 0, 0, value) for name, value in weights.items()))
    setup = Setup(Numbers((1e-30,) + (0.0,) * 59), "rnn_relu", hidden_size=1, changes=changes)
    with pytest.raises(ValueError, match="the numbers explode: grad_hidden"):
        run(setup, dtype=np.float32)
    cut = run(replace(setup, truncation=(2, 4)), dtype=np.float32)
    assert np.isnan(cut_of(cut).cosine)
    h = 1e-30 * 6.0 ** np.arange(60)
    expected = h[58] * 6.0 + h[57] * 0.0  # the last step has no loss
    assert cut.layers[0].grad_hidden is not None
    assert cut.layers[0].grad_hidden[57, 0, 0] == pytest.approx(h[57] + expected, rel=1e-5)


@pytest.mark.parametrize(
    ("message", "kind", "changes"),
    [
        (
            "truncation: k1 must be a whole number, 1 to 2; got 3",
            ValueError,
            {"truncation": (3, 2)},
        ),
        (
            "truncation: k2 must be a whole number, 1 to 9; got 10",
            ValueError,
            {"truncation": (3, 10)},
        ),
        ("truncation: k1 must be .* got 0", ValueError, {"truncation": (0, 2)}),
        ("truncation: k2 must be .* got 2.5", TypeError, {"truncation": (1, 2.5)}),
        (
            r"truncation must be two whole numbers \(k1, k2\), or None; got 3",
            TypeError,
            {"truncation": 3},
        ),
        (r"truncation must be two .* got \(1, 2, 3\)", TypeError, {"truncation": (1, 2, 3)}),
        (
            "truncation: .* reads forward alone",
            ValueError,
            {"truncation": (1, 2), "bidirectional": True},
        ),
    ],
)
def test_a_truncation_that_cannot_be_is_refused_by_name(message, kind, changes, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(kind, match=message):
        a_setup(**changes)


def test_a_text_can_be_truncated_too():
    cut = run(Setup(Text("(()())"), truncation=(2, 3)))
    assert cut_of(cut).windows == ((0, 2), (1, 4), (3, 6))
