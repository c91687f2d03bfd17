"""The optimiser against torch's, and the shipped weights against what their files say."""

import jaxtyping
import numpy as np
import pytest
import torch

from rnn_core import (
    Network,
    Numbers,
    Setup,
    Text,
    load_weights,
    record,
    run,
    signal,
    weights_names,
)
from rnn_core.make_weights import ALPHABET, CELLS, clip_norm, make, read_texts, texts, train
from rnn_core.train.optimisers import Adam


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_adam_takes_the_steps_that_torch_takes(decay):
    rng = np.random.default_rng(0)
    ours = {"matrix": rng.normal(size=(3, 2)), "bias": rng.normal(size=3)}
    theirs = {name: torch.from_numpy(value.copy()) for name, value in ours.items()}
    optimiser = Adam(0.05, weight_decay=decay)
    reference = torch.optim.AdamW(
        [
            {"params": [theirs["matrix"]], "weight_decay": decay},
            {"params": [theirs["bias"]], "weight_decay": 0.0},
        ],
        lr=0.05,
    )
    for _ in range(20):
        gradients = {name: rng.normal(size=value.shape) for name, value in ours.items()}
        for name, parameter in theirs.items():
            parameter.grad = torch.from_numpy(gradients[name].copy())
        optimiser.step(ours, gradients)
        reference.step()
    for name, value in ours.items():
        np.testing.assert_allclose(value, theirs[name].numpy(), rtol=0, atol=1e-8, err_msg=name)


def test_clipping_keeps_the_direction_and_leaves_small_gradients_alone():
    gradients = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}
    assert clip_norm(gradients, 10.0) == pytest.approx(5.0)
    assert gradients["b"].item() == 4.0
    assert clip_norm(gradients, 0.5) == pytest.approx(5.0)
    assert gradients["a"].tolist() == pytest.approx([0.3, 0.0])
    assert gradients["b"].item() == pytest.approx(0.4)


def test_training_lowers_the_loss_and_repeats_to_the_last_bit(capsys):
    network = Network("gru", len(ALPHABET), 8, output_size=len(ALPHABET))
    pool = texts(np.random.default_rng(0), 40)
    first, second = (
        train(network, "categorical", pool, read_texts, steps=30, rate=0.02) for _ in range(2)
    )
    for name, value in first.items():
        np.testing.assert_array_equal(value, second[name], err_msg=name)
    losses = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert losses[0] > losses[len(losses) // 2 - 1] + 0.2


def test_there_is_one_file_for_each_task_and_cell():
    tasks = ("brackets", "waves", "sunspots")
    texts_of_lessons = {"alice-lstm", "alice_overfit-lstm"}
    assert set(weights_names()) - texts_of_lessons == {
        f"{task}-{cell}" for task in tasks for cell in CELLS
    }
    assert texts_of_lessons < set(weights_names())


@pytest.mark.parametrize("cell", CELLS)
def test_shipped_text_models_close_the_bracket_that_stands_open(cell):
    """Right after the body the true closing bracket outranks the two wrong ones."""
    shipped = load_weights(f"brackets-{cell}")
    assert float(shipped.metadata["closing_bracket_accuracy"]) > 0.9
    right = 0
    lines = ["f(a)", "f[a]", "x(y[a])", "if (x[i]) {y}", "f(a[b(c)])", "{a, b}", "[a, f(x)]"]
    pairs = {")", "]", "}"}
    asked = 0
    for line in lines:
        recorded = run(Setup(Text(line), cell=cell, weights=f"brackets-{cell}"))
        for t, following in enumerate(line[1:]):
            if following in pairs:
                chance = {p: recorded.prediction[t, 0, recorded.alphabet.index(p)] for p in pairs}
                right += max(chance, key=chance.__getitem__) == following
                asked += 1
    assert asked == 13
    assert right >= (13 if cell == "lstm" else 10)


@pytest.mark.parametrize("cell", CELLS)
def test_shipped_wave_models_beat_saying_the_last_value_again(cell):
    shipped = load_weights(f"waves-{cell}")
    assert float(shipped.metadata["held_out_mse"]) < 0.7 * float(shipped.metadata["naive_mse"])
    wave = Numbers(signal("sine", 60))
    recorded = run(Setup(wave, cell=cell, hidden_size=8, weights=f"waves-{cell}"))
    mask = recorded.loss_mask
    ours = recorded.prediction[mask] - recorded.targets[mask]
    naive = recorded.inputs[mask] - recorded.targets[mask]
    assert (ours**2).mean() < 0.5 * (naive**2).mean()


def test_a_made_file_is_read_back_as_it_was_trained(tmp_path, monkeypatch):
    from rnn_core import make_weights, shipped

    monkeypatch.setattr(make_weights, "STEPS", 10)
    metadata = make("waves-gru", tmp_path)
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    shipped._shipped.cache_clear()
    try:
        loaded = load_weights("waves-gru")
    finally:
        shipped._shipped.cache_clear()
    assert loaded.metadata == metadata
    assert loaded.network == Network("gru", 1, 8, output_size=1)


def test_a_mask_for_each_sequence_is_each_sequence_recorded_with_its_own():
    """The batch's loss is the mean of the sequences' own, and its gradients theirs."""
    rng, network = np.random.default_rng(0), Network("gru", 2, 3, output_size=2)
    weights = {name: rng.normal(size=shape) for name, shape in network.shapes().items()}
    inputs, targets = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 3, 2))
    mask = rng.random((5, 3)) < 0.5
    assert not (mask == mask[:, :1]).all()
    whole = record(network, weights, inputs, targets, loss="squared", loss_mask=mask)
    alone = [
        record(
            network,
            weights,
            inputs[:, b : b + 1],
            targets[:, b : b + 1],
            loss="squared",
            loss_mask=mask[:, b],
        )
        for b in range(3)
    ]
    assert whole.loss == pytest.approx(sum(one.loss for one in alone) / 3, rel=1e-12)
    for name, gradient in whole.grad_weights.items():
        due = sum(one.grad_weights[name] for one in alone) / 3
        np.testing.assert_allclose(gradient, due, rtol=1e-9, atol=1e-12, err_msg=name)
    for b, one in enumerate(alone):
        np.testing.assert_array_equal(whole.losses[:, b] == 0.0, ~mask[:, b])
        np.testing.assert_allclose(whole.losses[:, b], one.losses[:, 0], rtol=1e-12)


def test_a_mask_of_another_shape_is_refused(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # the message for people
    network = Network("gru", 1, 2, output_size=1)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    given = (network, weights, np.zeros((4, 3, 1)), np.zeros((4, 3, 1)))
    with pytest.raises(ValueError, match="4 booleans, one per step, or 4 × 3"):
        record(*given, loss="squared", loss_mask=np.ones((3, 4), bool))
