"""The stage as pictures on a page of paper: several runs in one HTML file, each at one moment.

The file holds the stage's modules once (`modules`, `style`, `skeleton`) and for every picture what
is drawn there (`moment`); `js/still.mjs` draws them in the browser of whoever opens the file.
"""

import base64
from collections.abc import Sequence
from dataclasses import asdict, replace

from exhibits.stage import StageState, Track
from exhibits.stage.bundle import bundle
from exhibits.stage.export import OPTIONS, wants_of
from exhibits.stage.inline import import_map
from exhibits.stage.serving import assets, skeleton

__all__ = ["modules", "moment", "skeleton", "style"]


def modules() -> str:
    """The import map under which a module script can `import { drawAll } from "still"`."""
    return import_map("still", assets())


def style() -> str:
    return assets()["stage.css"].decode()


def moment(tracks: Sequence[Track], state: StageState) -> str:
    """One picture's bundle in base64."""
    state = state.within([track.run for track in tracks])
    wants = wants_of(state)
    data = bundle(
        tracks,
        state={**asdict(replace(state, wants=wants)), "turn": 0},
        options=OPTIONS,
        layer=state.layer,
        wants=wants,
    )
    return base64.b64encode(data).decode()
