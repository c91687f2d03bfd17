"""Lesson 11, run: the LSTM on its stage is torch's, and unit 5 does what the text says."""

from pathlib import Path

import numpy as np
import pytest
import torch

from exhibits.catalogue import declarations
from exhibits.stage_measures import run_of
from lessons.lesson import ExhibitBlock, Preset
from lessons.reader import read_bytes
from rnn_core import LSTMTrace, Run

FILE = Path(__file__).parents[2] / "lessons" / "11-inside-the-lstm-cell.md"
LINE = "if (x[i]) {f(a[b], c)}"


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def block(lesson, name: str) -> ExhibitBlock:
    return next(b for b in lesson.blocks(ExhibitBlock) if b.id == name)


def run_named(lesson, name: str, **changed) -> Run:
    return run_of({**block(lesson, name).values, **changed})


def layer(run: Run) -> LSTMTrace:
    trace = run.layers[0]
    assert isinstance(trace, LSTMTrace)
    return trace


@pytest.mark.parametrize("name", ["brackets", "size"])
def test_it_equals_torch_to_ten_digits(lesson, name: str) -> None:
    run = run_named(lesson, name, cell="lstm")
    module = torch.nn.LSTM(run.inputs.shape[-1], run.network.hidden_size, dtype=torch.float64)
    module.load_state_dict({key: torch.tensor(run.weights[key]) for key in module.state_dict()})
    output, (_, last_cell) = module(torch.tensor(run.inputs))
    output.retain_grad()
    scores = output @ torch.tensor(run.weights["readout.weight"]).T
    scores = scores + torch.tensor(run.weights["readout.bias"])
    asked = torch.tensor(run.loss_mask)
    targets = torch.tensor(run.targets[:, 0])
    loss = torch.nn.functional.cross_entropy(scores[asked, 0], targets[asked], reduction="sum")
    loss.backward()
    trace = layer(run)
    assert np.abs(output.detach().numpy() - trace.hidden).max() < 1e-10
    assert np.abs(last_cell[0].detach().numpy() - trace.cell[-1]).max() < 1e-10
    assert loss.item() == pytest.approx(run.loss, abs=1e-10)
    for key, value in module.named_parameters():
        assert value.grad is not None
        assert np.abs(value.grad.numpy() - run.grad_weights[key]).max() < 1e-10, key


def test_the_memory_of_unit_5_was_there_before_it_was_shown(lesson) -> None:
    trace = layer(run_named(lesson, "brackets"))
    h, c, o = (getattr(trace, name)[:, 0, 5] for name in ("hidden", "cell", "output_gate"))
    assert LINE[13] == "a"
    assert LINE[14] == "["
    assert np.round(h[13:15], 2).tolist() == [-0.11, -0.98]
    assert np.round(c[13:15], 2).tolist() == [-1.80, -2.71]
    assert np.round(o[13:15], 2).tolist() == [0.12, 0.99]


def test_the_sums_that_a_learner_does_by_hand_come_out(lesson) -> None:
    trace = layer(run_named(lesson, "sum"))
    for step, unit, f, i, g, before, c in (
        (14, 5, 0.98, 0.95, -0.99, -1.80, -2.71),
        (2, 2, 0.01, 0.99, -0.66, 1.05, -0.63),
    ):
        found = [
            getattr(trace, name)[step, 0, unit]
            for name in ("forget_gate", "input_gate", "candidate")
        ]
        assert np.round([*found, trace.cell[step - 1, 0, unit]], 2).tolist() == [f, i, g, before]
        assert trace.cell[step, 0, unit] == pytest.approx(c, abs=0.005)
        assert f * before + i * g == pytest.approx(c, abs=0.02)


def test_unit_5_shows_itself_at_brackets_and_hides_at_letters(lesson) -> None:
    trace = layer(run_named(lesson, "count"))
    gate = trace.output_gate[:, 0, 5]
    for step in range(4, len(LINE)):
        assert gate[step] < 0.175 if LINE[step].isalpha() else gate[step] >= 0.795, step
    assert gate.argmin() == 19
    assert trace.cell[19, 0, 5] == pytest.approx(-4.56, abs=0.01)
    assert trace.hidden[19, 0, 5] == pytest.approx(-0.10, abs=0.01)


def test_unit_5_counts_downwards(lesson) -> None:
    trace = layer(run_named(lesson, "count"))
    assert trace.cell[-1, 0, 5] == pytest.approx(-6.1, abs=0.05)
    assert trace.cell[8, 0, 5] == pytest.approx(-3.4, abs=0.05)
    assert np.round(trace.forget_gate[9:11, 0, 5], 2).tolist() == [0.45, 0.04]
    kept = np.delete(trace.forget_gate[4:, 0, 5], [9 - 4, 10 - 4])
    assert kept.min() > 0.5
    assert trace.candidate[:, 0, 5].max() < 0
    assert np.median(trace.candidate[:, 0, 5]) < -0.85


def test_held_gates_cost_what_the_presets_say(lesson) -> None:
    said = {"As trained": 21.5, "Always forget": 67.3, "Never forget": 62.7}
    presets: tuple[Preset, ...] = block(lesson, "hands").presets
    assert {p.name for p in presets} == said.keys()
    for preset in presets:
        run = run_named(lesson, "hands", **preset.changed)
        assert run.loss == pytest.approx(said[preset.name], abs=0.05), preset.name
    never = run_named(lesson, "hands", **presets[2].changed)
    assert np.abs(layer(never).cell).max() == pytest.approx(18.3, abs=0.1)


def test_only_the_recurrent_layer_is_fourfold(lesson) -> None:
    def count(cell: str) -> int:
        return sum(w.size for w in run_named(lesson, "size", cell=cell).weights.values())

    assert count("rnn_tanh") == 4 * (2 + 4 + 2) + 2 * (4 + 1) == 42
    assert count("lstm") == 4 * 32 + 10 == 138
