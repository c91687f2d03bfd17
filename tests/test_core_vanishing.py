"""How gradients vanish: exact laws of linear networks, bounds of the others, torch's autograd."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import run
from rnn_core.vanishing import MATRICES, flow, vanishing_setup


@pytest.mark.parametrize("radius", [0.3, 0.9, 1.0, 1.7])
@pytest.mark.parametrize("matrix", ["orthogonal", "identity"])
def test_a_linear_network_with_an_orthogonal_matrix_scales_by_the_radius_exactly(radius, matrix):
    found = flow(vanishing_setup("rnn_linear", radius, matrix, length=30))
    np.testing.assert_allclose(found.hidden, radius ** np.arange(29.0, -1.0, -1.0), rtol=1e-12)
    np.testing.assert_allclose(found.growth, radius, rtol=1e-12)
    assert found.per_step == pytest.approx(radius)
    assert found.largest == pytest.approx(radius)
    assert found.radius == pytest.approx(radius)


def test_a_chain_has_one_eigenvalue_and_grows_before_it_decays():
    setup = vanishing_setup("rnn_linear", 0.5, "chain", length=60, hidden_size=8)
    due = 0.5 * np.eye(8) + np.eye(8, k=-1)
    np.testing.assert_array_equal(run(setup).weights["weight_hh_l0"], due)
    found = flow(setup)
    assert found.largest == pytest.approx(np.linalg.svd(due)[1][0])
    assert found.hidden.max() > 5
    assert found.hidden[0] < 1e-7
    last = run(setup).layers[0].grad_hidden[-1, 0]  # type: ignore[index]
    for back in (1, 7, 40):
        vector = np.linalg.matrix_power(due.T, back) @ last
        ratio = np.linalg.norm(vector) / np.linalg.norm(last)
        assert found.hidden[-1 - back] == pytest.approx(ratio)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["rnn_tanh", "rnn_relu", "rnn_linear"]),
    st.sampled_from(MATRICES),
    st.floats(0.1, 1.5),
    st.integers(1, 9),
    st.floats(0.0, 10.0),
)
def test_no_step_multiplies_by_more_than_the_largest_singular_value_times_the_slope(
    cell, matrix, radius, size, loudness
):
    found = flow(vanishing_setup(cell, radius, matrix, 15, size, 1, loudness))
    assert found.largest is not None
    assert found.steepest is not None
    assert found.radius is not None
    assert found.radius <= found.largest * (1 + 1e-6)
    bound = found.largest * found.steepest[1:] * found.hidden[1:]
    assert (found.hidden[:-1] <= bound * (1 + 1e-9)).all()


def test_below_one_over_gamma_tanh_must_vanish():
    for matrix in ("orthogonal", "identity"):
        found = flow(vanishing_setup("rnn_tanh", 0.8, matrix, length=60))
        assert (found.hidden <= 0.8 ** np.arange(59.0, -1.0, -1.0) * (1 + 1e-9)).all()


def test_the_two_factors_alone_are_products_of_the_matrix_and_of_the_slopes():
    setup = vanishing_setup("rnn_tanh", 1.2, "uniform", length=12, hidden_size=5, input_scale=4.0)
    made, found = run(setup), flow(setup)
    trace, w = made.layers[0], made.weights["weight_hh_l0"]
    assert trace.grad_hidden is not None
    assert found.by_matrix is not None
    assert found.by_slopes is not None
    last = trace.grad_hidden[-1, 0]
    slopes = 1 / np.cosh(trace.preactivation[:, 0]) ** 2
    for t in range(12):
        by_matrix = np.linalg.matrix_power(w.T, 11 - t) @ last
        by_slopes = slopes[t + 1 :].prod(axis=0) * last
        size = np.linalg.norm(last)
        assert found.by_matrix[t] == pytest.approx(np.linalg.norm(by_matrix) / size)
        assert found.by_slopes[t] == pytest.approx(np.linalg.norm(by_slopes) / size)
    assert found.slopes is not None
    np.testing.assert_allclose(found.slopes, slopes.mean(axis=1))


def test_the_norms_are_those_of_torch():
    setup = vanishing_setup("rnn_tanh", 1.1, "uniform", length=20, hidden_size=6)
    made = run(setup)
    cell = torch.nn.RNNCell(1, 6).double()
    cell.load_state_dict(
        {name: torch.tensor(made.weights[f"{name}_l0"]) for name in cell.state_dict()}
    )
    h, states = torch.zeros(1, 6).double(), []
    for x in torch.tensor(made.inputs):
        h = cell(x, h)
        h.retain_grad()
        states.append(h)
    weight, bias = (torch.tensor(made.weights[f"readout.{n}"]) for n in ("weight", "bias"))
    (0.5 * (h @ weight.T + bias - 1.0) ** 2).sum().backward()
    norms = np.array([float(state.grad.norm()) for state in states])
    np.testing.assert_allclose(flow(setup).hidden, norms / norms[-1], rtol=1e-9)


def test_reach_counts_the_steps_back_without_a_gap():
    found = flow(vanishing_setup("rnn_linear", 0.5, "identity", length=10))
    assert [found.reach(share) for share in (0.6, 0.5, 0.2, 0.0)] == [0, 1, 2, 9]


def test_a_norm_too_small_to_square_is_not_lost():
    found = flow(vanishing_setup("rnn_linear", 0.001, "identity", length=80))
    assert found.hidden[0] == pytest.approx(1e-237, rel=1e-9)


def test_gated_cells_have_no_two_factors_and_the_lstm_its_conveyor():
    assert flow(vanishing_setup("gru", 1.0)).largest is None
    lstm = flow(vanishing_setup("lstm", 1.0))
    assert lstm.cell is not None
    assert lstm.cell[-1] == 1.0
    with pytest.raises(ValueError, match="chain"):
        vanishing_setup("gru", 0.5, "chain")
