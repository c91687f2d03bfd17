"""Which columns of a learner's table are read, and from which of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import streamlit as st

from exhibits.plain import plain
from exhibits.table import MAX_LENGTH, Table, TableError
from exhibits.table_upload import mark_of

MOST_NAMES = 8


@dataclass(frozen=True, eq=False)
class Window:
    """Rows of a table that are read, each column standardised or as it is."""

    table: Table
    start: int
    length: int
    standardised: bool = False

    def column(self, number: int) -> tuple[float, ...]:
        """Raises ValueError: a cell is no number, or there is no spread to standardise by."""
        values = self.table.numbers(number, self.start, self.length)
        return _standardised(self.table.names[number], values) if self.standardised else values


def chosen_columns(
    key: str, table: Table, count: int, label: str = "Column", taken: Sequence[int] = ()
) -> Sequence[int]:
    """So many columns of a table, those with numbers first, chosen anew for each table.

    `taken` are chosen last of all. Columns without numbers, as dates are, are not offered.

    Raises:
        ValueError: there are fewer with numbers, or another number of them is chosen.
    """
    offered = [k for k, column in enumerate(table.columns) if column.share > 0.5]
    if skipped := [column.name for column in table.columns if column.share <= 0.5]:
        verb = "holds" if len(skipped) == 1 else "hold"
        names = ", ".join(skipped[:MOST_NAMES]) + " …" * (len(skipped) > MOST_NAMES)
        st.markdown(f":small[Skipped: {plain(names)}, which {verb} no numbers.]")
    if len(offered) < count:
        raise TableError(
            f"{table.source} has {len(offered)} column{'' if len(offered) == 1 else 's'} of "
            f"numbers; {count} are needed."
        )
    likely = sorted(offered, key=lambda k: (k in taken, not table.columns[k].numeric,
                                            table.columns[k].counts))  # fmt: skip
    if len(offered) == count:
        return offered
    key = f"{key}_{label.lower()}_{count}_{mark_of(table)}"
    if count == 1:
        column: int = st.selectbox(
            label,
            offered,
            index=offered.index(likely[0]),
            format_func=table.names.__getitem__,
            key=key,
        )
        return [column]
    chosen: list[int] = st.multiselect(
        f"{label}s: {count}, in the model's order",
        offered,
        default=sorted(likely[:count]),
        format_func=table.names.__getitem__,
        key=key,
    )
    if len(chosen) != count:
        raise ValueError(f"{label}s: {len(chosen)} chosen; {count} are needed.")
    return chosen


def rows_read(key: str, table: Table) -> tuple[int, int]:
    if table.rows < 2:
        raise ValueError(f"{table.source}: {table.rows} row of numbers; at least 2 are needed.")
    longest = min(MAX_LENGTH, table.rows)
    length = longest
    if table.rows > 2:
        length = st.slider(
            "Rows read",
            2,
            longest,
            min(100, longest),
            key=f"{key}_length_{mark_of(table)}",
        )
    start = 0
    if table.rows > length:
        start = (
            st.slider(
                "First row",
                1,
                table.rows - length + 1,
                1,
                key=f"{key}_first_{mark_of(table)}_{length}",
            )
            - 1
        )
    return start, length


def _standardised(name: str, column: tuple[float, ...]) -> tuple[float, ...]:
    if all(value == other for value, other in pairwise(column)):
        raise ValueError(f"Standardise: all of {name} is {column[0]:g}, so it has no spread.")
    values = np.array(column)
    return tuple(((values - values.mean()) / values.std()).tolist())
