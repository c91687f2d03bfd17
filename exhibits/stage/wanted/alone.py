"""One loss alone on its way back, for the wires of the graph: `alone:{source}`.

`handed_hidden`, `handed_cell`, `own_norm` (time) are what `payload.py` calls by these names, of the
loss at the step `source` alone. Where truncation cuts, it goes no further than its window.
"""

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.sources import norms
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run
from rnn_core.handed import handed_by


def alone(run: Run, layer: int, source: str) -> Extra:
    """Raises ValueError for a step that the run lacks."""
    at = whole_number("source", source, len(run.inputs))
    handed = handed_by(run, layer, at)
    arrays = {"handed_hidden": norms(handed.hidden[:, 0]), "own_norm": norms(handed.direct[:, 0])}
    if handed.cell is not None:
        arrays["handed_cell"] = norms(handed.cell[:, 0])
    return Extra(arrays, {"source": at})
