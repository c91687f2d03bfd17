"""A training goes on as if it had never stopped, ends when it should, and says how it broke."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn_core import Trainer, TrainingSetup, task_of
from rnn_core.train import TrainingState
from rnn_core.train.engine import engine_name, operations

PARITY = task_of("parity", {"length": 8})
SMALL = TrainingSetup(PARITY, hidden_size=4, batch_size=8, stop_when_solved=False, max_steps=200)


def trained(setup: TrainingSetup, steps: int) -> Trainer:
    trainer = Trainer(setup)
    trainer.advance(steps=steps)
    return trainer


def assert_same(one: TrainingState, other: TrainingState) -> None:
    assert (one.step, one.status, one.held_out) == (other.step, other.status, other.held_out)
    np.testing.assert_array_equal(one.losses, other.losses)
    np.testing.assert_array_equal(one.grad_norms, other.grad_norms)
    assert one.snapshots.keys() == other.snapshots.keys()
    pairs = [(one.weights, other.weights)]
    pairs += [(one.slots[slot], other.slots[slot]) for slot in one.slots]
    pairs += [(one.snapshots[step], other.snapshots[step]) for step in one.snapshots]
    for ours, theirs in pairs:
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            assert value.dtype == theirs[name].dtype
            np.testing.assert_array_equal(value, theirs[name], err_msg=name)


@pytest.mark.parametrize("engine", ["numpy", "torch-cpu"])
@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
def test_a_restored_training_goes_on_bit_for_bit(optimiser, engine):
    momentum = 0.5 if optimiser == "sgd" else 0.0
    setup = replace(SMALL, cell="gru", optimiser=optimiser, momentum=momentum, engine=engine)
    whole = trained(setup, 41)
    first = trained(setup, 17)
    state = first.state()
    first.advance(steps=9)  # what the first goes on to do leaves its state alone
    second = Trainer(setup, state)
    assert second.advance(steps=24) == 24
    assert_same(second.state(), whole.state())


def test_pieces_of_any_length_are_one_training():
    pieces = Trainer(SMALL)
    for steps in (1, 4, 0, 30):
        assert pieces.advance(steps=steps) == steps
    while pieces.step < 60:
        pieces.advance(steps=60 - pieces.step, seconds=0.001)
    assert_same(pieces.state(), trained(SMALL, 60).state())


def test_the_data_of_a_step_come_from_the_seed_and_its_number_alone():
    seen = []

    class Watched(type(PARITY)):  # type: ignore[misc]
        def batch(self, rng, size):
            seen.append(rng.bit_generator.state)
            return super().batch(rng, size)

    trainer = Trainer(replace(SMALL, task=Watched(8), seed=7))
    trainer.advance(steps=3)
    due = [np.random.default_rng([7, step]).bit_generator.state for step in range(3)]
    assert [state for state in seen if state in due] == due


def test_a_solved_training_stops_at_the_step_that_met_the_goal_and_can_go_on():
    setup = TrainingSetup(
        PARITY, hidden_size=8, batch_size=32, learning_rate=0.03, max_steps=3000, seed=1
    )
    trainer = Trainer(setup)
    trainer.advance()
    assert trainer.status == "solved"
    assert trainer.step < 3000
    assert (
        trainer.solved_at == trainer.step == trainer.held_out[-1][0] == trainer.snapshots.steps[-1]
    )
    assert PARITY.solved(trainer.held_out[-1][2])
    assert not any(PARITY.solved(score) for _, _, score in trainer.held_out[:-1])
    assert trainer.advance(steps=5) == 0

    longer = Trainer(replace(setup, stop_when_solved=False), trainer.state())
    assert longer.status == "running"
    assert longer.advance(steps=5) == 5


def test_it_finishes_after_the_steps_it_was_given_with_score_and_snapshot_of_the_end():
    trainer = Trainer(replace(SMALL, max_steps=23))
    assert trainer.advance() == 23
    assert (trainer.status, trainer.problem) == ("finished", "")
    assert [step for step, _, _ in trainer.held_out] == [0, 10, 20, 23]
    assert trainer.snapshots.steps[-1] == 23
    for name, value in trainer.weights.items():
        np.testing.assert_array_equal(value, trainer.snapshots.at(23)[name])
    assert Trainer(replace(SMALL, max_steps=24), trainer.state()).status == "running"
    with pytest.raises(ValueError, match="its seed is another"):
        Trainer(replace(SMALL, seed=1), trainer.state())


def test_held_out_scores_are_those_of_the_same_weights_computed_apart():
    """Forward by hand: a tanh RNN of one unit on parity, its logits against the answers."""
    trainer = Trainer(replace(SMALL, cell="rnn_tanh", hidden_size=1, dtype="float64"))
    trainer.advance(steps=10)
    weights = {name: value.ravel().tolist() for name, value in trainer.weights.items()}
    batch = PARITY.held_out(200)
    right, nats, asked = 0, 0.0, 0
    for b in range(batch.inputs.shape[1]):
        h = 0.0
        for t in range(8):
            a = weights["bias_ih_l0"][0] + weights["bias_hh_l0"][0] + weights["weight_hh_l0"][0] * h
            x = batch.inputs[t, b].tolist()
            h = math.tanh(a + sum(w * v for w, v in zip(weights["weight_ih_l0"], x, strict=True)))
            y = [
                v * h + c
                for v, c in zip(weights["readout.weight"], weights["readout.bias"], strict=True)
            ]
            if batch.mask[t, b]:
                target, asked = int(batch.targets[t, b]), asked + 1
                right += y[target] == max(y)
                nats += math.log(sum(map(math.exp, y))) - y[target]
    step, loss, score = trainer.held_out[-1]
    assert step == 10
    assert score == pytest.approx(right / asked, abs=1e-12)
    assert loss == pytest.approx(nats / asked, abs=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "torch-cpu"])
def test_an_exploding_training_stops_says_so_and_keeps_the_last_sound_weights(engine):
    """ReLU, squared error, no clipping, far too large a rate: the weights outgrow float32."""
    setup = TrainingSetup(
        task_of("adding", {"length": 20}),
        cell="rnn_relu",
        start="identity",
        optimiser="sgd",
        learning_rate=5.0,
        clip_norm=None,
        batch_size=4,
        engine=engine,
        hidden_size=8,
    )
    trainer = Trainer(setup)
    trainer.advance(steps=500)
    assert trainer.status == "broken"
    assert trainer.step < 100
    assert f"After {trainer.step} updates" in trainer.problem
    assert "float32" in trainer.problem
    assert "clip_norm" in trainer.problem
    assert np.isfinite(trainer.losses).all()
    assert len(trainer.losses) == len(trainer.grad_norms) == trainer.step
    kept = trainer.snapshots.steps[-1]
    assert kept <= trainer.step
    assert f"after {kept} updates" in trainer.problem
    for name, value in trainer.weights.items():
        assert np.isfinite(value).all()
        np.testing.assert_array_equal(value, trainer.snapshots.at(kept)[name])
    assert trainer.advance(steps=5) == 0
    assert Trainer(setup, trainer.state()).status == "broken"

    healthy = Trainer(replace(setup, max_steps=kept or 1, stop_when_solved=False))
    healthy.advance(steps=kept)
    for name, value in healthy.weights.items():
        np.testing.assert_array_equal(value, trainer.weights[name], err_msg=name)


@pytest.mark.parametrize("truncation", [None, 3])
@pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm", "window"])
def test_both_engines_give_the_same_losses_to_rounding(cell, truncation):
    truncation = None if cell == "window" else truncation
    setup = replace(SMALL, cell=cell, window=3, truncation=truncation, clip_norm=0.2)
    ours, theirs = (
        trained(replace(setup, engine="numpy"), 30),
        trained(replace(setup, engine="torch-cpu"), 30),
    )
    assert (ours.engine_name, theirs.engine_name) == ("numpy", "torch-cpu")
    np.testing.assert_allclose(ours.losses, theirs.losses, rtol=2e-5)
    np.testing.assert_allclose(ours.held_out, theirs.held_out, rtol=2e-3)


def test_a_training_begun_by_numpy_goes_on_in_torch():
    setup = replace(SMALL, dtype="float64", cell="lstm")
    whole = trained(setup, 40)
    changed = Trainer(replace(setup, engine="torch-cpu"), trained(setup, 20).state())
    changed.advance(steps=20)
    np.testing.assert_allclose(changed.losses, whole.losses, rtol=0, atol=1e-12)


def test_a_small_training_never_imports_torch():
    code = (
        "import sys; from rnn_core import Trainer, TrainingSetup, task_of;"
        "t = Trainer(TrainingSetup(task_of('adding', {'length': 10}))); t.advance(steps=12);"
        "t.state(); assert t.step == 12 and t.engine_name == 'numpy';"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_torch_is_chosen_where_there_is_a_gpu_and_the_size_deserves_it(monkeypatch):
    from rnn_core.train import engine_torch

    large = replace(SMALL, task=task_of("parity", {"length": 300}), hidden_size=256, batch_size=64)
    monkeypatch.setattr(engine_torch, "devices", lambda: [])
    assert engine_name(large) == "numpy"
    monkeypatch.setattr(engine_torch, "devices", lambda: ["mps"])
    assert engine_name(large) == "torch-mps"
    assert engine_name(replace(large, dtype="float64")) == "numpy"
    assert engine_name(SMALL) == "numpy"
    assert engine_name(replace(large, engine="numpy")) == "numpy"
    with pytest.raises(ValueError, match="torch-cuda"):
        Trainer(replace(SMALL, engine="torch-cuda"))


def test_operations_count_the_products_of_a_step():
    """LSTM, T = 8, batch 8, two layers of 4, read-out 2: each product thrice, 2 for each entry."""
    layers = 16 * (PARITY.input_size + 4) + 16 * (4 + 4)
    due = 6.0 * 8 * 8 * (layers + 4 * PARITY.output_size)
    assert operations(replace(SMALL, num_layers=2)) == due
