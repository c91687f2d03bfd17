"""Sweeps: a grid of trainings, on one machine or on a Dask cluster, that a crash does not lose.

python -m rnn_core.sweep file.toml [--jobs N] [--dask ADDRESS] [--out FILE]

sweep = read_sweep("file.toml")                      # or Sweep(fixed, axes)
rows = run_sweep(sweep, "file.results.jsonl", jobs=2)
for one in outcomes(sweep, rows):                    # seeds taken together
    print(one.labels, one.solved, one.seeds, one.interval, one.median_steps)
"""

from rnn_core.sweep.file import parse, read_sweep, to_toml
from rnn_core.sweep.grid import MOST_CELLS, Axis, Cell, Point, Sweep, SweepError, axis
from rnn_core.sweep.results import Results, is_in_use, read_rows
from rnn_core.sweep.row import Row
from rnn_core.sweep.run import Progress, run_sweep, stop_path
from rnn_core.sweep.summary import Outcome, outcomes, outer_axes, to_csv, wilson

__all__ = [
    "MOST_CELLS",
    "Axis",
    "Cell",
    "Outcome",
    "Point",
    "Progress",
    "Results",
    "Row",
    "Sweep",
    "SweepError",
    "axis",
    "is_in_use",
    "outcomes",
    "outer_axes",
    "parse",
    "read_rows",
    "read_sweep",
    "run_sweep",
    "stop_path",
    "to_csv",
    "to_toml",
    "wilson",
]
