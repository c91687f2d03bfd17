"""A sweep is the full product of its axes, and its file says what is wrong with it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.sweep import MOST_CELLS, Sweep, SweepError, axis, parse, read_sweep, to_toml
from rnn_core.sweep.grid import Axis, Point
from tests.sweep_examples import ROOT, SMALL, small

FIXED = (("task.name", "adding"), ("max_steps", 10))


def test_the_grid_is_every_combination_once():
    found = [
        (cell.setup.cell, cell.setup.start, cell.setup.task.length, cell.setup.seed)
        for cell in small().cells
    ]
    by_hand = []
    for cell, start in (("gru", "uniform"), ("rnn_relu", "identity")):
        for length in (2, 3):
            for seed in (4, 1, 7):
                by_hand.append((cell, start, length, seed))
    assert found == by_hand
    assert [cell.index for cell in small().cells] == list(range(12))
    assert small().size == 12


def test_a_table_sets_several_fields_and_what_is_fixed_holds_everywhere_else():
    rates = {cell.labels[0]: cell.setup.learning_rate for cell in small().cells}
    assert rates == {"gru": 0.03, "IRNN": 0.002}
    assert {cell.setup.hidden_size for cell in small().cells} == {8}


def test_every_configuration_is_run_once_before_any_gets_its_next_seed():
    seeds = [cell.setup.seed for cell in small().order]
    assert seeds == [4] * 4 + [1] * 4 + [7] * 4
    assert sorted(cell.index for cell in small().order) == list(range(12))


def test_a_sweep_without_axes_is_one_training():
    sweep = Sweep(FIXED, ())
    assert sweep.size == 1
    assert sweep.cells[0].labels == ()


def test_the_fingerprint_knows_what_decides_the_rows_and_nothing_else():
    sweep = small()
    assert replace(sweep, title="Another title").fingerprint == sweep.fingerprint
    others = [
        SMALL.replace("max_steps = 50", "max_steps = 51"),
        SMALL.replace("[4, 1, 7]", "[4, 1, 8]"),
        SMALL.replace("IRNN", "irnn"),
        SMALL.replace("0.002", "0.003"),
    ]
    prints = [parse(text).fingerprint for text in (SMALL, *others)]
    assert len(set(prints)) == len(prints)


def test_the_example_is_a_sweep_and_its_file_reads_back():
    sweep = read_sweep(ROOT / "rnn_core" / "sweep" / "example.toml")
    assert sweep.size == 36
    assert parse(to_toml(sweep)) == sweep
    assert parse(to_toml(small())) == small()


@given(
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    label=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=10),
    rates=st.lists(
        st.floats(1e-6, 1.0, allow_subnormal=False), min_size=1, max_size=4, unique=True
    ),
)
def test_any_title_label_and_rate_reads_back_from_the_file(title, label, rates):
    cells = Axis("cell", (Point(label, (("cell", "gru"), ("start", "chrono"))),))
    sweep = Sweep(FIXED, (cells, axis("learning_rate", rates)), title)
    assert parse(to_toml(sweep)) == sweep


TASK = '[task]\nname = "adding"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[grid", "no TOML: Expected ']'"),
        ("x = 1", "x is no part of a sweep; the parts are title, task, training, grid"),
        ("title = 3", "title must be a text; got 3"),
        ("task = 3", r"task must be a table, \[task\]; got 3"),
        ("[training]\nseed = 1", r"\[task\] must have a name, one of adding, "),
        ('[task]\nname = "addin"', "task must be one of adding, .*got 'addin'"),
        (TASK + "lenth = 3", "'adding' has the settings length; got 'lenth'"),
        (TASK + "[training]\nlr = 1", r"\[training\]: lr is no field of a training .*are batch_si"),
        (TASK + "[grid]\nlength = [3]", r"\[grid\]: length is .* is written task.length"),
        (TASK + "[grid]\nseed = 3", r"grid.seed must be a list of values, such as \[1, 2\]; got 3"),
        (TASK + "[grid]\nseed = []", "grid.seed must be a list of values"),
        (TASK + "[grid]\nseed = [1, 2, 1]", "grid.seed must list each value once; got 1 twice"),
        (TASK + '[grid]\ncell = ["gru", "lstmm"]', "with cell lstmm: cell must be one of rnn_tanh"),
        (TASK + "[grid]\ntask.length = [9, 1]", "with length 1: task: length must be .* 2 to 1000"),
        (TASK + '[grid]\ncell = [{cell = "gru"}]', "grid.cell: a table must have a label and at"),
        (TASK + '[grid]\ncell = [{label = "a"}]', "grid.cell: a table must have a label and at"),
        (TASK + '[grid]\ncell = [{label = "a", cel = 1}]', "grid.cell, a: cel is no field"),
        (TASK + "[training]\nseed = 1\n[grid]\nseed = [2]", r"seed stands in \[grid\] and outside"),
        (
            TASK + '[grid]\nseed = [1]\nx = [{label = "a", seed = 2}]',
            "seed is set by two axes, seed and x",
        ),
    ],
)
def test_a_wrong_file_says_which_key_and_what_would_be_right(text, says):
    with pytest.raises(SweepError, match=says):
        parse(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SweepError, match=r"none\.toml: No such file"):
        read_sweep(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b'title = "\xff"')
    with pytest.raises(SweepError, match=r"broken\.toml: must be text in UTF-8"):
        read_sweep(broken)


def test_a_grid_that_nobody_could_train_is_refused():
    hundred = axis("seed", list(range(101)))
    with pytest.raises(SweepError, match=f"at most {MOST_CELLS:,} trainings; this grid has 10,201"):
        Sweep(FIXED, (hundred, axis("hidden_size", list(range(1, 102)))))
