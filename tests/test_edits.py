"""What the learner changes: one drag is one step back, and nothing is lost."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits import workbench
from exhibits.edits import History, edited, from_link, in_words, to_link
from exhibits.runs import traced
from rnn_core import Changes, Numbers, Setup, Text

SETUP = Setup(sequence=Text("(a)(b)"), hidden_size=4)
NUMBERS = Setup(sequence=Numbers((0.0, 0.5, 1.0)), cell="gru", hidden_size=3)


def pin(value, *, unit=3, final=True):
    return {"kind": "pin", "place": [0, "forget_gate", unit], "value": value, "final": final}


def after(*edits, setup=SETUP):
    history = History()
    for edit in edits:
        history = edited(history, edit, setup)
    return history


def test_a_pin_is_kept_and_another_value_takes_its_place():
    assert after(pin(1.0)).present.pins == ((0, "forget_gate", 3, 1.0),)
    both = after(pin(1.0), pin(0.25), pin(0.5, unit=1))
    assert both.present.pins == ((0, "forget_gate", 1, 0.5), (0, "forget_gate", 3, 0.25))


def test_a_pin_without_a_value_is_taken_out():
    assert not after(pin(1.0), pin(None)).present


def test_one_drag_is_one_step_back():
    dragged = after(pin(0.1), pin(0.2, final=False), pin(0.7, final=False), pin(0.9))
    assert dragged.present.pins[0][-1] == 0.9
    assert edited(dragged, {"kind": "undo"}, SETUP).present.pins[0][-1] == 0.1


def test_undo_and_redo_go_back_and_forth():
    history = after(pin(0.1), pin(0.2), {"kind": "undo"})
    assert history.present.pins[0][-1] == 0.1
    assert edited(history, {"kind": "redo"}, SETUP).present.pins[0][-1] == 0.2
    assert edited(history, pin(0.4), SETUP).future == ()


def test_a_gate_of_every_unit_is_held_and_let_go_at_once():
    hold = {"kind": "hold", "place": [0, "forget_gate"], "value": 1.0}
    held = after(pin(0.3, unit=2), hold).present
    assert held.pins == tuple((0, "forget_gate", unit, 1.0) for unit in range(4))
    assert in_words(held, SETUP) == ["forget gate of every unit held at 1.00"]
    assert not after(hold, hold | {"value": None}).present


def test_undo_with_nothing_before_changes_nothing():
    assert after({"kind": "undo"}, {"kind": "redo"}, {"kind": "reset"}) == History()


def test_starting_over_can_be_taken_back():
    history = after(pin(0.1), {"kind": "reset"})
    assert not history.present
    assert edited(history, {"kind": "undo"}, SETUP).present.pins[0][-1] == 0.1


def test_an_input_put_back_as_it_was_is_no_change():
    new = {"kind": "input", "place": [1], "value": "b"}
    assert after(new).present.inputs == ((1, "b"),)
    assert not after(new, new | {"value": "a"}).present
    number = {"kind": "input", "place": [2], "value": 0.25}
    assert after(number, setup=NUMBERS).present.inputs == ((2, 0.25),)


def test_a_silenced_unit_keeps_no_initial_state_of_its_own():
    start = {"kind": "initial", "place": ["hidden", 0, 2], "value": 0.5}
    silent = {"kind": "silence", "place": [0, 2], "value": True}
    assert after(start, silent).present == Changes(silenced=((0, 2),))
    assert not after(silent, silent | {"value": False}).present


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (pin(1.5), "1.5"),
        (pin(0.5, unit=9), "unit"),
        ({"kind": "pin", "place": [0, "no gate", 1], "value": 0.5}, "no gate"),
        ({"kind": "weight", "place": ["weight_hh_l0", 99, 0], "value": 0.5}, "row"),
        ({"kind": "weight", "place": ["weight_hh_l0", 0, 0], "value": "x"}, "value"),
        ({"kind": "input", "place": [0], "value": "longer"}, "one character"),
        ({"kind": "input", "place": [77], "value": "a"}, "77"),
        ({"kind": "nonsense", "place": [0]}, "nonsense"),
        ({"kind": "pin", "place": "everywhere", "value": 1}, "everywhere"),
        ({"kind": "pin", "place": [[0], {}, 3], "value": 1}, r"\[record, gate, unit\]"),
        ({"kind": ["pin"], "place": [0, "forget_gate", 3], "value": 1}, "known kind"),
        ({"kind": "weight", "place": ["weight_hh_l0", 0, 0], "value": 10**400}, "too large"),
        ({"kind": "silence", "place": [0, 1], "value": "yes"}, "True or False"),
        ({}, "None"),
    ],
)
def test_what_makes_no_sense_is_named(edit, says):
    with pytest.raises(ValueError, match=says):
        after(edit)


@pytest.mark.parametrize(
    ("setup", "edit", "says"),
    [
        (
            SETUP,
            pin(1.5),
            "forget gate of unit 3: value must be a number (finite, at least 0, at most 1); "
            "got 1.5",
        ),
        (
            SETUP,
            {"kind": "hold", "place": [0, "update_gate"], "value": 1},
            "update gate of every unit: gate must be one of input_gate, forget_gate, candidate, "
            "output_gate; got 'update_gate'",
        ),
        (
            NUMBERS,
            {"kind": "initial", "place": ["cell", 0, 1], "value": 1},
            "the first cell state of unit 1: the cell gru has a hidden state alone, no cell state",
        ),
        (
            SETUP,
            {"kind": "input", "place": [2], "value": "z"},
            "x at t = 2: the character 'z' is not in the alphabet; it knows '()ab'",
        ),
        (
            Setup(sequence=Text("abc"), cell="rnn_tanh"),
            {"kind": "hold", "place": [0, "forget_gate"], "value": 1},
            "forget gate of every unit: the cell rnn_tanh has no gates to pin",
        ),
    ],
)
def test_the_learner_reads_where_it_was_and_what_would_be_right(setup, edit, says):
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        after(edit, setup=setup)


def test_a_reason_is_short_whatever_came():
    for place in ([0, "forget_gate", 1], ["x" * 10**5]):
        with pytest.raises(ValueError, match=r"…$") as refused:
            after({"kind": "pin", "place": place, "value": "x" * 10**5})
        assert len(str(refused.value)) <= 300


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("pin", []),
        ("pin", [0]),
        ("pin", [0, "forget_gate"]),
        ("pin", [False, "forget_gate", 3]),
        ("pin", [0.0, "forget_gate", 3]),
        ("hold", [0]),
        ("hold", []),
        ("silence", [0]),
        ("silence", [0, True]),
        ("input", []),
        ("input", [True]),
        ("input", [1.0]),
        ("weight", ["weight_hh_l0", 0]),
        ("initial", ["cell", 0]),
    ],
)
def test_half_a_place_or_one_of_other_types_takes_nothing_out(kind, place):
    """Python holds True == 1 == 1.0, and () is the beginning of every place."""
    made = after(
        pin(1.0),
        {"kind": "silence", "place": [0, 1], "value": True},
        {"kind": "input", "place": [1], "value": "b"},
        {"kind": "weight", "place": ["weight_hh_l0", 0, 0], "value": 0.5},
        {"kind": "initial", "place": ["cell", 0, 1], "value": 0.5},
    )
    with pytest.raises(ValueError, match="the place of"):
        edited(made, {"kind": kind, "place": place, "value": None}, SETUP)


def test_whole_numbers_of_json_are_numbers():
    changes = after(
        pin(1),
        {"kind": "weight", "place": ["weight_hh_l0", 0, 0], "value": 2},
        {"kind": "initial", "place": ["cell", 0, 1], "value": -1},
    ).present
    values = [changes.pins[0][-1], changes.weights[0][-1], changes.initial[0][-1]]
    assert values == [1.0, 2.0, -1.0]
    assert {type(value) for value in values} == {float}
    assert from_link('{"pins":[[0,"forget_gate",3,1]]}') == after(pin(1)).present


def test_a_hand_that_begins_where_the_value_is_still_makes_one_step_back():
    dragged = after(pin(0.1), pin(0.1, final=False), pin(0.7, final=False), pin(0.9))
    assert dragged.present.pins[0][-1] == 0.9
    assert edited(dragged, {"kind": "undo"}, SETUP).present.pins[0][-1] == 0.1


def test_a_hand_that_was_lost_on_one_place_is_not_on_another():
    """A browser takes a finger for itself when it scrolls: the drag's end is never told."""
    made = after(pin(0.7, final=False), pin(0.2, unit=1), {"kind": "undo"})
    assert made.present.pins == ((0, "forget_gate", 3, 0.7),)


def test_a_drag_back_to_where_it_began_is_no_step():
    assert after(pin(0.1), pin(0.7, final=False), pin(0.1)) == after(pin(0.1))


def test_a_hand_that_lets_go_of_what_is_refused_has_let_go(monkeypatch):
    monkeypatch.setattr(workbench.st, "session_state", {})
    monkeypatch.setattr(workbench.st, "query_params", {})
    base = Setup(sequence=Numbers((1.0, 1.0, 1.0)), cell="rnn_relu", hidden_size=2)
    start = {"kind": "initial", "place": ["hidden", 0, 1]}
    for value, final in ((2.0, False), (1e300, True)):
        workbench.edit("lab", base, start | {"value": value, "final": final})
    assert "the numbers explode" in str(workbench.options("lab", base)["problem"])
    expected = Changes(initial=(("hidden", 0, 1, 2.0),))
    assert workbench.settled("lab", base) == workbench.present("lab", base) == expected
    workbench.edit("lab", base, {"kind": "silence", "place": [0, 0], "value": True})
    assert not workbench.options("lab", base)["problem"]
    workbench.edit("lab", base, {"kind": "undo"})
    assert workbench.present("lab", base) == expected


PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.just(10**400)
    | st.floats()
    | st.sampled_from(["hidden", "cell", "forget_gate", "weight_hh_l0", "a", "b", "", "é" * 999])
)
JSON = PLAIN | st.lists(PLAIN | st.lists(PLAIN)) | st.dictionaries(st.text(max_size=2), PLAIN)
KINDS = ["input", "weight", "initial", "pin", "hold", "silence", "undo", "redo", "reset"]
PLACES = st.sampled_from(
    [
        [0],
        [1],
        ["weight_hh_l0", 1, 0],
        ["hidden", 0, 1],
        ["cell", 0, 1],
        [0, "forget_gate", 1],
        [0, "candidate"],
        [0, 1],
    ]
)
EDITS = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS) | JSON, "place": PLACES | st.lists(JSON) | JSON},
    optional={"value": JSON, "final": JSON},
)


@given(st.lists(EDITS, max_size=8))
def test_whatever_the_browser_says_is_a_change_that_fits_or_refused_in_words(edits):
    history = History()
    for edit in edits:
        reason = "no reason"
        try:
            history = edited(history, edit, SETUP)
        except ValueError as refused:
            reason = str(refused)
        assert 0 < len(reason) <= 300
    for changes in (*history.past, history.present, *history.future):
        replace(SETUP, changes=changes)
        assert bool(in_words(changes, SETUP)) == bool(changes)
        assert from_link(to_link(changes)) == changes


def test_equal_changes_are_one_run_in_whatever_order_they_were_made():
    one, other = (
        after(*order)
        for order in ([pin(1, unit=0), pin(0.5)], [pin(0.25), pin(0.5), pin(1.0, unit=0)])
    )
    assert traced(replace(SETUP, changes=one.present)) is traced(
        replace(SETUP, changes=other.present)
    )


def test_changes_are_told_in_words():
    changes = Changes(
        inputs=((1, "b"),),
        weights=(("weight_hh_l0", 2, 1, 0.25),),
        initial=(("cell", 0, 1, -0.5),),
        pins=((0, "forget_gate", 3, 1.0),),
        silenced=((0, 2),),
    )
    assert in_words(changes, SETUP) == [
        "x at t = 1 is “b”, targets kept",
        "weight_hh_l0[2, 1] is 0.25",
        "c of unit 1 starts at -0.5",
        "forget gate of unit 3 held at 1.00",
        "unit 2 silenced",
    ]


@given(st.floats(0, 1), st.integers(0, 3), st.floats(-5, 5))
def test_a_link_carries_changes_exactly(value, unit, start):
    changes = Changes(
        inputs=((0, "é"),),
        pins=((0, "forget_gate", unit, value),),
        initial=(("cell", 0, unit, start),),
    )
    assert from_link(to_link(changes)) == changes


def test_no_changes_need_no_room_in_a_link():
    assert to_link(Changes()) == ""
    assert from_link("") == Changes()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"other":[]}',
        '{"pins":3}',
        '{"pins":[3]}',
        '{"pins":[[0]]}',
        '{"pins":[[]]}',
        '{"silenced":[7]}',
        '{"pins":[[0,"forget_gate",0,' + "9" * 400 + "]]}",
        '{"pins":[[0,"forget_gate",0,NaN]]}',
        "[" * 5000,
        "x" * 7000,
    ],
)
def test_a_broken_link_is_refused_in_words(text):
    with pytest.raises(ValueError, match="link's changes"):
        from_link(text)
