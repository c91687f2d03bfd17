"""The notebook of a training: its weights loaded, its losses drawn, one sequence traced."""

from collections.abc import Sequence

from exhibits.export.cells import FIND, Cell, code_cell, notebook_file, plain, prose
from rnn_core.reproduce_training import PREFIX, settings_source, task_file
from rnn_core.train import TrainingSetup

MOST_POINTS = 400

_WHERE = """\
One training of *Unrolled*: {title}. {about} {network}, {steps:,} updates.

This notebook needs Python with NumPy, Plotly, safetensors and jaxtyping, Unrolled's own folders
`rnn_core` and `figures`, and the file `{weights}`{more}: put it beside them, or set `UNROLLED` to
the folder that holds those two. Then run all cells."""

_LOAD = """\
{imports}from safetensors.numpy import load_file

from rnn_core.tasks import task_of

task = task_of("{task}", {settings})
weights = load_file("{weights}")  # under the names of the script's torch module
print({{name: value.shape for name, value in weights.items()}})"""

_LOSSES = """\
import plotly.graph_objects as go

steps = {steps}
losses = {losses}
curve = go.Figure(go.Scatter(x=steps, y=losses, name="loss"))
for line in task.lines():
    curve.add_hline(line.value, line_dash="dash", annotation_text=line.name)
curve.update_xaxes(title="update")
curve.update_yaxes(title="loss", type="log")
curve"""

_TRACE = """\
from figures import gates, gradients
from rnn_core import hold, network_of, run, setup_with

plain = {{name.removeprefix("{prefix}"): value for name, value in weights.items()}}
name = hold(network_of("{cell}", plain), plain, alphabet=task.alphabet)
setup = setup_with(name, task.example(seed=0))
result = run(setup)  # every gate, state and gradient, in float64
trace, sequence = result.layers[-1], setup.sequence_read
print(f"the sum of the losses on this sequence is {{result.loss:.6g}}")"""

_GATES = """\
drawing = gates.draw(trace, sequence)
print(drawing.alt)
drawing.figure"""

_GRADIENTS = """\
drawing = gradients.draw(trace, sequence, losses=result.losses[:, 0], loss_mask=result.loss_mask)
print(drawing.alt)
drawing.figure"""

_WINDOW = """\
import numpy as np

from rnn_core.window import WindowNetwork, forward

hidden, inputs = weights["hidden.weight"].shape
network = WindowNetwork({window}, inputs // {window}, hidden, len(weights["readout.bias"]))
batch = task.held_out(1)
weights = {{name: value.astype(float) for name, value in weights.items()}}
trace = forward(network, weights, batch.inputs)
print("score:", task.score(batch, trace.output))
go.Figure(go.Heatmap(z=trace.hidden[:, 0].T, zmin=-1, zmax=1, colorscale="RdBu"))"""


def notebook(setup: TrainingSetup, losses: Sequence[float], steps: int, weights_name: str) -> bytes:
    """The file, in UTF-8; it loads the weights from the file of this name beside it."""
    beside = task_file(setup) is not None
    where = _WHERE.format(
        title=setup.task.title,
        about=setup.task.about,
        network=f"{setup.cell}, {setup.hidden_size} units",
        steps=steps,
        weights=weights_name,
        more=" and `task.json`" if beside else "",
    )
    load = _LOAD.format(
        imports="import json\nfrom pathlib import Path\n\n" if beside else "",
        task=setup.task.name,
        settings=settings_source(setup),
        weights=weights_name,
    )
    title = f"# {plain(setup.task.title)}: what was learned"
    cells = [prose(f"{title}\n\n{where}"), code_cell(FIND), prose("**Weights.**"), code_cell(load)]
    if losses:
        at, mean = thinned(losses)
        words = "**Losses.** Of each update's batch" + (
            ", the mean over the updates from one point to the next." if len(at) < len(losses)
            else "."
        )  # fmt: skip
        drawn = _LOSSES.format(steps=at, losses=[float(f"{value:.5g}") for value in mean])
        cells += [prose(words), code_cell(drawn)]
    return notebook_file([*cells, *_traced(setup)])


def _traced(setup: TrainingSetup) -> list[Cell]:
    if setup.cell == "window":
        words = "**One sequence.** What each hidden unit says at each step, forward alone."
        code = ("import plotly.graph_objects as go\n" + _WINDOW).format(window=setup.window)
        return [prose(words), code_cell(code)]
    return [
        prose("**One sequence, traced.** The network reads one example of the task."),
        code_cell(_TRACE.format(prefix=PREFIX, cell=setup.cell)),
        prose("**Gates and states.** Every unit at every step."),
        code_cell(_GATES),
        prose("**Gradients.** How much the loss would change with the state of each step."),
        code_cell(_GRADIENTS),
    ]


def thinned(losses: Sequence[float]) -> tuple[list[int], list[float]]:
    """At most so many points: the first update of each piece, and the piece's mean loss."""
    size = -(-len(losses) // MOST_POINTS)
    starts = list(range(0, len(losses), size))
    return starts, [sum(piece) / len(piece) for s in starts if (piece := losses[s : s + size])]
