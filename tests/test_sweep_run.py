"""A sweep runs to its end whatever becomes of its process, here and on a cluster alike."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from distributed import LocalCluster
from distributed.diagnostics.plugin import SchedulerPlugin

from rnn_core.sweep import SweepError, outcomes, parse, read_rows, run_sweep
from rnn_core.sweep import cluster as cluster_module
from rnn_core.train import Trainer
from tests.sweep_examples import SMALL, but_seconds, command, small

# Never solved, so that each training takes the same while.
LONG = """
[task]
name = "adding"
length = 40
[training]
hidden_size = 8
max_steps = 100
stop_when_solved = false
engine = "numpy"
[grid]
cell = ["gru", "lstm"]
seed = [0, 1, 2, 3]
"""


@pytest.fixture(scope="module")
def told() -> list:
    """What was told of the run of `plain`."""
    return []


@pytest.fixture(scope="module")
def plain(tmp_path_factory, told):
    """The rows of the small sweep, trained in two processes of this machine."""
    out = tmp_path_factory.mktemp("plain") / "out.jsonl"
    return run_sweep(small(), out, jobs=2, tell=told.append)


def until(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def rows_in(path: Path) -> int:
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0


def test_a_row_says_what_a_trainer_alone_comes_to(plain):
    sweep = small()
    assert sorted(plain) == list(range(12))
    for cell in (sweep.cells[0], sweep.cells[5], sweep.cells[10]):
        trainer = Trainer(cell.setup)
        trainer.advance()
        step, loss, score = trainer.held_out[-1]
        row = plain[cell.index]
        assert (row.trained, row.loss, row.score) == (step, loss, score)
        assert row.solved == (trainer.status == "solved")
        assert row.steps == (step if row.solved else None)
    assert {row.solved for row in plain.values()} == {True, False}, "both kinds must be tested"


def test_progress_is_told_of_every_training(plain, told):
    assert [progress.done for progress in told] == list(range(13))
    assert {progress.total for progress in told} == {12}
    assert told[0].seconds_left is None
    assert told[-1].seconds_left == 0.0
    assert all(progress.seconds_left > 0 for progress in told[1:-1])


def test_a_broken_training_is_a_result_and_says_why(tmp_path):
    text = SMALL.replace("max_steps = 50", 'max_steps = 50\noptimiser = "sgd"\nclip_norm = "none"')
    text = text.replace("[4, 1, 7]", "[4]").replace("[2, 3]", "[3]").replace("0.002", "1e30")
    rows = run_sweep(parse(text), tmp_path / "out.jsonl")
    assert "outgrown float32" in rows[1].problem
    assert not rows[1].solved
    assert rows[1].steps is None


@pytest.mark.skipif(os.name == "nt", reason="a kill as by the system")
def test_a_killed_run_goes_on_with_what_is_missing_and_gives_the_same_table(tmp_path):
    file, out = tmp_path / "sweep.toml", tmp_path / "sweep.results.jsonl"
    file.write_text(LONG, "utf-8")
    killed = command(file, "--jobs", 1)
    until(lambda: rows_in(out) >= 2)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    kept = read_rows(out, parse(LONG))
    assert 2 <= len(kept) < 8

    again = command(file, "--jobs", 1)
    said, progress = again.communicate()
    assert again.returncode == 0, progress
    assert f"{len(kept)} of them known" in progress
    rows = read_rows(out, parse(LONG))
    assert {cell: rows[cell] for cell in kept} == kept, "what was finished was trained again"
    whole = run_sweep(parse(LONG), tmp_path / "whole.jsonl", jobs=2)
    assert but_seconds(rows) == but_seconds(whole)
    for one in outcomes(parse(LONG), rows):
        line = next(line for line in said.splitlines() if line.split()[0] == one.labels[0])
        assert f"{one.solved}/4" in line.split()


def test_a_stop_ends_a_run_in_the_middle_of_a_training_and_keeps_what_is_finished(tmp_path):
    sweep = parse(LONG.replace("max_steps = 100", "max_steps = 1_000_000"))
    stop = tmp_path / "stop"
    threading.Timer(1.0, stop.touch).start()
    began = time.monotonic()
    rows = run_sweep(sweep, tmp_path / "out.jsonl", stop=stop)
    assert rows == {}
    assert 1.0 <= time.monotonic() - began < 3.0


@pytest.mark.skipif(os.name == "nt", reason="a signal as by Ctrl-C")
def test_ctrl_c_ends_the_command_quietly_with_its_own_exit_code(tmp_path):
    file, out = tmp_path / "sweep.toml", tmp_path / "out.jsonl"
    file.write_text(LONG.replace("max_steps = 100", "max_steps = 2500"), "utf-8")
    process = command(file, "--jobs", 2, "--out", out)
    until(out.exists)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "the same command trains the rest" in said
    assert "Traceback" not in said


def test_the_command_ends_with_its_standard_input_when_asked_to(tmp_path):
    file, out = tmp_path / "sweep.toml", tmp_path / "out.jsonl"
    file.write_text(LONG.replace("max_steps = 100", "max_steps = 1_000_000"), "utf-8")
    process = command(file, "--jobs", 1, "--out", out, "--until-stdin-ends")
    until(out.exists)
    assert process.poll() is None
    process.communicate(timeout=20)  # closes it
    assert process.returncode == 3


@pytest.mark.parametrize(
    ("text", "arguments", "says"),
    [
        ("[grid", (), "sweep.toml: this is no TOML"),
        (None, (), "sweep.toml: No such file"),
        (SMALL, ("--jobs", "0"), "argument --jobs: must be a whole number, at least 1; got '0'"),
        (SMALL, ("--out", "sweep.toml"), "sweep.toml, line 1: is damaged"),
    ],
)
def test_a_wrong_command_says_so_in_a_line_and_ends_with_2(tmp_path, text, arguments, says):
    file = tmp_path / "sweep.toml"
    if text is not None:
        file.write_text(text, "utf-8")
    told = [str(file) if entry == "sweep.toml" else entry for entry in arguments]
    process = command(file, *told)
    _, said = process.communicate()
    assert process.returncode == 2
    assert says in said
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers, each a process of its own."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as made:
        yield made


class Trained(SchedulerPlugin):
    """Which worker finished which of our trainings."""

    def __init__(self) -> None:
        self.workers: dict[str, str] = {}

    def transition(self, key, start, finish, *args, worker="", **more):
        if finish == "memory" and str(key).startswith("unrolled-"):
            self.workers[str(key)] = worker


def test_a_cluster_of_two_workers_gives_the_same_rows(plain, cluster, tmp_path):
    trained, out = Trained(), tmp_path / "out.jsonl"
    cluster.scheduler.add_plugin(trained)
    rows = run_sweep(small(), out, dask=cluster.scheduler_address)
    assert but_seconds(rows) == but_seconds(plain)
    assert read_rows(out, small()) == rows
    assert len(trained.workers) == 12
    assert len(set(trained.workers.values())) == 2


def test_a_sweep_on_a_cluster_is_stopped_in_the_middle_of_a_training(cluster, tmp_path):
    sweep = parse(LONG.replace("max_steps = 100", "max_steps = 1_000_000"))
    stop = tmp_path / "stop"
    threading.Timer(1.0, stop.touch).start()
    began = time.monotonic()
    assert run_sweep(sweep, tmp_path / "out.jsonl", dask=cluster.scheduler_address, stop=stop) == {}
    assert time.monotonic() - began < 5.0


def test_an_address_without_a_scheduler_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_module, "SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:9'"):
        run_sweep(small(), tmp_path / "out.jsonl", dask="tcp://127.0.0.1:9")
    with pytest.raises(SweepError, match="an address looks like tcp://"):
        run_sweep(small(), tmp_path / "out.jsonl", dask="nonsense://x")
