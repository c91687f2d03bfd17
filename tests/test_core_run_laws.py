"""Laws of whole runs, changed, held, cut or none of it, sought out by Hypothesis."""

import string
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnn_core
from rnn_core import (
    CELLS,
    Changes,
    LSTMTrace,
    Network,
    Numbers,
    Setup,
    Text,
    cancellation,
    grad_by_source,
    nudge,
    path_split,
    run,
    setup_expression,
    signal,
    total_path_split,
    weight_step_terms,
)
from rnn_core.changes import GATE_FIELDS
from rnn_core.handed import handed_back
from rnn_core.weight_steps import weight_step_norms

few = settings(max_examples=40, deadline=None)
# beartype, on in the tests, checks entries that it picks with `random`.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


def assert_close(found, expected, within=1e-10, of=""):
    """Measured by the largest of what is expected: some of these networks explode a little."""
    bound = within * (1.0 + np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=bound, err_msg=of)


def some_of(entries, values):
    """A mapping of a few of the entries to values."""
    return st.dictionaries(st.sampled_from(entries), values, max_size=4)


@st.composite
def changes_of(draw, network: Network, characters: str, length: int) -> Changes:
    """Any changes that fit: of every kind, at any place, and often none."""
    records, units = range(len(network.suffixes)), range(network.hidden_size)
    numbers = st.sampled_from([0.0, 1.0, -2.0]) | st.floats(-2, 2)
    everywhere = [(record, unit) for record in records for unit in units]
    silenced = draw(some_of(everywhere, st.none()))
    states = ["hidden", "cell"][: 1 + (network.cell == "lstm")]
    starts = [(s, *p) for s in states for p in everywhere if s == "cell" or p not in silenced]
    gates = [(k, gate, unit) for k, unit in everywhere for gate in GATE_FIELDS[network.cell]]
    entries = [
        (name, row, column)
        for name, (rows, *columns) in network.shapes().items()
        for row in range(rows)
        for column in range(columns[0] if columns else 1)
    ]
    read = st.sampled_from(characters) if characters else numbers
    drawn = {
        "inputs": draw(some_of([(t,) for t in range(length)], read)),
        "weights": draw(some_of(entries, numbers)),
        "initial": draw(some_of(starts, numbers)) if starts else {},
        "pins": draw(some_of(gates, st.floats(0, 1))) if gates else {},
    }
    listed = {name: tuple((*at, v) for at, v in found.items()) for name, found in drawn.items()}
    return Changes(silenced=tuple(silenced), **listed)


@st.composite
def setups(draw) -> Setup:
    """Every cell, up to three layers, both directions, peepholes, changes, truncation."""
    cell, length = draw(st.sampled_from(CELLS)), draw(st.integers(2, 7))
    numbers = st.lists(st.floats(-2, 2), min_size=length, max_size=length)
    if draw(st.booleans()):
        text = draw(st.text("abc", min_size=length, max_size=length))
        sequence: Text | Numbers = Text(text, draw(st.sampled_from(["", "cadb"])))
    else:
        sequence = Numbers(tuple(draw(numbers)))
    base = Setup(
        sequence=sequence,
        cell=cell,
        hidden_size=draw(st.integers(1, 3)),
        num_layers=draw(st.integers(1, 3)),
        bidirectional=draw(st.booleans()),
        peepholes=cell == "lstm" and draw(st.booleans()),
        seed=draw(st.integers(0, 1000)),
        init_scale=draw(st.sampled_from([0.0, 0.5, 1.0, 3.0])),
        forget_bias=draw(st.sampled_from([None, 0.0, 1.0])),
        loss_steps=draw(
            st.sampled_from(["all", "last"])
            | st.sets(st.integers(0, length - 2), min_size=1).map(lambda s: tuple(sorted(s)))
        ),
    )
    characters = sequence.characters if isinstance(sequence, Text) else ""
    network = base.network(len(characters) or 1)
    base = replace(base, changes=draw(changes_of(network, characters, length)))
    if base.bidirectional or draw(st.booleans()):
        return base
    k2 = draw(st.integers(1, length))
    return replace(base, truncation=(draw(st.integers(1, k2)), k2))


@few
@given(setups())
def test_the_losses_parts_of_a_gradient_sum_to_it(setup):
    made = run(setup)
    for place, layer in enumerate(made.layers):
        assert_close(
            grad_by_source(made, place).sum(axis=0),
            layer.grad_hidden,
        )


@few
@given(setups())
def test_what_is_handed_back_and_what_comes_from_above_is_the_gradient(setup):
    """Down to the state before the first step, whose gradient is what that step hands over."""
    made = run(setup)
    for place, layer in enumerate(made.layers):
        assert layer.grad_hidden is not None
        handed, order = handed_back(made, place), slice(None, None, -1 if layer.reverse else 1)
        hidden, direct, total = (
            v[order] for v in (handed.hidden, handed.direct, layer.grad_hidden)
        )
        assert_close(direct[:-1] + hidden[1:], total[:-1])
        assert_close(direct[-1], total[-1])
        assert_close(hidden[0], made.grad_initial_hidden[place])
        if handed.cell is not None:
            assert made.grad_initial_cell is not None
            first = handed.cell[order][0]
            assert_close(first, made.grad_initial_cell[place])


@few
@given(setups().filter(lambda setup: setup.cell == "lstm"))
def test_both_paths_together_are_the_gradient_of_the_cell_state(setup):
    made = run(setup)
    for place, layer in enumerate(made.layers):
        assert isinstance(layer, LSTMTrace)
        both = total_path_split(made, place)
        assert_close(both.straight + both.gates, layer.grad_cell)
        alone = [path_split(made, place, k) for k in range(len(made.inputs))]
        direct = sum(part.direct for part in alone)
        assert_close(direct, both.straight[:, 0])


@few
@given(setups())
def test_every_steps_terms_sum_to_the_gradient_of_every_weight(setup):
    made = run(setup)
    norms = weight_step_norms(made)
    for name, gradient in made.grad_weights.items():
        terms = weight_step_terms(made, name)
        assert_close(terms.sum(axis=0), gradient, of=name)
        each = np.linalg.norm(terms.reshape(len(terms), -1), axis=1)
        assert_close(norms[name], each, within=1e-8, of=name)


@few
@given(setups().filter(lambda setup: setup.cell != "rnn_relu"), st.data())
def test_a_nudges_prediction_is_the_central_difference_of_states_and_losses(setup, data):
    """A relu's kink is no place for differences."""
    made = run(setup)
    features = made.inputs.shape[2]
    step = data.draw(st.integers(0, len(made.inputs) - 1))
    way = data.draw(st.lists(st.floats(0.5, 1), min_size=features, max_size=features))
    up, down = (nudge(made, step, way, size) for size in (1e-5, -1e-5))
    slope = (up.loss_real - down.loss_real) / 2e-5
    assert_close(up.loss_predicted / 1e-5, slope, within=1e-6)
    for above, below in zip(up.layers, down.layers, strict=True):
        slope = (above.real - below.real) / 2e-5
        assert_close(above.predicted / 1e-5, slope, within=1e-6)
    if setup.truncation is None:
        along = (made.grad_inputs[step, 0] * way).sum()
        assert_close(up.loss_predicted.sum() / 1e-5, along)


@settings(max_examples=100, deadline=None)
@given(setups(), st.text(max_size=90), st.floats(0, 1e6) | st.none(), st.integers(2, 30))
def test_a_setup_survives_being_written_as_python(setup, name, radius, length):
    """Whatever it holds: long lines, quotes, presets, numbers of any size."""
    long = Text((name + string.punctuation) * length)
    wave = Numbers(signal("noise", length, seed=3), standardise=True)
    scale = max(setup.init_scale, 0.5)
    for sequence in (setup.sequence, long, wave):
        changes = setup.changes if sequence is setup.sequence else Changes(silenced=((0, 0),))
        cut = setup.truncation if sequence is setup.sequence else None
        steps = setup.loss_steps if sequence is setup.sequence else "last"
        made = replace(
            setup,
            sequence=sequence,
            changes=changes,
            truncation=cut,
            loss_steps=steps,
            weights=name,
            init_scale=scale,
            spectral_radius=radius,
        )
        assert eval(setup_expression(made), vars(rnn_core).copy()) == made


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_cancellation_is_told_of_gradients_whose_squares_no_number_holds(size):
    """Two losses pull at right angles: (1 + 1) / √2, whatever their size."""
    grads = np.zeros((2, 1, 1, 2))
    grads[0, 0, 0, 0] = grads[1, 0, 0, 1] = size
    assert cancellation(grads) == pytest.approx([2**0.5], rel=1e-14)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("truncation", [None, (1, 2)])
@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_what_is_made_of_a_run_may_outgrow_a_float_without_a_warning(cell, truncation):
    """∂L/∂h before the first step is W_hhᵀ δa_0: beyond 1.8e308, where every state is finite."""
    huge = tuple(("weight_hh_l0", row, 0, 1.7e308) for row in range(len(GATE_FIELDS[cell]) or 1))
    changes = Changes(weights=(*huge, ("readout.weight", 0, 0, 1e3)))
    setup = Setup(Numbers((0.5, -0.9, 0.2)), cell=cell, hidden_size=1, init_scale=3.0)
    made = run(replace(setup, changes=changes, truncation=truncation))
    of_all = made.layers[0].grad_hidden
    assert of_all is not None
    assert np.isinf(handed_back(made, 0).hidden[0]).all()
    np.testing.assert_allclose(grad_by_source(made, 0).sum(axis=0), of_all, rtol=1e-12)
    if cell == "lstm":
        assert np.isfinite(total_path_split(made, 0).straight).all()
        assert np.isfinite(path_split(made, 0, 1).direct).all()
