"""Clipping by norm against PyTorch's, and the law that it keeps."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.clipping import clip_by_norm

GRADIENTS = {"w": np.array([[3.0, 0.0], [0.0, 4.0]]), "b": np.array([12.0])}  # norm 13


@pytest.mark.parametrize("threshold", [1e-3, 1.0, 12.9, 13.0, 20.0])
def test_it_does_what_torch_does(threshold):
    parameters = [torch.nn.Parameter(torch.zeros(v.shape).double()) for v in GRADIENTS.values()]
    for parameter, value in zip(parameters, GRADIENTS.values(), strict=True):
        parameter.grad = torch.from_numpy(value.copy())
    before = torch.nn.utils.clip_grad_norm_(parameters, threshold)
    ours = clip_by_norm(GRADIENTS, threshold)
    assert ours.norm_before == before.item() == 13.0
    for parameter, value in zip(parameters, ours.gradients.values(), strict=True):
        assert parameter.grad is not None
        np.testing.assert_allclose(value, parameter.grad.numpy(), rtol=1e-15)


@given(
    st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=6),
    st.lists(st.floats(-1e-3, 1e3), min_size=1, max_size=6),
    st.floats(1e-6, 1e6),
)
def test_the_norm_never_exceeds_the_threshold_and_the_direction_stays(one, other, threshold):
    gradients = {"one": np.array(one), "other": np.array(other)}
    found = clip_by_norm(gradients, threshold)
    assert found.norm_after <= threshold * (1 + 1e-12)
    assert 0.0 <= found.factor <= 1.0
    for name, value in gradients.items():
        np.testing.assert_array_equal(found.gradients[name], value * found.factor)


def test_a_gradient_within_the_threshold_is_left_as_it_is():
    found = clip_by_norm(GRADIENTS, 100.0)
    assert found.factor == 1.0
    assert found.norm_after == found.norm_before == 13.0


def test_nothing_to_clip_is_no_division_by_zero():
    assert clip_by_norm({"w": np.zeros(3)}, 1.0).norm_after == 0.0


def test_what_cannot_be_clipped_is_named():
    with pytest.raises(ValueError, match=r"threshold must be greater than 0"):
        clip_by_norm(GRADIENTS, 0.0)
    with pytest.raises(ValueError, match="gradients: b must be finite"):
        clip_by_norm({"w": np.ones(2), "b": np.array([np.inf])}, 1.0)
