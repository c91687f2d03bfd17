"""A link leads to the very view, and a broken one to the beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits import workbench
from exhibits.edits import LONGEST_LINK, History, to_link
from exhibits.share import view_from_link, view_to_link
from exhibits.stage import LEVELS, PANELS, PHASES, StageState
from rnn_core import Changes, Setup, Text
from tests.test_pages import started

VIEWS = st.builds(
    StageState,
    step=st.integers(0, 199),
    phase=st.sampled_from(PHASES),
    layer=st.integers(-1, 7),
    unit=st.none() | st.integers(0, 255),
    level=st.sampled_from(LEVELS),
    track=st.integers(0, 2),
    panels=st.sets(st.sampled_from(PANELS)).map(lambda names: tuple(sorted(names))),
)


@given(VIEWS)
def test_a_view_survives_its_link(view):
    assert view_from_link(view_to_link(view)) == view


def test_the_link_can_be_read_by_a_person():
    view = StageState(step=7, phase="backward", layer=0, unit=3, level="unit", panels=("blame",))
    assert view_to_link(view) == "t7.backward.unit.layer0.unit3.blame"


def test_a_panel_that_a_link_names_twice_is_open_once():
    found = view_from_link("t7.blame.space.blame")
    assert found
    assert sorted(found.panels) == ["blame", "space"]


@pytest.mark.parametrize(
    "text", ["", "7", "t7.nowhere", "t99999", "t7..unit", "t7.unit9999", "t7 x"]
)
def test_what_is_no_view_opens_at_the_beginning(text):
    assert view_from_link(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"inputs":[[0,1.5]]}',  # a number in a text
        '{"inputs":[[0,"日"]]}',
        '{"weights":[["weight_hh_l0",0,0,1e999]]}',
        '{"pins":[[0,"forget_gate",0,' + "9" * 400 + "]]}",
    ],
)
def test_changes_of_a_link_that_do_not_fit_are_left_out_in_words(text):
    app = started()
    app.query_params["lab_changes"] = text
    app.switch_page("lab.py").run()
    assert not app.exception
    assert "changes are left out" in app.warning[0].value
    assert "lab_changes" not in app.query_params


def test_more_changes_than_a_link_can_carry_stay_out_of_it(monkeypatch):
    """A link that no one could open is worse than one that says what it lacks."""
    page: dict = {}
    monkeypatch.setattr(workbench.st, "query_params", page)
    monkeypatch.setattr(workbench.st, "session_state", {})
    base = Setup(sequence=Text("abab"), hidden_size=256)
    few, many = (
        Changes(pins=tuple((0, "forget_gate", unit, 1.0) for unit in range(count)))
        for count in (3, 256)
    )
    assert len(to_link(many)) > LONGEST_LINK
    histories = workbench._histories("lab", base)
    for changes, carried in ((few, True), (many, False), (few, True)):
        histories[base] = History(present=changes)
        assert workbench.present("lab", base) == changes
        assert ("lab_changes" in page) is carried
        assert workbench.too_many_for_link("lab") is not carried
