"""Lesson 6, run: the terms of all steps are the gradient, and differences agree with it."""

import numpy as np
import pytest
import torch

from exhibits.catalogue import catalogue
from exhibits.pieces.weight_gradient import _setup as setup_of_entry
from exhibits.stage_measures import run_of
from rnn_core.gradient_check import worst_error
from rnn_core.run import run
from rnn_core.weight_steps import weight_step_terms
from tests.lessons.reading import asked, block, read


@pytest.fixture(scope="module")
def lesson():
    return read("06-backpropagation-through-time.md")


def gradients(made):
    found = made.layers[0].grad_hidden
    assert found is not None
    return found[:, 0]


def by_autograd(made):
    """∂L/∂W_hh and every ∂L/∂h_t of a tanh RNN, by torch."""
    read = {name: torch.tensor(value) for name, value in made.weights.items()}
    matrix = read["weight_hh_l0"].requires_grad_()
    h, loss, states = torch.zeros(4, dtype=torch.float64), torch.tensor(0.0), []
    for t in range(len(made.inputs)):
        a = read["weight_ih_l0"] @ torch.tensor(made.inputs[t, 0]) + read["bias_ih_l0"]
        h = torch.tanh(a + matrix @ h + read["bias_hh_l0"])
        h.retain_grad()
        states.append(h)
        if made.loss_mask[t]:
            out = read["readout.weight"] @ h + read["readout.bias"]
            loss = loss - torch.log_softmax(out, 0)[int(made.targets[t, 0])]
    loss.backward()
    nothing = torch.zeros(4, dtype=torch.float64)
    return matrix.grad.numpy(), np.array(
        [(nothing if s.grad is None else s.grad).numpy() for s in states]
    )


def test_the_sum_over_steps_is_the_full_gradient(lesson):
    made = run(setup_of_entry(block(lesson, "terms").values))
    terms = weight_step_terms(made, "weight_hh_l0")
    full, _ = by_autograd(made)
    np.testing.assert_allclose(terms.sum(axis=0), full, atol=1e-12)
    assert asked(lesson, "sum") == pytest.approx(full[0, 1], abs=1e-12)


def test_the_terms_that_the_question_names_are_those_of_the_run(lesson):
    made = run(setup_of_entry(block(lesson, "terms").values))
    terms = weight_step_terms(made, "weight_hh_l0")[:, 0, 1]
    told = [0, -0.0151, 0.0217, -0.0451, -0.0246, 0]
    np.testing.assert_allclose(terms, told, atol=6e-5)
    assert terms[0] == terms[5] == 0.0
    assert asked(lesson, "sum") == pytest.approx(-0.0630, abs=5e-5)


def test_the_gradient_at_every_step_is_that_of_autograd_and_none_reaches_the_last(lesson):
    made = run_of(block(lesson, "back").values)
    _, states = by_autograd(made)
    np.testing.assert_allclose(gradients(made), states, atol=1e-12)
    assert asked(lesson, "last-step") == 0.0


def test_a_loss_moves_no_later_state_and_only_its_own_and_earlier_ones(lesson):
    values = {**block(lesson, "run").values, "loss_at": "chosen steps", "loss_steps": (3,)}
    norms = np.linalg.norm(gradients(run_of(values)), axis=-1)
    assert (norms[:4] > 0).all()
    assert not norms[4:].any()


def test_the_finite_difference_check_passes_for_every_entry(lesson):
    for name in ("check", "lstm"):
        assert worst_error(setup_of_entry(block(lesson, name).values), 1e-5) < 1e-8


def test_the_errors_that_the_check_tells_are_so(lesson):
    assert asked(lesson, "tenth", epsilon=0.01) == pytest.approx(2.2e-6, rel=0.05)
    assert asked(lesson, "tenth") == pytest.approx(2.2e-8, rel=0.05)
    digits = catalogue()["weight_gradient"].declaration.measure("digits")
    values = block(lesson, "check").values
    assert digits.value({**values, "epsilon": 1e-5}, {}) >= 9
    assert digits.value({**values, "epsilon": 1e-12}, {}) <= 4
    assert digits.value({**values, "epsilon": 1.0}, {}) <= 2


def test_a_small_lstm_has_the_96_weights_that_the_price_is_reckoned_with(lesson):
    made = run(setup_of_entry(block(lesson, "lstm").values))
    assert made.weights["weight_ih_l0"].size + made.weights["weight_hh_l0"].size == 96


def test_the_terms_of_the_longer_text_mostly_cancel(lesson):
    terms = block(lesson, "terms")
    longer = next(preset for preset in terms.presets if "text" in preset.changed)
    made = run(setup_of_entry({**terms.values, **longer.changed}))
    found = weight_step_terms(made, "weight_hh_l0")[:, 0, 1]
    assert np.abs(found).sum() == pytest.approx(0.27, abs=0.005)
    assert found.sum() == pytest.approx(-0.06, abs=0.005)
