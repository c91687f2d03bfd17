"""What page and learner say of where the stage stands, and who is heard; the bundle's layout.

The bundle is read here by its description (`exhibits/stage/bundle.py`).
"""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from exhibits.stage import StageState, Track, stage
from exhibits.stage.payload import encode
from rnn_core import Run, Setup, Text, run
from tests.test_stage_payload import cell_run


def header_of(data: bytes) -> tuple[dict, bytes]:
    """Header, and the bytes of the runs."""
    length = int.from_bytes(data[:4], "little")
    assert (4 + length) % 8 == 0
    return json.loads(data[4 : 4 + length]), data[4 + length :]


class Session(dict):
    """Streamlit's session state, and a stage whose component says what a test lets it say."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.sent: list[dict] = []
        self.turns: list[int] = []
        monkeypatch.setattr("exhibits.stage.st", SimpleNamespace(session_state=self))
        monkeypatch.setattr("exhibits.stage._stage", self.component)

    def component(self, *, key: str, data: bytes, on_view_change: Any, on_edit_change: Any) -> None:
        self.header, self.data, self.edited = *header_of(data), on_edit_change
        state = self.header["state"]
        self.turns.append(state.pop("turn"))
        self.sent.append(state)

    def learner(self, **view: Any) -> None:
        self["s"] = {"view": view}


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    return Session(monkeypatch)


def view(step: int, phase: str = "forward", unit: int | None = None, **others: Any) -> dict:
    rest = {"layer": 0, "level": "overview", "track": 0, "panels": [], "wants": [], "rolled": False}
    return {"step": step, "phase": phase, "unit": unit, **rest, **others}


def draw(*runs: Run, key: str = "s", **start: Any) -> StageState:
    begin = StageState(**start) if start else None
    return stage([Track(run) for run in runs], key=key, start=begin)


def test_it_starts_where_the_page_says(session: Session) -> None:
    state = draw(cell_run("lstm"), step=4, phase="loss")
    assert state == StageState(4, "loss", 0)
    assert session.sent == [view(4, "loss")]


def test_it_starts_rolled_up_where_the_page_says_and_stays_as_the_learner_left_it(
    session: Session,
) -> None:
    traced = cell_run("lstm")
    assert draw(traced, rolled=True).rolled
    assert session.sent[-1]["rolled"] is True
    session.learner(**view(0, rolled=False))
    assert not draw(traced, rolled=True).rolled


def test_the_learners_step_is_returned_and_sent_down_again(session: Session) -> None:
    traced = cell_run("lstm")
    draw(traced)
    session.learner(**view(9, "backward", unit=3))
    assert draw(traced) == StageState(9, "backward", 0, 3)
    assert session.sent[-1] == view(9, "backward", unit=3)


def test_it_is_kept_when_the_learner_leaves_the_page_and_comes_back(session: Session) -> None:
    traced = cell_run("lstm")
    draw(traced)
    session.learner(**view(9))
    draw(traced)
    del session["s"]
    assert draw(traced).step == 9


def test_another_start_from_the_page_wins_until_the_learner_moves_again(session: Session) -> None:
    traced = cell_run("lstm")
    draw(traced)
    session.learner(**view(9))
    draw(traced)
    assert draw(traced, step=2).step == 2
    assert draw(traced, step=2).step == 2
    session.learner(**view(5))
    assert draw(traced, step=2).step == 5
    # The browser moves on a new turn alone: the learner's own steps come back to it as echoes.
    assert session.turns == [0, 0, 1, 1, 1]


def test_a_smaller_run_gets_the_nearest_state_that_it_has(session: Session) -> None:
    draw(cell_run("lstm", num_layers=2))
    session.learner(**view(20, layer=0, unit=4))
    short = run(Setup(Text("abc"), hidden_size=2))
    assert draw(short) == StageState(2, "forward", 0)


def test_the_top_layer_that_reads_from_the_beginning_is_seen_first(session: Session) -> None:
    assert draw(cell_run("gru", num_layers=2, bidirectional=True)).layer == 2
    assert draw(cell_run("gru", num_layers=3), key="other").layer == 2


@pytest.mark.parametrize(
    "said",
    [
        {"step": "9"},
        {"phase": "sideways"},
        {"layer": None},
        {"level": "basement"},
        {"track": "1"},
        {"wants": "all"},
        {"panels": "blame"},
        {"view": "nonsense"},
    ],
)
def test_nonsense_from_the_browser_changes_nothing(session: Session, said: dict) -> None:
    traced = cell_run("lstm")
    draw(traced, step=3)
    session["s"] = {"view": {**view(9), **said}} if "view" not in said else said
    assert draw(traced, step=3).step == 3


def test_what_it_cannot_show_is_an_error_that_says_why(session: Session) -> None:
    with pytest.raises(ValueError, match=r"phase must be one of .*'sideways'"):
        draw(cell_run("lstm"), phase="sideways")
    with pytest.raises(ValueError, match=r"level must be one of .*'basement'"):
        draw(cell_run("lstm"), level="basement")
    with pytest.raises(ValueError, match="1 to 3 runs; got 0"):
        draw()
    with pytest.raises(ValueError, match=r"one length; got \[3, 22\] steps"):
        draw(cell_run("lstm"), run(Setup(Text("abc"))))


def test_a_level_without_its_unit_is_the_cell_and_a_missing_track_the_first(
    session: Session,
) -> None:
    assert draw(cell_run("lstm"), level="unit").level == "cell"
    assert draw(cell_run("lstm"), level="unit", unit=2).level == "unit"
    assert draw(cell_run("lstm"), track=2).track == 0


def test_what_nobody_can_send_is_not_wanted(session: Session) -> None:
    draw(cell_run("lstm"))
    session.learner(**view(3, wants=["nonsense", 7, "nonsense:1"]))
    assert draw(cell_run("lstm")).wants == ()


def test_tracks_and_ghosts_are_payloads_of_their_own(session: Session) -> None:
    one, other, ghost = cell_run("lstm"), cell_run("gru"), cell_run("rnn_tanh")
    stage([Track(one, "a"), Track(other, "b", ghost, editable=False)], key="s")
    sent = session.header
    assert sent["tracks"] == [
        {"run": 0, "ghost": None, "title": "a", "editable": True},
        {"run": 1, "ghost": 2, "title": "b", "editable": False},
    ]
    for place, traced in zip(sent["runs"], (one, other, ghost), strict=True):
        payload = session.data[place["offset"] : place["offset"] + place["size"]]
        assert payload == encode(traced, layer=0).data
        assert place["offset"] % 8 == 0


def test_an_edit_reaches_the_page_as_the_browser_said_it(session: Session) -> None:
    heard: list[Any] = []
    stage([Track(cell_run("lstm"))], key="s", on_edit=heard.append)
    assert session.header["options"]["edits"] is True
    for said in ({"kind": "undo"}, None, "nonsense"):
        session["s"] = {"edit": said}
        session.edited()
    assert heard == [{"kind": "undo"}]
    stage([Track(cell_run("lstm"))], key="s")
    assert session.header["options"]["edits"] is False
    session.edited()
    assert heard == [{"kind": "undo"}]


def test_a_run_that_the_browser_has_is_named_and_not_sent_again(session: Session) -> None:
    run = cell_run("lstm")
    name = encode(run, layer=0).id
    stage([Track(run)], key="s")
    assert session.header["runs"][0]["offset"] == 0
    session.learner(**view(3, has=[name, 7]))
    stage([Track(run)], key="s")
    (only,) = session.header["runs"]
    assert (only["offset"], only["id"]) == (None, name)
    assert len(session.data) == 0


def test_an_edit_says_what_the_browser_has_and_only_for_the_answer_to_it(session: Session) -> None:
    before, after = cell_run("lstm"), cell_run("gru")
    stage([Track(before)], key="s", on_edit=lambda edit: None)
    session["s"] = {"edit": {"kind": "pin", "has": [encode(before, layer=0).id]}}
    session.edited()
    stage([Track(after, ghost=before)], key="s", on_edit=lambda edit: None)
    assert [run["offset"] for run in session.header["runs"]] == [0, None]
    session["s"] = {}
    stage([Track(after, ghost=before)], key="s", on_edit=lambda edit: None)
    assert None not in [run["offset"] for run in session.header["runs"]]


def test_a_browser_that_lacks_a_run_is_sent_everything_and_the_page_hears_no_edit(
    session: Session,
) -> None:
    run, heard = cell_run("lstm"), list[Any]()
    stage([Track(run)], key="s", on_edit=heard.append)
    session.learner(**view(3, has=[encode(run, layer=0).id]))
    session["s"] |= {"edit": {"kind": "resend", "has": []}}
    session.edited()
    stage([Track(run)], key="s", on_edit=heard.append)
    assert session.header["runs"][0]["offset"] == 0
    assert heard == []
