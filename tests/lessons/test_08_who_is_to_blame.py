"""Lesson 8, run: the bands' vectors add up to the gradient, their sizes do not."""

from pathlib import Path

import numpy as np
import pytest
import torch

from exhibits.catalogue import declarations
from exhibits.stage_measures import run_of
from lessons.lesson import ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import Run, grad_by_source

FILE = Path(__file__).parents[2] / "lessons" / "08-who-is-to-blame.md"


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def run_named(lesson, name: str, **changed) -> Run:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == name)
    return run_of({**block.values, **changed})


def received(run: Run) -> np.ndarray:
    """∂L/∂h_t of the one layer, (time, hidden)."""
    found = run.layers[0].grad_hidden
    assert found is not None
    return found[:, 0]


def demands(run: Run) -> np.ndarray:
    """∂L_k/∂h_t by autograd: one backward pass for each loss."""
    read = {name: torch.tensor(value) for name, value in run.weights.items()}
    h = torch.zeros(run.network.hidden_size, dtype=torch.float64)
    states, losses = [], []
    for t in range(len(run.inputs)):
        a = read["weight_ih_l0"] @ torch.tensor(run.inputs[t, 0]) + read["bias_ih_l0"]
        h = torch.tanh(a + read["weight_hh_l0"] @ h + read["bias_hh_l0"])
        h.retain_grad() if h.requires_grad else h.requires_grad_()
        states.append(h)
        out = read["readout.weight"] @ h + read["readout.bias"]
        losses.append(-torch.log_softmax(out, 0)[int(run.targets[t, 0])])
    found = np.zeros((len(states), len(states), len(h)))
    for k, loss in enumerate(losses):
        if run.loss_mask[k]:
            grads = torch.autograd.grad(loss, states, retain_graph=True, allow_unused=True)
            for t, grad in enumerate(grads):
                if grad is not None:
                    found[k, t] = grad.numpy()
    return found


def test_the_bands_vector_sum_is_the_whole_gradient(lesson) -> None:
    run = run_named(lesson, "line")
    bands = demands(run)
    assert np.abs(bands.sum(axis=0) - received(run)).max() < 1e-10
    assert np.abs(bands - grad_by_source(run, 0)[:, :, 0]).max() < 1e-10


def test_what_the_lesson_says_of_its_line_is_so(lesson) -> None:
    run = run_named(lesson, "line")
    sizes = np.linalg.norm(demands(run), axis=-1)
    whole = np.linalg.norm(received(run), axis=-1)
    assert int((sizes[:, 7] > 0).sum()) == 14
    assert sizes[:, 3].argmax() == 11
    assert (sizes[:, 3] > 0).sum() == 18
    assert 0.2 < sizes[11, 3] / sizes[:, 3].sum() < 0.25
    assert sizes[:, 7].sum() == pytest.approx(10.5, abs=0.05)
    assert whole[7] == pytest.approx(2.06, abs=0.05)
    assert sizes[:, 7].sum() / whole[7] == pytest.approx(5.1, abs=0.05)
    assert run.alphabet[int(run.prediction[11, 0].argmax())] == "}"
    agreement = sizes.sum(axis=0)[:-1] / whole[:-1]
    early = [t for t in range(20) if agreement[t] < 1.3]
    assert early == [19]
    only = [t for t in range(21) if (sizes[:, t] > 0).sum() == 1]
    assert only == [20]


def test_the_lstm_asks_less_of_h_from_afar(lesson) -> None:
    def later(cell: str) -> float:
        run = run_named(lesson, "bands", cell=cell)
        norms = np.linalg.norm(grad_by_source(run, 0)[:, 5, 0], axis=-1)
        return float(norms[6:].sum())

    assert later("lstm") / later("rnn_tanh") == pytest.approx(0.27, abs=0.02)


def test_one_far_loss_fades_and_near_ones_hide_it(lesson) -> None:
    alone = np.linalg.norm(received(run_named(lesson, "faded")), axis=-1)
    everywhere = received(run_named(lesson, "faded", loss_at="every step"))
    assert alone[10] == pytest.approx(0.32, abs=0.005)
    assert alone[0] == pytest.approx(0.0007, abs=0.00005)
    assert np.linalg.norm(everywhere[0]) == pytest.approx(0.42, abs=0.005)


def test_the_number_asked_for_is_the_core_s(lesson) -> None:
    one = next(p for p in lesson.blocks(Prediction) if p.id == "norm")
    assert isinstance(one.answer, NumberAnswer)
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == one.exhibit)
    measure = declarations()[block.name].measure(one.answer.measure)
    run = run_named(lesson, "sizes")
    own = float(np.linalg.norm(demands(run).sum(axis=0)[7]))
    assert measure.value(block.values, one.answer.at) == pytest.approx(own, rel=1e-9)
