"""The training view with the stage below it: the network at work as it is learning, or as it was
at the snapshots that the learner looks at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from background import RunStatus, TrainingsError, trainings
from exhibits import workbench
from exhibits.network_controls import title_of
from exhibits.runs import traced
from exhibits.stage import Track, stage
from exhibits.training import runs
from exhibits.training.configure import names_of
from exhibits.training.on_stage import has_states, held_out_loss, held_setup, loss_on_it
from exhibits.training.routes import url_of
from exhibits.training.take_out import offer
from exhibits.training.view import Looks, Shape, training_view
from exhibits.training.writing import writes
from exhibits.training.writing_panel import writing_panel
from rnn_core import Run, Setup
from rnn_core.train import TrainingSetup

NO_STATES = (
    "A feed-forward window carries nothing from step to step, so that there is nothing to unroll: "
    "no heat maps and no stage."
)


def training_bench(
    setups: Sequence[TrainingSetup],
    key: str,
    name: str,
    *,
    shape: Shape | None = None,
    on_stage: bool = True,
    take_out: bool = False,
    problem: str = "",
) -> tuple[RunStatus | None, Looks]:
    """Draws it for the run of this key, or for what would be trained; returns both.

    `problem` says why nothing can be trained; without `setups` there must be a run to look at.
    """
    status = runs.current(key)
    looks = training_view(
        setups,
        status,
        key=f"{key}_view",
        on_act=runs.acts(key, setups, name),
        shape=shape,
        problem=runs.problem(key) or problem,
    )
    if on_stage and status is not None:
        _stage(status, looks, key)
    if take_out and status is not None and status.state != "running":
        _take_out(status, looks, key)
    return status, looks


def _take_out(status: RunStatus, looks: Looks, key: str) -> None:
    """The weights that are looked at, as files."""
    track = status.tracks[looks.track]
    if not track.snapshots:
        return
    step = track.snapshots[-1] if looks.at is None else looks.at
    weights = trainings().weights(status.id, looks.track, step)
    offer(track.setup, weights, f"{key}_{looks.track}", losses=track.losses[:step], step=step)


def _setups(status: RunStatus) -> tuple[TrainingSetup, ...]:
    return tuple(track.setup for track in status.tracks)


def _stage(status: RunStatus, looks: Looks, key: str) -> None:
    """Nothing where there are no weights yet."""
    setup = status.tracks[looks.track].setup
    if not has_states(setup):
        st.caption(NO_STATES)
        return
    if not status.tracks[looks.track].snapshots:
        return
    try:
        steps = _steps(status, looks)
        held = [_held(status, looks.track, step) for step in steps]
        runs_shown = [traced(one) for one in held]
        titles = _titles(status, looks, steps, runs_shown)
        tracks = [Track(run, title) for run, title in zip(runs_shown, titles, strict=True)]
    except (TrainingsError, ValueError) as problem:
        st.warning(f"Not on the stage: {problem}")
        return
    live = looks.at is None and not looks.pair and not status.is_ended
    _heading(status, looks, steps, live)
    if writes(setup):
        writing_panel(status.id, looks.track, steps, live)
    if live or len(tracks) > 1:
        options = {"live": f"{url_of(status.id)}/stage?track={looks.track}"} if live else {}
        stage(tracks, key=f"{key}_stage", options=options)
    else:
        _open_to_hands(held[0], tracks[0], f"{key}_{steps[0]}")


def _steps(status: RunStatus, looks: Looks) -> list[int]:
    if looks.pair and looks.a is not None and looks.b is not None:
        return [looks.a, looks.b]
    return [looks.at if looks.at is not None else status.tracks[looks.track].snapshots[-1]]


def _held(status: RunStatus, track: int, step: int) -> Setup:
    weights = trainings().weights(status.id, track, step)
    return held_setup(status.tracks[track].setup, weights, step)


def _titles(
    status: RunStatus, looks: Looks, steps: Sequence[int], shown: Sequence[Run]
) -> list[str]:
    """Of A and B also how good each is, here and on the held-out data: one sequence may be luck."""
    if len(steps) == 1:
        return [f"{title_of(shown[0])} · step {steps[0]:,}"]
    return [
        f"{letter}: step {step:,} · held-out loss {held_out_loss(status.id, looks.track, step):.3g}"
        f" · on this one sequence {loss_on_it(run):.3g}"
        for letter, step, run in zip("AB", steps, shown, strict=True)
    ]


def _heading(status: RunStatus, looks: Looks, steps: Sequence[int], live: bool) -> None:
    name = names_of(_setups(status))[looks.track]
    if live:
        said = "as it learns"
    elif len(steps) > 1:
        said = f"at step {steps[0]:,} beside step {steps[1]:,}"
    else:
        said = f"after {steps[0]:,} steps"
    st.markdown(f"**On one sequence, {said}** · {name}")


def _open_to_hands(base: Setup, track: Track, key: str) -> None:
    """A snapshot that stands still can be changed, as in the lab."""
    changes = workbench.present(key, base)
    ghost = track.run if changes else None
    shown = replace(track, run=traced(replace(base, changes=changes)), ghost=ghost)
    stage(
        [shown],
        key=f"{key.rsplit('_', 1)[0]}_stage",
        options=workbench.options(key, base),
        on_edit=lambda edit: workbench.edit(key, base, edit),
    )


def state_of(
    status: RunStatus | None, looks: Looks, setups: Sequence[TrainingSetup]
) -> Mapping[str, Any]:
    """What the run has done so far, by the names of the piece's places.

    A run of other settings than the present ones says nothing of these.
    """
    if status is None or _setups(status) != tuple(setups):
        return {"started": False, "ended": False}
    found: dict[str, Any] = {"started": True, "ended": status.is_ended}
    if looks.at is not None:
        found["at"] = looks.at
    for number, track in enumerate(status.tracks, start=1):
        tail = f"_{number}" if number > 1 else ""
        task = track.setup.task
        scored = [(step, score) for step, _, score in track.held_out if step > 0]
        found[f"solved{tail}"] = any(task.solved(score) for _, score in scored)
        found[f"step{tail}"] = track.step
        if track.held_out:
            found[f"loss{tail}"], found[f"score{tail}"] = track.held_out[-1][1:]
        elif len(track.losses):
            found[f"loss{tail}"] = float(track.losses[-20:].mean())
    return found
