"""The workbench: a setup on the stage, with the learner's changes, and beside it what it is
compared with. The lab and the lessons put the same one on their pages.
"""

from collections.abc import Sequence

import streamlit as st

from exhibits import workbench
from exhibits.compare import tracks
from exhibits.stage import StageState, Track, stage
from rnn_core import Setup


def bench(
    base: Setup,
    choice: str,
    key: str,
    start: StageState,
    *,
    edits: bool = True,
    strips: Sequence[str] | None = None,
) -> tuple[StageState, list[Track]]:
    """Draws it; returns where the learner is and the runs that stand there.

    Without `edits` nothing can be changed on the stage, and only the lesson's own changes show.
    `strips` are the fields that stand below the graph, None for all that the cell has.
    """
    changes = workbench.present(key, base)
    try:
        shown = tracks(choice, base, changes)
    except ValueError as problem:
        st.warning(f"Not compared: {problem}.")
        shown = tracks("nothing", base, changes)
    state = stage(
        shown,
        key=f"{key}_stage",
        start=start,
        options=workbench.options(key, base) | {"strips": strips},
        on_edit=(lambda edit: workbench.edit(key, base, edit)) if edits else None,
    )
    return state, shown
