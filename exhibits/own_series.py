"""A learner's own series of numbers: a column of a table that they bring, as long as it is.

`Table.numbers` gives what is shown at once; a training reads more, so it is read in pieces.
"""

import streamlit as st

from exhibits.plain import plain
from exhibits.table import MAX_LENGTH, Table, TableError
from exhibits.table_upload import mark_of, uploaded_table

FEWEST, MOST = 4, 100_000


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
    held = f"{key}_table"
    table = uploaded_table(key, label)
    if table is not None:
        st.session_state[held] = table
    found: Table | None = st.session_state.get(held)
    if found is not None and table is None:
        st.caption(f"Still that of {plain(found.source)}.")
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
        key=f"{key}_column_{mark_of(table)}",
        persist_state="session",
    )
    start, length = 0, table.rows
    if table.rows > FEWEST:
        first, last = st.slider(
            "Rows", 1, table.rows, (1, min(table.rows, MOST)), key=f"{key}_rows_{mark_of(table)}"
        )
        start, length = first - 1, last - first + 1
    values = series_of(table, column, start, length)
    st.caption(f"{length:,} of {table.rows:,} rows in {plain(table.source)}.")
    return values
