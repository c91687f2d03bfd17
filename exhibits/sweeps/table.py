"""The rows of a sweep as a table for the eye."""

import math
from typing import Any

from background.sweep_folder import SweepStatus
from figures.sweep_words import label
from rnn_core.sweep import Row
from rnn_core.sweep.grid import Cell
from rnn_core.sweep.row import table

Found = list[tuple[Cell, Row]]


def columns_of(status: SweepStatus) -> dict[str, list[Any]]:
    """One entry per finished training, in the order of the grid."""
    found = table(status.sweep.cells, status.rows)
    named: dict[str, list[Any]] = {
        one.title: [label(cell.labels[place]) for cell, _ in found]
        for place, one in enumerate(status.sweep.axes)
    }
    named |= {
        "solved": ["yes" if row.solved else "no" for _, row in found],
        "steps to it": [row.steps for _, row in found],
    }
    named |= _held_out(status, found)
    named["seconds"] = [row.seconds for _, row in found]
    if any(row.problem for _, row in found):
        named["problem"] = [row.problem or None for _, row in found]
    return named


def _held_out(status: SweepStatus, found: Found) -> dict[str, list[Any]]:
    """The score, and the loss where it is another number than that."""
    score = status.sweep.cells[0].setup.task.score_name
    scores = {f"held-out {score}": [row.score for _, row in found]}
    if all(_same(row.loss, row.score) for _, row in found):
        return scores
    return {"held-out loss": [row.loss for _, row in found]} | scores


def _same(loss: float | None, score: float | None) -> bool:
    """But for the order in which they were summed."""
    if loss is None or score is None:
        return loss == score
    return math.isclose(loss, score, rel_tol=1e-5)
