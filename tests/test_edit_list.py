"""Changes that a lesson writes down: read, refused in words, and what they make of a setup."""

import pytest

from exhibits.edit_list import MOST, EditList, changes_of
from rnn_core import Changes, Setup, Text

LIST = EditList(name="changes", label="Changes", default=())
BASE = Setup(Text("abcab"), cell="lstm", hidden_size=3)


def made(*entries: dict) -> Changes:
    return changes_of({"changes": LIST.check(list(entries))}, BASE)


def test_a_gate_that_is_held_is_pinned_in_every_unit() -> None:
    changes = made({"kind": "hold", "place": [0, "forget_gate"], "value": 1.0})
    assert changes.pins == tuple((0, "forget_gate", unit, 1.0) for unit in range(3))


def test_changes_add_up_in_their_order() -> None:
    changes = made(
        {"kind": "input", "place": [1], "value": "c"},
        {"kind": "silence", "place": [0, 2], "value": True},
        {"kind": "input", "place": [1], "value": "a"},
    )
    assert changes.inputs == ((1, "a"),)
    assert changes.silenced == ((0, 2),)


def test_what_was_checked_once_can_be_checked_again() -> None:
    once = LIST.check([{"kind": "silence", "place": [0, 2], "value": True}])
    assert LIST.check(once) == once


@pytest.mark.parametrize(
    "value",
    [
        "all",
        [{"kind": "pin"}],
        [{"kind": 3, "place": [0], "value": 1}],
        [{"kind": "pin", "place": [0, [1]], "value": 1}],
        [{"kind": "pin", "place": [0], "value": []}],
        [{"kind": "silence", "place": [0, 0], "value": True}] * (MOST + 1),
    ],
)
def test_what_is_no_list_of_changes_is_refused(value) -> None:
    with pytest.raises(ValueError, match="changes must be a list of up to 40 changes"):
        LIST.check(value)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"kind": "melt", "place": [0], "value": 1.0}, "known kind"),
        ({"kind": "pin", "place": [0, "forget_gate", 9], "value": 1.0}, "unit 9"),
        ({"kind": "input", "place": [40], "value": "c"}, "40"),
    ],
)
def test_a_change_that_does_not_fit_the_network_says_which(entry, said) -> None:
    with pytest.raises(ValueError, match=said):
        made(entry)
