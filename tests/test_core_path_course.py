"""The course of both paths against autograd, with the gates taken out of the graph."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rnn_core import Setup, run
from rnn_core.path_course import path_course, path_setup
from rnn_core.sequences import Vectors
from tests.torch_paths import cell_gradients


@pytest.mark.parametrize("setup", [path_setup(12, 4, 3, 1.0), path_setup(12, 4, 3, forget=0.8)])
def test_whole_and_straight_are_autograd_s(setup):
    course, made = path_course(setup), run(setup)
    whole = cell_gradients(made, straight=False)
    straight = cell_gradients(made, straight=True)
    size = np.linalg.norm(whole, axis=1)
    np.testing.assert_allclose(course.whole, size / size[-1], rtol=1e-9)
    np.testing.assert_allclose(
        course.direct, np.linalg.norm(straight, axis=1) / size[-1], rtol=1e-9
    )
    by_gates = np.linalg.norm(whole - straight, axis=1) / size[-1]
    np.testing.assert_allclose(course.gates, by_gates, rtol=1e-9, atol=1e-15)
    share = (straight * whole).sum(axis=1) / size**2
    np.testing.assert_allclose(course.direct_share, share, rtol=1e-9)


def test_the_rnn_beside_it_reads_the_same_and_has_autograd_s_gradient():
    setup = path_setup(15, 5, 2)
    made = run(replace(setup, cell="rnn_tanh"))
    read = {name: torch.tensor(value) for name, value in made.weights.items()}
    h, states = torch.zeros(5, dtype=torch.float64), []
    for x in run(setup).inputs[:, 0]:
        a = read["weight_ih_l0"] @ torch.tensor(x) + read["bias_ih_l0"] + read["bias_hh_l0"]
        h = torch.tanh(a + read["weight_hh_l0"] @ h)
        states.append(h.requires_grad_())
    out = read["readout.weight"] @ h + read["readout.bias"]
    grads = torch.autograd.grad(((out - 1.0) ** 2).sum(), states)
    norms = np.array([float(grad.norm()) for grad in grads])
    np.testing.assert_allclose(path_course(setup).rnn, norms / norms[-1], rtol=1e-9)


@pytest.mark.parametrize("bias", [-2.0, 0.0, 2.0, 6.0])
def test_the_shares_sum_to_one(bias):
    for seed in range(3):
        course = path_course(path_setup(seed=seed, forget_bias=bias))
        np.testing.assert_allclose(course.direct_share + course.gates_share, 1.0, atol=1e-12)


def test_with_a_gate_of_one_the_straight_path_is_exactly_one_and_of_zero_nothing():
    assert (path_course(path_setup(forget=1.0)).direct == 1.0).all()
    shut = path_course(path_setup(forget=0.0))
    assert shut.direct.tolist() == [0.0] * 39 + [1.0]
    np.testing.assert_array_equal(shut.whole[:-1], shut.gates[:-1])


def test_what_is_kept_is_the_power_of_a_pinned_gate():
    kept = path_course(path_setup(30, 3, forget=0.9)).kept
    np.testing.assert_allclose(kept, 0.9 ** np.arange(29, -1, -1.0), rtol=1e-12)


def test_paths_that_nearly_cancel_leave_the_true_gradient_and_no_rounding_noise():
    course = path_course(path_setup(100, 1, 1, -3.0))  # parts 1e-130, their sum 1e-150
    assert 0.0 < course.whole[0] < 1e-140
    assert course.direct_share[0] < -1e15


def test_a_setup_of_another_kind_is_refused():
    setup = path_setup(5, 2)
    for other in (replace(setup, num_layers=2), replace(setup, bidirectional=True)):
        with pytest.raises(ValueError, match="must have one layer and one direction"):
            path_course(other)
    every = Setup(Vectors(((1.0,),) * 3, ((1.0,),) * 3), hidden_size=2)
    with pytest.raises(ValueError, match="its loss at the end"):
        path_course(every)
    with pytest.raises(ValueError, match="must be an LSTM"):
        path_course(replace(setup, cell="gru"))
    with pytest.raises(ValueError, match="forget"):
        path_setup(forget=1.5)
