"""A table that the learner brings: the uploader, and what is read of the file."""

import hashlib

import streamlit as st

from exhibits.table import MAX_BYTES, Table, TableError, read_table

KINDS = ["csv", "tsv", "txt"]
_MAX_MB = MAX_BYTES // 2**20


def uploaded_table(key: str, label: str) -> Table | None:
    """The table in the uploader; None where there is none in it.

    Raises:
        TableError: the file cannot be read; the message is for the learner.
    """
    upload = st.file_uploader(
        label,
        type=KINDS,
        max_upload_size=_MAX_MB,
        key=f"{key}_file",
        help=f"Up to {_MAX_MB} MB. Encoding, separator and decimal mark are recognised.",
    )
    if upload is None:
        return None
    table = _parsed(upload.getvalue(), upload.name)
    if isinstance(table, str):
        raise TableError(table)
    return table


def mark_of(table: Table) -> str:
    """Differs between tables of other columns or rows: what was chosen of one fits no other."""
    told = repr((table.source, table.rows, [(c.name, c.numeric, c.counts) for c in table.columns]))
    return hashlib.blake2b(told.encode(), digest_size=4).hexdigest()


@st.cache_data(max_entries=64, show_spinner="Reading the file …")
def _parsed(data: bytes, name: str) -> Table | str:
    """Why it cannot be read is kept too."""
    try:
        return read_table(data, name)
    except TableError as problem:
        return str(problem)
