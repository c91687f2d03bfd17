"""The check of a gradient by differences, and the course of truncation, by hand and autograd."""

import math

import numpy as np
import pytest
import torch

from rnn_core.changes import Changes
from rnn_core.gradient_check import EPSILONS, agreeing_digits, check_entry, worst_error
from rnn_core.run import run
from rnn_core.sequences import Numbers, Text, Vectors
from rnn_core.setup import Setup
from rnn_core.truncation_course import recall_setup, truncation_course

SETUP = Setup(Text("(()())"), cell="rnn_tanh", hidden_size=3, seed=4)


def one_unit() -> Setup:
    """h_0 = tanh(w x_0 + …): a loss of one unit at one step, which can be written down."""
    return Setup(Vectors(((0.7,),), ((0.4,),)), cell="rnn_tanh", hidden_size=1, seed=3)


def test_the_quotient_is_the_difference_of_losses_that_are_written_down():
    weights = {name: float(value.ravel()[0]) for name, value in run(one_unit()).weights.items()}
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"]

    def loss(w: float) -> float:
        output = weights["readout.weight"] * math.tanh(w * 0.7 + bias) + weights["readout.bias"]
        return 0.5 * (output - 0.4) ** 2

    found = check_entry(one_unit(), "weight_ih_l0", 0, 0, (0.5, 0.01))
    w = weights["weight_ih_l0"]
    due = [(loss(w + e) - loss(w - e)) / (2 * e) for e in (0.5, 0.01)]
    np.testing.assert_allclose(found.quotients, due, rtol=1e-12)
    slope = (loss(w + 1e-5) - loss(w - 1e-5)) / 2e-5
    assert found.analytic == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0", "bias_hh_l0", "readout.weight"])
@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_every_entry_agrees_with_its_central_difference(cell, name):
    setup = Setup(Text("(()())"), cell=cell, hidden_size=2, seed=1)
    assert worst_error(setup, 1e-5, (name,)) < 1e-8


def test_a_wrong_gradient_is_found(monkeypatch):
    from rnn_core import gradient_check

    def wrong(setup):
        made = run(setup)
        off = {name: value * 1.01 for name, value in made.grad_weights.items()}
        object.__setattr__(made, "grad_weights", off)
        return made

    monkeypatch.setattr(gradient_check, "run", wrong)
    assert worst_error(SETUP, 1e-5, ("weight_hh_l0",)) > 0.009


def test_a_tenth_of_epsilon_is_a_hundredth_of_the_error_until_rounding_takes_over():
    errors = check_entry(SETUP, "weight_hh_l0", 0, 1, (0.1, 0.01, 0.001, 1e-12)).errors
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(100, rel=0.05)
    assert errors[3] > 1000 * errors[2]


def test_digits_agree_as_far_as_they_are_written_alike():
    assert agreeing_digits(0.12345, 0.12346) == 4
    assert agreeing_digits(-0.12345, 0.12345) == 0
    assert agreeing_digits(1.2e-3, 1.2e-4) == 0
    assert agreeing_digits(0.5, 0.5) == 16


def test_what_is_no_entry_or_no_derivative_is_refused_by_name():
    with pytest.raises(ValueError, match="row must be a whole number, 0 to 2; got 3"):
        check_entry(SETUP, "weight_hh_l0", 3)
    with pytest.raises(ValueError, match="column must be a whole number, 0 to 0; got 1"):
        check_entry(SETUP, "bias_hh_l0", 0, 1)
    with pytest.raises(ValueError, match="epsilons must all be above 0"):
        check_entry(SETUP, "weight_hh_l0", 0, 0, (0.0,))
    cut = Setup(Text("(()())"), cell="rnn_tanh", truncation=(2, 2))
    with pytest.raises(ValueError, match="a truncated gradient is no derivative"):
        check_entry(cut, "weight_hh_l0", 0)
    changed = Setup(Text("(()())"), cell="rnn_tanh", changes=Changes(silenced=((0, 0),)))
    with pytest.raises(ValueError, match="changes must be empty"):
        check_entry(changed, "weight_hh_l0", 0)


def test_the_epsilons_run_from_one_down_to_a_trillionth():
    assert EPSILONS[0] == 1.0
    assert EPSILONS[-1] == pytest.approx(1e-12)


def truncated_by_detaching(setup: Setup, k: int) -> np.ndarray:
    """∂L/∂W_hh of an RNN by autograd with the state detached after every k steps."""
    made = run(setup)
    read = {name: torch.tensor(value) for name, value in made.weights.items()}
    matrix = read["weight_hh_l0"].requires_grad_()
    hidden, loss = torch.zeros(setup.hidden_size, dtype=torch.float64), torch.tensor(0.0)
    for t in range(len(made.inputs)):
        hidden = hidden.detach() if t % k == 0 else hidden
        a = read["weight_ih_l0"] @ torch.tensor(made.inputs[t, 0]) + read["bias_ih_l0"]
        hidden = torch.tanh(a + matrix @ hidden + read["bias_hh_l0"])
        if made.loss_mask[t]:
            output = read["readout.weight"] @ hidden + read["readout.bias"]
            loss = loss + 0.5 * ((output - torch.tensor(made.targets[t, 0])) ** 2).sum()
    loss.backward()
    assert matrix.grad is not None
    return matrix.grad.numpy()


def test_the_course_compares_with_what_detaching_the_state_gives():
    """With zero input and biases the recurrent matrix alone has a gradient worth comparing."""
    setup = Setup(Numbers((0.3, -0.5, 0.9, 0.1, -0.4, 0.6)), cell="rnn_tanh", hidden_size=3, seed=2)
    for k in (1, 2, 3, 6):
        cut = Setup(setup.sequence, cell="rnn_tanh", hidden_size=3, seed=2, truncation=(k, k))
        np.testing.assert_allclose(
            run(cut).grad_weights["weight_hh_l0"], truncated_by_detaching(setup, k), atol=1e-12
        )
        course, ours, full = truncation_course(setup), run(cut), run(setup)
        recurrent = [name for name in full.weights if not name.startswith("readout")]
        a, b = (
            np.concatenate([r.grad_weights[n].ravel() for n in recurrent]) for r in (ours, full)
        )
        cosine = a @ b / math.sqrt((a @ a) * (b @ b))
        assert course.cosine[k - 1] == pytest.approx(cosine, abs=1e-12)
        assert course.norm_ratio[k - 1] == pytest.approx(math.sqrt(a @ a / (b @ b)), abs=1e-12)


@pytest.mark.parametrize("every", ["k steps", "1 step"])
def test_nothing_is_lost_at_the_full_length_and_k_steps_are_held(every):
    course = truncation_course(recall_setup("lstm", 9), every)
    assert course.cosine[-1] == pytest.approx(1.0, abs=1e-12)
    assert course.norm_ratio[-1] == pytest.approx(1.0, abs=1e-12)
    assert course.steps_held.tolist() == list(range(1, 10))


def test_memory_grows_with_k_and_not_with_the_length():
    short, long = (truncation_course(recall_setup("lstm", length)) for length in (10, 30))
    assert short.bytes_held[4] == long.bytes_held[4]
    assert long.bytes_held[9] == 2 * long.bytes_held[4]


@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
def test_a_way_back_shorter_than_the_dependency_brings_exactly_nothing(cell):
    first = truncation_course(recall_setup(cell, 12)).first_input
    assert not first[:-1].any()
    assert first[-1] > 0


def test_a_course_refuses_what_is_cut_already_or_unknown():
    with pytest.raises(ValueError, match="truncation must be None here"):
        truncation_course(Setup(Text("abc"), truncation=(1, 1)))
    with pytest.raises(ValueError, match="every must be one of"):
        truncation_course(recall_setup(), "2 steps")
