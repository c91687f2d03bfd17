"""One loss alone on its way back, for the wires of the graph: `alone:{source}`.

`handed_hidden`, `handed_cell`, `own_norm` (time) are what `payload.py` calls by these names, of the
loss at the step `source` alone. Where truncation cuts, it goes no further than its window.
"""

from dataclasses import replace

import numpy as np

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.sources import norms
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run, readout
from rnn_core.handed import handed_back
from rnn_core.propagate import backward, top_of


def alone(run: Run, layer: int, source: str) -> Extra:
    """Raises ValueError for a step that the run lacks."""
    at = whole_number("source", source, len(run.inputs))
    only = np.zeros_like(run.grad_output)
    only[at] = run.grad_output[at]
    grad_top, _ = readout.backward(run.weights, top_of(run.network, run.layers), only)
    gradients = backward(run.network, run.weights, run.layers, grad_top)
    made = replace(run, grad_output=only, layers=gradients.layers, truncation=None)
    handed = handed_back(made, layer)
    arrays = {"handed_hidden": norms(handed.hidden[:, 0]), "own_norm": norms(handed.direct[:, 0])}
    if handed.cell is not None:
        arrays["handed_cell"] = norms(handed.cell[:, 0])
    if run.truncation is not None:
        first = run.truncation.first_step(at)
        for name in ("handed_hidden", "handed_cell"):
            if name in arrays:
                arrays[name][: first + 1] = 0.0
    return Extra(arrays, {"source": at})
