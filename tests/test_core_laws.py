"""Laws that hold for every network and every sequence, sought out by Hypothesis."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_core import CELLS, Network, cancellation, grad_by_source, record
from rnn_core.initial import initial_weights
from rnn_core.propagate import forward

few = settings(max_examples=25, deadline=None)
seeds = st.integers(0, 2**31)
either = st.booleans()


@st.composite
def networks(draw, bidirectional=either) -> Network:
    cell = draw(st.sampled_from(CELLS))
    return Network(
        cell=cell,
        input_size=draw(st.integers(1, 3)),
        hidden_size=draw(st.integers(1, 4)),
        num_layers=draw(st.integers(1, 2)),
        bidirectional=draw(bidirectional),
        peepholes=cell == "lstm" and draw(st.booleans()),
        output_size=2,
    )


def example(network: Network, seed: int, length: int, batch: int):
    rng = np.random.default_rng(seed)
    weights = initial_weights(network, seed=seed, init_scale=2.0)
    inputs = rng.normal(size=(length, batch, network.input_size))
    return weights, inputs, rng.integers(2, size=(length, batch)), rng


@few
@given(networks(bidirectional=st.just(False)), seeds, st.integers(2, 8), st.data())
def test_changing_an_input_changes_no_earlier_state_and_some_later_one(network, seed, length, data):
    weights, inputs, _, _ = example(network, seed, length, batch=1)
    t = data.draw(st.integers(0, length - 1))
    changed = inputs.copy()
    changed[t] += 3.0
    for before, after in zip(
        forward(network, weights, inputs), forward(network, weights, changed), strict=True
    ):
        np.testing.assert_array_equal(before.hidden[:t], after.hidden[:t])
    if network.cell != "rnn_relu":  # a relu may be shut on both sides of the change
        assert (before.hidden[t] != after.hidden[t]).any()


@few
@given(networks(), seeds, st.integers(1, 6), st.integers(2, 4))
def test_sequences_of_a_batch_do_not_see_each_other(network, seed, length, batch):
    weights, inputs, targets, _ = example(network, seed, length, batch)
    together = record(network, weights, inputs, targets, loss="categorical")
    for b in range(batch):
        one = slice(b, b + 1)
        alone = record(network, weights, inputs[:, one], targets[:, one], loss="categorical")
        for ours, theirs in zip(together.layers, alone.layers, strict=True):
            assert ours.grad_hidden is not None
            assert theirs.grad_hidden is not None
            np.testing.assert_allclose(ours.hidden[:, one], theirs.hidden, rtol=0, atol=1e-12)
            # the loss is a mean over the batch
            np.testing.assert_allclose(
                ours.grad_hidden[:, one] * batch, theirs.grad_hidden, rtol=0, atol=1e-11
            )
        np.testing.assert_allclose(together.losses[:, one], alone.losses, rtol=0, atol=1e-12)


@few
@given(networks(), seeds, st.integers(1, 7), st.data())
def test_losses_and_gradients_add_up_over_disjoint_loss_masks(network, seed, length, data):
    weights, inputs, targets, _ = example(network, seed, length, batch=2)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=length, max_size=length)))
    whole, one, other = (
        record(network, weights, inputs, targets, loss="categorical", loss_mask=m)
        for m in (np.ones(length, bool), mask, ~mask)
    )
    assert abs(whole.loss - one.loss - other.loss) < 1e-11
    for name, gradient in whole.grad_weights.items():
        np.testing.assert_allclose(
            gradient,
            one.grad_weights[name] + other.grad_weights[name],
            rtol=0,
            atol=1e-10,
            err_msg=name,
        )


@few
@given(networks(), seeds, st.integers(1, 7), st.data())
def test_source_losses_sum_to_the_whole_gradient_of_every_layer(network, seed, length, data):
    weights, inputs, targets, _ = example(network, seed, length, batch=2)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=length, max_size=length)))
    run = record(network, weights, inputs, targets, loss="categorical", loss_mask=mask)
    for place, layer in enumerate(run.layers):
        by_source = grad_by_source(run, place)
        assert layer.grad_hidden is not None
        np.testing.assert_allclose(by_source.sum(axis=0), layer.grad_hidden, rtol=0, atol=1e-11)
        assert not by_source[~mask].any()
        ratio = cancellation(by_source)
        assert (ratio[np.isfinite(ratio)] >= 1.0 - 1e-12).all()


@few
@given(networks(bidirectional=st.just(True)), seeds, st.integers(2, 6))
def test_reversing_the_sequence_swaps_the_two_directions(network, seed, length):
    network = Network(network.cell, network.input_size, network.hidden_size, bidirectional=True)
    weights, inputs, _, _ = example(network, seed, length, batch=2)
    swapped = {
        (name.removesuffix("_reverse") if name.endswith("_reverse") else name + "_reverse"): value
        for name, value in weights.items()
    }
    ahead, behind = forward(network, weights, inputs)
    ahead_of_reversed, behind_of_reversed = forward(network, swapped, inputs[::-1])
    np.testing.assert_allclose(ahead_of_reversed.hidden, behind.hidden[::-1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(behind_of_reversed.hidden, ahead.hidden[::-1], rtol=0, atol=1e-12)
