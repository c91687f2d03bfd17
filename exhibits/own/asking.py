"""What the network is asked to say, and at which steps a loss stands on it."""

from typing import Any

import streamlit as st

from exhibits import parameters as declared
from exhibits.controls import control
from exhibits.own.choice import Chosen
from exhibits.own.reading import Reading
from exhibits.setups import truncation_of
from rnn_core import AnySequence, Numbers, Text, Vectors

NEXT, CLASS, NOTHING = "what comes next", "a class", "nothing"
ABOUT = (
    "The loss compares what the read-out says with this. Nothing: the loss is ½‖y‖², half the "
    "squared length of what is said, so that the gradient shows what the state of each step has to "
    "do with it."
)


def asked(key: str, read: Reading, chosen: Chosen) -> AnySequence:
    """The sequence with its targets, as the learner asks for them."""
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
    elif chosen.readout is None:
        st.caption("Without a read-out the loss is ½‖h‖², of the last layer's state.")
    else:
        st.caption("The loss is ½‖y‖², half the squared length of what the read-out says.")
    number = 0
    if what == CLASS:
        number = st.number_input(
            f"The right class, 0 to {chosen.outputs - 1}",
            0,
            chosen.outputs - 1,
            0,
            key=f"{key}_class_{chosen.outputs}",
            persist_state="session",
        )
    return sequence_of(what, read, chosen, int(number))


def offered(read: Reading, chosen: Chosen) -> list[str]:
    """What this network can be asked for, what it was likeliest trained on first."""
    if chosen.readout is None:
        return [NOTHING]
    same = chosen.outputs == len(read.rows[0])
    return [NEXT] * same + [CLASS] * (chosen.outputs > 1) + [NOTHING]


def sequence_of(what: str, read: Reading, chosen: Chosen, number: int = 0) -> AnySequence:
    """What is read, with the next step, a class's number or zeros as targets."""
    if what == NEXT and read.text:
        return Text(read.text, read.alphabet)
    if what == NEXT and chosen.outputs == 1:
        return Numbers(tuple(row[0] for row in read.rows))
    if what == NEXT:
        return Vectors(read.rows, (*read.rows[1:], None), read.names)
    if what == CLASS:
        names = tuple(map(str, range(chosen.outputs)))
        if read.text and chosen.outputs == len(read.alphabet):
            names = tuple(read.alphabet)
        return Vectors(read.rows, (number,) * len(read.rows), read.names, names)
    return Vectors(read.rows, ((0.0,) * chosen.outputs,) * len(read.rows), read.names)


def losses(key: str, sequence: AnySequence, bidirectional: bool) -> dict[str, Any]:
    """Where the loss stands and how far it goes back: fields of a `Setup`.

    Raises:
        ValueError: no such steps, or k2 is less than k1.
    """
    where = control(declared.LOSS_AT, key, default="the last step")
    steps: Any = {"every step": "all", "the last step": "last"}.get(where)
    if steps is None:
        steps = tuple(control(declared.LOSS_STEPS, key, default=(len(sequence.labels) // 2,)))
    fields: dict[str, Any] = {"loss_steps": steps}
    if bidirectional or not control(declared.TRUNCATED, key):
        return fields
    cut = {"truncated": True, "k1": control(declared.K1, key), "k2": control(declared.K2, key)}
    return fields | {"truncation": truncation_of(cut, len(sequence.labels))}
