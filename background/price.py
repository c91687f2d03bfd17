"""The price of a training step, measured in a process of its own, one measurement at a time.

    pricing() -> Pricing      the server's only one: everybody asks it, and shares what it found

So neither the server's memory (torch takes 200 MB) nor anybody's page is touched by it.
"""

import functools
import json
import subprocess
import sys
import threading
from dataclasses import dataclass

from background.process import ROOT, one_thread
from rnn_core.price import Prices

LONGEST = 90.0  # seconds, after which a measurement is given up


@dataclass(frozen=True)
class Progress:
    """How many sizes are done, of how many, and which is being measured."""

    done: int
    of: int
    what: str


class Pricing:
    """`prices` are those of the last measurement that came to its end, `problem` why one did not.

    May be asked from any thread.
    """

    def __init__(self, command: tuple[str, ...] = ("-m", "rnn_core.price", "--json")) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._done.set()
        self.prices: Prices | None = None
        self.problem = ""
        self.progress: Progress | None = None

    @property
    def running(self) -> bool:
        return not self._done.is_set()

    def start(self) -> None:
        """Begins a measurement, unless one is under way."""
        with self._lock:
            if self.running:
                return
            self._done.clear()
            self.problem, self.progress = "", Progress(0, 1, "starting")
            threading.Thread(target=self._measure, name="price", daemon=True).start()

    def wait(self, seconds: float | None = None) -> bool:
        """Until no measurement is under way; False where the seconds were over before."""
        return self._done.wait(seconds)

    def ask(self) -> Prices:
        """The prices, measured now where they are not known: a few seconds.

        Raises:
            ValueError: the measurement failed; says how.
        """
        if self.prices is None:
            self.start()
            self.wait(LONGEST + 10)
        if self.prices is None:
            raise ValueError(f"the measurement failed: {self.problem or 'it does not end'}")
        return self.prices

    def _measure(self) -> None:
        try:
            self.prices = self._found()
        except (OSError, ValueError, KeyError, TypeError) as problem:
            self.problem = str(problem) or type(problem).__name__
        finally:
            self.progress = None
            self._done.set()

    def _found(self) -> Prices:
        """What the process says; a line that is no JSON is a word of what went wrong."""
        said = ""
        with subprocess.Popen(
            [sys.executable, *self._command],
            cwd=ROOT,
            env=one_thread(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            end = threading.Timer(LONGEST, process.kill)
            end.start()
            try:
                for line in process.stdout or ():
                    if not line.startswith("{"):
                        said = line.strip() or said
                        continue
                    read = json.loads(line)
                    if "prices" in read:
                        return Prices.from_json(read["prices"])
                    self.progress = Progress(read["done"], read["of"], read["what"])
            finally:
                end.cancel()
                process.kill()
        raise ValueError(said or f"it took longer than {LONGEST:g} seconds")


@functools.cache
def pricing() -> Pricing:
    """The server's own."""
    return Pricing()
