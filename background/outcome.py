"""What trainings come to that nobody watches: each done once, in a process of its own.

    outcomes().begin(setup)          starts it, where nobody has, and does not wait
    outcomes().of(*setups)           waits for them all, and gives the trainers as they ended

A lesson needs them for the answer to a prediction and for the pictures of a handout. No page waits
for anybody else's: the server's own process computes nothing.
"""

import functools
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import Future

from background.process import BEHIND_THE_PAGES, ROOT, one_thread
from background.worker import NICE
from rnn_core.bounded import Bounded
from rnn_core.niceness import give_way
from rnn_core.train import Trainer, TrainingSetup, checkpoint

MOST_SECONDS = 60.0  # of a processor, for one training
LONGEST = 300.0  # seconds until a process is given up, on a machine that has much else to do
MOST_KEPT = 24  # each with its snapshots, some three MiB
PIECE = 0.25  # seconds between two looks at how long it has taken
REFUSED = 3  # the exit code that means: what was said is for the learner


class Outcomes:
    """May be asked from any thread. `command` is a process that does what `main` does."""

    def __init__(self, command: tuple[str, ...] = ("-m", "background.outcome")) -> None:
        self._command = command
        self._known: Bounded[TrainingSetup, Future[Trainer | str]] = Bounded(MOST_KEPT)
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(os.cpu_count() or 1)

    def begin(self, setup: TrainingSetup) -> None:
        """Has it trained, unless that is done or under way."""
        self._asked(setup)

    def known(self, setup: TrainingSetup) -> Trainer | None:
        """How it went, if nobody has to wait for it and it went somewhere."""
        with self._lock:
            known = self._known.get(setup)
        if known is None or not known.done() or known.exception():
            return None
        found = known.result()
        return found if isinstance(found, Trainer) else None

    def of(self, *setups: TrainingSetup) -> list[Trainer]:
        """How they went; several are trained side by side.

        Raises:
            ValueError: one takes longer than `MOST_SECONDS`, breaks at its first step, or its
                process failed; says which.
        """
        found = [one.result() for one in [self._asked(setup) for setup in setups]]
        for one in found:
            if isinstance(one, str):
                raise ValueError(one)
        return [one for one in found if isinstance(one, Trainer)]

    def _asked(self, setup: TrainingSetup) -> "Future[Trainer | str]":
        """Why there is none is kept too, for it took as long; what failed is tried again."""
        with self._lock:
            known = self._known.get(setup)
            if known is not None and not (known.done() and known.exception()):
                return known
            new: Future[Trainer | str] = Future()
            self._known.put(setup, new)
        threading.Thread(
            target=self._answer, args=(setup, new), name="outcome", daemon=True
        ).start()
        return new

    def _answer(self, setup: TrainingSetup, into: "Future[Trainer | str]") -> None:
        try:
            with self._slots:
                into.set_result(self._trained(setup))
        except (OSError, ValueError, subprocess.SubprocessError) as problem:
            into.set_exception(ValueError(f"the training failed: {problem}"))

    def _trained(self, setup: TrainingSetup) -> Trainer | str:
        done = subprocess.run(
            [sys.executable, *self._command],
            input=json.dumps(setup.to_dict()).encode(),
            capture_output=True,
            cwd=ROOT,
            env=one_thread(),
            timeout=LONGEST,
            check=False,
            start_new_session=True,  # on Windows the flags see to it
            creationflags=BEHIND_THE_PAGES,
        )
        if done.returncode == REFUSED:
            return done.stdout.decode()
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no word of it"]
            raise ValueError(said[-1][:400])
        return Trainer(setup, checkpoint.from_bytes(done.stdout))


@functools.cache
def outcomes() -> Outcomes:
    """The server's own."""
    return Outcomes()


def trained(setup: TrainingSetup, most_seconds: float = MOST_SECONDS) -> Trainer:
    """Here and now, for at most so many seconds of the processor.

    Raises:
        ValueError: it takes longer, or breaks at its first step.
    """
    trainer, begin = Trainer(setup), time.process_time()
    while trainer.status == "running" and time.process_time() - begin < most_seconds:
        trainer.advance(seconds=PIECE)
    if trainer.status == "running":
        raise ValueError(
            f"it is not done after {most_seconds:g} seconds: {trainer.step} of {setup.max_steps} "
            "steps; train it in the page instead"
        )
    if not trainer.step:
        raise ValueError(f"it broke before its first step: {trainer.problem}")
    return trainer


def main() -> int:
    """Reads a setup as JSON, and writes the training as a checkpoint, or why there is none."""
    give_way(NICE)
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # what prints is no part of the answer
    try:
        ended = trained(TrainingSetup.from_dict(json.load(sys.stdin)))
    except ValueError as problem:
        out.write(str(problem).encode())
        return REFUSED
    out.write(checkpoint.to_bytes(ended.state()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
