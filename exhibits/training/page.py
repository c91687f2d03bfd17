"""The page "Train": what to learn and how at the left, the training and its stage beside it."""

from typing import Any

import streamlit as st

from exhibits.frame import name_drawer
from exhibits.training import runs
from exhibits.training.bench import training_bench
from exhibits.training.configure import setups_of, title_of, values_of
from exhibits.training.controls import defaults, put, training_controls
from exhibits.training.presets import PRESETS, Preset
from lessons.declared import Values
from rnn_core.tasks import Task
from rnn_core.train import TrainingSetup

Setups = tuple[TrainingSetup, ...]
_FREE = "Your own settings"
_CHOICE, _WORDS = 420, 600  # pixels; side by side on a laptop
CHANGED = "Changed since: what the preset claims need not hold any more."


def train_page(key: str) -> None:
    """Draws the whole page. The settings are in the link; wrong ones are never trained."""
    name_drawer("Settings")
    _take_up(key)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with st.sidebar:
        values, problem = training_controls(key)
    setups, problem = _setups(values, key, problem)
    with row:
        preset = _preset(key, setups)
        if preset:
            as_it_is = setups == setups_of(_values(preset))
            st.markdown(preset.why if as_it_is else CHANGED, width=_WORDS)
        elif setups:
            st.markdown(_told(setups[0].task), width=_WORDS)
    runs.expect_one(key)
    _bench(setups, key, values["task"], problem)


def _told(task: Task) -> str:
    """The task in a sentence, and what its lines stand for."""
    lines = (f"**{line.name}** {line.value:.3g}: {_lower(line.about)}" for line in task.lines())
    return f"{task.about}\n\n:small[{'; '.join(lines)}.]"


def _lower(sentence: str) -> str:
    """Within another sentence."""
    return sentence[0].lower() + sentence[1:].removesuffix(".")


@st.fragment
def _bench(setups: Setups, key: str, task: str, problem: str) -> None:
    if problem and not _has_run_of(task, key):
        st.info(problem, icon=":material/info:")
        return
    training_bench(setups, key, title_of({"task": task}), take_out=True, problem=problem)


def _has_run_of(task: str, key: str) -> bool:
    """Something to look at though nothing can be trained; what still trains can be stopped."""
    status = runs.current(key)
    return status is not None and (not status.is_ended or status.tracks[0].setup.task.name == task)


def _take_up(key: str) -> None:
    """A visit without settings of its own finds those of the run that is there."""
    if f"{key}.set" in st.session_state or any(
        one.startswith(f"{key}_") for one in st.query_params
    ):
        return
    status = runs.current(key)
    if status is not None:
        put(key, values_of(tuple(track.setup for track in status.tracks)))


def _setups(values: Values, key: str, problem: str) -> tuple[Setups, str]:
    """What would be trained; nothing where something is wrong, and what."""
    st.session_state[f"{key}.set"] = dict(values)
    if problem:
        return (), problem
    try:
        return setups_of(values), ""
    except (TypeError, ValueError) as wrong:
        return (), str(wrong)


def _preset(key: str, setups: Setups) -> Preset | None:
    """The one that is chosen; it stays chosen until another is.

    A visit that begins with the settings of one, by its link or its run, begins with that one.
    """

    def chosen() -> None:
        for preset in PRESETS:
            if preset.name == st.session_state[f"{key}_preset"]:
                put(key, _values(preset))

    names = {preset.name: preset for preset in PRESETS}
    if f"{key}_preset" not in st.session_state:
        known = (name for name, preset in names.items() if setups_of(_values(preset)) == setups)
        st.session_state[f"{key}_preset"] = next(known, _FREE)
    choice = st.selectbox(
        "Preset",
        [_FREE, *names],
        key=f"{key}_preset",
        on_change=chosen,
        format_func=lambda name: _mark(names[name]) if name in names else name,
        width=_CHOICE,
    )
    return names.get(choice)


def _values(preset: Preset) -> dict[str, Any]:
    return defaults() | dict(preset.values) | {"against": preset.against}


def _mark(preset: Preset) -> str:
    return f"{'✓ works' if preset.good else '✗ fails'} · {preset.name}"
