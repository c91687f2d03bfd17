"""A learner's own series of numbers: a column of a table that they bring, as long as it is.

`Table.numbers` gives what is shown at once; a training reads more, so it is read in pieces.
"""

import streamlit as st

from exhibits.table import MAX_BYTES, MAX_LENGTH, Table, TableError, read_table

FEWEST, MOST = 4, 100_000
KINDS = ["csv", "tsv", "txt"]


def series_of(
    table: Table, column: str | int, start: int = 0, length: int | None = None
) -> tuple[float, ...]:
    """`length` numbers of a column (its name or position) from row `start`, counted from 0.

    Without a length, all rows that are left.

    Raises:
        TableError: no such column or rows, fewer than 4 or more than 100,000 of them, or a cell
            that is no number; the message names its row, as an editor counts lines, and column.
    """
    length = table.rows - start if length is None else length
    if not FEWEST <= length <= MOST:
        raise TableError(
            f"{length:,} row{'' if length == 1 else 's'} of numbers; a series has {FEWEST} to "
            f"{MOST:,}."
        )
    values: list[float] = []
    for first in range(start, start + length, MAX_LENGTH):
        values += table.numbers(column, first, min(MAX_LENGTH, start + length - first))
    return tuple(values)


def table_from_upload(key: str, label: str) -> Table | None:
    """An uploader, and the table that was brought last in this session; None before the first.

    Raises:
        TableError: the file cannot be read.
    """
    upload = st.file_uploader(
        label,
        type=KINDS,
        max_upload_size=MAX_BYTES // 2**20,
        key=f"{key}_file",
        help=f"Up to {MAX_BYTES // 2**20} MB. Encoding, separator and decimal mark are recognised.",
    )
    held = f"{key}_table"
    if upload is not None:
        table = _parsed(upload.getvalue(), upload.name)
        if isinstance(table, str):
            raise TableError(table)
        st.session_state[held] = table
    found: Table | None = st.session_state.get(held)
    if found is not None and upload is None:
        st.caption(f"Still that of {_plain(found.source)}.")
    return found


def series_from_upload(key: str) -> tuple[float, ...] | None:
    """The controls of an own series, and its numbers; None before a file was brought.

    Raises:
        TableError: the file, or what was chosen of it, is no series; the message is for the
            learner.
    """
    table = table_from_upload(key, "A table with a column of numbers")
    if table is None:
        return None
    column = st.selectbox(
        "Column",
        range(len(table.columns)),
        index=table.first_numeric,
        format_func=table.names.__getitem__,
        key=f"{key}_column",
        persist_state="session",
    )
    start, length = 0, table.rows
    if table.rows > FEWEST:
        first, last = st.slider(
            "Rows", 1, table.rows, (1, min(table.rows, MOST)), key=f"{key}_rows_{table.rows}"
        )
        start, length = first - 1, last - first + 1
    values = series_of(table, column, start, length)
    st.caption(f"{length:,} of {table.rows:,} rows in {_plain(table.source)}.")
    return values


@st.cache_data(max_entries=64, show_spinner="Reading the file …")
def _parsed(data: bytes, name: str) -> Table | str:
    try:
        return read_table(data, name)
    except TableError as problem:
        return str(problem)


def _plain(text: str) -> str:
    """A file's name as it is, whatever Markdown would make of it."""
    signs: dict[str, str | int | None] = {sign: f"\\{sign}" for sign in "\\`*_[]#~$|<>:"}
    return text.translate(str.maketrans(signs))
