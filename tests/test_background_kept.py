"""What outlives a server: killed ones, two at once, and folders that somebody has spoilt."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from background import Trainings, TrainingsError, bounds, kept
from background import trainings as trainings_of_this_server
from start import ROOT
from tests.background_runs import ANN, BEN, alone, small, wait_for, wait_until

# A server: begins a training and one that waits, and says how far it is until it is killed.
SERVER = """
import sys, time
from pathlib import Path
from background import Trainings
from tests.background_runs import ANN, BEN, small
trainings = Trainings(Path(sys.argv[1]), slots=1)
run = trainings.start(ANN, [small(steps=200), small(seed=1, steps=200)], "Two")
waiting = trainings.start(BEN, [small(seed=2, steps=30)])
print(run, waiting, flush=True)
print(*[worker.pid for worker in trainings._schedule._busy], flush=True)
while True:
    print(trainings.status(run).tracks[0].step, flush=True)
    time.sleep(0.01)
"""


@contextmanager
def opened(folder: Path) -> Iterator[Trainings]:
    trainings = Trainings(folder, slots=1)
    try:
        yield trainings
    finally:
        trainings.close()


@pytest.fixture(scope="module")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which one server has trained one run to its end, paused one, and ended."""
    folder = tmp_path_factory.mktemp("kept")
    with opened(folder) as trainings:
        wait_for(trainings, trainings.start(ANN, [small(steps=40)], "Done"), "done")
        # It waits for this one's slot: running, it might have ended before it is paused.
        busy = trainings.start(BEN, [small()])
        paused = trainings.start(ANN, [small(seed=1, steps=120)], "Paused")
        trainings.pause(ANN, paused)
        wait_for(trainings, paused, "paused")
        trainings.forget(BEN, busy)
        trainings.step(ANN, paused, 25)
        wait_for(trainings, paused, "paused")
    return folder


@pytest.fixture
def ended(kept_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    return Path(shutil.copytree(kept_once, tmp_path / "runs"))


def folder_of(root: Path, title: str) -> Path:
    sheets = root.glob("*/*/run.json")
    (found,) = [sheet for sheet in sheets if json.loads(sheet.read_text())["title"] == title]
    return found.parent


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that nobody has waited for counts as ended."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat")
        return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_what_was_kept_is_there_again(ended: Path) -> None:
    with opened(ended) as trainings:
        paused, done = trainings.of(ANN)
        assert (done.title, done.state, done.tracks[0].step) == ("Done", "done", 40)
        np.testing.assert_array_equal(done.tracks[0].losses, alone(small(), 40).losses)
        assert (paused.state, paused.problem, paused.tracks[0].step) == ("paused", "", 25)
        trainings.resume(ANN, paused.id)
        wait_for(trainings, paused.id, "done")
        expected = alone(small(seed=1), 120)
        for name, value in trainings.weights(paused.id, 0).items():
            np.testing.assert_array_equal(value, expected.weights[name])


def test_a_killed_server_loses_nothing_and_goes_on_to_the_same_losses(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        run, waiting = server.stdout.readline().split()
        worker = int(server.stdout.readline())
        while int(server.stdout.readline()) < 20:
            continue
        server.kill()
    if os.name != "nt":
        wait_until(lambda: not is_alive(worker))
    with opened(tmp_path) as trainings:
        status = trainings.status(run)
        assert (status.state, status.title) == ("paused", "Two")
        assert "server ended while this trained" in status.problem
        assert "server ended while this waited" in trainings.status(waiting).problem
        assert status.tracks[0].step >= 20, "the worker keeps what it has when its server goes"
        trainings.resume(ANN, run)
        trainings.resume(BEN, waiting)
        tracks = wait_for(trainings, run, "done").tracks
        for seed, track in enumerate(tracks):
            np.testing.assert_array_equal(track.losses, alone(small(seed=seed), 200).losses)
        wait_for(trainings, waiting, "done")


def test_two_servers_never_have_the_same_run(ended: Path) -> None:
    with opened(ended) as first, opened(ended) as second:
        assert len(first.of(ANN)) == 2
        assert second.of(ANN) == []
        run = second.start(ANN, [small(steps=20)])
        wait_for(second, run, "done")
    with opened(ended) as third:
        assert len(third.of(ANN)) == 3


def test_a_damaged_checkpoint_is_set_aside_and_that_network_begins_anew(ended: Path) -> None:
    folder = folder_of(ended, "Paused")
    (folder / "track-0.safetensors").write_bytes(b"not weights")
    with opened(ended) as trainings:
        (status,) = [status for status in trainings.of(ANN) if status.title == "Paused"]
        assert status.tracks[0].step == 0
        assert "track-0.safetensors cannot be read" in status.problem
        assert (folder / "track-0.safetensors.damaged").read_bytes() == b"not weights"
        trainings.resume(ANN, status.id)
        track = wait_for(trainings, status.id, "done").tracks[0]
        np.testing.assert_array_equal(track.losses, alone(small(seed=1), 120).losses)


def test_a_checkpoint_of_another_training_is_not_taken(ended: Path) -> None:
    other, folder = folder_of(ended, "Done"), folder_of(ended, "Paused")
    content = (other / "track-0.safetensors").read_bytes()
    (folder / "track-0.safetensors").write_bytes(content)
    with opened(ended) as trainings:
        run = folder.name
        trainings.resume(ANN, run)
        status = wait_for(trainings, run, "done")
        assert "another setup" in status.problem
        np.testing.assert_array_equal(status.tracks[0].losses, alone(small(seed=1), 120).losses)


def test_a_mutated_sheet_is_read_or_set_aside_and_nothing_else(ended: Path) -> None:
    sheet = folder_of(ended, "Paused") / "run.json"
    good = sheet.read_bytes()
    rng = random.Random(0)
    said = []
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(bad))
            bad[place : place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
        sheet.write_bytes(bad)
        try:
            kept.read_run(sheet.parent)
        except ValueError as error:
            said.append(str(error))
    assert len(said) > 100
    assert all(words.startswith("run.json is damaged: ") for words in said)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"layout": 1}',
        b'{"layout": 99' + b"9" * 5000 + b"}",
        b"\xff\xfe\x00",
    ],
    ids=["empty", "null", "deep", "short", "huge number", "no text"],
)
def test_a_spoilt_run_is_set_aside_and_the_others_are_there(ended: Path, content: bytes) -> None:
    folder = folder_of(ended, "Paused")
    (folder / "run.json").write_bytes(content)
    with opened(ended) as trainings:
        assert [status.title for status in trainings.of(ANN)] == ["Done"]
        assert trainings.damaged == (folder.with_name(folder.name + ".damaged"),)
        wait_for(trainings, trainings.start(ANN, [small(steps=5)]), "done")


def test_what_is_no_run_does_no_harm(ended: Path, tmp_path: Path) -> None:
    hall = ended / "0"
    (hall / "0123456789abcdef").write_text("a file")
    (hall / "0123456789abcde0").mkdir()  # what is left of a run that was forgotten
    (hall / "notes.txt").write_text("mine")
    with opened(ended) as trainings:
        assert len(trainings.of(ANN)) == 2
    assert not (hall / "0123456789abcde0").exists()
    assert (hall / "notes.txt").read_text() == "mine"
    assert (hall / "0123456789abcdef.damaged").read_text() == "a file"


def test_a_sheet_cannot_name_a_folder_elsewhere(ended: Path) -> None:
    folder = folder_of(ended, "Done")
    values = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(values | {"id": "../../elsewhere"}))
    with opened(ended) as trainings:
        assert [status.title for status in trainings.of(ANN)] == ["Paused"]


def test_an_old_run_gives_way(ended: Path) -> None:
    sheet = folder_of(ended, "Done") / "run.json"
    os.utime(sheet, (0, 0))
    with opened(ended) as trainings:
        assert len(trainings.of(ANN)) == 2
        wait_for(trainings, trainings.start(BEN, [small(steps=5)]), "done")
        assert [status.title for status in trainings.of(ANN)] == ["Paused"]


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingsError, match="No trainings can be kept in"):
        Trainings(tmp_path / "file" / "runs", slots=1)


def test_the_number_of_slots_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_TRAININGS", "3")
    assert bounds.slots() == 3
    monkeypatch.delenv("UNROLLED_TRAININGS")
    assert bounds.slots() == os.cpu_count()
    for wrong in ("0", "-1", "many", "1000"):
        monkeypatch.setenv("UNROLLED_TRAININGS", wrong)
        with pytest.raises(TrainingsError, match=f"UNROLLED_TRAININGS .* 1 to 256; got '{wrong}'"):
            bounds.slots()


def test_a_server_process_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNROLLED_RUNS", str(tmp_path))
    monkeypatch.setattr("background.opening._FOUND", {})
    found = trainings_of_this_server()
    try:
        assert trainings_of_this_server() is found
        wait_for(found, found.start(ANN, [small(steps=5)]), "done")
        assert list(tmp_path.glob("0/*/run.json"))
    finally:
        found.close()
