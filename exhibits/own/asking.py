"""What the network is asked to say, and at which steps a loss, or a probe, stands on it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from exhibits import parameters as declared
from exhibits.controls import control
from exhibits.own.choice import Chosen
from exhibits.own.columns import chosen_columns
from exhibits.own.reading import Reading
from exhibits.setups import truncation_of
from rnn_core import AnySequence, Numbers, Text, Vectors
from rnn_core.own_model import is_probe, probe

NEXT, CLASS, NOTHING = "what comes next", "a class", "nothing: a probe"
FIRST, COLUMN = "the next value of the first column", "a column of the table"
WHY = (
    "Nothing is asked of it, so no loss stands here. The gradient has to start somewhere: from the "
    "probe ½‖ŷ‖², half the squared length of what it says."
)
ABOUT = f"A loss compares what the read-out says with this. Of nothing: {WHY}"
PROBE_AT = replace(
    declared.LOSS_AT,
    label="Probe taken at",
    about="The gradient of ½‖ŷ‖² sets out from there.",
)


def asked(key: str, read: Reading, chosen: Chosen) -> AnySequence:
    """The sequence with its targets, as the learner asks for them.

    Raises:
        ValueError: the table has no such columns.
    """
    options = offered(read, chosen)
    what = options[0]
    if len(options) > 1:
        what = st.selectbox(
            "It should say",
            options,
            key=f"{key}_asked_{'_'.join(options)}",
            persist_state="session",
            help=ABOUT,
        )
    number = 0
    targets: tuple[tuple[float, ...], ...] = ()
    if what == CLASS:
        number = st.number_input(
            f"The right class, 0 to {chosen.outputs - 1}",
            0,
            chosen.outputs - 1,
            0,
            key=f"{key}_class_{chosen.outputs}",
            persist_state="session",
        )
    if what == COLUMN:
        targets = _column(key, read, chosen)
    if what == NOTHING:
        st.markdown(f":small[{WHY}]")
    return sequence_of(what, read, chosen, int(number), targets)


def offered(read: Reading, chosen: Chosen) -> list[str]:
    """What this network can be asked for; where nothing is known of it, nothing comes first."""
    if chosen.readout is None:
        return [NOTHING]
    same, one = chosen.outputs == len(read.rows[0]), chosen.outputs == 1
    numeric = sum(column.numeric for column in read.window.table.columns) if read.window else 0
    options = [NEXT] * same + [NOTHING] + [CLASS] * (chosen.outputs > 1)
    more = [COLUMN] * (numeric >= chosen.outputs) + [FIRST] * (one and not same)
    return options + more if read.window else options


def _column(key: str, read: Reading, chosen: Chosen) -> tuple[tuple[float, ...], ...]:
    """The targets in the table's columns, a row for each step."""
    assert read.window is not None
    table = read.window.table
    taken = [table.names.index(name) for name in read.names]
    columns: Sequence[int] = chosen_columns(key, table, chosen.outputs, "Target column", taken)
    return tuple(zip(*(read.window.column(column) for column in columns), strict=True))


def sequence_of(
    what: str,
    read: Reading,
    chosen: Chosen,
    number: int = 0,
    targets: tuple[tuple[float, ...], ...] = (),
) -> AnySequence:
    """What is read, with the next step, a class's number, a column's rows or nothing as targets."""
    if what == NEXT and read.text:
        return Text(read.text, read.alphabet)
    if what == NEXT and read.tokens:
        return Vectors(read.rows, (*read.tokens[1:], None), read.names, read.names)
    if what == NEXT and chosen.outputs == 1:
        return Numbers(tuple(row[0] for row in read.rows))
    if what == NEXT:
        return Vectors(read.rows, (*read.rows[1:], None), read.names)
    if what == FIRST:
        return Vectors(read.rows, (*((row[0],) for row in read.rows[1:]), None), read.names)
    if what == COLUMN:
        return Vectors(read.rows, targets, read.names)
    if what == CLASS:
        names = tuple(map(str, range(chosen.outputs)))
        if chosen.outputs == len(read.names) and (read.text or read.tokens):
            names = read.names
        return Vectors(read.rows, (number,) * len(read.rows), read.names, names)
    return probe(read.rows, chosen.outputs, read.names)


def losses(key: str, sequence: AnySequence, bidirectional: bool) -> dict[str, Any]:
    """Where the loss stands and how far it goes back: fields of a `Setup`.

    Raises:
        ValueError: no such steps, or k2 is less than k1.
    """
    taken = PROBE_AT if is_probe(sequence) else declared.LOSS_AT
    where = control(taken, key, default="the last step")
    steps: Any = {"every step": "all", "the last step": "last"}.get(where)
    if steps is None:
        steps = tuple(control(declared.LOSS_STEPS, key, default=(len(sequence.labels) // 2,)))
    fields: dict[str, Any] = {"loss_steps": steps}
    if bidirectional or not control(declared.TRUNCATED, key):
        return fields
    cut = {"truncated": True, "k1": control(declared.K1, key), "k2": control(declared.K2, key)}
    return fields | {"truncation": truncation_of(cut, len(sequence.labels))}
