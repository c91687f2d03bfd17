"""One layer of a run for a spreadsheet: a row for each step, a column for each number.

    step, input, target, prediction (several numbers: input_0, input_1, … or by their names, and
    target_0, prediction_0, …), loss, the prediction of every output (of characters and classes the
    probability of each), then for every field of the layer's record a column for each unit:
    hidden_0, hidden_1, …, forget_gate_0, …, grad_hidden_0, …, with the gates' pre-activations as
    forget_gate_preactivation_0, ….

Wide, because a spreadsheet's charts and filters want a column for each series; one layer, because
Excel ends at 16 384 columns (the largest layer here has some 6 000). UTF-8 with a mark at its
beginning, without which Excel reads it as something else; floats read back exactly. A step without
a target or a loss has an empty cell there.

A cell of the learner's text that begins like a formula gets an apostrophe before it: spreadsheets
would run it. Numbers are left alone.
"""

import csv
import io
from collections.abc import Sequence

import numpy as np

from exhibits.export.archive import states
from rnn_core import GATE_FIELDS, Run, Text

FORMULA_SIGNS = "=+-@＝＋－＠\t\r\n"

Columns = dict[str, Sequence[object]]


def sheet(run: Run, layer: int) -> bytes:
    """The file of the layer `run.layers[layer]`."""
    columns = outcome(run) | units(run, layer)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([guarded(name) for name in columns])
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(tuple(FORMULA_SIGNS)) else text


def outcome(run: Run) -> Columns:
    """What was read, asked for and said at each step."""
    said, target, has_target = run.prediction[:, 0], np.asarray(run.targets)[:, 0], run.has_target
    losses = _where(run.loss_mask, run.losses[:, 0].tolist())
    steps: Columns = {"step": list(range(len(run.inputs)))}
    sequence = run.setup.sequence_read
    if isinstance(sequence, Text):
        columns = steps | {"input": [guarded(character) for character in sequence.text]}
    else:
        named = [guarded(name) for name in getattr(sequence, "names", ())]
        columns = steps | _split("input", run.inputs[:, 0], named)
    if not run.classes:
        columns |= {
            name: _where(has_target, list(values))
            for name, values in _split("target", target).items()
        }
        return columns | _split("prediction", said) | {"loss": losses}
    names = [guarded(name) for name in run.classes]
    columns |= {
        "target": _where(has_target, [names[number] for number in target]),
        "prediction": [names[number] for number in said.argmax(axis=-1)],
        "loss": losses,
    }
    return columns | {
        f"probability of {name}": said[:, number].tolist()
        for number, name in enumerate(run.classes)
    }


def units(run: Run, layer: int) -> Columns:
    """What the layer did, unit by unit."""
    trace, size = run.layers[layer], run.network.hidden_size
    fields = {name: value[:, 0] for name, value in states(trace).items()}
    blocks = {name: f"{name}_preactivation" for name in GATE_FIELDS[run.network.cell]}
    for before, whole in (("", trace.preactivation), ("grad_", trace.grad_preactivation)):
        if whole is None:
            continue
        for number, name in enumerate(blocks.values() or ["preactivation"]):
            fields[before + name] = whole[:, 0, number * size : (number + 1) * size]
    return {
        f"{name}_{unit}": values[:, unit].tolist()
        for name, values in fields.items()
        for unit in range(size)
    }


def _split(name: str, rows: np.ndarray, names: Sequence[str] = ()) -> Columns:
    """A column for each of several numbers; one alone is called by `name`."""
    count = rows.shape[-1]
    if count == 1:
        return {name: rows[:, 0].tolist()}
    ends = names or [str(number) for number in range(count)]
    return {f"{name}_{end}": rows[:, number].tolist() for number, end in enumerate(ends)}


def _where(there: np.ndarray, values: list) -> list:
    return [value if has else "" for has, value in zip(there, values, strict=True)]
