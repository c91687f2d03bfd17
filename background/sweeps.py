"""The sweeps of one server: each a process of `python -m rnn_core.sweep` with a folder of its own.

    <root>/sweeps/<id>/   sweep.toml, results.jsonl (see rnn_core.sweep), about.json, stop, log.txt

One sweep trains at a time, on all cores but one, and takes no slot of the single trainings: it is
niced behind them, and they behind the pages, so that it has what those leave. The others wait in a
queue that everybody sees the length of. One that trained for TURN_SECONDS while others wait goes
to its end: what was finished is kept, so that costs it the trainings that were under way. The
process ends when this server does, and the next server goes on with what was neither stopped nor
done.
"""

import functools
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from background import bounds, sweep_folder
from background.files import new_id
from background.order import turns
from background.process import BEHIND_THE_PAGES, ROOT, one_thread
from background.status import TrainingsError
from background.sweep_folder import Kept, SweepStatus
from rnn_core.sweep import Sweep, SweepError, is_in_use, read_rows, to_toml

DASK = "UNROLLED_DASK"  # environment variable; see `may_use_dask`
TURN_SECONDS = 60.0
NICE = 15  # behind the trainings that somebody watches, which stand at 10
LOOK = 0.5  # seconds between two looks at the clock
MOST_TRAININGS = 500  # of one sweep
MOST_UNFINISHED = 3  # sweeps of one owner that train or wait
MOST_OF_OWNER = 12  # sweeps of one owner that are kept
MOST_SWEEPS = 300  # of all owners
DONE, STOPPED = 0, 3  # exit codes of the command


def jobs() -> int:
    """How many of a sweep's trainings go on at once on this machine."""
    return max(1, (os.cpu_count() or 1) - 1)


def may_use_dask(address: str) -> bool:
    """Whether this server may train on the cluster there: UNROLLED_DASK lists its addresses.

    A server that goes to any address that a visitor types can be sent to machines that only it can
    reach, and what a scheduler answers is unpickled. So whoever runs the server allows it: with the
    addresses, separated by commas, or with `any` where every visitor is trusted.
    """
    allowed = [entry.strip() for entry in os.environ.get(DASK, "").split(",")]
    return bool(address) and (address in allowed or "any" in allowed)


class Sweeps:
    """Methods raise TrainingsError; an owner is a browser's id, of which a hash is kept."""

    def __init__(self, root: Path, turn_seconds: float = TURN_SECONDS) -> None:
        self.root = root
        self._turn_seconds = turn_seconds
        self._lock = threading.RLock()
        self._all = {kept.id: kept for kept in sweep_folder.found(root)}
        self._queue = [kept for kept in self._all.values() if kept.wanted]
        self._running: Kept | None = None
        self._is_closed = False
        self._process: subprocess.Popen[bytes] | None = None
        with self._lock:
            self._dispatch()

    # What an owner does ------------------------------------------------------------------------

    def start(self, owner: str, sweep: Sweep, dask: str = "") -> str:
        """The id of a new sweep, which trains when its turn comes."""
        who = bounds.owner_hash(owner)
        if sweep.size > MOST_TRAININGS:
            raise TrainingsError(
                f"A sweep has at most {MOST_TRAININGS} trainings on this server; this grid has "
                f"{sweep.size}. From the command line it has as many as you like."
            )
        for cell in sweep.cells:
            bounds.check_setups([cell.setup])
        if dask and not may_use_dask(dask):
            raise TrainingsError(f"This server may not train on {dask[:80]}: see {DASK}")
        with self._lock:
            self._check_room(who)
            kept = Kept(new_id(), who, time.time(), True, dask, "", self.root, sweep)
            try:
                sweep_folder.write_new(kept, to_toml(sweep))
            except OSError as error:
                raise TrainingsError(
                    f"No sweep can be kept in {self.root}: {error.strerror or error}"
                ) from None
            self._all[kept.id] = kept
            self._enqueue(kept)
        return kept.id

    def stop(self, owner: str, name: str) -> None:
        """Ends it within a second; what was finished is kept."""
        with self._own(owner, name) as kept:
            kept.wanted = False
            sweep_folder.write_about(kept)
            kept.stop_file.touch()
            if kept in self._queue:
                self._queue.remove(kept)

    def resume(self, owner: str, name: str) -> None:
        """Goes on with what is missing, after those that wait already."""
        with self._own(owner, name) as kept:
            if kept in self._queue or (kept is self._running and not kept.stop_file.exists()):
                return
            if kept is self._running:
                kept.wanted = True  # it is just stopping; then it goes on
                sweep_folder.write_about(kept)
                return
            kept.wanted, kept.problem = True, ""
            sweep_folder.write_about(kept)
            self._enqueue(kept)

    def forget(self, owner: str, name: str) -> None:
        """Leaves nothing of it."""
        with self._own(owner, name) as kept:
            kept.wanted = False
            kept.stop_file.touch()
            if kept in self._queue:
                self._queue.remove(kept)
            del self._all[name]
            if kept is not self._running:
                sweep_folder.remove(kept)

    # What is known -----------------------------------------------------------------------------

    def of(self, owner: str) -> list[SweepStatus]:
        """This owner's sweeps, the newest first."""
        who = bounds.owner_hash(owner)
        with self._lock:
            own = sorted(
                (kept for kept in self._all.values() if kept.owner == who),
                key=lambda kept: kept.created,
                reverse=True,
            )
            return [self._shown(kept) for kept in own]

    def status(self, owner: str, name: str) -> SweepStatus:
        with self._own(owner, name) as kept:
            return self._shown(kept)

    @property
    def waiting(self) -> int:
        """How many sweeps wait, of all owners."""
        with self._lock:
            return len(self._queue)

    def close(self) -> None:
        """Ends the process; the next server goes on with what was wanted."""
        with self._lock:
            self._is_closed, process = True, self._process
        if process is not None:
            assert process.stdin
            process.stdin.close()
            process.wait()

    def _shown(self, kept: Kept) -> SweepStatus:
        try:
            rows, problem = read_rows(kept.results, kept.sweep), kept.problem
        except SweepError as error:
            rows, problem = {}, str(error)
        place = None
        if kept in self._queue:
            running = [self._running] if self._running else []
            place = 1 + turns(self._queue, running).index(kept)
        return SweepStatus.of(kept, rows, self._state(kept, len(rows)), place, problem)

    def _state(self, kept: Kept, done: int) -> sweep_folder.State:
        if kept is self._running:
            return "stopping" if kept.stop_file.exists() else "running"
        if kept in self._queue:
            return "queued"
        if done == kept.sweep.size:
            return "done"
        # A server beside this one may be training it.
        return "running" if kept.wanted and is_in_use(kept.results) else "stopped"

    @contextmanager
    def _own(self, owner: str, name: str) -> Iterator[Kept]:
        with self._lock:
            kept = self._all.get(name)
            if kept is None or kept.owner != bounds.owner_hash(owner):
                raise TrainingsError("There is no such sweep of yours; it may be forgotten")
            yield kept

    def _check_room(self, who: str) -> None:
        own = [kept for kept in self._all.values() if kept.owner == who]
        busy = [kept for kept in own if kept in self._queue or kept is self._running]
        if len(busy) >= MOST_UNFINISHED:
            raise TrainingsError(
                f"You have {len(busy)} sweeps that train or wait, and more than {MOST_UNFINISHED} "
                "may not be: cancel one, or let one end"
            )
        for among, most in ((own, MOST_OF_OWNER), (list(self._all.values()), MOST_SWEEPS)):
            idle = [one for one in among if one not in busy and one is not self._running]
            idle = sorted((one for one in idle if one not in self._queue), key=lambda k: k.created)
            for old in idle[: max(0, len(among) + 1 - most)]:
                self._all.pop(old.id, None)
                sweep_folder.remove(old)

    # Whose turn it is --------------------------------------------------------------------------

    def _enqueue(self, kept: Kept) -> None:
        self._queue.append(kept)
        self._dispatch()

    def _dispatch(self) -> None:
        if self._running or not self._queue or self._is_closed:
            return
        kept = turns(self._queue, [])[0]
        self._queue.remove(kept)
        kept.stop_file.unlink(missing_ok=True)
        try:
            process = _started(kept)
        except OSError as error:
            kept.wanted = False
            kept.problem = f"No process to train it can be started: {error.strerror or error}"
            sweep_folder.write_about(kept)
            self._dispatch()
            return
        self._running, self._process = kept, process
        kept.begin()
        threading.Thread(
            target=self._watch, args=(kept, process), name=f"sweep {process.pid}", daemon=True
        ).start()

    def _watch(self, kept: Kept, process: "subprocess.Popen[bytes]") -> None:
        """Until the process has ended; then it is the next one's turn."""
        end, is_over = time.monotonic() + self._turn_seconds, False
        while (code := _exit_code(process)) is None:
            if not is_over and time.monotonic() > end:
                with self._lock:
                    # Only if it got somewhere: otherwise every turn would begin at the same place.
                    is_over = bool(self._queue) and kept.got_further()
                    if is_over:
                        kept.stop_file.touch()
        assert process.stdin
        process.stdin.close()
        with self._lock:
            self._running = self._process = None
            if not self._is_closed:
                self._settle(kept, code, is_over)
                self._dispatch()

    def _settle(self, kept: Kept, code: int, is_over: bool) -> None:
        """What becomes of a sweep whose process has ended."""
        if kept.id not in self._all:
            sweep_folder.remove(kept)
            return
        kept.problem = ""
        if code == STOPPED and kept.wanted:
            if is_over or kept.stop_file.exists():
                self._queue.append(kept)
                return
            kept.problem = "The process was asked to end; resume, and it goes on where it was."
        elif code not in (DONE, STOPPED):
            kept.problem = sweep_folder.why(kept, code)
        kept.wanted = False
        sweep_folder.write_about(kept)


def _exit_code(process: "subprocess.Popen[bytes]") -> int | None:
    """Of a process that ends within half a second."""
    try:
        return process.wait(LOOK)
    except subprocess.TimeoutExpired:
        return None


def _started(kept: Kept) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "rnn_core.sweep", str(kept.toml), "--out", str(kept.results)]
    command += ["--stop", str(kept.stop_file), "--until-stdin-ends", "--nice", str(NICE)]
    command += ["--dask", kept.dask] if kept.dask else ["--jobs", str(jobs())]
    with kept.log.open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=one_thread(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # on Windows the flags see to it
            creationflags=BEHIND_THE_PAGES,
        )


_MAKING = threading.Lock()


def sweeps() -> Sweeps:
    """The one of this server's process."""
    with _MAKING:
        return _made()


@functools.cache
def _made() -> Sweeps:
    return Sweeps(bounds.folder() / "sweeps")
