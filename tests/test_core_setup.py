"""Setups and sequences: frozen, hashable, repeatable, and clear about what they cannot accept."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from typing import Any

import jaxtyping
import numpy as np
import pytest

from rnn_core import (
    CELLS,
    SIGNALS,
    LSTMTrace,
    Network,
    Numbers,
    Setup,
    Text,
    load_weights,
    network_of,
    record,
    run,
    signal,
    weights_names,
)
from rnn_core.initial import initial_weights

WAVE = Numbers(signal("sine", 12))


@pytest.fixture(autouse=True)
def as_people_run_it(monkeypatch):
    """Without beartype, which would refuse bad input before the core's own words are heard."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def arrays_of(recorded) -> dict[str, np.ndarray]:
    found = {f.name: getattr(recorded, f.name) for f in fields(recorded)}
    found |= {f"weight {name}": value for name, value in recorded.grad_weights.items()}
    for k, layer in enumerate(recorded.layers):
        found |= {f"{k} {f.name}": getattr(layer, f.name) for f in fields(layer)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


@pytest.mark.parametrize("cell", CELLS)
def test_equal_setups_are_one_key_and_give_equal_traces(cell):
    one, other = (
        Setup(Numbers(values, standardise=True), cell=cell, loss_steps=steps, seed=7)
        for values, steps in (((0.5, -1, 2, 0.25), (2, 0)), ((0.5, -1.0, 2.0, 0.25), (0, 2)))
    )
    assert one == other
    assert hash(one) == hash(other)
    assert one in {other}
    first, second = arrays_of(run(one)), arrays_of(run(other))
    assert len(first) > 20
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name], err_msg=name)


def test_a_setup_cannot_be_changed_and_a_run_cannot_be_written_to():
    setup = Setup(Text("abc"))
    with pytest.raises(FrozenInstanceError):
        setup.seed = 1  # type: ignore[misc]
    for name, values in arrays_of(run(setup)).items():
        assert not values.flags.writeable, name


def test_another_seed_gives_other_weights_and_the_first_draw_never_changes():
    """The literal numbers hold the draw in place: a link must show the same run tomorrow."""
    network = Network("rnn_tanh", 1, 4, output_size=1)
    weights = initial_weights(network, seed=0)
    assert weights["weight_ih_l0"].ravel() == pytest.approx(PINNED_DRAW, abs=1e-12)
    other = initial_weights(network, seed=1)
    assert not np.isclose(weights["weight_ih_l0"], other["weight_ih_l0"]).any()


PINNED_DRAW = [0.432696981038109, -0.28816589860247, 0.128980601050624, -0.1493523075344]


def test_peepholes_layers_and_directions_leave_the_other_weights_as_they_are():
    plain = initial_weights(Network("lstm", 3, 4), seed=2)
    rich = initial_weights(Network("lstm", 3, 4, 2, True, True, 5), seed=2)
    for name, value in plain.items():
        np.testing.assert_array_equal(rich[name], value, err_msg=name)


def test_initial_weights_fill_pytorchs_range_evenly():
    network = Network("lstm", 8, 64, output_size=100)
    weights = initial_weights(network, seed=0, forget_bias=None)
    for name, value in weights.items():
        assert abs(value).max() <= 1 / 8, name
        assert abs(value).max() > 0.9 / 8, name
        assert abs(value.mean()) < 0.02, name
    doubled = initial_weights(network, seed=0, init_scale=2.0, forget_bias=None)
    np.testing.assert_allclose(doubled["weight_hh_l0"], 2 * weights["weight_hh_l0"])
    np.testing.assert_array_equal(doubled["readout.weight"], weights["readout.weight"])


@pytest.mark.parametrize("cell", CELLS)
def test_spectral_radius_holds_for_every_block_of_every_recurrent_matrix(cell):
    recorded = run(Setup(WAVE, cell=cell, num_layers=2, bidirectional=True, spectral_radius=1.25))
    matrices = [value for name, value in recorded.weights.items() if "weight_hh" in name]
    assert len(matrices) == 4
    for matrix in matrices:
        for block in np.split(matrix, len(matrix) // 16):
            assert abs(np.linalg.eigvals(block)).max() == pytest.approx(1.25)


def test_forget_bias_is_the_sum_of_both_biases_in_the_forget_block_alone():
    recorded = run(Setup(WAVE, forget_bias=2.5, hidden_size=4, bidirectional=True))
    drawn = run(Setup(WAVE, forget_bias=None, hidden_size=4, bidirectional=True))
    for end in ("", "_reverse"):
        total, before = (
            r.weights[f"bias_ih_l0{end}"] + r.weights[f"bias_hh_l0{end}"] for r in (recorded, drawn)
        )
        np.testing.assert_array_equal(total[4:8], 2.5)
        np.testing.assert_array_equal(np.delete(total, range(4, 8)), np.delete(before, range(4, 8)))


def test_a_text_asks_for_its_next_character():
    example = Text("abca").encode()
    np.testing.assert_array_equal(example.inputs[:, 0], np.eye(3)[[0, 1, 2, 0]])
    np.testing.assert_array_equal(example.targets[:3, 0], [1, 2, 0])
    np.testing.assert_array_equal(example.has_target, [True, True, True, False])
    assert Text("abca").labels == ["a", "b", "c", "a"]
    assert Text("ba", alphabet="cba").encode().targets[0, 0] == 2


def test_numbers_ask_for_their_next_value_and_can_be_standardised():
    example = Numbers((1.0, 3.0, 5.0)).encode()
    np.testing.assert_array_equal(example.inputs.ravel(), [1, 3, 5])
    np.testing.assert_array_equal(example.targets.ravel()[:2], [3, 5])
    np.testing.assert_array_equal(example.has_target, [True, True, False])
    standardised = Numbers((1.0, 3.0, 5.0), standardise=True).encode().inputs.ravel()
    np.testing.assert_allclose(standardised, np.array([-1, 0, 1]) * np.sqrt(1.5))


@pytest.mark.parametrize(
    ("loss_steps", "expected"),
    [("all", [1, 1, 1, 0]), ("last", [0, 0, 1, 0]), ((0, 2), [1, 0, 1, 0])],
)
def test_losses_stand_where_the_setup_puts_them(loss_steps, expected):
    recorded = run(Setup(Text("abca"), loss_steps=loss_steps))
    np.testing.assert_array_equal(recorded.loss_mask, np.array(expected, bool))
    np.testing.assert_array_equal(recorded.losses[:, 0] > 0, recorded.loss_mask)
    assert recorded.loss == pytest.approx(recorded.losses.sum())


@pytest.mark.parametrize("kind", SIGNALS)
def test_signals_have_their_length_stay_within_one_and_move(kind):
    values = signal(kind, 50)
    assert len(values) == 50
    assert max(map(abs, values)) <= 1.0
    assert max(values) - min(values) > 0.5
    assert signal(kind, 50) == values
    assert (signal(kind, 50, seed=1) != values) == (kind == "noise")


def test_float32_on_request_stays_float32_and_near_the_float64_run():
    setup = Setup(Text("(()())"), cell="lstm", num_layers=2, bidirectional=True, peepholes=True)
    small, large = arrays_of(run(setup, dtype=np.float32)), arrays_of(run(setup))
    for name, values in large.items():
        if values.dtype == np.float64:
            assert small[name].dtype == np.float32, name
            np.testing.assert_allclose(small[name], values, rtol=0, atol=2e-5, err_msg=name)


def test_a_network_is_named_in_full_by_its_weights():
    recorded = run(Setup(Text("abcab"), num_layers=2, bidirectional=True, peepholes=True))
    assert network_of("lstm", recorded.weights) == recorded.network


def test_shipped_weights_bring_their_alphabet():
    recorded = run(Setup(Text("f(a)"), weights="brackets-lstm"))
    assert recorded.alphabet == load_weights("brackets-lstm").alphabet
    assert recorded.prediction.shape == (4, 1, len(recorded.alphabet))
    np.testing.assert_allclose(recorded.prediction.sum(axis=-1), 1.0)
    assert run(Setup(WAVE, weights="waves-gru", cell="gru", hidden_size=8)).alphabet == ""


def test_importing_the_core_imports_no_torch():
    code = "import sys, rnn_core; rnn_core.run; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


BAD: list[tuple[str, type[Exception], Callable[[], object]]] = [
    ("cell must be one of .* got 'transformer'", ValueError, lambda: Setup(WAVE, "transformer")),
    ("hidden_size must be .* 1 to 256; got 0", ValueError, lambda: Setup(WAVE, hidden_size=0)),
    ("hidden_size must be .* got 2.5", TypeError, lambda: Setup(WAVE, hidden_size=2.5)),  # type: ignore[arg-type]
    ("num_layers must be .* 1 to 4; got 9", ValueError, lambda: Setup(WAVE, num_layers=9)),
    ("seed must be .* at least 0; got -1", ValueError, lambda: Setup(WAVE, seed=-1)),
    ("peepholes belong to the LSTM", ValueError, lambda: Setup(WAVE, "gru", peepholes=True)),
    ("bidirectional must be True or False", TypeError, lambda: Setup(WAVE, bidirectional=1)),  # type: ignore[arg-type]
    ("init_scale must be .* got inf", ValueError, lambda: Setup(WAVE, init_scale=float("inf"))),
    ("spectral_radius must be .* got -1", ValueError, lambda: Setup(WAVE, spectral_radius=-1)),
    ("forget_bias must be .* got nan", ValueError, lambda: Setup(WAVE, forget_bias=float("nan"))),
    ("loss_steps must be one of all, last", ValueError, lambda: Setup(WAVE, loss_steps="first")),
    ("loss_steps .* 0 to 10; got 11", ValueError, lambda: Setup(WAVE, loss_steps=(11,))),
    ("loss_steps must be 'all', 'last' or .* got 5", TypeError, lambda: Setup(WAVE, loss_steps=5)),  # type: ignore[arg-type]
    ("loss_steps must name at least one", ValueError, lambda: Setup(WAVE, loss_steps=())),
    ("sequence must be a Text, Numbers or Vectors", TypeError, lambda: Setup("abc")),  # type: ignore[arg-type]
    ("text must have at least 2 characters.* got 0", ValueError, lambda: Text("")),
    (r"'ß' at position 2 .* '\(\)'", ValueError, lambda: Text("()ß)", alphabet="()")),
    ("alphabet must hold each .* 'a' comes twice", ValueError, lambda: Text("ab", "aba")),
    ("values must hold at least 2 numbers.* got 0", ValueError, lambda: Numbers(())),
    (r"values\[1\] must be .* got nan", ValueError, lambda: Numbers((1.0, float("nan")))),
    (r"values\[0\] must be a number .* got 'x'", TypeError, lambda: Numbers(("x", 1.0))),  # type: ignore[arg-type]
    ("standardise: all values are 2", ValueError, lambda: Numbers((2.0, 2.0), standardise=True)),
    ("kind must be one of sine.* got 'saw'", ValueError, lambda: signal("saw", 10)),
    (
        "weights must be one of alice-lstm.* got 'brackets'",
        ValueError,
        lambda: run(Setup(Text("ab"), weights="brackets")),
    ),
    (
        "weights 'brackets-lstm' need cell = 'lstm'; the setup says 'gru'",
        ValueError,
        lambda: run(Setup(Text("ab"), cell="gru", weights="brackets-lstm")),
    ),
    (
        "weights 'brackets-lstm' need hidden_size = 16; the setup says 4",
        ValueError,
        lambda: run(Setup(Text("ab"), hidden_size=4, weights="brackets-lstm")),
    ),
    (
        "the character 'X' at position 3",
        ValueError,
        lambda: run(Setup(Text("if X"), weights="brackets-lstm")),
    ),
    (
        "weights 'waves-lstm' read numbers; the setup's sequence is text",
        ValueError,
        lambda: run(Setup(Text("ab"), hidden_size=8, weights="waves-lstm")),
    ),
    (
        "weights 'brackets-lstm' read text",
        ValueError,
        lambda: run(Setup(WAVE, weights="brackets-lstm")),
    ),
    (
        "trained on the alphabet .* the setup's alphabet is 'ab'",
        ValueError,
        lambda: run(Setup(Text("ab", alphabet="ab"), weights="brackets-lstm")),
    ),
    (
        "the numbers explode: hidden of record 0 .* at step",
        ValueError,
        lambda: run(
            Setup(Numbers(signal("noise", 80)), cell="rnn_relu", spectral_radius=1e6), dtype="f4"
        ),
    ),
    ("dtype must be float64 or float32", TypeError, lambda: run(Setup(WAVE), dtype=np.int64)),
]


@pytest.mark.parametrize(("message", "kind", "call"), BAD, ids=[message for message, _, _ in BAD])
def test_bad_input_is_refused_by_name(message, kind, call):
    with pytest.raises(kind, match=message):
        call()


def a_record(**changes: Any):
    network = Network("lstm", 2, 3, output_size=2)
    weights = initial_weights(network, seed=0) | changes.pop("weights", {})
    values: dict[str, Any] = {
        "inputs": np.zeros((4, 1, 2)),
        "targets": np.zeros((4, 1, 2)),
        "loss": "squared",
    } | changes
    inputs, targets = values.pop("inputs"), values.pop("targets")
    return record(network, weights, inputs, targets, **values)


BAD_ARRAYS = [
    (
        r"inputs must hold finite numbers; got nan at \(0, 0, 0\)",
        {"inputs": np.full((4, 1, 2), np.nan)},
    ),
    (
        r"inputs must have the shape \(any, any, 2\) .* got \(4, 1, 3\)",
        {"inputs": np.zeros((4, 1, 3))},
    ),
    (
        r"inputs must have the shape .* no axis empty; got \(0, 1, 2\)",
        {"inputs": np.zeros((0, 1, 2))},
    ),
    (r"targets must have the shape \(4, 1, 2\)", {"targets": np.zeros((3, 1, 2))}),
    (r"targets must lie in \[0, 1\]", {"targets": np.full((4, 1, 2), 2.0), "loss": "binary"}),
    (
        "targets must be class numbers from 0 to 1; got 2",
        {"targets": np.full((4, 1), 2), "loss": "categorical"},
    ),
    ("loss must be one of squared, binary, categorical", {"loss": "hinge"}),
    ("loss_mask must hold 4 booleans", {"loss_mask": np.ones(3, bool)}),
    ("initial_cell must have the shape", {"initial_cell": np.zeros((2, 1, 3))}),
    ("weight_hh_l0 must have the shape", {"weights": {"weight_hh_l0": np.zeros((3, 12))}}),
    ("weight_hr_l0 has no place in", {"weights": {"weight_hr_l0": np.zeros((3, 3))}}),
    ("readout.bias must hold finite", {"weights": {"readout.bias": np.array([0.0, np.inf])}}),
]


@pytest.mark.parametrize(("message", "changes"), BAD_ARRAYS, ids=[m for m, _ in BAD_ARRAYS])
def test_arrays_that_do_not_fit_are_refused_by_name(message, changes):
    with pytest.raises(ValueError, match=message):
        a_record(**changes)


def test_weights_that_make_no_network_are_refused():
    with pytest.raises(ValueError, match="must hold a matrix weight_ih_l0"):
        network_of("gru", {"weight": np.zeros((3, 3))})
    with pytest.raises(ValueError, match="weight_ih_l0 of a lstm has 4·hidden_size rows; got 6"):
        network_of("lstm", {"weight_ih_l0": np.zeros((6, 3))})
    with pytest.raises(ValueError, match="bias_hh_l0 is missing"):
        network_of(
            "rnn_tanh",
            {
                "weight_ih_l0": np.zeros((3, 3)),
                "weight_hh_l0": np.zeros((3, 3)),
                "bias_ih_l0": np.zeros(3),
            },
        )


def test_every_shipped_file_is_a_network_of_the_size_that_it_says():
    assert len(weights_names()) == 11
    for name in weights_names():
        shipped = load_weights(name)
        assert shipped.network.hidden_size == int(shipped.metadata["hidden_size"])
        assert name.endswith(shipped.metadata["cell"])
        recorded = run(
            Setup(
                Text("(a)") if shipped.alphabet else WAVE,
                cell=shipped.network.cell,
                hidden_size=shipped.network.hidden_size,
                weights=name,
            )
        )
        layer = recorded.layers[0]
        assert isinstance(layer, LSTMTrace) == ("lstm" in name)


@pytest.mark.parametrize(
    "make",
    [
        lambda huge: Setup(Text("ab"), init_scale=huge),
        lambda huge: Numbers((huge, 1.0)),
    ],
)
def test_a_whole_number_beyond_every_float_is_refused_in_words(make):
    with pytest.raises(ValueError, match="too large"):
        make(10**400)
