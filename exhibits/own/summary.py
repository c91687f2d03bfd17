"""What was recognised in the file: a sentence, and every tensor with its part."""

import streamlit as st

from exhibits.own.choice import Chosen, in_words
from exhibits.own.examples import content, file_name
from exhibits.own.kept import Kept
from exhibits.plain import plain
from rnn_core.own_file import shown

GATES = {
    "rnn": "one block of H rows",
    "gru": "three blocks of H rows: reset r, update z, candidate n",
    "lstm": "four blocks of H rows: input i, forget f, candidate g, output o",
}
MOST_ROWS = 200
MOST_NAMES = 6


def summary(brought: Kept, chosen: Chosen, key: str) -> None:
    """The sentence, and below it, folded up, the table."""
    name = plain(brought.model.file.name)
    st.markdown(f"**{name}**: {plain(in_words(chosen))}")
    if left_out := brought.model.left_out(chosen.module, chosen.readout, chosen.embedding):
        names = ", ".join(shown(name) for name in left_out[:MOST_NAMES])
        more = " …" if len(left_out) > MOST_NAMES else ""
        st.markdown(f"Not in the run: {plain(names)}{more}")
    with st.expander(f"What the file holds: {_tensors(brought)}"):
        rows = table(brought, chosen)
        st.dataframe(rows[:MOST_ROWS], hide_index=True, width="stretch")
        if len(rows) > MOST_ROWS:
            st.caption(f"The first {MOST_ROWS} of {len(rows):,}.")
        st.caption(
            f"weight_ih and weight_hh of this cell have {GATES[chosen.module.family]}. "
            "Dropout is off, as in model.eval()."
        )
        if brought.example:
            st.download_button(
                "This example file",
                content(brought.example),
                file_name=file_name(brought.example),
                mime="application/octet-stream",
                icon=":material/download:",
                key=f"{key}_example_file",
                on_click="ignore",
                help="To show how a file is brought along: take it, then drop it here.",
            )


def table(brought: Kept, chosen: Chosen) -> list[dict[str, str]]:
    """A row for each tensor of the file."""
    model = brought.model
    parts = {name: f"recurrent, {part}" for part, name in chosen.module.names}
    if chosen.readout:
        parts |= {chosen.readout.weight: "read-out", chosen.readout.bias: "read-out"}
    if chosen.embedding:
        parts[chosen.embedding.weight] = "embedding"
    return [
        {
            "Tensor": shown(name),
            "Shape": " × ".join(map(str, tensor.shape)) or "one number",
            "Type": tensor.dtype,
            "Part": parts.get(name, "not in the run"),
        }
        for name, tensor in model.file.tensors.items()
    ]


def _tensors(brought: Kept) -> str:
    count = len(brought.model.file.tensors)
    return f"{count:,} tensor{'' if count == 1 else 's'}"
