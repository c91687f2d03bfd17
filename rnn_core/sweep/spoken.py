"""A sweep on a terminal: the line that says how far it is, and the table at its end."""

import time
from collections.abc import Mapping
from typing import TextIO

from rnn_core.sweep.grid import Sweep
from rnn_core.sweep.row import Row
from rnn_core.sweep.run import Progress
from rnn_core.sweep.summary import Outcome, outcomes, outer_axes

_BAR = 24  # characters
_SELDOM = 10.0  # seconds between two lines where they stay, as in a log


class Line:
    """Rewrites itself on a terminal; in a log it is a line now and then."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._rewrites = out.isatty()
        self._told = -_SELDOM
        self._open = False

    def tell(self, progress: Progress) -> None:
        now, last = time.monotonic(), progress.done == progress.total
        if not self._rewrites and now - self._told < _SELDOM and not last:
            return
        self._told = now
        text = in_words(progress)
        self._out.write(f"\r\x1b[K{text}" if self._rewrites else f"{text}\n")
        self._out.flush()
        self._open = self._rewrites

    def end(self) -> None:
        if self._open:
            self._out.write("\n")
        self._open = False


def in_words(progress: Progress) -> str:
    """`████████···  12/36  33 %  about 40 s left`"""
    share = progress.done / max(1, progress.total)
    full = int(share * _BAR)
    bar = "█" * full + "·" * (_BAR - full)
    text = f"{bar}  {progress.done}/{progress.total}  {100 * share:.0f} %"
    if progress.seconds_left is None or progress.done == progress.total:
        return text
    return f"{text}  about {duration(progress.seconds_left)} left"


def duration(seconds: float) -> str:
    """`40 s`, `3 min`, `2 h 10 min`; never less than what it takes."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def spoken_table(sweep: Sweep, rows: Mapping[int, Row]) -> str:
    """One line for each configuration, seeds taken together."""
    task = sweep.cells[0].setup.task
    head = [one.title for one in outer_axes(sweep)]
    head += ["solved", "95 % interval", "median steps", f"median loss ({task.loss})", "seconds"]
    lines = [head, *([*map(str, one.labels), *_numbers(one)] for one in outcomes(sweep, rows))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    said = [
        "  ".join(entry.rjust(width) for entry, width in zip(line, widths, strict=True))
        for line in lines
    ]
    return "\n".join([said[0], "  ".join("-" * width for width in widths), *said[1:]])


def _numbers(one: Outcome) -> list[str]:
    low, high = one.interval
    missing = one.seeds - one.done
    solved = f"{one.solved}/{one.done}" + (f" ({missing} missing)" if missing else "")
    return [
        solved,
        f"{low:.0%} to {high:.0%}" if one.done else "–",
        "–" if one.median_steps is None else f"{one.median_steps:g}",
        "–" if one.median_loss is None else f"{one.median_loss:.4g}",
        f"{one.seconds:.1f}",
    ]
