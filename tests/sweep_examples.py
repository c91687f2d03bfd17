"""Small sweeps for the tests, and rows that no training has made."""

import os
import subprocess
import sys
from pathlib import Path

from rnn_core.sweep import Row, Sweep, parse

ROOT = Path(__file__).resolve().parents[1]
SMALL = """
[task]
name = "parity"

[training]
hidden_size = 8
learning_rate = 0.03
max_steps = 50
engine = "numpy"

[grid]
cell = ["gru", {label = "IRNN", cell = "rnn_relu", start = "identity", learning_rate = 0.002}]
task.length = [2, 3]
seed = [4, 1, 7]
"""


def small() -> Sweep:
    return parse(SMALL)


def row(cell: int, steps: int | None = None, *, loss: float = 0.5, problem: str = "") -> Row:
    """A row by hand; solved where it has steps."""
    return Row(
        cell=cell,
        solved=steps is not None,
        steps=steps,
        trained=steps or 50,
        loss=loss,
        score=loss,
        seconds=0.1,
        engine="numpy",
        problem=problem,
    )


def command(*arguments: object) -> "subprocess.Popen[str]":
    """`python -m rnn_core.sweep …`, begun."""
    return subprocess.Popen(
        [sys.executable, "-m", "rnn_core.sweep", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def but_seconds(rows: dict[int, Row]) -> dict[int, dict]:
    """What two runs of one sweep must agree on."""
    return {
        cell: {name: value for name, value in one.to_dict().items() if name != "seconds"}
        for cell, one in rows.items()
    }
