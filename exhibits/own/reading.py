"""What the learner's network reads: as many numbers at each step as it takes, or a text of theirs.

A text is one-hot: which input stands for which character is known to whoever trained the network,
so its alphabet is asked for, in that order.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st

from exhibits import opening
from exhibits import parameters as declared
from exhibits.controls import control
from exhibits.own_series import table_from_upload
from exhibits.table import MAX_LENGTH, Table, TableError, read_table
from lessons.declared import Choice
from rnn_core import signal

SOURCES = ("Text", "Preset", "Typed", "CSV file")
GENERATED = Choice(
    name="generated",
    label="Shape",
    default="waves",
    about="Waves: a sine for each input, each slower than the one before. One at a time: one input "
    "is 1, the others 0, as a symbol is read.",
    choices={name: name for name in ("waves", "noise", "one at a time")},
)
FEW = 8  # features that a person types
TITLED = "Typed"
_ESCAPED = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Reading:
    """T × features; `names` of the features where they have some; a text with its alphabet."""

    rows: Rows
    names: tuple[str, ...] = ()
    text: str = ""
    alphabet: str = ""


def reading(key: str, features: int, alphabet: str = "") -> Reading:
    """The controls and what they say; `alphabet` is the file's own, where it tells one.

    Raises:
        ValueError: what was typed or brought cannot be read; the message is for the learner.
    """
    sources = SOURCES if features > 1 else SOURCES[1:]
    source = st.selectbox(
        "Source",
        sources,
        index=0 if alphabet else sources.index("Preset"),
        key=f"{key}_source_of_{features}_{bool(alphabet)}",
        persist_state="session",
    )
    if source == "Text":
        return _text(key, features, alphabet)
    if source == "CSV file":
        return _from_file(key, features)
    if source == "Typed":
        return _typed(key, features)
    return Reading(_generated(key, features))


def unescaped(typed: str) -> str:
    """With \\n, \\t and \\\\ as the characters that they stand for: a field has one line."""
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPED[found[0]], typed)


def one_hot_text(text: str, alphabet: str, features: int) -> Reading:
    """A text as rows.

    Raises:
        ValueError: the alphabet has not one character for each input, or lacks one of the text's.
    """
    check_alphabet(alphabet, features)
    if not 2 <= len(text) <= MAX_LENGTH:
        raise ValueError(f"Text: {len(text)} characters given; 2 to {MAX_LENGTH} are read.")
    for place, character in enumerate(text, start=1):
        if character not in alphabet:
            raise ValueError(f"Text: {character!r} (character {place}) is not in the alphabet.")
    rows = np.eye(features)[[alphabet.index(character) for character in text]]
    return Reading(_tuples(rows), tuple(alphabet), text, alphabet)


def check_alphabet(alphabet: str, features: int) -> None:
    """Refuses one that has not a different character for each input.

    Raises:
        ValueError: says how many there are, or which stands in it twice.
    """
    if len(alphabet) != features:
        raise ValueError(
            f"Alphabet: {len(alphabet)} character{'' if len(alphabet) == 1 else 's'} given; the "
            f"model has {features} inputs. Write the character of each, in their order; \\n is a "
            "line's end."
        )
    if len(set(alphabet)) < features:
        twice = next(c for c in alphabet if alphabet.count(c) > 1)
        raise ValueError(f"Alphabet: {twice!r} stands in it more than once.")


def _text(key: str, features: int, known: str) -> Reading:
    alphabet = known
    if not known:
        alphabet = unescaped(
            st.text_input(
                f"Alphabet: {features} characters in order",
                key=f"{key}_alphabet_{features}",
                persist_state="session",
                help="Input k of the model is the k-th character. \\n is a line's end, \\t a tab, "
                "\\\\ a backslash. A file can bring it along: save_file(…, metadata={'alphabet': "
                "…}).",
            )
        )
    check_alphabet(alphabet, features)
    start = "".join(c for c in opening.TEXT if c in alphabet)
    start = start if len(start) > FEW else (alphabet * FEW)[:20]
    text = st.text_input(
        "Text",
        value=start.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"),
        max_chars=2 * MAX_LENGTH,
        key=f"{key}_text_{alphabet}",
        persist_state="session",
        help="A character at each step.",
    )
    return one_hot_text(unescaped(text), alphabet, features)


def _generated(key: str, features: int) -> Rows:
    if features == 1:
        shapes = [name for name in declared.SHAPE.choices if name != "typed"]
        shape = control(declared.SHAPE, key, only=shapes)
        length = control(declared.LENGTH, key)
        seed = control(declared.NOISE_SEED, key) if shape == "noise" else 0
        return tuple((value,) for value in signal(shape, length, seed))
    shape = control(GENERATED, key)
    length = control(declared.LENGTH, key)
    seed = control(declared.NOISE_SEED, key) if shape != "waves" else 0
    return generated(shape, length, features, seed)


def generated(shape: str, length: int, features: int, seed: int = 0) -> Rows:
    """A sequence of `length` steps within [-1, 1]; the seed decides all but the waves."""
    if shape == "waves":
        steps = 2.0 * math.pi * np.arange(length)[:, None]
        return _tuples(np.sin(steps / (8.0 + 4.0 * np.arange(features))))
    draw = np.random.default_rng(seed)
    if shape == "noise":
        return _tuples(2.0 * draw.random((length, features)) - 1.0)
    return _tuples(np.eye(features)[draw.integers(features, size=length)])


def _typed(key: str, features: int) -> Reading:
    start = generated("waves", 10, min(features, FEW))
    lines = "\n".join(", ".join(f"{value:.2f}" for value in row) for row in start)
    typed = st.text_area(
        f"A line for each step, {features} number{'' if features == 1 else 's'} in it",
        value=lines if features <= FEW else "",
        height=200,
        key=f"{key}_typed_{features}",
        persist_state="session",
    )
    if not typed.strip():
        raise ValueError("Typed: nothing yet. Write or paste a line of numbers for each step.")
    return _columns(key, read_table(typed.encode(), TITLED), features)


def _from_file(key: str, features: int) -> Reading:
    columns = "a column" if features == 1 else f"{features} columns"
    table = table_from_upload(f"{key}_rows", f"A table with {columns} of numbers")
    if table is None:
        raise ValueError("CSV file: none chosen yet. Drop one here: a row for each time step.")
    return _columns(key, table, features)


def _columns(key: str, table: Table, features: int) -> Reading:
    """As many columns of the table, and the rows of a window."""
    if len(table.columns) < features:
        raise TableError(
            f"{table.source} has {len(table.columns)} column"
            f"{'' if len(table.columns) == 1 else 's'}; the model reads {features}."
        )
    chosen: Sequence[int] = range(features)
    if len(table.columns) > features:
        chosen = _chosen_columns(key, table, features)
    start, length = _window(key, table)
    columns = [table.numbers(column, start, length) for column in chosen]
    if st.toggle(
        "Standardise",
        key=f"{key}_standardise",
        persist_state="session",
        help="Each column less its mean, by its standard deviation: where the model was trained on "
        "such numbers.",
    ):
        columns = [_standardised(table.names[k], c) for k, c in zip(chosen, columns, strict=True)]
    return Reading(tuple(zip(*columns, strict=True)), tuple(table.names[k] for k in chosen))


def _chosen_columns(key: str, table: Table, features: int) -> Sequence[int]:
    if features == 1:
        column: int = st.selectbox(
            "Column",
            range(len(table.columns)),
            index=table.first_numeric,
            format_func=table.names.__getitem__,
            key=f"{key}_column_{len(table.columns)}",
        )
        return [column]
    numeric = [k for k, column in enumerate(table.columns) if column.numeric and not column.counts]
    others = [k for k in range(len(table.columns)) if k not in numeric]
    chosen: list[int] = st.multiselect(
        f"Columns: {features}, in the model's order",
        range(len(table.columns)),
        default=sorted((numeric + others)[:features]),
        format_func=table.names.__getitem__,
        key=f"{key}_columns_{features}_{len(table.columns)}",
    )
    if len(chosen) != features:
        raise ValueError(f"Columns: {len(chosen)} chosen; the model reads {features}.")
    return chosen


def _window(key: str, table: Table) -> tuple[int, int]:
    if table.rows < 2:
        raise ValueError(f"{table.source}: {table.rows} row of numbers; at least 2 are needed.")
    longest = min(MAX_LENGTH, table.rows)
    length = longest
    if table.rows > 2:
        length = st.slider(
            "Rows read", 2, longest, min(100, longest), key=f"{key}_length_{longest}"
        )
    start = 0
    if table.rows > length:
        start = st.slider("First row", 1, table.rows - length + 1, 1, key=f"{key}_first") - 1
    return start, length


def _standardised(name: str, column: tuple[float, ...]) -> tuple[float, ...]:
    if all(value == other for value, other in pairwise(column)):
        raise ValueError(f"Standardise: all of {name} is {column[0]:g}, so it has no spread.")
    values = np.array(column)
    return tuple(((values - values.mean()) / values.std()).tolist())


def _tuples(rows: np.ndarray) -> Rows:
    return tuple(map(tuple, rows.tolist()))
