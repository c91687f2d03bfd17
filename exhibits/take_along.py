"""What is on the stage, to take along: the animation as a file, the numbers, a notebook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from exhibits.export.archive import archive
from exhibits.export.notebook import notebook
from exhibits.export.sheet import sheet
from exhibits.export.words import file_name, sentences
from exhibits.network_controls import title_of
from exhibits.stage import StageState, Track
from exhibits.stage.export import page
from rnn_core import Run
from rnn_core.held import file_name_of, file_of, is_held
from rnn_core.reproduce import lines_before, setup_expression


@dataclass(frozen=True)
class File:
    """One file that can be taken along; `make` builds it, which may take a second."""

    name: str
    label: str
    help: str
    icon: str
    mime: str
    make: Callable[[], bytes]


def take_along(tracks: Sequence[Track], state: StageState, key: str, *, link: str = "") -> None:
    """A button that offers the files. They are made when they are clicked, not before.

    `link` is the address of this view in the app; it stands in the HTML file as text.
    """
    popover = st.popover(
        "Take it with you",
        icon=":material/download:",
        key=f"{key}_take",
        on_change="rerun",  # so that its content is made only when it is open
    )
    if not popover.open:
        return
    state = state.within([track.run for track in tracks])
    with popover:
        offer_file(animation(tracks, state, link), f"{key}_take")
        track = _chosen(tracks, state, key)
        for file in files_of(track, state.layer):
            offer_file(file, f"{key}_take")
        st.caption("The present picture, as SVG or PNG: the buttons below the stage.")


def _chosen(tracks: Sequence[Track], state: StageState, key: str) -> Track:
    """Of runs side by side the one whose numbers are taken."""
    if len(tracks) == 1:
        return tracks[0]
    number = st.selectbox(
        "Numbers and notebook of",
        range(len(tracks)),
        index=state.track,
        format_func=lambda k: tracks[k].title or title_of(tracks[k].run),
        key=f"{key}_take_track_{len(tracks)}",
    )
    return tracks[number]


def offer_file(file: File, key: str) -> None:
    """A button that gives the file, which is made when it is clicked."""
    st.download_button(
        file.label,
        file.make,
        file_name=file.name,
        mime=file.mime,
        icon=file.icon,
        key=f"{key}_{file.name.rpartition('.')[2]}",
        on_click="ignore",
        width="stretch",
        help=file.help,
    )


def animation(tracks: Sequence[Track], state: StageState, link: str = "") -> File:
    """The stage as it stands, as one HTML file."""
    runs = [track.run for track in tracks]
    about = sentences(runs[0]) if len(runs) == 1 else [sentences(run)[0] for run in runs]
    return File(
        file_name(runs[state.track], "html"),
        "The stage as a page (.html)",
        "The interactive stage as one HTML file that plays in any browser, without Unrolled and "
        "without a network: for "
        "slides, course pages and learning systems.",
        ":material/animation:",
        "text/html",
        lambda: page(
            tracks,
            state,
            title=f"{title_of(runs[state.track])} · Unrolled",
            about=about,
            link=link,
            expressions=[setup_expression(run.setup) for run in runs],
            before=list(dict.fromkeys(line for run in runs for line in lines_before(run.setup))),
        ),
    )


def _layer_name(run: Run, layer: int) -> str:
    """As the stage counts: from 1."""
    depth = layer // run.network.directions + 1
    return f" of layer {depth}" + (", from the end" if run.layers[layer].reverse else "")


def files_of(track: Track, layer: int) -> list[File]:
    """The numbers of one run and its notebook; `layer` is the one that is on the stage."""
    run = track.run
    layer = min(layer, len(run.layers) - 1)
    suffix = run.network.suffixes[layer]
    which = _layer_name(run, layer) if len(run.layers) > 1 else ""
    return [
        File(
            file_name(run, "npz"),
            "All numbers (.npz)",
            "Every gate, state, weight and gradient as one .npz file, in full precision and under "
            "PyTorch's names; its entry `about` says what is what.",
            ":material/data_array:",
            "application/octet-stream",
            lambda: archive(run),
        ),
        File(
            file_name(run, "csv", *([suffix] if which else [])),
            f"Numbers{which} (.csv)",
            "For a spreadsheet: a row for each step. A character that it would take for the "
            "beginning of a formula (= + - @) gets an apostrophe before it.",
            ":material/table:",
            "text/csv",
            lambda: sheet(run, layer),
        ),
        File(
            file_name(run, "ipynb"),
            "Notebook (.ipynb)",
            "For Jupyter, beside a copy of Unrolled: the same run and the figures of the lab, "
            "in a few lines of Python each.",
            ":material/menu_book:",
            "application/x-ipynb+json",
            lambda: notebook(run, layer=layer, title=track.title or title_of(run)),
        ),
        *_weights_of(run),
    ]


def _weights_of(run: Run) -> list[File]:
    """The file that the notebook and the stage's lines load: of weights that are nowhere else."""
    known = run.known
    if known is None or not is_held(known.name):
        return []
    return [
        File(
            file_name_of(known.name),
            "Weights (.safetensors)",
            "The weights before any change of yours, under PyTorch's names. The notebook, and the "
            "lines of Python that the stage shows of a unit, read them from this file beside them.",
            ":material/database:",
            "application/octet-stream",
            lambda: file_of(known),
        )
    ]
