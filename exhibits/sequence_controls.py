"""What the network reads: text, numbers, or a column of the learner's own file.

Every value that decides the picture is in the link. Text, shapes and typed numbers are bound
widgets; the values read from a file travel in a parameter of their own, since the file cannot.
"""

import unicodedata
from dataclasses import replace

import streamlit as st

from exhibits import opening
from exhibits import parameters as declared
from exhibits.controls import control, is_hidden
from exhibits.table import MAX_LENGTH, Table
from exhibits.table_upload import uploaded_table
from lessons.declared import Choice, Flag
from rnn_core import Numbers, Text, signal

# What phones and word processors put in place of the plain character.
PLAIN = dict(zip("‘’“”–—−\t\u00a0", "''\"\"---  ", strict=True))
SOURCE = Choice(
    name="source",
    label="Source",
    default="Text",
    choices={name: name for name in ("Text", "Numbers", "CSV file")},
    segmented=True,
)
STANDARDISE_TYPED = Flag(
    name="typed_standardise",
    label="Standardise",
    default=False,
    about="Subtract the mean and divide by the standard deviation, as before training.",
)
STANDARDISE_FILE = replace(STANDARDISE_TYPED, name="file_standardise", default=True)
EXAMPLES = {
    "code": opening.TEXT,
    "nested": "{[(a), b[c]], f({x, y})}",
    "sentence": "to be, or not to be: that is the question.",
}


def sequence_controls(key: str) -> Text | Numbers:
    """The sequence that the learner chose, 2 to 200 steps long.

    Raises:
        ValueError: what was typed or uploaded is no such sequence; the message is for the learner.
    """
    source = control(SOURCE, key, label_visibility="collapsed")
    if source == "Text":
        return _text(key)
    if source == "Numbers":
        return _numbers(key)
    return _file(key)


class UnknownCharacterError(ValueError):
    """A trained network was given a character that it has never seen."""


def in_alphabet(text: str, alphabet: str) -> str:
    """The text in a trained network's characters: small letters, no accents, straight quotes.

    Raises:
        UnknownCharacterError: a character has no such form; the message names it, its place, and
            what the network knows.
    """
    kept = []
    for place, character in enumerate(text, start=1):
        plain = unicodedata.normalize("NFKD", PLAIN.get(character, character)).lower()
        known = [c for c in plain if c in alphabet]
        if character in alphabet:
            kept.append(character)
        elif len(known) == 1:
            kept += known
        else:
            signs = "".join(c for c in alphabet if not c.isalnum() and c != " ")
            raise UnknownCharacterError(
                f"Text: the trained network has never seen “{character}” (character {place}). It "
                f"knows small letters, digits, the space and {signs}"
            )
    return "".join(kept)


def _text(key: str) -> Text:
    if is_hidden("text", key):
        return Text(control(declared.TEXT, key))
    text_key = f"{key}_text"
    field = st.container()

    def write(example: str) -> None:
        st.session_state[text_key] = example

    with st.container(horizontal=True, gap="small"):
        for name, example in EXAMPLES.items():
            st.button(
                name,
                key=f"{key}_example_{name}",
                on_click=write,
                args=(example,),
                help=example,
            )
    with field:
        return Text(control(declared.TEXT, key))


def _numbers(key: str) -> Numbers:
    shape = control(declared.SHAPE, key)
    if shape == "typed":
        numbers = control(declared.NUMBERS, key)
        return Numbers(numbers, standardise=control(STANDARDISE_TYPED, key))
    length = control(declared.LENGTH, key)
    seed = control(declared.NOISE_SEED, key) if shape == "noise" else 0
    return Numbers(signal(shape, length, seed))


def _file(key: str) -> Numbers:
    table = uploaded_table(key, "A table with a column of numbers")
    link = f"{key}_series"
    if table is None:
        if link not in st.query_params:
            raise ValueError(
                "CSV file: none chosen yet. Drop one here: a text file with one row per time step."
            )
        values = declared.NUMBERS.from_text(st.query_params[link])
        st.caption(f"{len(values)} values from the link. Choose a file to read others.")
    else:
        values = _window(table, key)
        st.query_params[link] = declared.NUMBERS.to_text(values)
    return Numbers(values, standardise=control(STANDARDISE_FILE, key))


def _window(table: Table, key: str) -> tuple[float, ...]:
    column = st.selectbox("Column", table.names, index=table.first_numeric, key=f"{key}_column")
    if table.rows < 2:
        raise ValueError(f"CSV file: {table.rows} row of numbers; at least 2 are needed.")
    longest = min(MAX_LENGTH, table.rows)
    length = longest
    if table.rows > 2:
        length = st.slider("Rows shown", 2, longest, min(100, longest), key=f"{key}_rows")
    start = 0
    if table.rows > length:
        start = st.slider("First row", 1, table.rows - length + 1, 1, key=f"{key}_start") - 1
    st.caption(f"Rows {start + 1} to {start + length} of {table.rows:,} in {table.source}.")
    return table.numbers(column, start, length)
