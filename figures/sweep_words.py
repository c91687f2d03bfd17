"""A sweep in words: what its configurations are called, what came of them, and their numbers."""

import html
import math
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

from figures.drawing import counted, short
from rnn_core.sweep import Outcome, Sweep, outer_axes

Shown = Literal["solved", "steps"]
NAMES = {
    "rnn_tanh": "RNN tanh", "rnn_relu": "RNN relu", "gru": "GRU", "lstm": "LSTM",
    "window": "Window",
}  # fmt: skip
LONGEST_LINE = 16  # letters: beside it a phone still has room for the plot
_LETTER, _BESIDE = 7.2, 16  # pixels of a label's letter, about, and around a label


def label(value: Any) -> str:
    """A point of an axis as it is read: `RNN tanh`, `50`."""
    return NAMES.get(value, str(value)) if isinstance(value, str) else str(value)


def escaped(text: str) -> str:
    return html.escape(text, quote=False)


def name_of(sweep: Sweep, one: Outcome) -> str:
    """`LSTM, length 50`: the first axis by its value alone, where that says what it is."""
    axes = outer_axes(sweep)
    named = [
        label(value) if isinstance(value, str) else f"{axis.title} {label(value)}"
        for axis, value in zip(axes, one.labels, strict=True)
    ]
    return ", ".join(named) or label(sweep.cells[0].setup.cell)


def in_lines(name: str) -> list[str]:
    """A row's label, no line longer than `LONGEST_LINE` unless a single word is."""
    whole = textwrap.wrap(name, LONGEST_LINE, break_long_words=False, break_on_hyphens=False)
    return [escaped(line) for line in whole] or [""]


def left_margin(labels: Sequence[Sequence[str]]) -> int:
    """Pixels for labels of several lines, about; the axis measures them and takes what it needs."""
    longest = max((len(html.unescape(line)) for lines in labels for line in lines), default=0)
    return round(_BESIDE + _LETTER * longest)


def so_far(one: Outcome) -> str:
    """`1 of 3 so far`; "" for a configuration that is not begun, or done."""
    return f"{one.done} of {one.seeds} so far" if 0 < one.done < one.seeds else ""


def hover(sweep: Sweep, one: Outcome) -> str:
    lines = [f"<b>{escaped(name_of(sweep, one))}</b>"]
    if not one.done:
        return "<br>".join([*lines, "not trained yet"])
    low, high = one.interval
    lines.append(f"solved by {one.solved} of {counted(one.done, 'seed')}")
    if waits := one.seeds - one.done:
        lines.append(f"{counted(waits, 'seed')} not trained yet")
    lines.append(f"95 % interval {low:.0%} to {high:.0%}")
    lines.append(median_of(one))
    if one.median_loss is not None:
        lines.append(f"median held-out loss {short(one.median_loss, 3)}")
    if one.broken:
        lines.append(f"{one.broken} broke: {escaped(_problem(one))}")
    return "<br>".join(lines)


def median_of(one: Outcome) -> str:
    """A median that falls among trainings that were not solved has no steps."""
    if one.median_steps is None:
        return "median not solved"
    return f"median {one.median_steps:,.0f} steps"


def _problem(one: Outcome) -> str:
    return next(row.problem for row in one.rows if row.problem)


def headline_of(sweep: Sweep, found: Sequence[Outcome]) -> str:
    done, solved = sum(one.done for one in found), sum(one.solved for one in found)
    if not done:
        return f"{counted(sweep.size, 'training')}, none done yet"
    if len(found) == 1:
        low, high = found[0].interval
        return f"{solved} of {counted(done, 'seed')} solved it, 95 %: {low:.0%} to {high:.0%}"
    return f"{solved} of {counted(done, 'training')} solved it"


def goal_of(sweep: Sweep) -> str:
    """What solves it; where tasks or goals differ between trainings, that they have one."""
    tasks = {cell.setup.task for cell in sweep.cells}
    said = {
        f"{task.score_name} {'≥' if task.higher_is_better else '≤'} {task.goal:.3g}"
        for task in tasks
    }
    return said.pop() if len(said) == 1 else "the goal of their task"


def alt_of(sweep: Sweep, found: Sequence[Outcome]) -> str:
    said = [
        f"{name_of(sweep, one)}: {one.solved} of {one.done} solved, interval "
        f"{one.interval[0]:.0%} to {one.interval[1]:.0%}, {median_of(one)}"
        for one in found
        if one.done
    ]
    waiting = sum(one.seeds - one.done for one in found)
    left = f" {counted(waiting, 'training')} not done yet." if waiting else ""
    task = sweep.cells[0].setup.task.title
    told = f" {'; '.join(said)}." if said else ""
    return f"A sweep of {counted(sweep.size, 'training')}, {task}.{told}{left}"


def columns_of(sweep: Sweep, found: Sequence[Outcome]) -> dict[str, Any]:
    axes = outer_axes(sweep)
    named = {
        one.title.replace(" ", "_"): [outcome.labels[k] for outcome in found]
        for k, one in enumerate(axes)
    }
    return named | {
        "solved": [one.solved for one in found],
        "done": [one.done for one in found],
        "seeds": [one.seeds for one in found],
        "share": [_or_nan(one.share) for one in found],
        "low": [one.interval[0] for one in found],
        "high": [one.interval[1] for one in found],
        "median_steps": [_or_nan(one.median_steps) for one in found],
        "median_loss": [_or_nan(one.median_loss) for one in found],
    }


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
