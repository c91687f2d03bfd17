"""Snapshots are dense early, exact, bounded; what they show is what happened; files keep it all."""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from rnn_core import Trainer, TrainingSetup, task_of
from rnn_core.tasks import TASKS
from rnn_core.train import Snapshots, TrainingState, checkpoint, snapshots
from rnn_core.train.course import Measures, learned_at, measure
from tests.test_train_trainer import SMALL, assert_same

ADDING = task_of("adding", {"length": 6})


def some_weights(step: int, count: int = 10) -> dict[str, np.ndarray]:
    return {"a": np.full(count, float(step)), "b": np.array([[step]], np.float32)}


def test_every_early_step_is_kept_and_later_ones_grow_apart():
    steps = [0]
    while steps[-1] < 5000:
        steps.append(snapshots.next_due(steps[-1]))
    assert steps[:34] == [*range(33), 34]
    assert all(1 <= b - a <= max(1, a / 16) for a, b in itertools.pairwise(steps))
    assert 100 < len(steps) < 130
    assert snapshots.next_due(33) == 34  # also from a step that has none


@pytest.mark.parametrize(("most", "most_bytes"), [(20, 10**9), (10**9, 20 * 84), (3, 1)])
def test_number_and_bytes_are_bounded_first_and_last_stay(most, most_bytes):
    kept = Snapshots(most=most, most_bytes=most_bytes)
    for step in range(300):
        kept.add(step, some_weights(step))
        assert len(kept.steps) <= max(2, min(most, most_bytes // 84))
        assert kept.nbytes <= max(2 * 84, most_bytes)
        assert (kept.steps[0], kept.steps[-1]) == (0, step)
    for step in kept.steps:
        assert set(kept.at(step)["a"]) == {float(step)}
    if len(kept.steps) > 2:  # the picks stay even on the scale ln(1 + s), as whole steps allow
        gaps = np.diff(np.log1p(kept.steps))
        assert gaps.max() < 4 * np.median(gaps)


def test_a_snapshot_is_a_copy_that_nobody_can_change():
    kept, weights = Snapshots(), some_weights(1)
    kept.add(0, weights)
    weights["a"][:] = 9.0
    assert set(kept.at(0)["a"]) == {1.0}
    with pytest.raises(ValueError, match="read-only"):
        kept.at(0)["a"][0] = 2.0
    with pytest.raises(KeyError, match="step 5 has no snapshot"):
        kept.at(5)
    kept.add(4, weights)
    with pytest.raises(ValueError, match="must not lie before 4"):
        kept.add(3, weights)


def test_the_snapshots_of_a_training_are_the_weights_that_it_had():
    trainer = Trainer(SMALL)
    weights = {0: trainer.weights}
    for _ in range(40):
        trainer.advance(steps=1)
        weights[trainer.step] = trainer.weights
    assert trainer.snapshots.steps == (*range(33), 34, 36, 38, 40)
    for step in trainer.snapshots.steps:
        for name, value in trainer.snapshots.at(step).items():
            np.testing.assert_array_equal(value, weights[step][name])


def test_measures_of_a_one_unit_network_are_those_worked_out_by_hand():
    """A tanh RNN with one unit on the adding problem, and central differences for ∂L_b/∂h_t."""
    setup = TrainingSetup(ADDING, cell="rnn_tanh", hidden_size=1, dtype="float64")
    weights = Trainer(setup).weights
    w = {name: value.ravel().tolist() for name, value in weights.items()}
    batch = ADDING.held_out(32)

    def states(b: int, at: int = -1, nudge: float = 0.0) -> list[float]:
        h, seen = 0.0, []
        for t in range(6):
            x = batch.inputs[t, b].tolist()
            a = sum(v * u for v, u in zip(w["weight_ih_l0"], x, strict=True))
            h = math.tanh(a + w["weight_hh_l0"][0] * h + w["bias_ih_l0"][0] + w["bias_hh_l0"][0])
            h += nudge if t == at else 0.0
            seen.append(h)
        return seen

    def loss(b: int, at: int = -1, nudge: float = 0.0) -> float:
        y = w["readout.weight"][0] * states(b, at, nudge)[-1] + w["readout.bias"][0]
        return (y - batch.targets[-1, b, 0]) ** 2

    found, count, small = measure(setup, weights), 32, 1e-6
    due = [
        sum(abs(loss(b, t, small) - loss(b, t, -small)) / (2 * small) for b in range(count)) / count
        for t in range(6)
    ]
    np.testing.assert_allclose(found.grad_hidden, due, rtol=1e-6)
    mean_abs = np.abs([states(b) for b in range(count)]).mean(axis=0)
    np.testing.assert_allclose(found.hidden, mean_abs, rtol=1e-12)
    assert np.isnan(found.error[:5]).all()
    assert found.error[5] == pytest.approx(sum(loss(b) for b in range(count)) / count, rel=1e-12)
    assert found.gates == {}


@pytest.mark.parametrize("cell", ["gru", "lstm", "window"])
@pytest.mark.parametrize("name", TASKS)
def test_every_task_and_cell_has_its_measures(name, cell):
    given = {"series": {"values": [math.sin(k / 3) for k in range(90)], "last": 20}}
    task = task_of(name, given.get(name, {}))
    setup = TrainingSetup(task, cell=cell, hidden_size=3, window=2)
    found = measure(setup, Trainer(setup).weights)
    mask = task.held_out(32).mask
    assert len(found.hidden) == len(found.grad_hidden) == len(mask)
    np.testing.assert_array_equal(np.isfinite(found.error), mask.any(axis=1))
    gates = {"gru": {"reset_gate", "update_gate"}, "window": set()}
    assert found.gates.keys() == gates.get(cell, {"input_gate", "forget_gate", "output_gate"})
    assert all(((gate > 0.0) & (gate < 1.0)).all() for gate in found.gates.values())


def test_a_lag_is_learned_from_the_snapshot_on_from_which_its_error_stays_low():
    """A third of chance is 1/18, or less where a guess on the same answers costs less."""

    def course(errors: list[float]) -> Measures:
        nothing, groups = np.zeros(2), np.array([[1, 1], [5, 8], [9, 12]])
        guess = np.array([1 / 6, 1 / 5, 1 / 4])
        return Measures(nothing, nothing, nothing, {}, groups, np.array(errors), guess)

    low, high = 0.9 / 18, 1.1 / 18
    found = learned_at(
        ADDING,
        {
            0: course([low, high, low]),
            10: course([low, low, high]),
            20: course([low, high, low]),
            30: course([low, low, high]),
        },
    )
    assert found == {(1, 1): 0, (5, 8): 30, (9, 12): None}
    cheap = replace(course([low, low, low]), lag_guess=np.array([0.8 / 6, 1.0, 1.0]))
    assert learned_at(ADDING, {4: cheap}) == {(1, 1): None, (5, 8): 4, (9, 12): 4}
    assert learned_at(ADDING, {}) == {}


def a_state(**others: object) -> TrainingState:
    trainer = Trainer(replace(SMALL, cell="lstm", hidden_size=3, **others))  # type: ignore[arg-type]
    trainer.advance(steps=13)
    return trainer.state()


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop", "sgd"])
def test_a_file_gives_the_training_back_exactly(tmp_path, optimiser):
    state = a_state(optimiser=optimiser)
    checkpoint.save(tmp_path / "run", state)
    read = checkpoint.load(tmp_path / "run")
    assert read.setup == state.setup
    assert_same(read, state)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    on, whole = Trainer(read.setup, read), Trainer(state.setup)
    on.advance(steps=20)
    whole.advance(steps=33)
    assert_same(on.state(), whole.state())


def test_a_training_on_the_longest_text_of_ones_own_is_kept():
    own = task_of("text", {"source": "own", "text": '\U0001f600\n"\\' * 250_000, "length": 5})
    state = Trainer(TrainingSetup(own, hidden_size=2)).state()
    assert checkpoint.from_bytes(checkpoint.to_bytes(state)).setup == state.setup


def test_a_file_that_cannot_be_written_leaves_the_old_one_and_no_litter(tmp_path, monkeypatch):
    checkpoint.save(tmp_path / "run", a_state())
    before = (tmp_path / "run").read_bytes()

    def full(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        checkpoint.save(tmp_path / "run", a_state(seed=5))
    assert (tmp_path / "run").read_bytes() == before
    assert len([*tmp_path.iterdir()]) == 1


def test_a_broken_file_is_refused_never_run_and_never_a_traceback(tmp_path):
    content, rng = checkpoint.to_bytes(a_state()), np.random.default_rng(0)
    head = int.from_bytes(content[:8], "little") + 8
    refused = []
    for number in range(200):
        changed = bytearray(content)
        end = head if number % 2 else len(content)
        for place in rng.integers(0, end, size=1 + number % 5):
            changed[place] = rng.integers(256)
        if number % 10 == 0:
            changed = changed[: rng.integers(len(changed))]
        try:
            state = checkpoint.from_bytes(bytes(changed))
        except ValueError as error:
            refused.append(str(error))
        else:  # another number where a number stood: still a training that can go on
            Trainer(state.setup, state).advance(steps=1)
    assert len(refused) > 80
    assert all("no checkpoint" in said for said in refused)
    (tmp_path / "run").write_bytes(b"\x80\x04pickle")
    with pytest.raises(ValueError, match="run: it is no checkpoint"):
        checkpoint.load(tmp_path / "run")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": "14"}, "losses must be float64 of (14,); got float64 (13,)"),
        ({"step": "9"}, "must lie within the 9 steps made"),
        ({"status": "well"}, "status must be one of"),
        ({"format": "other"}, "format 'other'"),
        ({"setup": '{"task": {"name": "parity", "length": 8}}'}, "snapshots/weight_ih_l0 must be"),
        ({"setup": "[" * 100_000}, "no checkpoint"),
    ],
)
def test_a_file_that_contradicts_itself_says_where(change, said):
    content = checkpoint.to_bytes(a_state())
    size = int.from_bytes(content[:8], "little")
    head = json.loads(content[8 : 8 + size])
    head["__metadata__"] |= change
    new = json.dumps(head).encode()
    with pytest.raises(ValueError, match="no checkpoint") as caught:
        checkpoint.from_bytes(len(new).to_bytes(8, "little") + new + content[8 + size :])
    assert said in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(monkeypatch, tmp_path):
    checkpoint.save(tmp_path / "run", a_state())
    monkeypatch.setattr(checkpoint, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match="at most 1000 bytes"):
        checkpoint.load(tmp_path / "run")
