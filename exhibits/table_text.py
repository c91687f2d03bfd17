"""From bytes to text, and how that text is laid out as a table.

The encoding is UTF-8 or UTF-16 where the bytes say so, else the best guess of charset-normalizer;
separator and quotes are recognised by clevercsv (van den Burg, Nazábal & Sutton 2019,
doi:10.1007/s10618-019-00646-y). Both look at a bounded sample, for their time grows with it.
"""

import re
from dataclasses import dataclass

_SAMPLE_BYTES = 8192
_SAMPLE_CHARACTERS = 6000
_SEPARATORS = [",", ";", "\t", "|"]
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;|:\t ])\"?(\r\n|\r|\n|$)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NUMBER_PART = re.compile(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OTHER_FILES = (
    (b"PK\x03\x04", "an Excel or OpenDocument file, or a zip archive; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file; save the sheet as CSV"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "compressed (gzip); unpack it"),
    (b"PAR1", "a Parquet file; save it as CSV"),
    (b"SQLite format 3", "a database"),
)
# Encodings that people's tables come in. Left to all that there are, a guess from the two or
# three accented letters of a header lands on one that nobody has used for thirty years.
_LIKELY = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859_15", "koi8_r", "mac_roman", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
]


class TableError(ValueError):
    """The table cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Format:
    """How a text is laid out: the separator ("" for one column), the quotation mark, and how many
    lines at the top say so (`sep=;`) and belong to no row."""

    separator: str
    quote: str = '"'
    lines_before: int = 0


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The text of a file and the encoding that it was read in.

    Raises:
        TableError: it is no text, or a text in no encoding that could be recognised.
    """
    for start, kind in _OTHER_FILES:
        if data.startswith(start):
            raise TableError(f"{name} is {kind}.")
    text, encoding = _decoded(data, name)
    # A text of the DOS era ends with this.
    text = text.rstrip("\x1a")
    _refuse_control(text, name)
    return text, encoding


def _refuse_control(text: str, name: str) -> None:
    if control := _CONTROL.search(text):
        line = len(re.findall(r"\r\n|\r|\n", text[: control.start()])) + 1
        raise TableError(
            f"{name} is not a text file: row {line} holds the control character "
            f"U+{ord(control.group()):04X}. Save the table as CSV."
        )


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    declared = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    declared = declared or _unmarked_utf16(data)
    try:
        return data.decode(declared or "utf-8"), declared or "utf-8"
    except UnicodeDecodeError:
        if declared:
            raise TableError(
                f"{name} begins like {declared.upper()} text but is not: it may be cut off. "
                "Save it again as CSV in UTF-8."
            ) from None
    # None of the others has a use for control characters either; a picture is full of them.
    _refuse_control(data.rstrip(b"\x1a").decode("latin-1"), name)
    for encoding in _guesses(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise TableError(f"{name} is in an encoding that was not recognised; save it as CSV in UTF-8.")


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark shows in a NUL at every other byte of what is mostly ASCII."""
    sample = data[:_SAMPLE_BYTES]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half and odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    if half and even > 0.6 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _guesses(data: bytes) -> list[str]:
    """Encodings to try, the likeliest first, judged by the lines that are not plain ASCII."""
    # Imported when a file needs it: few do, and the app starts without it.
    from charset_normalizer import from_bytes

    telling = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(telling)[:_SAMPLE_BYTES]
    found = [
        encoding
        for match in from_bytes(sample, cp_isolation=_LIKELY)
        # Where several give the same letters, the most common of them.
        for encoding in sorted(match.could_be_from_charset, key=_rank)
    ]
    return [*found, "cp1252"]


def _rank(encoding: str) -> int:
    return _LIKELY.index(encoding) if encoding in _LIKELY else len(_LIKELY)


def format_of(text: str) -> Format:
    """The separator and quotation mark of a text."""
    # Excel's own way of naming the separator.
    if first := _SEPARATOR_LINE.match(text):
        return Format(first.group(1), lines_before=1)
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > len(sample) and "\n" in sample:
        sample = sample[: sample.rindex("\n") + 1]
    separator, quote = _detected(sample)
    lines = [line.strip() for line in sample.splitlines() if line.strip()]
    if separator == "," and _is_one_column_of_decimal_commas(lines):
        separator = ""
    if separator == "" and _is_split_by_spaces(lines):
        separator = " "
    return Format(separator, quote)


def _detected(sample: str) -> tuple[str, str]:
    from clevercsv.detect import Detector

    dialect = Detector().detect(sample, delimiters=_SEPARATORS)
    if dialect is not None:
        return dialect.delimiter or "", "'" if dialect.quotechar == "'" else '"'
    # Nothing consistent: the separator that most lines hold.
    lines = sample.splitlines() or [""]
    counts = {mark: sum(mark in line for line in lines) for mark in _SEPARATORS}
    best = max(counts, key=lambda mark: counts[mark])
    return (best if counts[best] else ""), '"'


def _is_one_column_of_decimal_commas(lines: list[str]) -> bool:
    """A name without a comma above `1,5`, `2,7`: read as two columns, the name would hang."""
    below = [re.fullmatch(r"[+-]?[0-9]+,[0-9]+", line) for line in lines[1:]]
    return bool(below) and all(below) and "," not in lines[0]


def _is_split_by_spaces(lines: list[str]) -> bool:
    """Numbers in columns of blanks, as `numpy.savetxt` writes them."""
    rows = [line.split() for line in lines if not line.startswith("#")]
    widths = {len(row) for row in rows}
    return (
        len(widths) == 1
        and widths.pop() > 1
        and all(_NUMBER_PART.fullmatch(cell) for row in rows[1:] or rows for cell in row)
    )
