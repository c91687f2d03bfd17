"""The server's sweeps: one process at a time, kept over its end, each learner's own."""

import os
import signal
import subprocess
import sys
import time

import pytest

from background.status import TrainingsError
from background.sweeps import DASK, MOST_UNFINISHED, Sweeps, may_use_dask
from rnn_core.sweep import is_in_use, parse, run_sweep, to_toml
from tests.sweep_examples import ROOT, SMALL, but_seconds, small

# Each training takes a while that a test can step into; none is solved.
SLOW = """
[task]
name = "adding"
length = 40
[training]
hidden_size = 8
max_steps = 60
stop_when_solved = false
engine = "numpy"
[grid]
seed = [0, 1, 2, 3, 4, 5]
"""
ENDLESS = SLOW.replace("max_steps = 60", "max_steps = 200_000")


@pytest.fixture
def made(tmp_path):
    """Makes the server's sweeps, and ends them."""
    all_made = []

    def make(**settings) -> Sweeps:
        all_made.append(Sweeps(tmp_path / "sweeps", **settings))
        return all_made[-1]

    yield make
    for one in all_made:
        one.close()


def until(condition, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def state(sweeps: Sweeps, owner: str, name: str) -> str:
    return sweeps.status(owner, name).state


def test_a_sweep_trains_in_its_own_process_to_the_rows_of_the_command(made, tmp_path):
    sweeps, sweep = made(), parse(SMALL.replace("[4, 1, 7]", "[4]"))
    name = sweeps.start("ada", sweep)
    assert state(sweeps, "ada", name) == "running"
    until(lambda: state(sweeps, "ada", name) == "done")
    found = sweeps.status("ada", name)
    assert but_seconds(found.rows) == but_seconds(run_sweep(sweep, tmp_path / "o"))
    assert (found.problem, found.place, found.seconds_left) == ("", None, None)


def test_a_cancelled_sweep_keeps_what_is_finished_and_goes_on_with_the_rest(made):
    sweeps = made()
    name = sweeps.start("ada", parse(SLOW))
    until(lambda: sweeps.status("ada", name).done >= 2)
    sweeps.stop("ada", name)
    until(lambda: state(sweeps, "ada", name) == "stopped")
    kept = sweeps.status("ada", name).rows
    assert 2 <= len(kept) < 6
    sweeps.resume("ada", name)
    until(lambda: state(sweeps, "ada", name) == "done")
    rows = sweeps.status("ada", name).rows
    assert {cell: rows[cell] for cell in kept} == kept, "what was finished was trained again"


@pytest.mark.skipif(os.name == "nt", reason="a kill as by the system")
def test_a_killed_server_s_process_ends_and_the_next_server_goes_on(made, tmp_path):
    root = tmp_path / "sweeps"
    script = (
        "import sys, time; from pathlib import Path; from rnn_core.sweep import parse\n"
        "from background.sweeps import Sweeps\n"
        "Sweeps(Path(sys.argv[1])).start('ada', parse(sys.argv[2])); time.sleep(60)"
    )
    server = subprocess.Popen([sys.executable, "-c", script, str(root), SLOW], cwd=ROOT)
    until(lambda: any(path.read_bytes().count(b"\n") > 2 for path in root.glob("*/results.jsonl")))
    server.send_signal(signal.SIGKILL)
    server.wait()
    (results,) = root.glob("*/results.jsonl")
    until(lambda: not is_in_use(results), 5)
    before = results.read_bytes()
    assert before.count(b"\n") < 7

    sweeps = made()
    (found,) = sweeps.of("ada")
    assert found.state == "running"
    until(lambda: state(sweeps, "ada", found.id) == "done")
    assert results.read_bytes().startswith(before), "what was finished was trained again"


def test_a_second_sweep_waits_in_a_queue_that_is_seen_and_gets_its_turn(made):
    sweeps = made(turn_seconds=0.2)
    slow = sweeps.start("ada", parse(SLOW))
    quick = sweeps.start("bea", parse('[task]\nname = "parity"\n[training]\nmax_steps = 30'))
    assert sweeps.waiting == 1
    found = sweeps.status("bea", quick)
    assert (found.state, found.place) == ("queued", 1)
    until(lambda: state(sweeps, "bea", quick) == "running")
    assert state(sweeps, "ada", slow) == "queued", "the long one gives way to the one that waits"
    assert 1 <= sweeps.status("ada", slow).done < 6
    until(lambda: state(sweeps, "bea", quick) == state(sweeps, "ada", slow) == "done")


def test_nobody_sees_or_touches_another_s_sweep(made):
    sweeps = made()
    name = sweeps.start("ada", parse(ENDLESS))
    assert sweeps.of("bea") == []
    for act in (sweeps.status, sweeps.stop, sweeps.resume, sweeps.forget):
        with pytest.raises(TrainingsError, match="no such sweep of yours"):
            act("bea", name)
    with pytest.raises(TrainingsError, match="allow cookies"):
        sweeps.start("", small())
    assert state(sweeps, "ada", name) == "running"


def test_a_deleted_sweep_leaves_nothing(made):
    sweeps = made()
    name = sweeps.start("ada", parse(ENDLESS))
    sweeps.forget("ada", name)
    assert sweeps.of("ada") == []
    until(lambda: not (sweeps.root / name).exists())


def test_what_is_too_much_is_refused_in_words(made):
    sweeps = made()
    seeds = ", ".join(map(str, range(501)))
    with pytest.raises(TrainingsError, match=r"at most 500 trainings on this server; .* has 2004"):
        sweeps.start("ada", parse(SMALL.replace("4, 1, 7", seeds)))
    with pytest.raises(TrainingsError, match="max_steps may be at most 200000"):
        sweeps.start("ada", parse(SMALL.replace("max_steps = 50", "max_steps = 300_000")))
    for _ in range(MOST_UNFINISHED):
        sweeps.start("ada", parse(ENDLESS))
    with pytest.raises(TrainingsError, match="You have 3 sweeps that train or wait"):
        sweeps.start("ada", small())


def test_a_process_that_dies_is_told_and_a_damaged_folder_passed_over(made):
    sweeps = made()
    name = sweeps.start("ada", parse(ENDLESS))
    until((sweeps.root / name / "results.jsonl").exists)
    sweeps._process.kill()
    until(lambda: state(sweeps, "ada", name) == "stopped")
    assert "was killed (signal 9)" in sweeps.status("ada", name).problem
    sweeps.close()
    (sweeps.root / ("0" * 16)).mkdir()
    (sweeps.root / name / "sweep.toml").write_text(to_toml(small()) + "[grid", "utf-8")
    assert made().of("ada") == []


def test_a_cluster_s_address_must_be_allowed_by_whoever_runs_the_server(made, monkeypatch):
    monkeypatch.delenv(DASK, raising=False)
    with pytest.raises(TrainingsError, match=f"may not train on tcp://x:1: see {DASK}"):
        made().start("ada", small(), "tcp://x:1")
    monkeypatch.setenv(DASK, "tcp://a:1, tcp://b:2")
    assert may_use_dask("tcp://b:2")
    assert not may_use_dask("tcp://c:3")
    monkeypatch.setenv(DASK, "any")
    assert may_use_dask("tcp://c:3")
    assert not may_use_dask("")
