"""A link leads to the very view, and a broken one to the beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exhibits.share import view_from_link, view_to_link
from exhibits.stage import LEVELS, PANELS, PHASES, StageState

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


@pytest.mark.parametrize(
    "text", ["", "7", "t7.nowhere", "t99999", "t7..unit", "t7.unit9999", "t7 x"]
)
def test_what_is_no_view_opens_at_the_beginning(text):
    assert view_from_link(text) is None
