"""The surface of one unit with two parameters: torch's gradient, and descent by hand."""

import math

import numpy as np
import pytest
import torch

from rnn_core.cliff import descend, surface


def torch_error(w: float, b: float, steps: int = 50) -> tuple[float, float, float]:
    pair = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    x = torch.tensor(0.5, dtype=torch.float64)
    for _ in range(steps):
        x = pair[0] * torch.sigmoid(x) + pair[1]
    error = (torch.sigmoid(x) - 0.7) ** 2
    error.backward()
    assert pair.grad is not None
    return error.item(), *pair.grad.tolist()


def test_one_step_by_hand():
    s = 1 / (1 + math.exp(-0.5))
    x = 2.0 * s - 1.0
    out = 1 / (1 + math.exp(-x))
    found = surface(np.array(2.0), np.array(-1.0), steps=1)
    outer = 2 * (out - 0.7) * out * (1 - out)
    assert found.error == pytest.approx((out - 0.7) ** 2)
    assert found.by_w == pytest.approx(outer * s)
    assert found.by_b == pytest.approx(outer)


@pytest.mark.parametrize(
    ("w", "b"), [(5.5, -2.0), (4.0, -2.0), (3.0, -3.5), (4.854, -2.5218), (7.0, -3.9)]
)
def test_the_gradient_is_that_of_torch(w, b):
    error, by_w, by_b = torch_error(w, b)
    found = surface(np.array(w), np.array(b))
    assert found.error == pytest.approx(error, rel=1e-9)
    assert [float(found.by_w), float(found.by_b)] == pytest.approx([by_w, by_b], rel=1e-6)


def test_the_surface_is_worked_out_for_a_whole_grid_at_once():
    w, b = np.array([4.0, 5.0, 6.0])[None], np.array([-2.0, -1.0])[:, None]
    errors = np.asarray(surface(w, b).error)
    assert errors.shape == (2, 3)
    assert errors[1, 2] == surface(np.array(6.0), np.array(-1.0)).error


def test_a_plain_descent_takes_steps_of_the_rate_times_the_slope():
    made = descend(5.5, -2.0, 0.5, 3)
    point = np.array([5.5, -2.0])
    for k in range(3):
        _, by_w, by_b = torch_error(*point)
        assert made.norms[k] == pytest.approx(math.hypot(by_w, by_b))
        point = point - 0.5 * np.array([by_w, by_b])
        assert made.points[k + 1] == pytest.approx(point)
        assert made.errors[k + 1] == pytest.approx(torch_error(*point)[0])
    np.testing.assert_allclose(made.lengths, 0.5 * made.norms)
    assert made.clipped == 0


def test_the_wall_throws_the_plain_descent_out_and_the_clipped_one_comes_home():
    free, clipped = descend(5.5, -2.0, 0.5, 100), descend(5.5, -2.0, 0.5, 100, 1.0)
    at = int(np.argmax(free.norms))
    np.testing.assert_array_equal(free.points[: at - 3], clipped.points[: at - 3])
    assert free.lengths.max() > 300
    assert free.errors[-1] == pytest.approx(0.09)  # (1 - 0.7)²
    assert clipped.lengths.max() <= 0.5
    assert clipped.errors[-1] < 0.002
    assert clipped.clipped == 3


def test_a_clipped_step_goes_where_the_plain_one_would():
    made = descend(5.5, -2.0, 0.5, 100, 0.1)
    for k in np.flatnonzero(made.norms_used < made.norms):
        here = surface(*made.points[k])
        moved = made.points[k + 1] - made.points[k]
        direction = -np.array([here.by_w, here.by_b]) / np.hypot(here.by_w, here.by_b)
        np.testing.assert_allclose(moved, 0.05 * direction, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lr": -1.0}, "lr must"),
        ({"descent_steps": 0}, "descent_steps must"),
        ({"threshold": 0.0}, "threshold must be greater than 0"),
    ],
)
def test_what_is_out_of_range_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        descend(**({"w": 5.0, "b": -2.0, "lr": 0.5, "descent_steps": 5} | given))
