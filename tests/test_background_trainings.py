"""Trainings in real worker processes: exact whatever happens, in order, each its owner's alone."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from background import Trainings, TrainingsError, bounds
from tests.background_runs import ANN, BEN, alone, small, wait_for, wait_for_step, wait_until


@pytest.fixture
def trainings(tmp_path: Path) -> Iterator[Trainings]:
    """One slot, and turns that end when a test says so."""
    made = Trainings(tmp_path / "runs", slots=1, turn_seconds=600.0)
    yield made
    made.close()


def workers(trainings: Trainings) -> list[int]:
    """Process ids of those that train."""
    return [worker.pid for worker in trainings._schedule._busy]


def assert_like_uninterrupted(trainings: Trainings, run: str, track: int = 0) -> None:
    found = trainings.status(run).tracks[track]
    expected = alone(found.setup, found.step)
    np.testing.assert_array_equal(found.losses, expected.losses)
    np.testing.assert_array_equal(found.grad_norms, expected.grad_norms)
    assert found.held_out == tuple(expected.held_out)
    weights = trainings.weights(run, track)
    assert weights.keys() == expected.weights.keys()
    for name, value in expected.weights.items():
        np.testing.assert_array_equal(weights[name], value)
    assert found.snapshots[0] == 0
    for step in found.snapshots[:3]:
        kept = trainings.weights(run, track, step)
        for name, value in alone(found.setup, step).weights.items():
            np.testing.assert_array_equal(kept[name], value)


def test_a_run_trains_to_its_end_as_it_would_alone(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small(steps=300)], title="Parity")
    status = wait_for(trainings, run, "done")
    assert (status.title, status.place, status.problem) == ("Parity", None, "")
    (track,) = status.tracks
    assert (track.step, track.status, track.engine) == (300, "finished", "numpy")
    assert track.steps_per_second == 0.0
    assert_like_uninterrupted(trainings, run)


def test_paused_stepped_and_resumed_it_is_bit_for_bit_the_same(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small(), small(seed=1, cell="lstm")])
    wait_for_step(trainings, run, 20)
    trainings.pause(ANN, run)
    paused = [track.step for track in wait_for(trainings, run, "paused").tracks]
    trainings.step(ANN, run)
    assert [t.step for t in wait_for(trainings, run, "paused").tracks] == [n + 1 for n in paused]
    trainings.step(ANN, run, 5)
    assert [t.step for t in wait_for(trainings, run, "paused").tracks] == [n + 6 for n in paused]
    trainings.resume(ANN, run)
    wait_for_step(trainings, run, max(paused) + 100)
    trainings.stop(ANN, run)
    wait_for(trainings, run, "stopped")
    assert_like_uninterrupted(trainings, run, track=0)
    assert_like_uninterrupted(trainings, run, track=1)


def test_the_version_grows_while_it_trains_and_rests_with_it(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small()])
    wait_for_step(trainings, run, 10)
    before = trainings.version(run)
    wait_until(lambda: trainings.version(run) > before)
    wait_until(lambda: trainings.status(run).tracks[0].steps_per_second > 0.0)
    left = trainings.status(run).tracks[0].seconds_left
    assert left is not None
    assert left > 0.0
    trainings.pause(ANN, run)
    version = wait_for(trainings, run, "paused").version
    assert trainings.version(run) == version


def test_what_was_given_out_stays_as_it_was(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small()])
    wait_for_step(trainings, run, 5)
    early, weights = trainings.status(run).tracks[0], trainings.weights(run, 0)
    losses = early.losses.copy()
    copies = {name: value.copy() for name, value in weights.items()}
    wait_for_step(trainings, run, early.step + 50)
    np.testing.assert_array_equal(early.losses, losses)
    for name, value in copies.items():
        np.testing.assert_array_equal(weights[name], value)
    with pytest.raises(ValueError, match="read-only"):
        early.losses[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        next(iter(weights.values()))[...] = 1.0


def test_the_queue_shows_places_and_serves_every_owner(trainings: Trainings) -> None:
    first = trainings.start(ANN, [small()])
    second = trainings.start(ANN, [small(seed=1)])
    third = trainings.start(ANN, [small(seed=2, steps=50)])
    bens = trainings.start(BEN, [small(seed=3)])
    runs = (first, second, third, bens)
    assert [trainings.status(run).place for run in runs] == [None, 2, 3, 1]
    assert trainings.waiting == 3
    trainings.pause(ANN, second)
    assert [trainings.status(run).place for run in runs] == [None, None, 2, 1]
    trainings.stop(ANN, first)
    wait_for(trainings, bens, "running")
    assert trainings.status(first).state == "stopped"
    assert [trainings.status(run).place for run in runs] == [None, None, 1, None]
    trainings.stop(BEN, bens)
    wait_for(trainings, third, "done")
    assert trainings.waiting == 0


def test_never_more_train_than_there_are_slots_and_long_ones_make_room(tmp_path: Path) -> None:
    trainings = Trainings(tmp_path, slots=2, turn_seconds=0.0)
    try:
        owners = [f"{number:032x}" for number in range(3)]
        runs = [trainings.start(owner, [small()]) for owner in owners]
        most = 0
        gave_way: set[str] = set()

        def all_gave_way() -> bool:
            nonlocal most
            found = [trainings.status(run) for run in runs]
            most = max(most, sum(status.state == "running" for status in found))
            gave_way.update(
                status.id
                for status in found
                if status.state == "queued" and status.tracks[0].step > 0
            )
            return gave_way == set(runs)

        wait_until(all_gave_way)
        assert most == 2
        trainings.stop(owners[0], runs[0])
        wait_for(trainings, runs[0], "stopped")
        assert_like_uninterrupted(trainings, runs[0])
    finally:
        trainings.close()


def test_nobody_touches_what_is_anothers(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small()])
    assert trainings.owns(ANN, run)
    for stranger in (BEN, ""):
        assert not trainings.owns(stranger, run)
        for touch in (
            trainings.pause,
            trainings.resume,
            trainings.step,
            trainings.stop,
            trainings.forget,
        ):
            with pytest.raises(TrainingsError):
                touch(stranger, run)
    assert trainings.of(BEN) == []
    assert [status.id for status in trainings.of(ANN)] == [run]
    assert trainings.status(run).state == "running"


def test_the_owners_id_is_written_nowhere(trainings: Trainings, tmp_path: Path) -> None:
    run = trainings.start(ANN, [small(steps=20)])
    wait_for(trainings, run, "done")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "run.json" for path in files)
    assert not [path for path in files if ANN.encode() in path.read_bytes()]
    assert ANN not in repr(trainings.status(run))


def test_a_killed_worker_leaves_its_run_paused_and_the_next_one_trains(
    trainings: Trainings,
) -> None:
    run = trainings.start(ANN, [small()])
    wait_for_step(trainings, run, 50)
    trainings.pause(ANN, run)
    kept = wait_for(trainings, run, "paused").tracks[0].step
    trainings.resume(ANN, run)
    wait_for_step(trainings, run, kept + 1)
    waiting = trainings.start(BEN, [small(seed=1, steps=50)])
    (pid,) = workers(trainings)
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    status = wait_for(trainings, run, "paused")
    assert "process that trained this ended" in status.problem
    assert status.tracks[0].step >= kept
    wait_for(trainings, waiting, "done")
    trainings.resume(ANN, run)
    assert wait_for(trainings, run, "running").problem == ""
    wait_for_step(trainings, run, status.tracks[0].step + 50)
    trainings.stop(ANN, run)
    wait_for(trainings, run, "stopped")
    assert_like_uninterrupted(trainings, run)


def test_a_forgotten_run_leaves_nothing(trainings: Trainings, tmp_path: Path) -> None:
    run = trainings.start(ANN, [small()])
    wait_for_step(trainings, run, 10)
    trainings.forget(ANN, run)
    with pytest.raises(TrainingsError, match="no such training"):
        trainings.status(run)
    wait_until(lambda: not list((tmp_path / "runs" / "0").iterdir()))
    after = trainings.start(ANN, [small(steps=20)])
    wait_for(trainings, after, "done")


def test_a_training_that_breaks_says_why_and_keeps_its_last_good_weights(
    trainings: Trainings,
) -> None:
    wild = small(cell="rnn_relu", optimiser="sgd", learning_rate=1e6, clip_norm=None, length=60)
    run = trainings.start(ANN, [wild])
    status = wait_for(trainings, run, "broken")
    assert status.tracks[0].status == "broken"
    assert "finite" in status.tracks[0].problem
    assert all(np.isfinite(value).all() for value in trainings.weights(run, 0).values())
    beside = trainings.start(ANN, [wild, small(steps=20)])
    tracks = wait_for(trainings, beside, "done").tracks
    assert [track.status for track in tracks] == ["broken", "finished"]


def test_an_engine_that_is_not_there_is_said(
    trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    run = trainings.start(ANN, [small(engine="torch-cuda")])
    assert "cuda" in wait_for(trainings, run, "broken").problem
    assert wait_for(trainings, trainings.start(ANN, [small(steps=20)]), "done")


def test_what_has_ended_stays_ended(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small(steps=20)])
    wait_for(trainings, run, "done")
    trainings.pause(ANN, run)
    trainings.stop(ANN, run)
    assert trainings.status(run).state == "done"
    with pytest.raises(TrainingsError, match="has ended and cannot go on"):
        trainings.resume(ANN, run)
    with pytest.raises(TrainingsError, match="Only a paused training goes step by step"):
        trainings.step(ANN, run)


def test_wrong_questions_get_one_clear_sentence(trainings: Trainings) -> None:
    run = trainings.start(ANN, [small(steps=20)])
    wait_for(trainings, run, "done")
    with pytest.raises(TrainingsError, match="track must be 0 to 0; got 1"):
        trainings.weights(run, 1)
    with pytest.raises(TrainingsError, match="no snapshot of step 21; there are: 0, 1, 2"):
        trainings.weights(run, 0, 21)
    with pytest.raises(TrainingsError, match="no such training"):
        trainings.version("../../etc")
    with pytest.raises(TrainingsError, match="1 to 3 networks; got 4"):
        trainings.start(ANN, [small()] * 4)
    with pytest.raises(TrainingsError, match="1 to 3 networks; got 0"):
        trainings.start(ANN, [])
    with pytest.raises(TrainingsError, match="at most 200000 on this server; got 200001"):
        trainings.start(ANN, [small(steps=200_001)])
    with pytest.raises(TrainingsError, match="80 printable characters"):
        trainings.start(ANN, [small()], title="a\nb")
    with pytest.raises(TrainingsError, match="allow cookies"):
        trainings.start("", [small()])
    with pytest.raises(ValueError, match="count must be a whole number, 1 to 1000; got 0"):
        trainings.step(ANN, run, 0)


def test_an_owners_open_runs_are_bounded_and_old_ended_ones_give_way(
    trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("background.room.MOST_OF_OWNER", 3)
    done = [trainings.start(ANN, [small(steps=1)]) for _ in range(3)]
    for run in done:
        wait_for(trainings, run, "done")
    paused = [trainings.start(ANN, [small()]) for _ in range(2)]
    assert [status.id for status in trainings.of(ANN)] == [*reversed(paused), done[2]]
    monkeypatch.setattr(bounds, "MOST_UNFINISHED", 2)
    with pytest.raises(TrainingsError, match="2 trainings of yours have not ended"):
        trainings.start(ANN, [small()])
    monkeypatch.setattr(bounds, "MOST_WAITING", 1)
    with pytest.raises(TrainingsError, match="1 trainings wait already"):
        trainings.start(BEN, [small()])


def test_the_servers_room_is_bounded(trainings: Trainings, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = trainings.start(ANN, [small(steps=1)])
    wait_for(trainings, ended, "done")
    monkeypatch.setattr("background.room.MOST_BYTES", 1)
    running = trainings.start(BEN, [small()])
    with pytest.raises(TrainingsError, match="no such training"):
        trainings.status(ended)
    with pytest.raises(TrainingsError, match="has no room for more"):
        trainings.start(ANN, [small()])
    assert trainings.status(running).state == "running"


def test_an_idle_worker_waits_for_the_next_run(trainings: Trainings) -> None:
    trainings.warm()
    trainings.warm()
    pids = set()
    for seed in range(3):
        run = trainings.start(ANN, [small(seed=seed)])
        pids |= set(workers(trainings))
        trainings.stop(ANN, run)
        wait_for(trainings, run, "stopped")
    assert len(pids) == 1
