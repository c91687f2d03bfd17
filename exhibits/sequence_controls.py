"""What the network reads: text, numbers, or a column of the learner's own file.

Every value that decides the picture is in the link. Text, shapes and typed numbers are bound
widgets; the values read from a file travel in a parameter of their own, since the file cannot.
"""

import math
import unicodedata

import streamlit as st

from exhibits import opening
from exhibits.table import MAX_BYTES, MAX_LENGTH, Table, TableError, read_table
from rnn_core import SIGNALS, Numbers, Text, signal

MAX_UPLOAD_MB = MAX_BYTES // 2**20
# What phones and word processors put in place of the plain character.
PLAIN = dict(zip("‘’“”–—−\t\u00a0", "''\"\"---  ", strict=True))
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
    source = st.segmented_control(
        "Source",
        ["Text", "Numbers", "CSV file"],
        default="Text",
        required=True,
        key=f"{key}_source",
        bind="query-params",
        label_visibility="collapsed",
        width="stretch",
    )
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


def parse_numbers(text: str) -> tuple[float, ...]:
    """Numbers separated by commas, semicolons, spaces or new lines.

    Raises:
        ValueError: an entry is no finite number (which one, and what it was), or there are
            fewer than 2 or more than 200.
    """
    entries = text.replace(",", " ").replace(";", " ").split()
    values = []
    for position, entry in enumerate(entries, start=1):
        try:
            value = float(entry)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(
                f"Numbers: entry {position}, “{entry[:30]}”, is not a number. "
                "Write numbers such as 0.5 −1 2e-3, with spaces or commas between them."
            )
        values.append(value)
    _check_length("Numbers", len(values), "number")
    return tuple(values)


def values_to_link(values: tuple[float, ...]) -> str:
    """The values as they stand in a link: exact (`repr`), joined by a mark that needs no escape."""
    return "_".join(repr(value).removesuffix(".0") for value in values)


def values_from_link(text: str) -> tuple[float, ...]:
    """The inverse of `values_to_link`.

    Raises:
        ValueError: the link holds something else than 2 to 200 numbers.
    """
    return parse_numbers(text.replace("_", " "))


def _check_length(what: str, count: int, unit: str) -> None:
    if not 2 <= count <= MAX_LENGTH:
        raise ValueError(
            f"{what}: {count} {unit}{'' if count == 1 else 's'} given; "
            f"the lab reads at least 2 and shows at most {MAX_LENGTH}."
        )


def _text(key: str) -> Text:
    text_key = f"{key}_text"
    text = st.text_input(
        "Text",
        value=opening.TEXT,
        key=text_key,
        bind="query-params",
        live=True,
        help="The network reads one character per time step and predicts the next one.",
    )

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
    _check_length("Text", len(text or ""), "character")
    return Text(text or "")


def _numbers(key: str) -> Numbers:
    shape = st.selectbox(
        "Shape",
        [*SIGNALS, "typed"],
        key=f"{key}_shape",
        bind="query-params",
        help="One number per time step; the network predicts the next one.",
    )
    if shape == "typed":
        typed = st.text_area(
            "Numbers",
            value="0 0.5 1 0.5 0 -0.5 -1 -0.5 0 0.5 1",
            key=f"{key}_values",
            bind="query-params",
            help="Separated by spaces, commas or new lines. A decimal mark is a point.",
        )
        return Numbers(
            parse_numbers(typed or ""), standardise=_standardise(f"{key}_typed", default=False)
        )
    length = st.slider(
        "Sequence length", 2, MAX_LENGTH, 40, key=f"{key}_length", bind="query-params"
    )
    seed = 0
    if shape == "noise":
        seed = st.number_input(
            "Noise seed", 0, 9999, 0, key=f"{key}_noise_seed", bind="query-params"
        )
    return Numbers(signal(shape, length, seed))


def _standardise(key: str, *, default: bool) -> bool:
    return st.toggle(
        "Standardise",
        value=default,
        key=f"{key}_standardise",
        bind="query-params",
        help="Subtract the mean and divide by the standard deviation, as before training.",
    )


def _file(key: str) -> Numbers:
    upload = st.file_uploader(
        "A table with a column of numbers",
        type=["csv", "tsv", "txt"],
        max_upload_size=MAX_UPLOAD_MB,
        key=f"{key}_file",
        help=f"Up to {MAX_UPLOAD_MB} MB. Encoding, separator and decimal mark are recognised.",
    )
    link = f"{key}_series"
    if upload is None:
        if link not in st.query_params:
            raise ValueError(
                "CSV file: none chosen yet. Drop one here: a text file with one row per time step."
            )
        values = values_from_link(st.query_params[link])
        st.caption(f"{len(values)} values from the link. Choose a file to read others.")
    else:
        values = _window(_table(upload.getvalue(), upload.name), key)
        st.query_params[link] = values_to_link(values)
    return Numbers(values, standardise=_standardise(f"{key}_file", default=True))


@st.cache_data(max_entries=64, show_spinner="Reading the file …")
def _parsed(data: bytes, name: str) -> Table | str:
    try:
        return read_table(data, name)
    except TableError as problem:
        return str(problem)


def _table(data: bytes, name: str) -> Table:
    table = _parsed(data, name)
    if isinstance(table, str):
        raise TableError(table)
    return table


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
