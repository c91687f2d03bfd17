"""When a lesson begins a training by itself, and when what it says is only an echo."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from exhibits.training import runs
from rnn_core.tasks import task_of
from rnn_core.train import TrainingSetup

ONE = (TrainingSetup(task_of("adding", {"length": 8}), hidden_size=4),)
OTHER = (TrainingSetup(task_of("adding", {"length": 9}), hidden_size=4),)


class Exhibit:
    """One exhibit in one visit; what it begins is there from then on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.there: tuple[TrainingSetup, ...] | None = None
        session: dict[str, Any] = {}
        monkeypatch.setattr(runs, "st", SimpleNamespace(session_state=session))
        monkeypatch.setattr(runs, "current", lambda key: self.status)

    @property
    def status(self) -> Any:
        if self.there is None:
            return None
        return SimpleNamespace(tracks=[SimpleNamespace(setup=setup) for setup in self.there])

    def begins(self, place: Mapping[str, Any], setups: tuple[TrainingSetup, ...]) -> bool:
        if runs.is_new_wish("k", place, setups):
            self.there = setups
            return True
        return False


@pytest.fixture
def exhibit(monkeypatch: pytest.MonkeyPatch) -> Exhibit:
    return Exhibit(monkeypatch)


def test_a_reveal_begins_one_and_the_reruns_after_it_none(exhibit: Exhibit) -> None:
    reveal = {"started": True}
    assert not exhibit.begins({}, ONE)
    assert exhibit.begins(reveal, ONE)
    assert not exhibit.begins(reveal, ONE)


def test_a_preset_after_the_reveal_begins_another(exhibit: Exhibit) -> None:
    assert exhibit.begins({"started": True}, ONE)
    assert exhibit.begins({"started": True}, OTHER)


def test_a_reveal_begins_what_it_shows_though_something_else_was_trained(exhibit: Exhibit) -> None:
    exhibit.begins({}, ONE)
    exhibit.there = ONE  # the learner pressed Train
    assert exhibit.begins({"started": True}, OTHER)


def test_what_a_reveal_shows_is_not_begun_anew_where_it_is_there(exhibit: Exhibit) -> None:
    exhibit.begins({}, ONE)
    exhibit.there = ONE
    assert not exhibit.begins({"started": True}, ONE)


def test_a_control_that_the_learner_moves_begins_nothing(exhibit: Exhibit) -> None:
    reveal = {"started": True}
    assert exhibit.begins(reveal, ONE)
    assert not exhibit.begins(reveal, OTHER)
    exhibit.there = None  # forgotten meanwhile
    assert not exhibit.begins(reveal, ONE)


def test_a_later_visit_finds_what_was_asked_for_on_an_earlier_one(exhibit: Exhibit) -> None:
    exhibit.there = OTHER
    assert not exhibit.begins({"started": True}, ONE)


def test_what_cannot_be_trained_is_not_started_but_what_trains_can_be_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[str] = []
    monkeypatch.setattr(runs, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(runs, "owner", lambda: "me")
    monkeypatch.setattr(runs, "_act", lambda who, key, kind, setups, name: done.append(kind))
    for setups in ((), ONE):
        for kind in ("start", "stop"):
            runs.acts("k", setups, "n")(kind)
    assert done == ["stop", "start", "stop"]
