"""Lesson 11, run: it is torch.nn.LSTM to 1e-10, and its numbers are those that it names."""

from math import exp, tanh
from pathlib import Path

import numpy as np
import pytest
import torch

from exhibits.catalogue import declarations
from exhibits.stage_measures import run_of
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import LSTMTrace, Run

FILE = Path(__file__).parents[2] / "lessons" / "11-inside-the-lstm-cell.md"
STAGE = declarations()["stage"]


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def shown(lesson, exhibit: str, **changed) -> Run:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    return run_of({**block.values, **changed})


def lstm(of: Run) -> LSTMTrace:
    (layer,) = of.layers
    assert isinstance(layer, LSTMTrace)
    return layer


def asked(lesson, name: str) -> float:
    one = next(p for p in lesson.blocks(Prediction) if p.id == name)
    assert isinstance(one.answer, NumberAnswer)
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == one.exhibit)
    values = {**block.values, **one.changed}
    return STAGE.measure(one.answer.measure).value(values, one.answer.at)


def unit(of: Run, step: int, number: int) -> dict[str, float]:
    names = ("forget_gate", "input_gate", "candidate", "output_gate", "cell", "hidden")
    return {name: float(getattr(lstm(of), name)[step, 0, number]) for name in names}


def torch_loss(of: Run, output: torch.Tensor) -> torch.Tensor:
    targets = torch.tensor(np.asarray(of.targets))[:, 0]
    if of.alphabet:
        each = torch.nn.functional.cross_entropy(output, targets.long(), reduction="none")
    else:
        each = 0.5 * ((output - targets.reshape(output.shape)) ** 2).sum(dim=-1)
    return each[torch.tensor(np.asarray(of.loss_mask, dtype=bool)).reshape(-1)].sum()


@pytest.mark.parametrize("exhibit", ["line", "layers", "bias"])
def test_states_and_gradients_equal_torch_to_ten_digits(lesson, exhibit: str) -> None:
    of = shown(lesson, exhibit)
    hidden = of.network.hidden_size
    module = torch.nn.LSTM(of.network.input_size, hidden, dtype=torch.float64)
    readout = torch.nn.Linear(hidden, of.output.shape[-1], dtype=torch.float64)
    own = {name: torch.from_numpy(value.copy()) for name, value in of.weights.items()}
    readout.load_state_dict({n: own.pop(f"readout.{n}") for n in ("weight", "bias")})
    module.load_state_dict(own)
    inputs = torch.from_numpy(of.inputs.copy())
    states, _ = module(inputs)
    states.retain_grad()
    output = readout(states[:, 0])
    loss = torch_loss(of, output)
    loss.backward()

    cells = [module(inputs[: t + 1])[1][1][0, 0].detach() for t in range(len(inputs))]
    assert np.abs(lstm(of).hidden - states.detach().numpy()).max() < 1e-10
    assert np.abs(lstm(of).cell[:, 0] - torch.stack(cells).numpy()).max() < 1e-10
    assert np.abs(of.output[:, 0] - output.detach().numpy()).max() < 1e-10
    assert of.loss == pytest.approx(loss.item(), abs=1e-10)
    grads = {name: p.grad for name, p in module.named_parameters()}
    grads |= {f"readout.{name}": p.grad for name, p in readout.named_parameters()}
    assert set(grads) == set(of.grad_weights)
    for name, grad in grads.items():
        assert np.abs(of.grad_weights[name] - grad.numpy()).max() < 1e-10, name


def test_c_and_h_of_a_unit_are_what_the_lesson_s_digits_give(lesson) -> None:
    of = shown(lesson, "line")
    now = unit(of, 16, 13)
    assert lstm(of).cell[15, 0, 13] == pytest.approx(-3.04, abs=0.005)
    assert now["forget_gate"] == pytest.approx(0.94, abs=0.005)
    assert now["input_gate"] == pytest.approx(0.89, abs=0.005)
    assert now["candidate"] == pytest.approx(0.91, abs=0.005)
    assert asked(lesson, "by-hand") == pytest.approx(0.94 * -3.04 + 0.89 * 0.91, abs=0.02)
    assert asked(lesson, "corner") == pytest.approx(0.99 * -0.66 + 0.01 * 1.05, abs=0.02)
    assert asked(lesson, "hidden-away") == pytest.approx(tanh(-0.85) / (1 + exp(3.5)), abs=0.001)


def test_the_lstm_is_four_layers_of_the_rnn_s_size(lesson) -> None:
    assert asked(lesson, "count") == 4 * (16 * 1 + 16 * 16 + 2 * 16) + 17 == 1233
    rnn = shown(lesson, "layers", cell="rnn_tanh")
    assert sum(w.size for w in rnn.weights.values()) == 321


def test_the_corners_are_where_the_lesson_shows_them(lesson) -> None:
    of = shown(lesson, "corners")
    for step, number, forget, take, before, after in (
        (2, 2, 0.01, 0.99, 1.05, -0.63),
        (18, 12, 0.995, 1.0, -2.08, -2.89),
        (2, 5, 0.04, 0.04, -0.93, -0.08),
    ):
        now = unit(of, step, number)
        assert now["forget_gate"] == pytest.approx(forget, abs=0.005)
        assert now["input_gate"] == pytest.approx(take, abs=0.005)
        assert lstm(of).cell[step - 1, 0, number] == pytest.approx(before, abs=0.005)
        assert now["cell"] == pytest.approx(after, abs=0.005)
    gates = lstm(of)
    assert (gates.input_gate > 0.5).mean() == pytest.approx(0.95, abs=0.005)
    assert not ((gates.forget_gate > 0.9) & (gates.input_gate < 0.1)).any()


def test_unit_three_is_silent_at_the_three_spaces(lesson) -> None:
    of = shown(lesson, "output")
    text = "if (x[i]) {f(a[b], c)}"
    spaces = [t for t, character in enumerate(text) if character == " "]
    gate = lstm(of).output_gate[:, 0, 3]
    assert gate[spaces] == pytest.approx([0.01, 0.03, 0.02], abs=0.005)
    assert sorted(gate.argsort()[:3].tolist()) == spaces == [2, 9, 18]
    assert gate[10] == pytest.approx(0.94, abs=0.005)
    assert np.flatnonzero(lstm(of).forget_gate[:, 0, 5] < 0.05).tolist() == [2, 10]


def test_unit_five_counts_down_beyond_what_h_can_show(lesson) -> None:
    of = shown(lesson, "sum")
    forget, candidate = lstm(of).forget_gate[12:, 0, 5], lstm(of).candidate[12:, 0, 5]
    assert forget.min() > 0.8
    assert (forget < 0.9).sum() == 1
    assert candidate.max() < -0.69
    one = next(p for p in lesson.blocks(Prediction) if p.id == "pile")
    assert isinstance(one.answer, CurveAnswer)
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == one.exhibit)
    curve = STAGE.curve(one.answer.curve).value(block.values, one.answer.at)
    assert curve.y[10] == pytest.approx(-0.7, abs=0.02)
    assert curve.y[11] == pytest.approx(-0.7, abs=0.02)
    assert min(curve.y[:10]) > -3.5
    assert max(curve.y[:10]) <= 0
    assert curve.y[21] == pytest.approx(-6.14, abs=0.005)
    assert np.flatnonzero(np.diff(curve.y[11:]) > 0).tolist() == [6]
    assert np.abs(lstm(of).hidden).max() < 1


def test_an_untrained_forget_gate_stands_at_the_sigmoid_of_its_bias(lesson) -> None:
    assert asked(lesson, "start") == pytest.approx(1 / (1 + exp(3)), abs=0.003)
    challenge = next(c for c in lesson.blocks(Challenge) if c.id == "half-life")
    (one,) = challenge.when
    assert one.at_least is not None
    assert one.at_least**20 == pytest.approx(0.5, abs=0.002)
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == "bias")
    measure = STAGE.measure(one.name)
    assert measure.value({**block.values, "forget_bias": 3.25}, one.at) < one.at_least
    assert measure.value({**block.values, "forget_bias": 3.5}, one.at) >= one.at_least


def test_a_unit_held_in_each_corner_keeps_overwrites_adds_or_erases(lesson) -> None:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == "corners")
    held = {one.name: run_of({**block.values, **one.changed}) for one in block.presets}
    cells = {name: lstm(of).cell[:, 0, 5] for name, of in held.items()}
    assert (cells["Keep"] == 2).all()
    assert np.array_equal(cells["Overwrite"], lstm(held["Overwrite"]).candidate[:, 0, 5])
    summed = 2 + lstm(held["Add"]).candidate[:, 0, 5].cumsum()
    assert cells["Add"] == pytest.approx(summed)
    assert cells["Add"][21] == pytest.approx(-15.8, abs=0.05)
    assert not cells["Erase"].any()
    assert run_of(block.values).loss == pytest.approx(21.5, abs=0.05)
    losses = {"Keep": 98.8, "Overwrite": 23.0, "Add": 24.9, "Erase": 38.1}
    assert {name: of.loss for name, of in held.items()} == pytest.approx(losses, abs=0.05)
