"""What the learner changes: one drag is one step back, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits.edits import History, edited, from_link, in_words, to_link
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
        ({"kind": "pin", "place": [[0], {}, 3], "value": 1}, "pins"),
        ({}, "None"),
    ],
)
def test_what_makes_no_sense_is_named(edit, says):
    with pytest.raises(ValueError, match=says):
        after(edit)


def test_changes_are_told_in_words():
    changes = Changes(
        inputs=((1, "b"),),
        weights=(("weight_hh_l0", 2, 1, 0.25),),
        initial=(("cell", 0, 1, -0.5),),
        pins=((0, "forget_gate", 3, 1.0),),
        silenced=((0, 2),),
    )
    assert in_words(changes, SETUP) == [
        "x at t = 1 is “b”",
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
        "[" * 5000,
        "x" * 7000,
    ],
)
def test_a_broken_link_is_refused_in_words(text):
    with pytest.raises(ValueError, match="link's changes"):
        from_link(text)
