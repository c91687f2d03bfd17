"""The page "Train" and the piece, as their controls make them; the browser tests train for real."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    """The page by itself; AppTest runs this body as a script."""
    import streamlit as st

    from exhibits.training.page import train_page

    train_page("t")
    st.json({"good": st.session_state["t.good"]})


def start() -> AppTest:
    return AppTest.from_function(page, default_timeout=60).run()


def good(app: AppTest) -> dict:
    import json

    assert not app.exception, app.exception
    return json.loads(app.json[0].value)["good"]


def labels(app: AppTest) -> set[str]:
    kinds = (app.selectbox, app.slider, app.number_input, app.select_slider, app.toggle)
    return {widget.label for kind in kinds for widget in kind}


def test_the_page_starts_with_the_adding_problem_and_an_lstm() -> None:
    app = start()
    assert (good(app)["task"], good(app)["cell"]) == ("adding", "lstm")
    assert {"Task", "Sequence length T", "Cell", "Forget-gate bias"} <= labels(app)
    assert not {"Lag", "Window", "Momentum"} & labels(app)


def test_a_task_brings_its_own_settings_as_it_starts() -> None:
    app = start()
    app.selectbox(key="t_task").set_value("copy").run()
    values = good(app)
    assert (values["task"], values["lag"], values["symbols"]) == ("copy", 10, 3)
    assert "Sequence length T" not in labels(app)
    app.selectbox(key="t_task").set_value("parity").run()
    assert good(app)["length"] == 20


def test_a_cell_has_only_the_controls_that_mean_something_for_it() -> None:
    app = start()
    app.selectbox(key="t_cell").set_value("window").run()
    assert "Window" in labels(app)
    assert not {"Start", "Forget-gate bias", "Layers", "Truncate after k steps"} & labels(app)
    app.selectbox(key="t_cell").set_value("rnn_tanh").run()
    assert "chrono" not in app.selectbox(key="t_start").options
    assert good(app)["cell"] == "rnn_tanh"


def test_a_preset_sets_everything_and_says_why() -> None:
    app = start()
    app.selectbox(key="t_preset").set_value("Forget bias −2").run()
    values = good(app)
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
    assert good(app)["against"] == [[["cell", "gru"]]]


def test_what_cannot_be_trained_is_said_and_the_last_settings_stay() -> None:
    app = start()
    app.selectbox(key="t_task").set_value("series").run()
    assert "values must hold at least" in app.error[0].value
    assert good(app)["task"] == "adding"


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
    assert good(app)["task"] == "series"
    assert good(app)["values"] == numbers
    assert good(app)["last"] == 20
