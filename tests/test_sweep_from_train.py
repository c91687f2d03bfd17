"""What is set on the page "Train" arrives in the grid of the page of sweeps."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from exhibits.sweeps.from_train import in_link, left_behind, own_data
from exhibits.training.configure import setups_of
from exhibits.training.controls import defaults
from exhibits.training.presets import PRESETS
from rnn_core.tasks.wave import KINDS
from rnn_core.train import TrainingSetup


def setups(**values: Any) -> tuple[TrainingSetup, ...]:
    return setups_of(defaults() | values)


def page() -> None:
    """The grid by itself, as trainings; AppTest runs this body as a script."""
    import streamlit as st

    from exhibits.sweeps.grid_controls import grid_controls

    st.json([cell.setup.to_dict() for cell in grid_controls("sweep").cells])


def arrived(at: tuple[TrainingSetup, ...]) -> list[TrainingSetup]:
    """The trainings of the grid that the link opens."""
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in in_link(at, "sweep").items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return [TrainingSetup.from_dict(plain) for plain in json.loads(app.json[0].value)]


def told(one: TrainingSetup) -> dict[str, Any]:
    """All of it but what a grid has several of, and what computes it."""
    return {k: value for k, value in one.to_dict().items() if k not in ("seed", "engine")}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"length": 33, "cell": "gru", "hidden_size": 7, "learning_rate": 0.2, "max_steps": 40_000},
        {"task": "copy", "lag": 12, "symbols": 5, "kinds": 6, "batch_size": 200},
        {"task": "wave", "kind": KINDS[-1], "noise": 0.15, "length": 40},
        {"task": "sunspots", "length": 30, "last": 44, "num_layers": 2},
        {"task": "text", "source": "sonnets", "length": 25, "clip_norm": 0.0},
        {"task": "brackets", "length": 24, "kinds": 3, "stop_when_solved": False},
        {"cell": "rnn_relu", "start": "identity", "learning_rate": 0.003},
        {"cell": "gru", "start": "orthogonal", "optimiser": "sgd", "momentum": 0.9},
        {"cell": "rnn_relu", "truncation": 5},
        {"cell": "lstm", "forget_bias": -2.0},
        {"cell": "window", "window": 4, "length": 20},
    ],
)
def test_a_configuration_arrives_whole_and_with_several_seeds(values):
    (sent,) = setups(**values)
    found = arrived((sent,))
    assert [one.seed for one in found] == [0, 1, 2, 3, 4]
    for one in found:
        mine, theirs = told(sent), told(one)
        if sent.cell != "lstm":
            mine.pop("forget_bias"), theirs.pop("forget_bias")
        if sent.cell != "window":
            mine.pop("window"), theirs.pop("window")
        assert theirs == mine
    assert left_behind((sent,)) == ""


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.name)
def test_every_cell_and_size_of_a_preset_arrives(preset):
    sent = setups(**preset.values, against=preset.against)
    found = arrived(sent)
    for one in sent:
        same = [
            other for other in found
            if (other.cell, other.start, other.hidden_size)
            == (one.cell, one.start, one.hidden_size)
        ]  # fmt: skip
        assert len(same) == 5, f"{one.cell} from five seeds"
        assert {other.task for other in same} == {one.task}


def test_what_the_rivals_cannot_have_of_their_own_is_said():
    tanh = (("cell", "rnn_tanh"), ("learning_rate", 0.001))
    assert left_behind(setups(against=(tanh,))) == (
        "A sweep sets the following alike for all, and leaves out: Learning rate (of B)."
    )
    irnn = (("cell", "rnn_relu"), ("start", "identity"), ("learning_rate", 0.001))
    assert left_behind(setups(against=(irnn,))) == "", "an IRNN has a rate of its own"
    assert "Truncate after k steps (of A)" not in left_behind(setups(truncation=10))
    assert "Engine" in left_behind(setups(engine="torch-cpu"))


def test_data_of_one_s_own_are_said_to_be_no_matter_for_a_sweep():
    assert "“Your own series”" in own_data(defaults() | {"task": "series"})
    text = defaults() | {"task": "text"}
    assert "texts that are here" in own_data(text | {"source": "own"})
    assert own_data(text | {"source": "alice"}) == ""
    assert own_data(defaults() | {"source": "own"}) == "", "the adding problem reads no text"


def link_page() -> None:
    """The page "Train" by itself, with the real link; AppTest runs this body as a script."""
    from exhibits.sweeps.from_train import luck_link
    from exhibits.training.page import train_page

    train_page("train")
    luck_link("train")


def test_the_link_on_the_page_has_the_settings_of_its_controls(monkeypatch):
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr("streamlit.page_link", lambda *_, **more: seen.append(more))
    app = AppTest.from_function(link_page, default_timeout=60).run()
    app.selectbox(key="train_task").set_value("parity").run()
    app.slider(key="train_hidden_size").set_value(11).run()
    assert not app.exception
    assert seen[-1]["query_params"]["sweep_task"] == "Parity"
    assert seen[-1]["query_params"]["sweep_hidden"] == "11"
    assert not seen[-1]["disabled"]
    app.selectbox(key="train_task").set_value("series").run()
    app.text_area(key="train_values").set_value(" ".join(str(k % 7) for k in range(60))).run()
    assert seen[-1]["disabled"]
    assert "keeps no data of your own" in app.caption[-1].value
