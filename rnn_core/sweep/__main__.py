"""A sweep from the command line: `python -m rnn_core.sweep file.toml`.

Trains what is missing, with a line that says how far it is, and prints the table at the end. Ended
by Ctrl-C, by a signal or by a crash, the same command goes on where it was.

Exit codes: 0 all is trained; 1 it could not go on (a process died, the cluster was lost); 2 the
command, the file or the results file is wrong; 3 it was stopped before its end.
"""

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from rnn_core.niceness import give_way
from rnn_core.sweep.file import read_sweep
from rnn_core.sweep.grid import Sweep, SweepError
from rnn_core.sweep.results import read_rows
from rnn_core.sweep.run import run_sweep
from rnn_core.sweep.spoken import Line, spoken_table
from rnn_core.sweep.summary import to_csv

DONE, FAILED, WRONG, STOPPED = 0, 1, 2, 3


def main(arguments: list[str] | None = None) -> int:
    """The exit code; see above."""
    asked = _parser().parse_args(arguments)
    out = asked.out or asked.file.with_suffix(".results.jsonl")
    try:
        sweep = read_sweep(asked.file)
        kept = read_rows(out, sweep)
    except SweepError as problem:
        print(problem, file=sys.stderr)
        return WRONG
    give_way(asked.nice)
    print(_opening(sweep, len(kept), out, asked), file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="unrolled-sweep-") as folder:
        stop = asked.stop or Path(folder) / "stop"
        _listen(stop, asked.until_stdin_ends)
        return _run(sweep, out, stop, asked)


def _run(sweep: Sweep, out: Path, stop: Path, asked: argparse.Namespace) -> int:
    line = Line(sys.stderr)
    try:
        rows = run_sweep(sweep, out, jobs=asked.jobs, dask=asked.dask, stop=stop, tell=line.tell)
    except SweepError as problem:
        line.end()
        print(problem, file=sys.stderr)
        return FAILED
    line.end()
    print(spoken_table(sweep, rows))
    if asked.csv:
        asked.csv.write_text(to_csv(sweep, rows), "utf-8")
    if len(rows) < sweep.size:
        print(
            f"Stopped: {len(rows)} of {sweep.size} are trained; the same command trains the rest.",
            file=sys.stderr,
        )
        return STOPPED
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m rnn_core.sweep",
        description="Trains every combination of a grid; what was finished is kept.",
        epilog="The file: see rnn_core/sweep/example.toml. Exit codes: 0 all is trained, 1 it "
        "could not go on, 2 something in the command or the files is wrong, 3 it was stopped.",
    )
    parser.add_argument("file", type=Path, help="the sweep, in TOML")
    parser.add_argument(
        "--jobs",
        type=_at_least_one,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that train at once (default: one for each core, %(default)s here)",
    )
    parser.add_argument(
        "--dask",
        default="",
        metavar="ADDRESS",
        help="train on the Dask cluster with this scheduler, tcp://HOST:PORT, and not here",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the results, one JSON line a training (default: file.results.jsonl); "
        "what is in it is not trained again",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="the results as CSV besides")
    parser.add_argument(
        "--nice", type=int, default=0, metavar="N", help="give way to other programs, 0 to 19"
    )
    parser.add_argument(
        "--stop", type=Path, metavar="FILE", help="stop as soon as this file is there"
    )
    parser.add_argument(
        "--until-stdin-ends", action="store_true", help="stop when the standard input is closed"
    )
    return parser


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, at least 1; got {text!r}")
    return int(text)


def _opening(sweep: Sweep, kept: int, out: Path, asked: argparse.Namespace) -> str:
    where = f"on the Dask cluster at {asked.dask}"
    if not asked.dask:
        where = f"in {asked.jobs} process{'' if asked.jobs == 1 else 'es'}"
    names = " × ".join(one.title for one in sweep.axes) or "one training"
    sizes = " × ".join(str(len(one.points)) for one in sweep.axes) or "1"
    grid = f"{names}: {sizes} = {sweep.size} training{'' if sweep.size == 1 else 's'}"
    known = f"{kept} of them known from {out}" if kept else f"results in {out}"
    title = f"{sweep.title}\n" if sweep.title else ""
    return f"{title}{grid} {where}, {known}"


def _listen(stop: Path, until_stdin_ends: bool) -> None:
    """Makes the file `stop` when this process is asked to end.

    Where the system can, Ctrl-C is blocked and waited for by a thread, for processes inherit the
    block: it reaches the whole group, and would kill the trainings under way with a traceback each.
    """
    signal.signal(signal.SIGTERM, lambda *_: stop.touch())
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        _when(lambda: signal.sigwait({signal.SIGINT}), stop)
    else:
        signal.signal(signal.SIGINT, lambda *_: stop.touch())
    if until_stdin_ends:
        _when(_end_of_stdin, stop)


def _end_of_stdin() -> None:
    # Not by sys.stdin, whose lock a thread that reads would hold while Python shuts down.
    while os.read(0, 1024):
        pass


def _when(waits: Callable[[], object], stop: Path) -> None:
    """Makes the file as soon as `waits` returns, in a thread."""

    def wait() -> None:
        waits()
        stop.touch()

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
