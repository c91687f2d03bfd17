"""The page "Train" and the piece, as their controls make them; the browser tests train for real."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    """The page by itself; AppTest runs this body as a script."""
    import streamlit as st

    from exhibits.training.page import train_page

    train_page("t")
    st.json({"set": st.session_state["t.set"]})


def start() -> AppTest:
    return AppTest.from_function(page, default_timeout=60).run()


def values_set(app: AppTest) -> dict:
    import json

    assert not app.exception, app.exception
    return json.loads(app.json[0].value)["set"]


def labels(app: AppTest) -> set[str]:
    kinds = (app.selectbox, app.slider, app.number_input, app.select_slider, app.toggle)
    return {widget.label for kind in kinds for widget in kind}


def test_the_page_starts_with_the_adding_problem_and_an_lstm() -> None:
    app = start()
    assert (values_set(app)["task"], values_set(app)["cell"]) == ("adding", "lstm")
    assert {"Task", "Sequence length T", "Cell", "Forget-gate bias"} <= labels(app)
    assert not {"Lag", "Window", "Momentum"} & labels(app)


def test_the_task_and_what_its_lines_stand_for_are_told() -> None:
    """Of two numbers uniform on 0 to 1 the sum's variance is 2/12, one's 1/12."""
    (told,) = [said.value for said in start().markdown if "Two of the numbers" in said.value]
    assert "**chance** 0.167: always say 1" in told
    assert "**naive** 0.0833: know the later number" in told


def test_a_task_brings_its_own_settings_as_it_starts() -> None:
    app = start()
    app.selectbox(key="t_task").set_value("copy").run()
    values = values_set(app)
    assert (values["task"], values["lag"], values["symbols"]) == ("copy", 10, 3)
    assert "Sequence length T" not in labels(app)
    app.selectbox(key="t_task").set_value("parity").run()
    assert values_set(app)["length"] == 20


def test_a_cell_has_only_the_controls_that_mean_something_for_it() -> None:
    app = start()
    app.selectbox(key="t_cell").set_value("window").run()
    assert "Window" in labels(app)
    assert not {"Start", "Forget-gate bias", "Layers", "Truncate after k steps"} & labels(app)
    app.selectbox(key="t_cell").set_value("rnn_tanh").run()
    assert "chrono" not in app.selectbox(key="t_start").options
    assert values_set(app)["cell"] == "rnn_tanh"


def test_a_preset_sets_everything_and_says_why() -> None:
    app = start()
    app.selectbox(key="t_preset").set_value("Forget bias −2").run()
    values = values_set(app)
    assert (values["task"], values["forget_bias"]) == ("copy", -2.0)
    assert values["against"] == [[["forget_bias", 1.0]]]
    assert any("σ(−2) = 0.12" in text.value for text in app.markdown)
    app.slider(key="t_lag").set_value(11).run()
    assert not any("σ(−2) = 0.12" in text.value for text in app.markdown)
    assert any("Changed since" in text.value for text in app.markdown)


def test_a_rival_is_the_same_but_for_what_differs() -> None:
    app = start()
    app.multiselect(key="t_b_differs").set_value(["cell"]).run()
    app.selectbox(key="t_b_cell").set_value("gru").run()
    assert values_set(app)["against"] == [[["cell", "gru"]]]


def told(app: AppTest) -> str:
    return " ".join(info.value for info in app.info)


def has_view(app: AppTest) -> bool:
    """Whether there is a Train button, with its plot and its lines."""
    return any(element.type == "bidi_component" for element in app.main)


def test_a_series_without_numbers_trains_nothing_and_says_what_is_missing() -> None:
    app = start()
    assert has_view(app)
    app.selectbox(key="t_task").set_value("series").run()
    assert told(app) == "Paste numbers or bring a file first."
    assert not has_view(app)
    app.text_area(key="t_values").set_value("hello").run()
    assert told(app).startswith("Paste numbers or bring a file first. ")
    assert "“hello”, is not a number" in told(app)
    assert not has_view(app)
    app.text_area(key="t_values").set_value(" ".join("123") * 30).run()
    assert (told(app), has_view(app)) == ("", True)


def test_what_cannot_be_trained_is_said_in_place_of_the_view() -> None:
    app = start()
    app.selectbox(key="t_cell").set_value("window").run()
    app.slider(key="t_window").set_value(100).run()
    assert "window must be a whole number, 1 to 50; got 100" in told(app)
    assert not has_view(app)


def test_a_visit_with_the_settings_of_a_preset_begins_with_that_preset() -> None:
    app = AppTest.from_function(page, default_timeout=60)
    for name, value in {"task": "Copy memory", "forget_bias": "-2.0", "max_steps": "1500"}.items():
        app.query_params[f"t_{name}"] = value
    app.query_params["t_b_differs"] = "Forget-gate bias"
    app.query_params["t_b_forget_bias"] = "1.0"
    app.run()
    assert app.selectbox(key="t_preset").value == "Forget bias −2"
    assert any("σ(−2) = 0.12" in text.value for text in app.markdown)


def stops(app: AppTest) -> bool:
    return bool(values_set(app)["stop_when_solved"])


def test_what_has_a_baseline_for_its_goal_goes_on_under_it() -> None:
    app = start()
    assert stops(app)
    app.selectbox(key="t_task").set_value("text").run()
    assert not stops(app)
    app.selectbox(key="t_task").set_value("wave").run()
    assert stops(app)
    app.slider(key="t_noise").set_value(0.1).run()
    assert not stops(app)
    app.slider(key="t_noise").set_value(0.2).run()
    app.toggle(key="t_stop_when_solved").set_value(True).run()
    app.slider(key="t_noise").set_value(0.3).run()
    assert stops(app)  # as the learner set it, until the task is one of the other kind


def piece() -> None:
    import streamlit as st

    from exhibits.catalogue import catalogue

    found = catalogue()["training"]
    values = found.declaration.defaults() | {"max_steps": 20, "length": 6, "hidden_size": 3}
    place = {"started": True}
    st.json(dict(found.draw(values, "p", place)))


def test_a_piece_without_a_cookie_says_so_and_does_not_train() -> None:
    app = AppTest.from_function(piece, default_timeout=60).run()
    assert not app.exception
    assert app.json[0].value == '{"started": false, "ended": false}'


def test_an_own_series_can_be_typed_and_is_what_would_be_trained() -> None:
    app = start()
    app.selectbox(key="t_task").set_value("series").run()
    numbers = [float(k % 7) for k in range(60)]
    app.text_area(key="t_values").set_value(" ".join(map(str, numbers))).run()
    assert not app.error
    assert values_set(app)["task"] == "series"
    assert values_set(app)["values"] == numbers
    assert values_set(app)["last"] == 20
