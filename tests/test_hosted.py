"""An exhibit on a lesson's page: presets, controls, reveals, and the learner's own changes."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    """One exhibit by itself; AppTest runs this body as a script."""
    import streamlit as st

    from exhibits.catalogue import declarations
    from exhibits.lesson.hosted import host, move, values_now
    from lessons.lesson import ExhibitBlock, Preset

    declaration = declarations()["stage"]
    values = declaration.defaults() | {"cell": "rnn_tanh", "weights": "random", "text": "abcab"}
    silence = ({"kind": "silence", "place": [0, 1], "value": True},)
    checked = declaration.parameter("changes").check(silence)
    block = ExhibitBlock(
        "one",
        "stage",
        values,
        controls=("hidden_size", "text"),
        place={"step": 2},
        presets=(
            Preset("Small", True, "Few numbers.", {"hidden_size": 2}, {"step": 1}),
            Preset("Silent", False, "One unit says nothing.", {"changes": checked}),
        ),
    )
    if st.button("reveal"):
        move(block, "k", {"hidden_size": 3, "cell": "gru"}, {"step": 4, "phase": "backward"})
    hosted = host(block, "k")
    again = values_now(block, "k")
    st.json(
        {
            "cell": hosted.values["cell"],
            "units": hosted.values["hidden_size"],
            "text": hosted.values["text"],
            "silenced": len(getattr(hosted.values["changes"], "silenced", ())),
            "place": {k: v for k, v in hosted.place.items() if k in ("step", "phase")},
            "same": again["hidden_size"] == hosted.values["hidden_size"],
        }
    )


def shown(app: AppTest) -> dict:
    import json

    assert not app.exception
    return json.loads(app.json[0].value)


def start() -> AppTest:
    return AppTest.from_function(page, default_timeout=60).run()


def press(app: AppTest, label: str) -> AppTest:
    (found,) = [button for button in app.button if button.label == label]
    return found.click().run()


def test_it_begins_as_the_lesson_says() -> None:
    app = start()
    assert shown(app) == {
        "cell": "rnn_tanh",
        "units": 16,
        "text": "abcab",
        "silenced": 0,
        "place": {"step": 2, "phase": "forward"},
        "same": True,
    }


def test_a_preset_sets_values_controls_and_place_and_says_why() -> None:
    app = press(start(), "Small")
    now = shown(app)
    assert (now["units"], now["place"]["step"]) == (2, 1)
    assert app.slider(key="k_hidden_size").value == 2
    assert any("Few numbers." in text.value for text in app.markdown)
    back = shown(press(app, "As it was"))
    assert (back["units"], back["place"]["step"]) == (16, 2)


def test_a_preset_can_hold_changes_made_by_hand() -> None:
    assert shown(press(start(), "Silent"))["silenced"] == 1


def test_a_reveal_changes_what_has_a_control_and_what_has_none() -> None:
    app = press(start(), "reveal")
    now = shown(app)
    assert (now["units"], now["cell"]) == (3, "gru")
    assert now["place"] == {"step": 4, "phase": "backward"}
    assert app.slider(key="k_hidden_size").value == 3
    assert now["same"]


def test_a_wrong_entry_is_said_and_the_last_picture_stays() -> None:
    app = start()
    app.text_input(key="k_text").set_value("x").run()
    assert "1 character given" in app.error[0].value
    assert shown(app)["text"] == "abcab"
