"""The lab's own small languages (typed numbers, step numbers, values in a link), and its page."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from exhibits import opening
from exhibits.parameters import LOSS_STEPS, NUMBERS
from rnn_core import Setup, Text, run
from tests.test_pages import started


def test_numbers_may_be_separated_by_anything_that_people_type():
    assert NUMBERS.from_text("1, 2;3\n-0.5\t2e-3") == (1.0, 2.0, 3.0, -0.5, 0.002)


@pytest.mark.parametrize(
    ("typed", "position", "found"),
    [("1 2 x 4", 3, "x"), ("nan 1", 1, "nan"), ("0 1 inf", 3, "inf"), ("1 2 3 4 --5", 5, "--5")],
)
def test_what_is_no_number_is_named_with_its_place(typed, position, found):
    with pytest.raises(ValueError, match=f"entry {position}, “{found}”"):
        NUMBERS.from_text(typed)


@pytest.mark.parametrize("count", [0, 1, 201])
def test_a_sequence_is_2_to_200_numbers_long(count):
    with pytest.raises(ValueError, match=f"{count} numbers? given"):
        NUMBERS.from_text("1 " * count)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=200))
def test_a_link_carries_values_exactly(values):
    link = NUMBERS.to_text(tuple(values))
    back = NUMBERS.from_text(link)
    assert back == tuple(values)
    assert [math.copysign(1, value) for value in back] == [math.copysign(1, v) for v in values]


def test_steps_are_single_or_ranges_in_any_order():
    assert LOSS_STEPS.from_text("7, 0-3 2") == (0, 1, 2, 3, 7)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "none given"),
        ("1 two", "“two”"),
        ("-1", "“-1”"),
        ("3-1", "3-1 runs backwards"),
        ("0-99999", "“0-99999”"),
        ("²", "“²”"),
    ],
)
def test_what_is_no_step_is_named(typed, says):
    with pytest.raises(ValueError, match=says):
        LOSS_STEPS.from_text(typed)


def lab(**query: str) -> AppTest:
    app = started()
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page("lab.py").run()
    assert not app.exception
    return app


def test_the_first_picture_is_a_trained_network():
    app = lab()
    assert app.text_input(key="lab_text").value == opening.TEXT
    trained = run(Setup(Text(opening.TEXT), weights="brackets-lstm"))
    untrained = run(Setup(Text(opening.TEXT, alphabet=trained.alphabet)))
    assert trained.loss < untrained.loss / 2
    assert not app.error


def test_a_trained_network_reads_what_people_type_in_its_own_characters():
    app = lab(lab_text="“Naïve” – he’s")
    assert not app.error
    assert 'Read as “"naive" - he\'s”.' in [caption.value for caption in app.caption]


def test_the_lab_names_the_character_that_a_trained_network_does_not_know():
    app = lab(lab_text="a 日 b")
    assert not app.exception
    assert "never seen “日” (character 3)" in app.error[0].value


def test_random_weights_are_offered_for_an_unknown_character():
    app = lab(lab_text="a 日 b")
    app.button(key="lab_use_random").click().run()
    assert not app.error
    assert not app.exception


def test_a_step_that_has_no_target_is_named_in_the_learner_s_words():
    app = lab(lab_text="hello", lab_loss_at="chosen steps", lab_loss_steps="99")
    assert "Steps with a loss" in app.error[0].value
    assert "99" in app.error[0].value


def test_a_wrong_entry_keeps_the_last_picture():
    app = lab()
    before = app.get("bidi_component")[0].proto.bytes
    app.text_input(key="lab_text").set_value("x").run()
    assert "1 character given" in app.error[0].value
    assert app.get("bidi_component")[0].proto.bytes == before


def test_the_lab_runs_every_cell_and_every_source():
    app = lab()
    for cell in ("rnn_tanh", "rnn_relu", "gru", "lstm"):
        for source in ("Numbers", "Text"):
            app.selectbox(key="lab_cell").set_value(cell)
            app.segmented_control(key="lab_source").set_value(source).run()
            assert not app.exception
            assert not app.error, app.error[0].value


def test_a_random_start_offers_its_controls_and_every_figure_is_drawn():
    app = lab()
    app.segmented_control(key="lab_weights").set_value("random").run()
    app.slider(key="lab_num_layers").set_value(2).run()
    for figure in ("gates", "trajectory", "gradients", "jacobians"):
        app.segmented_control(key="lab_figure").set_value(figure).run()
        assert not app.exception
        assert app.get("plotly_chart")[0].proto.alt
