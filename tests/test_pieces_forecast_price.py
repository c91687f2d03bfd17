"""The pieces forecast, price and sampling on a page: nothing is trained or measured unasked."""

import math
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from background import price as room
from background.outcome import Outcomes, outcomes
from background.price import Pricing
from exhibits.pieces import forecast as forecast_piece
from exhibits.pieces import price as piece
from exhibits.pieces.forecast import PIECE as FORECAST
from exhibits.pieces.price import PIECE as PRICE
from exhibits.pieces.sampling import PIECE as SAMPLING
from rnn_core.forecast import FitSetup
from rnn_core.price import GRID, Prices
from rnn_core.train import TrainingSetup

WAVE = tuple(round(math.sin(2 * math.pi * k / 8), 6) for k in range(60))
PRICES = Prices({"numpy": tuple(1e-6 * s.length for s in GRID)}, {"numpy": "a CPU"}, {})


def page() -> None:
    """Draws the piece that the session names and keeps where it says that the learner is."""
    import streamlit as st

    from exhibits.catalogue import catalogue

    found = catalogue()[st.session_state.name]
    values = {**found.declaration.defaults(), **st.session_state.changed}
    st.session_state.where = found.draw(values, "k", {})


def shown(name: str, **changed: Any) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.session_state.name, app.session_state.changed = name, changed
    app.run()
    assert not app.exception
    return app


def drawings(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def test_a_shipped_network_is_drawn_at_once():
    app = shown("forecast")
    assert drawings(app) == 1
    assert not app.button
    assert app.session_state.where["trained"]
    assert app.session_state.where["ratio"] == pytest.approx(0.61, abs=0.01)


def test_another_one_waits_for_the_button_and_is_then_kept():
    changed: dict[str, Any] = {"cell": "rnn_tanh", "hidden_size": 2, "steps": 12, "seed": 77}
    app = shown("forecast", **changed)
    assert drawings(app) == 0
    assert outcomes().known(FitSetup(**changed).training) is None
    assert app.session_state.where == {"trained": False}
    assert "249 values to train on, 60 held out, 12 steps" in app.markdown[0].value
    app.button(key="k_train").click().run()
    assert drawings(app) == 1
    assert app.session_state.where["trained"]
    assert not [said for said in app.markdown if "not trained yet" in said.value]
    assert drawings(shown("forecast", **changed)) == 1  # without a button, for everybody


def test_own_numbers_are_asked_for_and_too_few_or_level_ones_are_said():
    app = shown("forecast", series="own")
    assert "Bring a table, or paste 24 or more numbers" in app.info[0].value
    app = shown("forecast", series="own", numbers=WAVE[:10])
    assert "number of values must be a whole number, 24 to 5000; got 10" in app.error[0].value
    app = shown("forecast", series="own", numbers=(1.0,) * 30, known=0)
    assert "no spread" in app.error[0].value
    app = shown("forecast", series="own", numbers=WAVE, known=0, cell="rnn_tanh", steps=10)
    assert "48 values to train on, 12 held out" in app.markdown[0].value
    app.button(key="k_train").click().run()
    assert drawings(app) == 1


def test_of_a_table_and_pasted_numbers_one_is_chosen(monkeypatch):
    table = tuple(float(k % 6) for k in range(90))
    monkeypatch.setattr(forecast_piece, "series_from_upload", lambda key: table)
    changed = {"series": "own", "known": 0, "cell": "rnn_tanh", "steps": 11}
    app = shown("forecast", **changed)
    assert "72 values to train on, 18 held out" in app.markdown[0].value
    app = shown("forecast", numbers=WAVE, **changed)
    assert "72 values to train on" in app.markdown[0].value
    app.button_group(key="k_use").set_value("What is pasted").run()
    assert "48 values to train on" in app.markdown[0].value
    monkeypatch.setattr(forecast_piece, "MOST", 30)
    app = shown("forecast", **changed)
    assert "The last 30 of them are used." in app.caption[0].value
    assert "24 values to train on, 6 held out" in app.markdown[0].value


def test_a_start_beyond_what_is_held_out_does_not_fit():
    defaults = FORECAST.declaration.defaults()
    with pytest.raises(ValueError, match="known must be at most 60"):
        FORECAST.declaration.fits({**defaults, "known": 61})
    FORECAST.declaration.fits({**defaults, "series": "own"})
    with pytest.raises(ValueError, match="none yet"):
        FORECAST.declaration.measure("ratio").value({**defaults, "series": "own"}, {})


def test_paper_shows_what_is_known_and_never_trains(monkeypatch):
    def refuse(self: Outcomes, setup: TrainingSetup) -> None:
        raise AssertionError(f"{setup} was trained")

    monkeypatch.setattr(Outcomes, "_asked", refuse)
    still, defaults = FORECAST.still, FORECAST.declaration.defaults()
    assert still is not None
    for changed in ({}, {"seed": 5}, {"series": "own"}, {"show": "leads", "cell": "gru"}):
        assert len(still({**defaults, **changed}, {})) == 1


@pytest.fixture
def pricing(tmp_path, monkeypatch) -> Pricing:
    """A measurement of the test's own, which takes a moment."""
    script = tmp_path / "measure.py"
    script.write_text(
        "import json, time\n"
        "print(json.dumps({'done': 1, 'of': 2, 'what': 'T 10'}), flush=True)\n"
        f"time.sleep(0.4)\nprint({__import__('json').dumps({'prices': PRICES.to_json()})!r})",
        "utf-8",
    )
    made = Pricing((str(script),))
    monkeypatch.setattr(piece, "pricing", lambda: made)
    return made


def test_nothing_is_measured_before_the_button_and_then_it_is_drawn(pricing):
    app = shown("price", show="T")
    assert (drawings(app), pricing.prices) == (0, None)
    assert app.session_state.where == {"measured": False}
    app.button(key="k_measure").click().run()
    assert pricing.prices is not None
    assert drawings(app) == 1
    assert app.session_state.where["measured"]
    assert app.session_state.where["gain"] == pytest.approx(1.0)
    assert "NumPy core: a CPU" in app.caption[0].value
    assert app.button(key="k_measure").label == "Measure again"


def test_the_gain_of_the_chosen_batch_is_said_and_can_be_asked_for(pricing):
    pricing.prices = PRICES
    app = shown("price", show="B", rows="16")
    assert app.session_state.where["gain"] == pytest.approx(16.0)  # the time has no B in it
    # 16 rows in 50 microseconds are 320,000 a second
    assert "B = 16: 320,000 sequences per second, 16 times those of B = 1" in app.caption[0].value
    alone = shown("price", show="B", rows="1").caption[0].value
    assert "**B = 1: 20,000 sequences per second** (NumPy core)" in alone


def test_what_is_told_is_the_latest_measurement_and_says_so(pricing):
    pricing.prices = PRICES
    assert "The latest measurement." in shown("price", show="T").caption[0].value


def test_a_measurement_under_way_is_said_in_words(pricing, monkeypatch):
    said: list[str] = []
    spinner = piece.st.spinner

    def kept(text: str) -> Any:
        said.append(text)
        return spinner(text)

    monkeypatch.setattr(piece.st, "spinner", kept)
    app = shown("price", show="T")
    assert said == []
    app.button(key="k_measure").click().run()
    assert said == ["Measuring training steps on this machine, a few seconds …"]
    assert not app.get("progress")  # it is gone once the button stands there again
    assert app.button(key="k_measure").label == "Measure again"


def test_the_chain_needs_no_measurement(pricing):
    app = shown("price", show="chain")
    assert drawings(app) == 1
    assert not app.button
    still = PRICE.still
    assert still is not None
    (drawing,) = still({**PRICE.declaration.defaults(), "show": "T"}, {})
    assert drawing.name == "price-chain"  # type: ignore[union-attr]


def test_a_measurement_that_fails_is_said_on_the_page(pricing, tmp_path):
    (tmp_path / "measure.py").write_text("raise SystemExit('no clock')", "utf-8")
    app = shown("price", show="T")
    app.button(key="k_measure").click().run()
    assert "The measurement failed: no clock" in app.error[0].value


def test_the_server_has_one_pricing():
    assert room.pricing() is room.pricing()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"prompt": "É"}, "does not know the character 'É'"),
        ({"step": 9, "length": 9}, "step must be below the length, 9; got 9"),
        ({"show": "units", "trait": "brackets"}, "the text is the same in this everywhere"),
    ],
)
def test_what_a_character_model_cannot_show_does_not_fit(changed, said):
    with pytest.raises(ValueError, match=said):
        SAMPLING.declaration.fits({**SAMPLING.declaration.defaults(), **changed})


def test_measures_of_the_character_model_answer():
    values = {**SAMPLING.declaration.defaults(), "prompt": "Alice was ", "temperature": 0.5}
    measures = {one.name: one.value(values, {}) for one in SAMPLING.declaration.measures[:2]}
    assert measures["likeliest"] == pytest.approx(0.84, abs=0.005)
    assert measures["odds_ratio"] == pytest.approx(16.1, abs=0.1)
    with pytest.raises(ValueError, match="the second has no chance"):
        SAMPLING.declaration.measure("odds_ratio").value({**values, "temperature": 0.0}, {})


@pytest.mark.parametrize(("name", "size"), [("unit", 64), ("bracket_unit", 16)])
def test_the_units_to_choose_from_are_those_that_the_model_has(name, size):
    offered: Any = SAMPLING.declaration.parameter(name)
    assert list(offered.choices) == ["best", *map(str, range(size))]
    assert offered.choices["best"] == "The strongest"
    with pytest.raises(ValueError, match=f"{name} must be one of best, 0, 1"):
        offered.check(str(size))


def test_a_unit_is_named_for_the_size_of_its_model():
    values = {**SAMPLING.declaration.defaults(), "show": "units", "model": "brackets-lstm"}
    values |= {"prompt": "(", "trait": "brackets", "unit": "63"}
    of = SAMPLING.declaration.measure("correlation").value
    assert of(values, {}) == pytest.approx(0.82, abs=0.005)
    assert of({**values, "bracket_unit": "14"}, {}) == of(values, {})
    assert of({**values, "bracket_unit": "3"}, {}) == pytest.approx(0.04, abs=0.005)
