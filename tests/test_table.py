"""Tables as people's programs write them, and as no program should: numbers or a clear sentence."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exhibits.table import MAX_BYTES, Table, TableError, decimal_mark, parse_number, read_table


def table(text: str | bytes, encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding) if isinstance(text, str) else text, "data.csv")


def refusal(text: str | bytes, column: str | int | None = None) -> str:
    """What the learner is told about a table that cannot be read."""
    try:
        found = table(text)
        found.numbers(found.first_numeric if column is None else column)
    except TableError as problem:
        return str(problem)
    return "nothing"


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("a,b\n1,2.5\n3,4\n", ["a", "b"], (1.0, 3.0)),
        ("a;b\n1,5;2\n3,25;4\n", ["a", "b"], (1.5, 3.25)),
        ("a\tb\r\n-1\t2\r\n3e2\t4\r\n", ["a", "b"], (-1.0, 300.0)),
        ("a|b\n.5|2\n+3.|4\n", ["a", "b"], (0.5, 3.0)),
        ("temp\n1.5\n2.5\n4\n", ["temp"], (1.5, 2.5, 4.0)),
        ("temp\n1,5\n2,5\n4,0\n", ["temp"], (1.5, 2.5, 4.0)),
        ("1.5\n2.5\n4", ["column 1"], (1.5, 2.5, 4.0)),
        ("a,b\r1,2\r3,4", ["a", "b"], (1.0, 3.0)),
        ("1.0e+00 2.0e+00\n3.0e+00 4.0e+00\n", ["column 1", "column 2"], (1.0, 3.0)),
        ("# a b\n1.0 2.0\n3.0  4.0\n", ["a", "b"], (1.0, 3.0)),
        ("sep=|\na|b\n1|2\n3|4\n", ["a", "b"], (1.0, 3.0)),
        ("a;b;\n1;2;\n3;4;\n", ["a", "b"], (1.0, 3.0)),
        ("a, b\n1, 2\n3, 4\n", ["a", "b"], (1.0, 3.0)),
        ('"a","b"\n"1","2"\n"3","4"\n', ["a", "b"], (1.0, 3.0)),
        ("a,b\n\n1,2\n\n\n3,4\n\n", ["a", "b"], (1.0, 3.0)),
        ("a,b\n1,2\n3,4\n\x1a", ["a", "b"], (1.0, 3.0)),
    ],
    ids=itertools.count(),
)
def test_separators_decimal_marks_and_line_ends(text, names, first):
    found = table(text)
    assert found.names == names
    assert found.numbers(0) == first
    assert found.rows == len(first)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("größe;wert\n1;2\n", "utf-8"),
        ("größe;wert\n1;2\n", "utf-8-sig"),
        ("größe;wert\n1;2\n", "latin-1"),
        ("größe;wert\n1;2\n", "utf-16"),
        ("größe;wert\n1;2\n", "utf-16-le"),
        ("größe;wert\n1;2\n", "utf-16-be"),
        ("größe;wert\n1;2\n", "utf-32"),
        ("température (°C),prénom\n1,2\n", "cp1252"),
        ("дата;температура\n1;2\n", "cp1251"),
        ("日付,気温\n1,2\n", "shift_jis"),
    ],
)
def test_the_encoding_is_recognised_and_named_unless_it_is_utf_8(text, encoding):
    found = table(text, encoding)
    separator = ";" if ";" in text else ","
    assert found.names == text.split("\n")[0].split(separator)
    assert found.numbers(0) == (1.0,)
    assert (found.source == "data.csv") == encoding.startswith("utf-8")


def test_decimal_commas_are_said():
    assert table("t;v\n1;0,5\n2;0,7\n").source == "data.csv (decimal commas)"


def test_lines_above_the_table_are_counted_and_rows_keep_their_line_numbers():
    found = table("Station: Berlin, Mitte\nmeasured by hand\n\nday;temp\n1;2,5\n2;x\n")
    assert found.source == "data.csv (decimal commas, 2 lines above the table left out)"
    assert found.names == ["day", "temp"]
    assert found.numbers("temp", 0, 1) == (2.5,)
    with pytest.raises(TableError, match='row 6, column "temp": "x" is not a number'):
        found.numbers("temp")


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("1,2\n3,4\n", False),
        ("2019,2020\n3,4\n", False),
        ("year,2020\n1,4\n2,5\n", True),
        ("Berlin,3.2\nParis,4.1\n", False),
        ("n/a,3\n1,4\n2,5\n", False),
        ("name,note\nx,y\n", True),
        (",b\n1,2\n", True),
    ],
)
def test_a_header_is_names_above_numbers_or_a_row_without_any(text, has_header):
    found = table(text)
    assert found.rows == text.count("\n") - has_header
    assert (found.names[-1] == text.split("\n")[0].split(",")[-1]) == has_header


def test_empty_and_equal_names_are_told_apart():
    found = table("temp,,temp,temp (2)\n1,2,3,4\n")
    assert found.names == ["temp", "column 2", "temp (2)", "temp (2) (2)"]
    assert found.numbers("temp (2)") == (3.0,)


def test_the_column_offered_first_holds_numbers_that_do_more_than_count():
    assert table("year,city,temp\n1990,x,3.5\n1991,y,4\n1992,z,1\n").first_numeric == 2
    assert table("city,year\nx,1990\ny,1991\nz,1992\n").first_numeric == 1
    assert table("city,temp\nx,n/a\ny,2\nz,7\n").first_numeric == 1
    assert table("city,state\nx,y\n").first_numeric == 0


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1 234 567", ".", 1234567.0),
        ("1\u202f234,5", ",", 1234.5),
        ("1’234.5", ".", 1234.5),
        ("−3", ".", -3.0),
        (" 7 ", ".", 7.0),
        ("1.5E-3", ".", 0.0015),
    ],
)
def test_numbers_as_people_write_them(text, decimal, value):
    assert parse_number(text, decimal) == value


NOT_NUMBERS = "n/a nan inf -Infinity 1_000 0x10 １２ 12,34,567 1,5 --1 1e 3% $5 1.2.3 e5 . 1,2.3,4"


@pytest.mark.parametrize("text", [*NOT_NUMBERS.split(), "1 2", "3 %"])
def test_what_is_not_a_number_is_refused_in_quotation_marks(text):
    with pytest.raises(ValueError, match="is not a number") as caught:
        parse_number(text)
    assert str(caught.value).startswith(f'"{text}"')


def test_empty_and_huge_numbers_have_reasons_of_their_own():
    with pytest.raises(ValueError, match="the cell is empty"):
        parse_number(" \u00a0")
    with pytest.raises(ValueError, match='"1e999" is too large'):
        parse_number("1e999")


@pytest.mark.parametrize(
    ("cells", "separator", "mark"),
    [
        (["1.5", "2"], ",", "."),
        (["1,5", "2"], ";", ","),
        (["1,234", "2,500"], ",", "."),
        (["1,234", "2,500"], ";", ","),
        (["0,123"], ",", ","),
        (["1.234,5"], ";", ","),
        (["1,234.5", "7,1"], ";", "."),
        (["1.234.567"], ";", ","),
        (["1,234,567"], ";", "."),
    ],
)
def test_the_decimal_mark_of_a_column(cells, separator, mark):
    assert decimal_mark(cells, separator) == mark


def test_a_cell_that_is_not_a_number_is_named_by_row_column_and_text():
    text = "day,temp\n" + "".join(f"{n},{n}.5\n" for n in range(2, 17)) + "17,n/a\n18,3\n"
    assert refusal(text, "temp") == 'row 17, column "temp": "n/a" is not a number'
    assert refusal("a,b\n1,\n", "b") == 'row 2, column "b": the cell is empty'
    assert refusal("a,b\n1,2\n3\n", "b") == 'row 3, column "b": the cell is empty'


def test_rows_are_numbered_by_the_line_that_they_start_on():
    text = 'a,b\n"two\nlines",1\n\n"x",oops\n'
    assert refusal(text, "b") == 'row 5, column "b": "oops" is not a number'


def test_a_window_of_a_long_table_is_exact_across_chunks():
    found = table("v\n" + "".join(f"{n}.25\n" for n in range(3500)))
    assert found.rows == 3500
    assert found.numbers("v", 950, 100) == tuple(n + 0.25 for n in range(950, 1050))
    assert found.numbers(0, 3499, 1) == (3499.25,)
    assert found.numbers(0, 3300) == tuple(n + 0.25 for n in range(3300, 3500))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("v", 0, 201), "201 rows asked for; at most 200"),
        (("v", 0, None), "300 rows asked for; at most 200"),
        (("v", 299, 2), "no rows 300 to 301; the table has 300"),
        (("v", -1, 2), "no rows 0 to 1"),
        (("v", 0, 0), "no rows"),
        (("w", 0, 1), 'no column "w". There are: "v"'),
        ((1, 0, 1), 'no column "1"'),
    ],
)
def test_a_window_that_is_not_there_is_refused_rather_than_cut(arguments, says):
    found = table("v\n" + "1\n" * 300)
    with pytest.raises(TableError) as caught:
        found.numbers(*arguments)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "data.csv is empty."),
        (b" \n\r\n\t", "data.csv is empty."),
        (b"\xef\xbb\xbf", "data.csv holds no rows."),
        (b"a,b\n", "data.csv holds a header and no rows below it."),
        (b"1" * (MAX_BYTES + 1), "data.csv has 5.0 MB (5,242,881 bytes); at most 5 MB are read."),
        (b"1" * (7 * 1024 * 1024), "data.csv has 7.0 MB"),
        (b"PK\x03\x04rest", "an Excel or OpenDocument file"),
        (b"%PDF-1.7", "data.csv is a PDF."),
        (b"a,b\n1,\x01\n", "row 2 holds the control character U+0001"),
        (bytes(range(256)) * 40, "not a text file"),
        (b"\xff\xfea", "begins like UTF-16 text but is not"),
        (b"1," * 600, "row 1: 601 columns; at most 500"),
        (b"a,b\n1,2\n3,4,5\n", "row 3: 3 cells, but row 1 has 2"),
        (b'a,b\n1,2\n"3,4\n5,6\n', 'row 3: a cell begins with the quotation mark "'),
        (b'a,b\n1,2\n"3"4,5\n', "row 3: a cell goes on after the quotation mark"),
        (b'a,b\n1,"' + b"x" * 200_000 + b'"\n', "row 2: a cell begins with"),
        (b"name,note\nx,y\n", 'row 2, column "name": "x" is not a number'),
    ],
    ids=itertools.count(),
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data, says):
    assert says in refusal(data)


def test_long_texts_are_shortened_in_messages():
    message = refusal("v,w\n1,2\n" + "x" * 3000 + ",3\n", "v")
    assert len(message) < 150
    assert "…" in message


SOUND = [
    b"a,b\n1,2.5\n3,4\n5,6\n",
    "größe;wert\n1,5;2\n2,5;3\n".encode("latin-1"),
    "t,é\n1,2\n3,4\n".encode("utf-16"),
    b'"x ""y""",b\n"1",2\n"line\nbreak",4\n',
    b"sep=;\na;b\n1;2\n",
    b"1.0 2.0\n3.0 4.0\n",
]
PIECES = [*b"\x00\xff\"',;\t|\n\r -.e\x1f=", b'""', b"\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"1e999"]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sound table with a few pieces put in, put over others, or cut away."""
    data = bytearray(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, len(data)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(min_size=1, max_size=4)))
        piece = bytes([piece]) if isinstance(piece, int) else piece
        data[place : place + draw(st.integers(0, 3))] = piece * draw(st.integers(0, 3))
    return bytes(data)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.one_of(mutated(), st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_whatever_the_bytes_only_a_table_error_escapes(data):
    said = refusal(data)
    if said != "nothing":
        assert 10 < len(said) < 300
        return
    found = table(data)
    values = found.numbers(found.first_numeric)
    assert len(set(found.names)) == len(found.names)
    assert len(values) == found.rows
    assert all(abs(value) < float("inf") for value in values)


@settings(max_examples=100, deadline=None)
@given(
    values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=50),
    separator=st.sampled_from([",", ";", "\t", "|"]),
)
def test_numbers_written_by_python_are_read_back_exactly(values, separator):
    text = f"n{separator}v\n" + "".join(f"x{separator}{value!r}\n" for value in values)
    assert table(text).numbers("v") == tuple(values)
