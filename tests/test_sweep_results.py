"""The results file loses no finished training, and takes no other sweep's."""

import json
from dataclasses import replace

import pytest

from rnn_core.sweep import Results, SweepError, is_in_use, parse, read_rows
from rnn_core.sweep import results as results_module
from tests.sweep_examples import SMALL, row, small


@pytest.fixture
def written(tmp_path):
    """A results file with three rows."""
    path = tmp_path / "out.jsonl"
    with Results(path, small()) as results:
        for cell in (3, 0, 5):
            results.append(row(cell, 10 + cell))
    return path


def test_what_was_appended_is_read_back(written):
    assert read_rows(written, small()) == {cell: row(cell, 10 + cell) for cell in (3, 0, 5)}
    assert len(written.read_text("utf-8").splitlines()) == 4


def test_a_row_is_on_the_disk_before_the_next_one_is_waited_for(tmp_path):
    with Results(tmp_path / "out.jsonl", small()) as results:
        results.append(row(2, None))
        assert read_rows(tmp_path / "out.jsonl", small()) == {2: row(2, None)}


def test_of_a_torn_last_line_nothing_is_left_and_the_rest_stays(written):
    whole = written.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in (1, 2, len(last) // 2, len(last) - 1):
        written.write_bytes(whole[:-cut])
        with Results(written, small()) as results:
            assert sorted(results.rows) == [0, 3]
            results.append(row(5, 15))
        assert written.read_bytes() == whole


def test_a_torn_first_line_is_written_anew(written):
    whole = written.read_bytes()
    header = whole.splitlines(keepends=True)[0]
    written.write_bytes(header[:20])
    with Results(written, small()) as results:
        assert results.rows == {}
    assert written.read_bytes() == header


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[2, 3]", "[2, 4]"), r"holds the results of another sweep \(its grid is .*\[2, 3\]"),
        (("= 50", "= 60"), "its grid is the same, but the fixed settings differ"),
    ],
)
def test_the_results_of_another_sweep_are_refused_and_left_alone(written, change, says):
    before, other = written.read_bytes(), parse(SMALL.replace(*change))
    with pytest.raises(SweepError, match=says), Results(written, other):
        pass
    assert written.read_bytes() == before
    with pytest.raises(SweepError, match=says):
        read_rows(written, other)


@pytest.mark.parametrize("text", ["my notes", "my notes\n", '{"format": 1}\n', "[]\n"])
def test_a_file_that_is_no_results_file_is_never_written_to(tmp_path, text):
    path = tmp_path / "notes.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(SweepError, match=r"notes\.txt"), Results(path, small()):
        pass
    assert path.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 3: is damaged"),
        ("3", "line 3: a row of results has the fields"),
        (json.dumps(row(99).to_dict()), "line 3: cell must be 0 to 11; got 99"),
        (json.dumps(row(1).to_dict() | {"solved": 1}), "line 3: solved .* cannot be 1"),
    ],
)
def test_a_damaged_line_is_named(written, line, says):
    lines = written.read_text("utf-8").splitlines()
    written.write_text("\n".join([*lines[:2], line, *lines[2:]]) + "\n", "utf-8")
    with pytest.raises(SweepError, match=says):
        read_rows(written, small())


def test_two_runs_do_not_write_to_one_file(tmp_path, monkeypatch):
    monkeypatch.setattr(results_module, "PATIENCE", 0.1)
    path = tmp_path / "out.jsonl"
    assert not is_in_use(path)
    with Results(path, small()):
        assert is_in_use(path)
        with pytest.raises(SweepError, match="another run is writing to it now"):
            Results(path, small()).__enter__()
    assert not is_in_use(path)
    with Results(path, small()):
        pass


def test_a_number_that_is_not_finite_is_never_written(tmp_path):
    with Results(tmp_path / "out.jsonl", small()) as results:
        with pytest.raises(ValueError, match="JSON"):
            results.append(replace(row(0), loss=float("nan")))
        assert results.rows == {}
