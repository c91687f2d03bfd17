"""The stage as one HTML file that plays from disk, in any browser, without the app.

It holds the same modules, style sheets and payload as the app's page; in Python's place stands
`offline.mjs`, which answers from what the file holds. There is one bundle for each layer that can
be chosen, each with what travels on demand for it at the present step.

Text of the learner's stands in the file either as base64, within a bundle, or escaped.
"""

import base64
import html
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from string import Template

from exhibits.stage import StageState
from exhibits.stage.bundle import Track, bundle
from exhibits.stage.inline import import_map
from exhibits.stage.on_demand import is_known
from exhibits.stage.serving import assets, skeleton

_TEMPLATE = Path(__file__).with_suffix(".html")
OPTIONS = {"edits": False, "offline": True}


def page(
    tracks: Sequence[Track],
    state: StageState,
    *,
    title: str,
    about: Sequence[str] = (),
    link: str = "",
    expressions: Sequence[str] = (),
    before: Sequence[str] = (),
) -> bytes:
    """The whole file, in UTF-8. It opens where `state` stands.

    `about` says in sentences what runs; `link` is the app's address and stands there as text;
    `expressions` are the runs' setups in Python, `before` the lines that these need first.
    """
    state = state.within([track.run for track in tracks])
    files = assets()
    words = {
        "title": html.escape(title),
        "about": "".join(f"<p>{html.escape(sentence)}</p>" for sentence in about),
        "foot": _foot(link, expressions, before),
        "style": files["stage.css"].decode(),
        "modules": import_map("offline", files),
        "stage": skeleton(),
        "bundles": "\n".join(_bundles(tracks, state)),
    }
    return Template(_TEMPLATE.read_text("utf-8")).substitute(words).encode()


def _foot(link: str, expressions: Sequence[str], before: Sequence[str]) -> str:
    parts = ["<p>Saved from Unrolled; every number here was computed there.</p>"]
    if link:
        parts.append(f"<p>The same run in the app: <code>{html.escape(link)}</code></p>")
    if expressions:
        lines = [*before, *(f"run({expression})" for expression in expressions)]
        code = html.escape("\n".join(lines))
        parts.append(
            f"<details><summary>The same run in Python (rnn_core)</summary>"
            f"<pre><code>{code}</code></pre></details>"
        )
    return "".join(parts)


def _bundles(tracks: Sequence[Track], state: StageState) -> list[str]:
    """One for each layer of the run with most of them."""
    layers = max(len(track.run.layers) for track in tracks)
    return [_bundle(tracks, replace(state, layer=layer), state.layer) for layer in range(layers)]


def _bundle(tracks: Sequence[Track], state: StageState, first: int) -> str:
    wants = wants_of(state)
    data = bundle(
        tracks,
        state={**asdict(replace(state, wants=wants)), "turn": 0},
        options=OPTIONS,
        layer=state.layer,
        wants=wants,
    )
    text = base64.b64encode(data).decode()
    mark = " data-first" if state.layer == first else ""
    kind = "application/octet-stream"  # no script: the browser keeps it as it is
    return f'<script type="{kind}" data-layer="{state.layer}"{mark}>{text}</script>'


def wants_of(state: StageState) -> tuple[str, ...]:
    """What the file holds of that which travels on demand: all that asks for no more than a step.

    What the learner had open at the time comes along too.
    """
    usual = ("sources", "paths", "space", f"space:{state.step}")
    return tuple(dict.fromkeys(want for want in (*usual, *state.wants) if is_known(want)))
