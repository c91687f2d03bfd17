"""A declared parameter has one control, one form in the link and one range, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from exhibits import parameters
from lessons.declared import Choice, Flag, Real, Reals, Whole, Wholes, Words
from tests.test_pages import started

EVERY = {p.name: p for p in (*parameters.NETWORK, *parameters.SEQUENCE, parameters.COMPARE)}


def test_every_default_is_a_value_that_the_parameter_takes() -> None:
    for parameter in EVERY.values():
        assert parameter.check(parameter.default) == parameter.default


def test_a_value_comes_back_from_a_link_as_it_went() -> None:
    for parameter in EVERY.values():
        text = parameter.to_text(parameter.default)
        assert parameter.from_text(text) == parameter.default, parameter.name


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        (
            Whole(name="layers", label="Layers", default=1, low=1, high=4),
            5,
            "layers must be a whole number from 1 to 4; got 5",
        ),
        (
            Whole(name="layers", label="Layers", default=1, low=1, high=4),
            True,
            "layers must be a whole number from 1 to 4; got True",
        ),
        (
            Real(name="radius", label="Radius", default=1.0, low=0.05, high=3),
            -1,
            "radius must be a number from 0.05 to 3; got -1",
        ),
        (
            Real(name="radius", label="Radius", default=1.0, low=0.05, high=3),
            float("nan"),
            "radius must be a number from 0.05 to 3; got nan",
        ),
        (
            Choice(name="cell", label="Cell", default="a", choices={"a": "A", "b": "B"}),
            "A",
            "cell must be one of a, b; got 'A'",
        ),
        (Flag(name="on", label="On", default=True), 1, "on must be true or false; got 1"),
        (
            Words(name="text", label="Text", default="ab", shortest=2, longest=3),
            "abcd",
            "text must be a text of 2 to 3 characters; got 'abcd'",
        ),
        (
            Reals(name="x", label="X", default=(0.0,), shortest=1, longest=2, low=0, high=1),
            [2],
            "x must be a list of 1 to 2 numbers from 0 to 1; got [2]",
        ),
        (
            Wholes(name="at", label="At", default=(), low=0, high=9),
            [0.5],
            "at must be a list of up to 200 whole numbers from 0 to 9; got [0.5]",
        ),
    ],
)
def test_what_is_out_of_range_is_named_with_what_would_be_right(parameter, value, said) -> None:
    with pytest.raises(ValueError, match="must be") as problem:
        parameter.check(value)
    assert str(problem.value) == said


@given(st.lists(st.integers(0, 300), max_size=40))
def test_whole_numbers_go_through_a_link_as_ranges(steps: list[int]) -> None:
    parameter = Wholes(name="at", label="At", default=(), low=0, high=300)
    want = tuple(sorted(set(steps)))
    if want:
        assert parameter.from_text(parameter.to_text(want)) == want
    assert parameter.to_text((0, 1, 2, 7)) == "0-2, 7"


def test_a_huge_whole_number_is_no_real_number_and_no_crash() -> None:
    parameter = Real(name="x", label="X", default=0.0, low=0, high=1)
    with pytest.raises(ValueError, match="x must be a number from 0 to 1"):
        parameter.check(10**400)


def lab(**query: str) -> AppTest:
    app = started()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("lab.py").run()
    assert not app.exception
    return app


def test_a_link_hides_the_controls_that_it_names_and_their_values_hold() -> None:
    app = lab(lab_hide="cell,seed", lab_cell="GRU", lab_weights="Random", lab_hidden_size="5")
    keys = {widget.key for widget in (*app.selectbox, *app.number_input, *app.slider)}
    assert "lab_cell" not in keys
    assert "lab_seed" not in keys
    assert "lab_hidden_size" in keys
    assert not app.error
    # The GRU has no forget bias: the hidden choice is the one that runs.
    assert "lab_forget_bias" not in keys


def test_a_link_can_hide_every_control() -> None:
    app = lab(lab_hide="all", lab_text="hello")
    assert not app.sidebar.children or not [*app.sidebar.selectbox, *app.sidebar.text_input]
    assert not app.error


def test_a_wrong_value_of_a_hidden_control_is_said() -> None:
    app = lab(lab_hide="all", lab_cell="transformer")
    assert "cell must be one of" in app.error[0].value
