"""Principal components against the eigenvectors of the covariance, and their fixed signs."""

import numpy as np
import pytest

from rnn_core.components import principal_components


def states(steps: int = 30, units: int = 6, seed: int = 3) -> np.ndarray:
    generator = np.random.default_rng(seed)
    spread = np.linspace(3, 0.2, units)
    return generator.standard_normal((steps, units)) * spread @ np.linalg.qr(
        generator.standard_normal((units, units))
    )[0] + generator.standard_normal(units)


def test_directions_are_the_covariance_matrix_s_widest_eigenvectors():
    sample = states()
    found = principal_components(sample, 2)
    variances, vectors = np.linalg.eigh(np.cov(sample.T))
    widest = vectors[:, [-1, -2]].T
    np.testing.assert_allclose(np.abs(np.sum(found.directions * widest, axis=1)), 1, atol=1e-12)
    np.testing.assert_allclose(found.explained, variances[[-1, -2]] / variances.sum(), atol=1e-12)
    np.testing.assert_allclose(np.var(found.points, axis=0, ddof=1), variances[[-1, -2]])


def test_all_components_together_give_the_states_back():
    sample = states(units=4)
    found = principal_components(sample, 4)
    np.testing.assert_allclose(found.points @ found.directions + found.mean, sample, atol=1e-12)
    assert found.explained.sum() == pytest.approx(1)


def test_each_direction_s_largest_entry_is_positive_whatever_the_states_sign():
    for sample in (states(), -states()):
        for direction in principal_components(sample, 3).directions:
            assert direction[np.argmax(np.abs(direction))] > 0


def test_a_tie_for_the_largest_entry_goes_to_the_first():
    falling = np.outer(np.arange(5.0), [-1, 1])
    direction = principal_components(falling, 1).directions[0]
    np.testing.assert_allclose(direction, [2**-0.5, -(2**-0.5)])


def test_project_agrees_with_the_points():
    sample = states()
    found = principal_components(sample)
    np.testing.assert_allclose(found.project(sample), found.points, atol=1e-12)


@pytest.mark.parametrize("sample", [np.full((5, 3), 0.1), np.array([[0.3, 0.7, 0.2]])])
def test_states_that_do_not_move_have_no_direction_and_no_noise_is_magnified(sample):
    found = principal_components(sample, 2)
    assert not found.directions.any()
    assert not found.points.any()
    assert not found.explained.any()


def test_one_unit_leaves_the_second_component_empty():
    found = principal_components(np.array([[0.0], [1.0], [3.0]]), 2)
    np.testing.assert_allclose(found.points, [[-4 / 3, 0], [-1 / 3, 0], [5 / 3, 0]], atol=1e-12)
    np.testing.assert_allclose(found.explained, [1, 0])


@pytest.mark.parametrize(
    ("sample", "count", "says"),
    [
        (np.zeros((3, 2)), 0, "count must be at least 1, got 0"),
        (np.zeros((0, 2)), 2, r"at least one step and one unit, got shape \(0, 2\)"),
        (np.array([[0.0, np.nan]]), 2, "must be finite"),
    ],
)
def test_bad_input_is_named(sample, count, says):
    with pytest.raises(ValueError, match=says):
        principal_components(sample, count)
