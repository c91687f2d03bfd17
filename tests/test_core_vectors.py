"""Vectors: several numbers at each step, with a target at some steps or at all."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest
import torch

import rnn_core
from rnn_core import (
    Changes,
    Setup,
    Text,
    Vectors,
    nudge,
    numpy_lines,
    run,
    setup_expression,
    torch_lines,
)

PAIRS = Vectors(
    ((0.5, 1.0), (-0.25, 0.0), (0.75, 1.0), (0.1, 0.0)),
    (None, (0.5,), None, (1.25,)),
    ("value", "marker"),
)
SETUP = Setup(PAIRS, cell="rnn_tanh", hidden_size=2, init_scale=2.0, seed=3)


@pytest.fixture(autouse=True)
def as_people_run_it(monkeypatch):
    """Without beartype, which would refuse bad input before the core's own words are heard."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def test_the_read_out_is_as_large_as_a_target_whatever_is_read():
    network = run(SETUP).network
    assert (network.input_size, network.output_size) == (2, 1)
    three = Vectors(((1.0,), (2.0,)), (None, (0.0, 1.0, 2.0)))
    assert run(Setup(three, hidden_size=2)).output.shape == (2, 1, 3)


def test_a_loss_stands_where_a_target_does_and_nowhere_else():
    recorded = run(SETUP)
    assert recorded.has_target.tolist() == recorded.loss_mask.tolist() == [False, True, False, True]
    said = recorded.output[:, 0, 0]
    expected = [0.0, 0.5 * (said[1] - 0.5) ** 2, 0.0, 0.5 * (said[3] - 1.25) ** 2]
    np.testing.assert_allclose(recorded.losses[:, 0], expected, rtol=1e-12)
    assert recorded.loss == pytest.approx(sum(expected))


def test_several_outputs_add_up_their_squares():
    two = Vectors(((1.0,), (2.0,)), ((0.5, -1.0), None))
    recorded = run(Setup(two, hidden_size=3))
    gap = recorded.output[0, 0] - np.array([0.5, -1.0])
    assert recorded.loss == pytest.approx(0.5 * (gap[0] ** 2 + gap[1] ** 2))


def test_its_gradients_are_those_of_torch():
    recorded = run(replace(SETUP, cell="lstm", hidden_size=3))
    weights = {name: torch.tensor(value) for name, value in recorded.weights.items()}
    net, readout = torch.nn.LSTM(2, 3).double(), torch.nn.Linear(3, 1).double()
    net.load_state_dict({name: weights[name] for name in net.state_dict()})
    readout.load_state_dict({name: weights[f"readout.{name}"] for name in readout.state_dict()})
    said = readout(net(torch.tensor(PAIRS.inputs, dtype=torch.float64)[:, None])[0])[:, 0, 0]
    loss = 0.5 * ((said[1] - 0.5) ** 2 + (said[3] - 1.25) ** 2)
    loss.backward()
    assert recorded.loss == pytest.approx(loss.item(), rel=1e-12)
    named = {name: value.grad for name, value in net.named_parameters()}
    named |= {f"readout.{name}": value.grad for name, value in readout.named_parameters()}
    assert set(named) == set(recorded.grad_weights)
    for name, gradient in named.items():
        np.testing.assert_allclose(
            recorded.grad_weights[name], gradient, rtol=1e-9, atol=1e-15, err_msg=name
        )


def test_one_step_is_a_sequence_too():
    recorded = run(Setup(Vectors(((0.5, 1.0),), ((2.0,),)), cell="gru", hidden_size=2))
    assert recorded.loss == pytest.approx(0.5 * (recorded.output[0, 0, 0] - 2.0) ** 2)


def test_losses_are_counted_only_where_asked_and_only_where_a_target_stands():
    assert run(replace(SETUP, loss_steps="last")).loss_mask.tolist() == [False, False, False, True]
    assert run(replace(SETUP, loss_steps=(1,))).loss_mask.tolist() == [False, True, False, False]


def test_labels_are_the_vectors_as_they_are_read():
    assert SETUP.labels == ["(0.5, 1)", "(-0.25, 0)", "(0.75, 1)", "(0.1, 0)"]
    assert Vectors(((0.5,),), ((1.0,),)).labels == ["0.5"]


def test_equal_vectors_are_one_key_whatever_they_were_written_as():
    listed: Any = [[0.5, 1], [-0.25, 0], [0.75, 1], [0.1, 0]]
    again = Vectors(listed, [None, [0.5], None, [1.25]], ["value", "marker"])  # type: ignore[arg-type]
    assert again == PAIRS
    assert hash(replace(SETUP, sequence=again)) == hash(SETUP)


def test_the_expression_makes_the_setup_again():
    names: dict[str, Any] = {}
    exec("from rnn_core import *", names)
    assert eval(setup_expression(SETUP), names) == SETUP
    long = Vectors(tuple((t / 7, float(t % 2)) for t in range(60)), (None,) * 59 + ((0.5,),))
    assert eval(setup_expression(Setup(long, hidden_size=2)), names) == Setup(long, hidden_size=2)
    assert 'names=("value", "marker")' in setup_expression(SETUP)
    assert "signal(" not in setup_expression(Setup(Vectors(((0.0, 1.0),), ((0.0, 1.0),))))


@pytest.mark.parametrize("lines", [numpy_lines, torch_lines])
@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_a_script_works_out_the_number_that_the_record_holds(cell, gradient, lines, capsys):
    recorded = run(replace(SETUP, cell=cell))
    trace = recorded.layers[0]
    values = trace.grad_hidden if gradient else trace.hidden
    assert values is not None
    names: dict[str, Any] = {}
    exec(lines(recorded, 0, 2, 1, "hidden", gradient), names)
    assert names["value"] == pytest.approx(float(values[2, 0, 1]), rel=1e-9)
    assert float(capsys.readouterr().out) == names["value"]


def test_a_nudge_of_one_feature_does_what_a_second_run_does():
    moved = replace(PAIRS, inputs=((0.5, 1.0), (-0.25, 0.3), (0.75, 1.0), (0.1, 0.0)))
    found = nudge(run(SETUP), 1, (0.0, 1.0), 0.3)
    after, before = run(replace(SETUP, sequence=moved)), run(SETUP)
    change = after.layers[0].hidden[:, 0] - before.layers[0].hidden[:, 0]
    np.testing.assert_allclose(found.layers[0].real, change, atol=1e-15)
    assert found.loss_real.sum() == pytest.approx(after.loss - before.loss)


def test_weights_can_be_changed_and_inputs_cannot():
    changed = replace(SETUP, changes=Changes(weights=(("weight_ih_l0", 1, 1, 0.5),)))
    assert run(changed).weights["weight_ih_l0"][1, 1] == 0.5
    with pytest.raises(TypeError, match=r"changes.inputs.*give other vectors"):
        replace(SETUP, changes=Changes(inputs=((1, 0.5),)))


BAD: list[tuple[str, type[Exception], Callable[[], object]]] = [
    (r"inputs must be a sequence.* got 'ab'", TypeError, lambda: Vectors("ab", ())),  # type: ignore[arg-type]
    (
        r"inputs\[0\] must be a sequence of numbers; got 1",
        TypeError,
        lambda: Vectors((1.0,), (None,)),  # type: ignore[arg-type]
    ),
    (
        r"inputs\[1\]\[0\] must be .* got nan",
        ValueError,
        lambda: Vectors(((1.0,), (np.nan,)), (None, (1.0,))),
    ),
    (
        r"inputs\[1\] must hold 2 numbers.* got 1",
        ValueError,
        lambda: Vectors(((1.0, 2.0), (1.0,)), (None, (1.0,))),
    ),
    (r"inputs must hold at least one vector", ValueError, lambda: Vectors((), ())),
    (
        r"inputs\[0\] must hold at least one number.* got 0",
        ValueError,
        lambda: Vectors(((),), ((1.0,),)),
    ),
    (
        r"targets must have an entry.* 2 steps.* got 1",
        ValueError,
        lambda: Vectors(((1.0,), (2.0,)), ((1.0,),)),
    ),
    (
        r"targets must hold at least one vector",
        ValueError,
        lambda: Vectors(((1.0,), (2.0,)), (None, None)),
    ),
    (
        r"targets\[1\] must hold 1 number, .* got 2",
        ValueError,
        lambda: Vectors(((1.0,), (2.0,)), ((1.0,), (1.0, 2.0))),
    ),
    (
        r"names must hold one for each of the 1 features",
        ValueError,
        lambda: Vectors(((1.0,),), ((1.0,),), ("a", "b")),
    ),
    (
        r"names must be different words",
        ValueError,
        lambda: Vectors(((1.0, 2.0),), ((1.0,),), ("a", "a")),
    ),
    (
        r"loss_steps must name steps that have a target; got 2",
        ValueError,
        lambda: Setup(PAIRS, loss_steps=(1, 2)),
    ),
    (r"loss_steps must be .* 0 to 3; got 4", ValueError, lambda: Setup(PAIRS, loss_steps=(4,))),
    (
        "weights 'brackets-lstm' read text; the setup's sequence is vectors",
        ValueError,
        lambda: run(Setup(PAIRS, weights="brackets-lstm")),
    ),
    (
        "weights 'waves-lstm' need input_size = 1; the setup says 2",
        ValueError,
        lambda: run(Setup(PAIRS, hidden_size=16, weights="waves-lstm")),
    ),
]


@pytest.mark.parametrize(("message", "kind", "call"), BAD, ids=[message for message, _, _ in BAD])
def test_bad_vectors_are_refused_by_name(message, kind, call):
    with pytest.raises(kind, match=message):
        call()


SYMBOLS = Vectors(
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
    (None, 1, 0, None),
    ("a", "b", "c"),
    ("even", "odd"),
)


def test_classes_are_met_by_the_cross_entropy_of_their_own_scores_alone() -> None:
    recorded = run(Setup(SYMBOLS, cell="gru", hidden_size=3, seed=5))
    output = recorded.output[:, 0]
    assert output.shape == (4, 2)
    for t, due in ((1, 1), (2, 0)):
        share = math.exp(output[t, due]) / (math.exp(output[t, 0]) + math.exp(output[t, 1]))
        assert recorded.losses[t, 0] == pytest.approx(-math.log(share), rel=1e-12)
        assert recorded.prediction[t, 0, due] == pytest.approx(share, rel=1e-12)
    assert recorded.losses[[0, 3], 0].tolist() == [0.0, 0.0]
    assert recorded.targets[:, 0].tolist() == [0, 1, 0, 0]
    assert recorded.has_target.tolist() == [False, True, True, False]
    assert recorded.classes == ("even", "odd")
    assert recorded.alphabet == ""
    text = run(Setup(Text("ab"), hidden_size=2))
    assert text.classes == ("a", "b")
    assert run(Setup(PAIRS, hidden_size=2)).classes == ()


@pytest.mark.parametrize("cell", ["lstm", "rnn_tanh"])
def test_the_gradient_of_classes_is_that_of_central_differences(cell: str) -> None:
    setup = Setup(SYMBOLS, cell=cell, hidden_size=3, seed=2)
    recorded = run(setup)
    for name, row, column in (("weight_ih_l0", 1, 1), ("weight_hh_l0", 2, 0), ("bias_hh_l0", 0, 0)):
        losses = []
        for step in (1e-5, -1e-5):
            value = recorded.weights[name].reshape(len(recorded.weights[name]), -1)[row, column]
            moved = Changes(weights=((name, row, column, float(value) + step),))
            losses.append(run(replace(setup, changes=moved)).loss)
        slope = (losses[0] - losses[1]) / 2e-5
        found = recorded.grad_weights[name].reshape(len(recorded.weights[name]), -1)[row, column]
        assert found == pytest.approx(slope, abs=1e-8), name


def test_a_setup_with_classes_is_written_as_it_is_made() -> None:
    setup = Setup(SYMBOLS, hidden_size=2)
    assert eval(setup_expression(setup), vars(rnn_core)) == setup
    listed = Vectors([[1], [2]], [np.int64(1), None], classes=["x", "y"])  # type: ignore[arg-type]
    assert listed == Vectors(((1.0,), (2.0,)), (1, None), classes=("x", "y"))
    assert hash(listed) == hash(Vectors(((1.0,), (2.0,)), (1, None), classes=("x", "y")))


@pytest.mark.parametrize(
    ("said", "kind", "targets", "classes"),
    [
        (r"targets\[1\], the number of a class, .* 0 to 1; got 2", ValueError, (0, 2), "xy"),
        (r"targets\[0\], the number of a class, .*; got \(0\.5,\)", TypeError, ((0.5,), 1), "xy"),
        (r"targets must hold at least one class; got 2 steps", ValueError, (None, None), "xy"),
        (r"classes must hold at least 2 to choose from; got \('x',\)", ValueError, (0, 0), "x"),
        (r"classes must be different words", ValueError, (0, 0), "xx"),
    ],
)
def test_classes_that_make_no_sense_are_named(
    said: str, kind: type[Exception], targets: tuple[Any, ...], classes: str
) -> None:
    with pytest.raises(kind, match=said):
        Vectors(((1.0,), (2.0,)), targets, classes=tuple(classes))
