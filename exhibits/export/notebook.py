"""A Jupyter notebook that makes the run again and draws the lab's figures of one of its layers."""

from exhibits.export.cells import FIND, code_cell, notebook_file, plain, prose
from exhibits.export.words import sentences
from rnn_core import LSTMTrace, Run
from rnn_core.held import file_name_of
from rnn_core.reproduce import lines_before, setup_expression

_WHERE = """\
This notebook makes one run of *Unrolled* again and draws it. It needs Python with NumPy, Plotly,
safetensors and jaxtyping, and Unrolled's own folders `rnn_core` and `figures`: put it into the
folder that holds Unrolled's `app.py`, or set `UNROLLED` to that folder. Then run all cells."""

_BESIDE = """\
Its weights are in the file `{file}`, which belongs beside this notebook."""

_RUN = """\
from figures import gates, gradients, jacobians, trajectory
from rnn_core import *

{before}setup = {expression}
result = run(setup)
print(f"the sum of the losses is {{result.loss:.6g}}")"""

_CHECK = """\
import math

assert math.isclose(result.loss, {loss!r}, rel_tol=1e-9, abs_tol=1e-300), result.loss"""

_NUMBERS = """\
**The numbers.** `result.layers` holds a record for each layer: time steps × batch × units. The
parameters have PyTorch's names, in `result.weights` and `result.grad_weights`."""

_LAYER = """\
layer = {layer}  # an index into result.layers
trace, sequence = result.layers[layer], setup.sequence_read
print(type(trace).__name__, trace.hidden.shape)
print({{name: value.shape for name, value in result.grad_weights.items()}})"""

_TRAJECTORY = (
    "**Trajectory.** The hidden state has as many dimensions as the layer has units. Here its "
    "path is drawn in the two directions in which it moves most.",
    "drawing = trajectory.draw(trace, sequence)",
)
_GRADIENTS = (
    "**Gradients.** How much the total loss would change with the state of each step, on a log "
    "axis: a line that falls towards the past is a gradient that vanishes.",
    """\
drawing = gradients.draw(
    trace, sequence, losses=result.losses[:, 0], loss_mask=result.loss_mask
)""",
)
_JACOBIANS = (
    "**Jacobians.** How a small change of the state at each step has grown or shrunk when it "
    "arrives at the layer's last step: the singular values of that derivative.",
    """\
last = {last}
of_hidden = state_jacobians(result, layer, last, of="hidden").singular_values
{state}
drawing = jacobians.draw(of_hidden, sequence, state_values=of_state, step_to=last)""",
)
_GATES = (
    "**Gates and states.** Every unit at every step: a row is a unit, a column a moment.",
    "drawing = gates.draw(trace, sequence)",
)
_SHOW = "\nprint(drawing.alt)\ndrawing.figure"


def notebook(run: Run, *, layer: int, title: str) -> bytes:
    """The file, in UTF-8; `layer` is the one that is drawn."""
    before = "".join(f"{line}\n" for line in lines_before(run.setup))
    where = [_WHERE, _BESIDE.format(file=file_name_of(run.setup.weights))] if before else [_WHERE]
    cells = [
        prose("\n\n".join([f"# {plain(title)}", *map(plain, sentences(run)), *where])),
        code_cell(FIND),
        code_cell(_RUN.format(before=before, expression=setup_expression(run.setup))),
        prose("The same numbers as in the app, to the last digits:"),
        code_cell(_CHECK.format(loss=float(run.loss))),
        prose(_NUMBERS),
        code_cell(_LAYER.format(layer=layer)),
    ]
    for words, code in _figures(run, layer):
        cells += [prose(words), code_cell(code + _SHOW)]
    return notebook_file(cells)


def _figures(run: Run, layer: int) -> list[tuple[str, str]]:
    """In the order of the lab."""
    trace = run.layers[layer]
    state = (
        'of_state = state_jacobians(result, layer, last, of="state").singular_values'
        if isinstance(trace, LSTMTrace)
        else "of_state = None  # this cell has no other state than h"
    )
    words, code = _JACOBIANS
    last = "0  # this layer reads from the end" if trace.reverse else "len(result.inputs) - 1"
    return [_TRAJECTORY, _GRADIENTS, (words, code.format(last=last, state=state)), _GATES]
