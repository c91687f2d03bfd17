"""The figures of one run, one at a time, each with its text alternative and its numbers as CSV.

Only the figure in view is built: a rerun stays quick, and the Jacobians are not computed unseen.
"""

from functools import lru_cache

import numpy as np
import streamlit as st

from exhibits.charts import chart, theme
from exhibits.runs import traced
from figures import Drawing, gates, gradients, jacobians, trajectory
from rnn_core import LSTMTrace, Run, Setup, state_jacobians

SUBJECTS = {
    "trajectory": "Trajectory",
    "gradients": "Gradients",
    "jacobians": "Jacobians",
    "gates": "Gates and states",
}


def figure_panel(run: Run, *, layer: int, key: str) -> None:
    """The chosen figure of the layer that is on the stage; the choice of figure is in the link."""
    layer = layer if 0 <= layer < len(run.layers) else len(run.layers) - 1
    with st.container(horizontal=True, vertical_alignment="top"):
        subject = st.segmented_control(
            "Figure",
            list(SUBJECTS),
            default="trajectory",
            required=True,
            format_func=SUBJECTS.__getitem__,
            key=f"{key}_figure",
            bind="query-params",
        )
        options = _options(subject, run, key)
    drawing = _drawn(subject, run, layer, options)
    chart(drawing, key)
    st.download_button(
        "Numbers as CSV",
        drawing.to_csv,
        file_name=f"{drawing.name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"{key}_csv",
        on_click="ignore",
        type="tertiary",
        help="The camera above the figure saves it as a picture.",
    )


def _options(subject: str, run: Run, key: str) -> dict[str, object]:
    """What a subject alone offers: the order of the units, or the plane of the trajectory."""
    units = run.setup.hidden_size
    if subject == "gates":
        order = st.selectbox(
            "Units in order of",
            ["index", "mean", "similarity"],
            key=f"{key}_figure_order",
            format_func={
                "index": "number",
                "mean": "mean hidden state",
                "similarity": "similarity",
            }.__getitem__,
            width=190,
        )
        return {"order": order}
    if subject == "trajectory" and units > 1:
        plane = st.selectbox(
            "Plane",
            ["principal components", "two units"],
            key=f"{key}_figure_plane",
            width=210,
        )
        if plane == "two units":
            across = st.number_input(
                "Unit across", 0, units - 1, 0, key=f"{key}_x_{units}", width=120
            )
            up = st.number_input("Unit up", 0, units - 1, 1, key=f"{key}_y_{units}", width=120)
            return {"units": (int(across), int(up))}
    return {}


def _drawn(subject: str, run: Run, layer: int, options: dict[str, object]) -> Drawing:
    trace, sequence, shown_in = run.layers[layer], run.setup.sequence_read, theme()
    if subject == "gates":
        return gates.draw(trace, sequence, theme=shown_in, **options)  # type: ignore[arg-type]
    if subject == "trajectory":
        return trajectory.draw(trace, sequence, theme=shown_in, **options)  # type: ignore[arg-type]
    if subject == "gradients":
        return gradients.draw(
            trace,
            sequence,
            losses=run.losses[:, 0],
            loss_mask=run.loss_mask,
            theme=shown_in,
        )
    step_to = 0 if trace.reverse else len(run.inputs) - 1  # the layer's own last step
    values, state_values = _singular_values(run.setup, layer, step_to)
    return jacobians.draw(
        values, sequence, state_values=state_values, step_to=step_to, theme=shown_in
    )


@lru_cache(maxsize=64)
def _singular_values(
    setup: Setup, layer: int, step_to: int
) -> tuple[np.ndarray, np.ndarray | None]:
    run = traced(setup)
    hidden = state_jacobians(run, layer, step_to, of="hidden").singular_values
    if not isinstance(run.layers[layer], LSTMTrace):
        return hidden, None
    return hidden, state_jacobians(run, layer, step_to, of="state").singular_values
