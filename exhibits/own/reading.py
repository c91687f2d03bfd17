"""What the learner's network reads: as many numbers at each step as it takes, or a text of theirs.

A text is one-hot: which input stands for which character is known to whoever trained the network,
so its alphabet is asked for (`vocabulary.py`). A network with an embedding reads tokens alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from exhibits import opening
from exhibits import parameters as declared
from exhibits.controls import control
from exhibits.own.columns import Window, chosen_columns, rows_read
from exhibits.own.vocabulary import Waiting, split, token_ids, unescaped, vocabulary
from exhibits.own_series import table_from_upload
from exhibits.table import MAX_LENGTH, Table, TableError, read_table
from lessons.declared import Choice
from rnn_core import signal

SOURCES = ("Text", "Preset", "Typed", "CSV file")
TOKEN_SOURCES = ("Text", "Token ids")
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

Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Reading:
    """T × features; `names` of the features where they have some; a text with its alphabet.

    `said` is what is read, in a word or two. `tokens` are the numbers of the features of which one
    is 1 at each step, where they are tokens; of a table the rest is at hand.
    """

    rows: Rows
    names: tuple[str, ...] = ()
    text: str = ""
    alphabet: str = ""
    said: str = "these numbers"
    tokens: tuple[int, ...] = ()
    window: Window | None = None


def reading(key: str, features: int, alphabet: str = "", tokens: bool = False) -> Reading:
    """The controls and what they say; `alphabet` is the file's own, where it tells one.

    With `tokens` each step has one of the features, and no vector of numbers is offered.

    Raises:
        ValueError: what was typed or brought cannot be read; the message is for the learner.
    """
    sources = TOKEN_SOURCES if tokens else SOURCES if features > 1 else SOURCES[1:]
    first = "Text" if alphabet else "Token ids" if tokens else "Preset"
    source = st.selectbox(
        "Source",
        sources,
        index=sources.index(first),
        key=f"{key}_{'tokens' if tokens else 'source'}_of_{features}_{bool(alphabet)}",
        persist_state="session",
    )
    if source == "Text":
        return _text(key, features, alphabet)
    if source == "Token ids":
        return _ids(key, features)
    if source == "CSV file":
        return _from_file(key, features)
    if source == "Typed":
        return _typed(key, features)
    return _generated(key, features)


def of_tokens(tokens: Sequence[int], words: tuple[str, ...], said: str) -> Reading:
    """One-hot rows of the tokens' numbers; `words` are the names of all tokens."""
    rows = np.eye(len(words))[list(tokens)]
    return Reading(_tuples(rows), words, said=said, tokens=tuple(tokens))


def of_text(text: str, words: tuple[str, ...]) -> Reading:
    """A text as rows, cut into the tokens of a vocabulary.

    Raises:
        ValueError: some of it is in no token, or it has fewer than 2 or more than 200 of them.
    """
    tokens = split(text, words)
    if not 2 <= len(tokens) <= MAX_LENGTH:
        what = "characters" if all(len(word) == 1 for word in words) else "tokens"
        raise ValueError(f"Text: {len(tokens)} {what} given; 2 to {MAX_LENGTH} are read.")
    found = of_tokens(tokens, words, "this text")
    if any(len(word) != 1 for word in words):
        return found
    return replace(found, text=text, alphabet="".join(words), tokens=())


def _text(key: str, features: int, known: str) -> Reading:
    words = tuple(known)
    if not known:
        typed = st.text_input(
            f"Alphabet: {features} characters in order",
            key=f"{key}_alphabet_{features}",
            persist_state="session",
            help="Input k of the model is the k-th character. \\n is a line's end, \\t a tab, "
            "\\\\ a backslash. A vocabulary as JSON is taken too: a list of tokens, or "
            '{"token": id}. A file can bring its alphabet along: save_file(…, '
            "metadata={'alphabet': …}).",
        )
        words = vocabulary(typed, features)
    shown = [word.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t") for word in words]
    letters = all(len(word) == 1 for word in words)
    start = "".join(shown[words.index(c)] for c in opening.TEXT if c in words)
    if not letters or len(unescaped(start)) <= FEW:
        start = ("" if letters else " ").join((shown * FEW)[:20])
    text = st.text_input(
        "Text",
        value=start,
        max_chars=4 * MAX_LENGTH,
        key=f"{key}_text_{''.join(words)}",
        persist_state="session",
        help="A character at each step." if letters else "A token at each step.",
    )
    return of_text(unescaped(text), words)


def _ids(key: str, features: int) -> Reading:
    start = np.random.default_rng(0).integers(features, size=20).tolist()
    typed = st.text_area(
        f"Token ids, 0 to {features - 1}",
        value=" ".join(map(str, start)),
        key=f"{key}_ids_{features}",
        persist_state="session",
        help="As your tokenizer gives them, one for each step, in a row. With *Text* and your "
        "vocabulary they get their names.",
    )
    return of_tokens(
        token_ids(typed, features), tuple(f"#{k}" for k in range(features)), "these tokens"
    )


def _generated(key: str, features: int) -> Reading:
    if features == 1:
        shapes = [name for name in declared.SHAPE.choices if name != "typed"]
        shape = control(declared.SHAPE, key, only=shapes)
        length = control(declared.LENGTH, key)
        seed = control(declared.NOISE_SEED, key) if shape == "noise" else 0
        rows = tuple((value,) for value in signal(shape, length, seed))
        return Reading(rows, said=declared.SHAPE.choices[shape].lower())
    shape = control(GENERATED, key)
    length = control(declared.LENGTH, key)
    seed = control(declared.NOISE_SEED, key) if shape != "waves" else 0
    return Reading(generated(shape, length, features, seed), said=shape)


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
        raise Waiting("Typed: write or paste a line of numbers for each step.")
    return _columns(key, read_table(typed.encode(), TITLED), features)


def _from_file(key: str, features: int) -> Reading:
    columns = "a column" if features == 1 else f"{features} columns"
    table = table_from_upload(f"{key}_rows", f"A table with {columns} of numbers")
    if table is None:
        raise Waiting("CSV file: drop one here, with a row for each time step.")
    return _columns(key, table, features)


def _columns(key: str, table: Table, features: int) -> Reading:
    """As many columns of the table, and the rows of a window."""
    if len(table.columns) < features:
        raise TableError(
            f"{table.source} has {len(table.columns)} column"
            f"{'' if len(table.columns) == 1 else 's'}; the model reads {features}."
        )
    chosen = chosen_columns(key, table, features)
    start, length = rows_read(key, table)
    standardised = st.toggle(
        "Standardise",
        key=f"{key}_standardise",
        persist_state="session",
        help="Each column less its mean, by its standard deviation: where the model was trained on "
        "such numbers.",
    )
    window = Window(table, start, length, standardised)
    columns = [window.column(column) for column in chosen]
    return Reading(
        tuple(zip(*columns, strict=True)),
        tuple(table.names[k] for k in chosen),
        said="these numbers" if table.source.startswith(TITLED) else table.source,
        window=window,
    )


def _tuples(rows: np.ndarray) -> Rows:
    return tuple(map(tuple, rows.tolist()))
