"""What the pieces "vanishing" and "cliff" answer when a lesson asks, and how they are drawn."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from exhibits.pieces.cliff import PIECE as CLIFF
from exhibits.pieces.vanishing import PIECE as VANISHING
from tests.test_pieces_memory_euler import ask, curve


@pytest.mark.parametrize("piece", [VANISHING, CLIFF], ids=["vanishing", "cliff"])
def test_every_view_is_drawn_for_the_page_and_for_the_printed_handout(piece):
    declaration = piece.declaration
    for view in declaration.parameter("show").choices:
        values = declaration.defaults() | {"show": view}
        declaration.fits(values)
        assert 1 <= len(piece.still(values, {})) <= 3


@pytest.mark.parametrize("piece", [VANISHING, CLIFF], ids=["vanishing", "cliff"])
def test_every_default_is_a_value_of_its_parameter(piece):
    for parameter in piece.declaration.parameters:
        assert parameter.check(parameter.default) == parameter.default


def test_a_linear_network_answers_with_powers_of_the_radius():
    assert ask(VANISHING, "norm", {"spectral_radius": 0.8}, back=7) == pytest.approx(0.8**7)
    assert ask(VANISHING, "growth", {"spectral_radius": 0.8}) == pytest.approx(0.8)
    assert ask(VANISHING, "reach", {"spectral_radius": 0.5}) == 6  # 0.5^6 = 0.016
    assert ask(VANISHING, "mean_slope") == 1.0
    assert ask(VANISHING, "peak", {"spectral_radius": 1.1}) == pytest.approx(1.1**39)
    for name in ("largest", "radius"):
        assert ask(VANISHING, name, {"spectral_radius": 0.8}) == pytest.approx(0.8)
    drawn = curve(VANISHING, "norms", {"spectral_radius": 0.8, "length": 5})
    assert drawn.y == pytest.approx((0.8**4, 0.8**3, 0.64, 0.8, 1.0))
    assert drawn.log


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"show": "split", "cell": "gru"}, "show 'split' needs an RNN"),
        ({"recurrent_init": "chain", "cell": "lstm"}, "'chain' is there for an RNN"),
    ],
)
def test_values_that_do_not_fit_are_named(changed, said):
    with pytest.raises(ValueError, match=said):
        VANISHING.declaration.fits(VANISHING.declaration.defaults() | changed)


def test_what_is_not_there_is_said():
    with pytest.raises(ValueError, match="back must be at most 9"):
        ask(VANISHING, "norm", {"length": 10}, back=10)
    with pytest.raises(ValueError, match="cell must be an RNN"):
        ask(VANISHING, "largest", {"cell": "gru"})


def test_the_cliff_answers_with_and_without_clipping():
    assert ask(CLIFF, "longest_step") == pytest.approx(0.5 * ask(CLIFF, "steepest"))
    assert ask(CLIFF, "largest_used", way="clipped") == pytest.approx(1.0, abs=1e-5)
    assert ask(CLIFF, "longest_step", way="clipped") == pytest.approx(0.5, abs=1e-5)
    assert ask(CLIFF, "error", way="clipped") < 0.002 < ask(CLIFF, "error")
    assert len(curve(CLIFF, "errors", {"steps": 30}).y) == 31
    assert ask(CLIFF, "slope", w=5.5, b=-2.0) == pytest.approx(0.0309, abs=1e-4)


def page() -> None:
    """Draws the piece twice with a slider, as a lesson does."""
    import streamlit as st

    from exhibits.catalogue import catalogue

    radius = st.slider("radius", 0.1, 2.0, 0.9)
    piece = catalogue()["vanishing"]
    piece.draw(piece.declaration.defaults() | {"spectral_radius": radius}, "k", {})


def test_a_turned_control_leaves_the_last_course_behind() -> None:
    app: Any = AppTest.from_function(page).run()
    assert not app.exception
    _, nothing = app.session_state["k.shown"]
    assert nothing is None
    app.slider[0].set_value(0.5).run()
    now, before = app.session_state["k.shown"]
    assert (now.spectral_radius, before.spectral_radius) == (0.5, 0.9)
    _, still = app.run().session_state["k.shown"]
    assert still.spectral_radius == 0.9
