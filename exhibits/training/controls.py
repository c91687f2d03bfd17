"""The page's controls: what to learn, the network, how it learns, and up to two rivals."""

from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

import streamlit as st

from exhibits.controls import control, hides_all, set_control
from exhibits.own_series import series_from_upload
from exhibits.training import parameters as declared
from exhibits.training.configure import NO_NUMBERS, ends_when_solved, settings_shown, starts_of
from lessons.declared import Parameter, Values
from rnn_core.tasks.text import OWN

RIVALS = {"b": "Rival B", "c": "Rival C"}
_BY_NAME = {parameter.name: parameter for parameter in declared.ALL}
_STARTS = {
    "rnn_tanh": ("uniform", "orthogonal", "identity"),
    "rnn_relu": ("uniform", "orthogonal", "identity"),
    "gru": ("uniform", "orthogonal", "identity", "chrono"),
    "lstm": ("uniform", "orthogonal", "identity", "chrono"),
}


def defaults() -> dict[str, Any]:
    return {parameter.name: parameter.default for parameter in declared.ALL}


def training_controls(key: str) -> tuple[dict[str, Any], str]:
    """Draws them in the present container.

    Returns the values and what is wrong with the first wrong entry, which is said beside it too; ""
    where nothing is. What shares a part with a wrong entry is as it starts, but for the task.
    """
    values, problem = defaults(), ""
    parts = (
        ("What to learn", _task),
        ("The network", _network),
        ("How it learns", _learning),
        ("Rivals", _rivals),
    )
    for title, part in parts:
        if not hides_all(key):
            st.subheader(title)
        try:
            values |= part(key, values)
        except ValueError as wrong:
            st.error(str(wrong), icon=":material/error:")
            problem = problem or str(wrong)
            values["task"] = st.session_state[f"{key}.task"]
    return values, problem


def put(key: str, values: Values) -> None:
    """Sets every control to these values; before they are drawn in this run of the script."""
    for parameter in declared.ALL:
        if parameter.name in values and parameter.name != declared.AGAINST.name:
            set_control(parameter, key, values[parameter.name])
    st.session_state[f"{key}.task"] = values["task"]
    st.session_state[f"{key}.ends"] = ends_when_solved({**defaults(), **values})
    rivals = [dict(rival) for rival in values.get("against", ())]
    for at, letter in enumerate(RIVALS):
        rival = rivals[at] if at < len(rivals) else {}
        st.session_state[f"{key}_{letter}_differs"] = list(rival)
        for name, value in rival.items():
            set_control(_BY_NAME[name], f"{key}_{letter}", value)


def _drawn(key: str, names: tuple[str, ...], starts: Mapping[str, Any] = {}) -> dict[str, Any]:
    return {name: control(_BY_NAME[name], key, default=starts.get(name)) for name in names}


def _task(key: str, values: Values) -> dict[str, Any]:
    task = control(declared.TASK, key)
    starts = starts_of(task)
    before = st.session_state.get(f"{key}.task")
    st.session_state[f"{key}.task"] = task
    if before not in (None, task):
        for name, value in starts.items():
            set_control(_BY_NAME[name], key, value)
    names = settings_shown(task)
    chosen = {"task": task}
    if "text" in names:
        chosen |= _text(key, starts["source"])
    if "values" in names:
        chosen["values"] = _series(key)
    return chosen | _drawn(key, tuple(name for name in names if name not in chosen), starts)


def _text(key: str, start: str) -> dict[str, Any]:
    """One's own text stays in the session: it is too long for a link."""
    source = control(_BY_NAME["source"], key, default=start)
    if source != OWN:
        return {"source": source, "text": ""}
    text = st.text_area(
        _BY_NAME["text"].label,
        key=f"{key}_text",
        max_chars=declared.LONGEST_TEXT,
        height=160,
        help=_BY_NAME["text"].about,
        persist_state="session",
    )
    return {"source": source, "text": text or ""}


def _series(key: str) -> Any:
    """A column of a file, else what is typed."""
    brought = series_from_upload(f"{key}_series")
    if brought is not None:
        return brought
    try:
        return control(_BY_NAME["values"], key)
    except ValueError as wrong:
        raise ValueError(f"{NO_NUMBERS} {wrong}") from None


def _network(key: str, values: Values) -> dict[str, Any]:
    cell = control(_BY_NAME["cell"], key)
    if cell == "window":
        return {"cell": cell, **_drawn(key, ("window", "hidden_size"))}
    chosen = {"cell": cell, **_drawn(key, ("hidden_size", "num_layers"))}
    start = control(_BY_NAME["start"], key, only=_STARTS[cell])
    chosen["start"] = start
    if cell == "lstm" and start != "chrono":
        chosen |= _drawn(key, ("forget_bias",))
    return chosen


def _learning(key: str, values: Values) -> dict[str, Any]:
    optimiser = control(_BY_NAME["optimiser"], key)
    names = ["learning_rate", "batch_size", "clip_norm"]
    names[1:1] = ["momentum"] if optimiser == "sgd" else []
    names += [] if values["cell"] == "window" else ["truncation"]
    chosen = _drawn(key, tuple(names))
    left, right = st.columns(2)
    with left:
        chosen |= _drawn(key, ("seed",))
    with right:
        chosen |= _drawn(key, ("max_steps",))
    return {"optimiser": optimiser, **chosen, **_ending(key, values), **_drawn(key, ("engine",))}


def _ending(key: str, values: Values) -> dict[str, Any]:
    """Whether it stops when solved; with a task of the other kind, as that one starts."""
    start, name = ends_when_solved(values), f"{key}.ends"
    before, st.session_state[name] = st.session_state.get(name), start
    if before not in (None, start):
        set_control(_BY_NAME["stop_when_solved"], key, start)
    return _drawn(key, ("stop_when_solved",), {"stop_when_solved": start})


def _rivals(key: str, values: Values) -> dict[str, Any]:
    found = []
    for letter, title in RIVALS.items():
        rival = _rival(f"{key}_{letter}", title, values)
        if not rival:
            break
        found.append(tuple(rival.items()))
    return {"against": tuple(found)}


def _rival(key: str, title: str, values: Values) -> dict[str, Any]:
    """What of it is different; nothing where there is none."""
    names = st.multiselect(
        f"{title} differs in",
        [parameter.name for parameter in declared.SETUP],
        key=f"{key}_differs",
        format_func=lambda name: _BY_NAME[name].label,
        placeholder="Nothing: no rival",
        help="It is trained at the same time, and drawn in the same plot.",
        bind="query-params",
    )
    with _indented(bool(names), key):
        return {name: _of_rival(_BY_NAME[name], key, values) for name in names}


def _of_rival(parameter: Parameter, key: str, values: Values) -> Any:
    return control(parameter, key, default=values[parameter.name])


@contextmanager
def _indented(shown: bool, key: str) -> Any:
    if shown:
        with st.container(border=True, key=f"{key}_box"):
            yield
    else:
        yield
