"""The pictures of a character model, by the numbers that they draw."""

import numpy as np
import pytest

from figures.characters import PER_ROW, blend, legible, luminance
from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE
from figures.sampling import draw_correlations, draw_course, draw_odds, draw_text, draw_tracking
from rnn_core.sampling import course, held_out_text, sample
from rnn_core.tracking import tracking

DRAWN = sample("alice-lstm", "Alice was ", 100, 0.5, 0)
TEXT = held_out_text("brackets-lstm")
TRACKED = tracking("brackets-lstm", TEXT, "brackets")


def test_each_character_stands_on_its_probability_and_the_prompt_on_none():
    drawing = draw_text(DRAWN, 5)
    field, signs = drawing.figure.data
    shown = [value for row in field.z for value in row]
    assert shown[:10] == [None] * 10
    np.testing.assert_array_equal(shown[10:110], DRAWN.probability)
    assert shown[110:] == [None] * (len(shown) - 110)
    assert (field.zmin, field.zmax) == (0.0, 1.0)
    text = "".join(signs.text)
    assert text == ("Alice was " + DRAWN.text).replace(" ", "␣").replace("\n", "⏎")
    place = list(zip(signs.x, signs.y, strict=True))[15]
    frame = drawing.figure.layout.shapes[0]
    assert place == (15 % PER_ROW, 15 // PER_ROW) == (frame.x0 + 0.5, round(frame.y0 + 0.46))


def test_the_odds_are_those_of_the_step_with_those_of_temperature_1_beside_them():
    drawing = draw_odds(DRAWN, 0)
    bars = drawing.figure.data[0]
    plain = np.exp(DRAWN.logits[0]) / np.exp(DRAWN.logits[0]).sum()
    top = np.argsort(-plain)[:10]
    np.testing.assert_allclose(bars.x, DRAWN.distribution(0)[top])
    ticks = next(one for one in drawing.figure.data if one.name == "at temperature 1")
    np.testing.assert_allclose(ticks.x, plain[top])
    assert bars.y[0].startswith("n<b")
    (said,) = (one for one in drawing.figure.data if one.to_plotly_json().get("mode") == "text")
    assert sum("drawn" in text for text in said.text) == 1
    warm = draw_odds(sample("alice-lstm", "Alice was ", 1, 1.0), 0)
    assert sum(one.name == "at temperature 1" for one in warm.figure.data) == 1


def test_a_character_that_was_drawn_against_the_odds_is_shown_all_the_same():
    hot = sample("alice-lstm", "Alice was ", 60, 3.0, 1)
    for step in range(60):
        bars = draw_odds(hot, step).figure.data[0]
        place = hot.alphabet.index(hot.text[step])
        assert any(name.endswith(f"<b {place}></b>") for name in bars.y)


def test_a_unit_colours_the_text_and_brackets_are_underlined():
    drawing = draw_tracking(TRACKED, "brackets", 14)
    field = drawing.figure.data[0]
    shown = [value for row in field.z for value in row]
    np.testing.assert_array_equal(shown, TRACKED.hidden[: len(shown), 14])
    assert (field.zmin, field.zmax) == (-1.0, 1.0)
    lines = len(drawing.figure.layout.shapes)
    assert lines == int(TRACKED.trait[: len(shown)].sum())
    assert "Unit 14: r = 0.82" in drawing.figure.layout.title.text
    assert not draw_tracking(TRACKED, "words", 14).figure.layout.shapes


def test_all_units_stand_beside_what_random_weights_reach():
    drawing = draw_correlations(TRACKED, "brackets", 14)
    np.testing.assert_array_equal(drawing.figure.data[0].y, TRACKED.correlations)
    heights = sorted(shape.y0 for shape in drawing.figure.layout.shapes)
    reach = float(np.abs(TRACKED.untrained).max())
    assert heights == pytest.approx([-reach, reach])
    assert "so it stands out" in drawing.alt
    quotes = tracking("alice-lstm", held_out_text("alice-lstm"), "quotes")
    assert "does not stand out" in draw_correlations(quotes, "quotes", 0).alt


def test_the_course_is_drawn_as_it_was_measured_with_the_bigram_line():
    found = course("alice-lstm")
    drawing = draw_course(found)
    by_name = {one.name: one for one in drawing.figure.data}
    assert list(by_name["held out"].y) == list(found.held_out)
    assert list(by_name["training text"].y) == list(found.training)
    assert list(by_name["lowest"].x) == [1000]
    assert drawing.figure.layout.shapes[0].y0 == found.lines["bigram"]


def test_characters_are_dark_on_light_ground_and_light_on_dark():
    assert legible((1.0, 1.0, 1.0)) == "#0F141B"
    assert legible((0.0, 0.0, 0.0)) == "#FFFFFF"
    assert luminance((1.0, 1.0, 1.0)) == pytest.approx(1.0)
    assert luminance((0.5, 0.5, 0.5)) == pytest.approx(0.2140, abs=1e-4)  # ((0.555)/1.055)^2.4
    scale = [[0, "#000000"], [0.5, "#FF0000"], [1, "#FFFFFF"]]
    assert blend(scale, 0.25) == pytest.approx((0.5, 0.0, 0.0))
    assert blend(scale, 1.0) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_titles_fit_a_phone(theme):
    for drawing in (
        draw_text(DRAWN, 0, theme=theme),
        draw_odds(DRAWN, 50, theme=theme),
        draw_tracking(TRACKED, "words", 3, theme=theme),
        draw_correlations(TRACKED, "words", 3, theme=theme),
        draw_course(course("alice-lstm"), theme=theme),
    ):
        headline, _, below = drawing.figure.layout.title.text.partition("<br>")
        assert len(headline) - len("<b></b>") <= MAX_HEADLINE
        assert len(below.split(">")[1].split("<")[0]) <= MAX_SUBTITLE
        assert drawing.to_csv()


def test_a_small_probability_is_said_to_be_small_and_not_nothing():
    drawing = draw_odds(sample("alice-lstm", "The q", 1, 1.0), 0)
    (said,) = (one for one in drawing.figure.data if one.to_plotly_json().get("mode") == "text")
    bars = drawing.figure.data[0]
    small = [text for text, p in zip(said.text, bars.x, strict=True) if p < 1e-3]
    assert len(small) >= 5
    assert all(text.startswith("&lt;0.001") for text in small)
    assert "<0.001" in drawing.alt
    frozen = draw_odds(sample("alice-lstm", "Alice was ", 1, 0.0), 0)
    (said,) = (one for one in frozen.figure.data if one.to_plotly_json().get("mode") == "text")
    assert sorted(said.text) == ["0"] * 9 + ["1  drawn"]


def test_the_title_names_the_likeliest_and_the_drawn_apart():
    made = sample("alice-lstm", "The ", 200, 1.0)
    for step in range(200):
        odds, drawn = made.distribution(step), made.alphabet.index(made.text[step])
        title = draw_odds(made, step).figure.layout.title.text
        headline, _, below = title.partition("<br>")
        assert f"p = {odds.max():.2g}" in headline
        if odds.argmax() == drawn:
            assert "drawn: the same;" in below
        else:
            share = "&lt;0.001" if odds[drawn] < 1e-3 else f"{odds[drawn]:.2g}"
            assert f"”, p = {share};" in below
