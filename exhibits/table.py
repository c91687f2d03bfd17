"""A learner's table of numbers, read from bytes that may be anything.

`read_table` recognises encoding, separator and quotes (`exhibits.table_text`), lines above the
table, a header row, and each column's decimal mark; `Table.numbers` reads a window of one column.
Whatever cannot be read is a `TableError` whose message is for the learner and names the row as an
editor numbers its lines, from 1. Nothing is left out unsaid: a blank line is no row, and lines
above the table are counted in `Table.source`.

The rows are kept as text, joined by characters that the text cannot hold: 5 MB of short rows as
Python lists would take half a gigabyte.
"""

import csv
import io
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise

from exhibits.table_text import Format, TableError, decoded, format_of

__all__ = ["Column", "Table", "TableError", "parse_number", "read_table"]

MAX_BYTES = 5 * 1024 * 1024
MAX_COLUMNS = 500
MAX_LENGTH = 200

_CELL, _ROW = "\x1f", "\x1e"  # control characters, which `decoded` refuses
_CHUNK = 1000
_SAMPLE_ROWS = 1000
_LINES_ABOVE = 30
_LONGEST_NAME = 60
_EXPONENT = r"([eE][+-]?[0-9]+)?"
_PLAIN = re.compile(rf"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}")
# Thousands in groups of three, all set apart by the same mark.
_GROUPED = re.compile(rf"[+-]?[0-9]{{1,3}}([,' ])[0-9]{{3}}(\1[0-9]{{3}})*(\.[0-9]*)?{_EXPONENT}")
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "−": "-"})
_MISSING = {"", "-", "?", "na", "n/a", "nan", "null", "none", "nil", "inf", "-inf", "#n/a"}

Row = tuple[int, list[str]]  # its line in an editor, and its cells


@dataclass(frozen=True)
class Column:
    """What the first thousand rows say of a column.

    `share` of their cells are finite numbers; `counts`: they rise in equal steps, as row numbers
    do. `decimal` is "." or ",".
    """

    name: str
    share: float
    counts: bool
    decimal: str

    @property
    def numeric(self) -> bool:
        return self.share == 1


@dataclass(frozen=True, eq=False)
class Table:
    """Columns, and the number of rows below the header.

    `source` is the file's name and what was assumed about it; `separator` is "" for one column.
    """

    columns: tuple[Column, ...]
    rows: int
    source: str
    encoding: str
    separator: str
    _chunks: tuple[str, ...] = field(repr=False)
    _lines: array = field(repr=False)

    @property
    def names(self) -> list[str]:
        """The columns' names, no two alike."""
        return [column.name for column in self.columns]

    @property
    def first_numeric(self) -> int:
        """The position of the column to offer first: the one with most numbers, of those with
        equally many the first that does not merely count its rows."""
        ranks = [(column.share, not column.counts) for column in self.columns]
        return ranks.index(max(ranks))

    def numbers(
        self, column: str | int, start: int = 0, length: int | None = None
    ) -> tuple[float, ...]:
        """`length` numbers of a column (its name or position) from row `start`, counted from 0.

        Without a length, all rows that are left.

        Raises:
            TableError: no such column or rows, more than 200 rows, or a cell that is no number.
        """
        position = self._position(column)
        length = self.rows - start if length is None else length
        if start < 0 or length < 1 or start + length > self.rows:
            raise TableError(
                f"There are no rows {start + 1} to {start + length}; the table has {self.rows:,}."
            )
        if length > MAX_LENGTH:
            raise TableError(f"{length:,} rows asked for; at most {MAX_LENGTH} are shown at once.")
        return tuple(
            self._number(cells, start + k, position)
            for k, cells in enumerate(self._cells(start, length))
        )

    def _position(self, column: str | int) -> int:
        if isinstance(column, int) and 0 <= column < len(self.columns):
            return column
        if column in self.names:
            return self.names.index(str(column))
        shown = ", ".join(map(_quoted, self.names[:8]))
        raise TableError(f"There is no column {_quoted(str(column))}. There are: {shown}.")

    def _cells(self, start: int, length: int) -> Iterator[list[str]]:
        first, last = start // _CHUNK, (start + length - 1) // _CHUNK
        rows = chain.from_iterable(chunk.split(_ROW) for chunk in self._chunks[first : last + 1])
        for row in islice(rows, start - first * _CHUNK, start - first * _CHUNK + length):
            yield row.split(_CELL)

    def _number(self, cells: list[str], k: int, position: int) -> float:
        text = cells[position] if position < len(cells) else ""
        column = self.columns[position]
        try:
            return parse_number(text, column.decimal)
        except ValueError as problem:
            where = f"row {self._lines[k]}, column {_quoted(column.name)}"
            raise TableError(f"{where}: {problem}") from None


def read_table(data: bytes, name: str) -> Table:
    """The table in the bytes of a file called `name`.

    Raises:
        TableError: the file is too large, empty, no text, or no table.
    """
    name = _shortened(name) or "The file"
    if len(data) > MAX_BYTES:
        size = f"{len(data) / 1024**2:.1f} MB ({len(data):,} bytes)"
        raise TableError(f"{name} has {size}; at most {MAX_BYTES // 1024**2} MB are read.")
    if not data.strip():
        raise TableError(f"{name} is empty.")
    text, encoding = decoded(data, name)
    layout = format_of(text)
    rows = _rows(text, layout, name)
    sample = list(islice(rows, _SAMPLE_ROWS))
    above = _rows_above(sample)
    if not sample[above:]:
        raise TableError(f"{name} holds no rows.")
    columns, has_header = _columns(sample[above:], layout)
    below = chain(sample[above + int(has_header) :], rows)
    chunks, lines = _stored(below, len(columns), sample[above][0], name)
    if not lines:
        raise TableError(f"{name} holds a header and no rows below it.")
    notes = [encoding.upper()] * (encoding not in ("utf-8", "utf-8-sig"))
    notes += ["decimal commas"] * any(c.share > 0 and c.decimal == "," for c in columns)
    notes += [f"{above} line{'s' * (above > 1)} above the table left out"] * bool(above)
    source = f"{name} ({', '.join(notes)})" if notes else name
    return Table(columns, len(lines), source, encoding, layout.separator, chunks, lines)


def parse_number(text: str, decimal: str = ".") -> float:
    """A finite number as people write it: decimal point or comma, thousands in groups.

    Raises:
        ValueError: it is none; the message begins with the text in quotation marks.
    """
    plain = text.strip().translate(_BLANKS).strip()
    if not plain:
        raise ValueError("the cell is empty")
    swapped = plain.translate(str.maketrans(",.", ".,")) if decimal == "," else plain
    if grouped := _GROUPED.fullmatch(swapped):
        swapped = swapped.replace(grouped.group(1), "")
    if not _PLAIN.fullmatch(swapped):
        raise ValueError(f"{_quoted(text.strip())} is not a number")
    value = float(swapped)
    if not math.isfinite(value):
        raise ValueError(f"{_quoted(text.strip())} is too large for a number")
    return value


def _rows(text: str, layout: Format, name: str) -> Iterator[Row]:
    """Rows that are not blank, each with the line that it starts on."""
    lines = io.StringIO(text, newline="")
    line = 1 + layout.lines_before
    for _ in range(layout.lines_before):
        next(lines)
    if layout.separator == " ":
        # A line that begins with # is how `numpy.savetxt` writes the names.
        yield from (
            (n, row.lstrip("#").split()) for n, row in enumerate(lines, line) if row.strip()
        )
        return
    # A table of one column is separated by what it cannot hold.
    separator = layout.separator or _CELL
    reader = csv.reader(
        lines, delimiter=separator, quotechar=layout.quote, skipinitialspace=True, strict=True
    )
    try:
        for cells in reader:
            if len(cells) > MAX_COLUMNS:
                raise TableError(
                    f"{name}, row {line}: {len(cells):,} columns; at most {MAX_COLUMNS} are read."
                )
            if len(cells) > 1 or (cells and cells[0].strip()):
                yield line, cells
            line = reader.line_num + 1 + layout.lines_before
    except csv.Error as problem:
        raise TableError(f"{name}, row {line}: {_reason(str(problem), layout.quote)}.") from None


def _reason(problem: str, quote: str) -> str:
    if "unexpected end" in problem or "field limit" in problem:
        return f"a cell begins with the quotation mark {quote} and has no other one to end it"
    if "expected after" in problem:
        return f"a cell goes on after the quotation mark {quote} that ends it"
    return "the cells cannot be told apart"


def _width(rows: list[Row]) -> int:
    """How many cells most rows have, not counting those that are empty in all of these."""
    width = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    full = [cells for _, cells in rows if len(cells) == width]
    while width > 1 and not any(cells[width - 1].strip() for cells in full):
        width -= 1
    return width


def _rows_above(rows: list[Row]) -> int:
    """How many rows at the top are too short to belong to the table: a title, a source."""
    if not rows:
        return 0
    width = _width(rows)
    above = (k for k, (_, cells) in enumerate(rows[:_LINES_ABOVE]) if len(cells) >= width)
    return next(above, 0)


def _columns(rows: list[Row], layout: Format) -> tuple[tuple[Column, ...], bool]:
    """The columns, and whether the first row is their header."""
    first = rows[0][1]
    width = _width(rows)
    # Empty names past the last column hold nothing; a name without cells is a column of none.
    first = first[: max([width, *(k + 1 for k, cell in enumerate(first) if cell.strip())])]
    below = [[row[1][k] if k < len(row[1]) else "" for row in rows[1:]] for k in range(len(first))]
    has_header = _is_header(first, below, layout)
    names = _unique([cell if has_header else "" for cell in first])
    columns = []
    for k, cells in enumerate(below):
        cells = cells if has_header else [first[k], *cells]
        decimal = decimal_mark(cells, layout.separator)
        values = [_number_or_none(cell, decimal) for cell in cells]
        known = [value for value in values if value is not None]
        share = len(known) / len(values) if values else 0.0
        columns.append(Column(names[k], share, _counts(known), decimal))
    return tuple(columns), has_header


def _is_header(first: list[str], below: list[list[str]], layout: Format) -> bool:
    """Names above numbers, or a row without any number above others."""
    is_number = []
    for cell, cells in zip(first, below, strict=True):
        decimal = decimal_mark([cell, *cells], layout.separator)
        is_number.append(_number_or_none(cell, decimal) is not None)
        named = cell.strip().casefold() not in _MISSING and not is_number[-1]
        found = sum(_number_or_none(other, decimal) is not None for other in cells)
        if named and found > len(cells) / 2:
            return True
    return not any(is_number) and any(cell.strip() for cell in first)


def decimal_mark(cells: list[str], separator: str) -> str:
    """The decimal mark of a column: the later of two in one cell, else by what the cells allow."""
    both = [cell for cell in cells if "," in cell and "." in cell]
    commas = [cell.strip() for cell in cells if "," in cell and "." not in cell]
    points = [cell.strip() for cell in cells if "." in cell and "," not in cell]
    if both:
        last = [cell.rfind(",") > cell.rfind(".") for cell in both]
        return "," if sum(last) > len(last) / 2 else "."
    if not commas:
        grouped = [re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3}){2,}", cell) for cell in points]
        return "," if any(grouped) else "."
    if any(re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3}){2,}", cell) for cell in commas):
        return "."
    thousands = [re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", cell) for cell in commas]
    # Where the comma separates cells, one inside a cell groups thousands, if it can.
    return "." if separator == "," and all(thousands) else ","


def _stored(
    rows: Iterable[Row], width: int, first_line: int, name: str
) -> tuple[tuple[str, ...], array]:
    """The rows as text in chunks, and the line that each starts on."""
    lines, chunks, chunk = array("L"), [], []
    for line, cells in rows:
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            raise TableError(
                f"{name}, row {line}: {len(cells)} cells, but row {first_line} has {width}. "
                "A cell that holds the separator must stand in quotation marks."
            )
        chunk.append(_CELL.join(cells[:width]))
        lines.append(line)
        if len(chunk) == _CHUNK:
            chunks.append(_ROW.join(chunk))
            chunk = []
    return (*chunks, _ROW.join(chunk)), lines


def _number_or_none(text: str, decimal: str) -> float | None:
    try:
        return parse_number(text, decimal)
    except ValueError:
        return None


def _counts(values: list[float]) -> bool:
    """Whether numbers rise in equal steps, as row numbers and years do."""
    steps = [after - before for before, after in pairwise(values)]
    return len(steps) > 1 and steps[0] > 0 and all(step == steps[0] for step in steps)


def _unique(names: list[str]) -> list[str]:
    """Names on one line, `column 3` for an empty one, `temp (2)` for a second of one name."""
    taken: set[str] = set()
    found = []
    for k, name in enumerate(names, start=1):
        base = _shortened(name) or f"column {k}"
        name, copy = base, 1
        while name in taken:
            copy += 1
            name = f"{base} ({copy})"
        taken.add(name)
        found.append(name)
    return found


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _quoted(text: str) -> str:
    return f'"{_shortened(text)}"'
