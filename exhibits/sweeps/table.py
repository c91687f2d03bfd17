"""The rows of a sweep as a table for the eye."""

from typing import Any

from background.sweep_folder import SweepStatus
from figures.sweep import label
from rnn_core.sweep.row import table


def columns_of(status: SweepStatus) -> dict[str, list[Any]]:
    """One entry per finished training, in the order of the grid."""
    found = table(status.sweep.cells, status.rows)
    score = status.sweep.cells[0].setup.task.score_name
    named = {
        one.title: [label(cell.labels[place]) for cell, _ in found]
        for place, one in enumerate(status.sweep.axes)
    }
    return named | {
        "solved": ["yes" if row.solved else "no" for _, row in found],
        "steps to it": [row.steps for _, row in found],
        "held-out loss": [row.loss for _, row in found],
        score: [row.score for _, row in found],
        "seconds": [row.seconds for _, row in found],
        "problem": [row.problem for _, row in found],
    }
