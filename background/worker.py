"""The process that trains: `python -m background.worker`, started by the server alone.

It hears on its standard input and speaks on what was its standard output; whatever prints goes to
the error stream, and so to the server's log. When its input ends, so does it, after a checkpoint.
"""

import os
import pickle
import queue
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from background.messages import Idle, LetGo, Released, Train, pickled
from background.shift import Shift
from rnn_core.niceness import give_way

NICE = 10
IDLE_SECONDS = 60.0
SECONDS_TO_END = 4.0  # for a last checkpoint, once the server has gone
END = object()


class Worker:
    def __init__(self, orders: "queue.Queue[Any]", speaker: "Speaker") -> None:
        self._orders, self._speaker = orders, speaker

    def serve(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=IDLE_SECONDS)
            except queue.Empty:
                self._speaker.say(pickled(Idle()))
                continue
            if order is END:
                return
            if isinstance(order, Train) and self._work(order):
                return

    def _work(self, order: Train) -> bool:
        """Trains one run until it is over or to be let go; whether the server has gone besides."""
        try:
            shift = Shift(order)
            end = self._train(shift)
        except Exception as error:  # noqa: BLE001 - whatever it is, it concerns this run alone
            if not isinstance(error, ValueError | MemoryError):  # those are for the learner
                traceback.print_exc()
            self._speaker.say(pickled(Released(order.run, failure=_words(error))))
            return False
        if not (isinstance(end, LetGo) and end.dropped):
            shift.keep()
        if end is END:
            return True
        self._speaker.say(shift.report())
        self._speaker.say(pickled(Released(order.run)))
        return False

    def _train(self, shift: Shift) -> object:
        """What ended it: an order to let go, END, or None where there is nothing left to do."""
        self._speaker.say(shift.report())
        while (end := self._told_to_end(shift)) is None and not shift.is_over:
            shift.train()
            if shift.is_report_due and self._speaker.is_free:
                self._speaker.say(shift.report())
            shift.keep_if_due()
        return end

    def _told_to_end(self, shift: Shift) -> object:
        while True:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return None
            if order is END or (isinstance(order, LetGo) and order.run == shift.order.run):
                return order


class Speaker:
    """Says messages in their order, in a thread: training does not wait for a busy server."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._unsaid: queue.Queue[bytes] = queue.Queue(maxsize=2)
        threading.Thread(target=self._speak, daemon=True).start()

    @property
    def is_free(self) -> bool:
        """The last message but one is said."""
        return self._unsaid.empty()

    def say(self, message: bytes) -> None:
        """Waits only where two messages wait already."""
        self._unsaid.put(message)

    def _speak(self) -> None:
        while True:
            message = self._unsaid.get()
            try:
                self._out.write(message)
                self._out.flush()
            except OSError:  # the server has gone, which `_hear` notices too: END is on its way
                continue


def _words(error: Exception) -> str:
    words = " ".join(str(error).split())
    if isinstance(error, MemoryError):
        return "There is not enough memory for it"
    return words[:400] or type(error).__name__


def _hear(orders: "queue.Queue[Any]", stream: BinaryIO) -> None:
    """Passes on what the server says. It alone notices at once when the server has gone."""
    try:
        while True:
            orders.put(pickle.load(stream))
    except (EOFError, OSError, pickle.UnpicklingError):
        orders.put(END)
    time.sleep(SECONDS_TO_END)
    os._exit(0)  # the step in hand takes longer than that; the last checkpoint stands


def main() -> None:
    give_way(NICE)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # A server without a console, on Windows, has no error stream.
    log = sys.stderr.fileno() if sys.stderr else os.open(os.devnull, os.O_WRONLY)
    os.dup2(log, sys.stdout.fileno())
    orders: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_hear, args=(orders, sys.stdin.buffer), daemon=True).start()
    Worker(orders, Speaker(out)).serve()
    # Not by way of the interpreter's end: the thread that hears may hold its stream.
    os._exit(0)


if __name__ == "__main__":
    main()
