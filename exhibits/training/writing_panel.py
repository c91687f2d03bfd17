"""What the network writes, below the loss: at the snapshots looked at, or as it is learning."""

from collections.abc import Sequence

import streamlit as st

from background import TrainingsError, trainings
from exhibits.training.writing import (
    LENGTH,
    TEMPERATURE,
    Writing,
    length_while_training,
    visible,
    writing,
)

EVERY = 1.0  # seconds between two writings while it trains
AFTER = "⟩"  # between what it was given and what it wrote


def writing_panel(run: str, track: int, steps: Sequence[int], live: bool) -> None:
    """Of a training that `writes`; while it trains anew every second, by its latest weights."""
    st.fragment(_draw, run_every=EVERY if live else None)(run, track, steps, live)


def _draw(run: str, track: int, steps: Sequence[int], live: bool) -> None:
    try:
        found = [_of(run, track, None if live else step) for step in steps]
    except (TrainingsError, ValueError) as problem:
        st.warning(f"It does not write: {problem}")
        return
    heads = [f"{letter}: step {step:,} writes" for letter, step in zip("AB", steps, strict=False)]
    for place, head, one in zip(st.columns(len(steps)), heads, found, strict=True):
        with place:
            st.markdown(f"**{head if len(steps) > 1 else 'What it writes'}**")
            text = f"{visible(one.prompt)}{AFTER}{visible(one.text)}"
            st.code(text, language=None, wrap_lines=True)
    st.caption(
        f"Before {AFTER} what it was given, after it what it wrote, each character drawn at "
        f"temperature {TEMPERATURE:g} with the same luck each time; · is a space, ↵ a new line."
    )


def _of(run: str, track: int, step: int | None) -> Writing:
    """Of a snapshot, or at None of the weights as they are now."""
    setup = trainings().status(run).tracks[track].setup
    length = LENGTH if step is not None else length_while_training(setup)
    return writing(setup, trainings().weights(run, track, step), length)
