"""A run that goes on changing, as the stage polls it: the bytes for a route of the app.

    stage(tracks, key=…, options={"live": "/training-data/7/stage"})      in the page

    def answer(request: Request) -> Response:                             behind that path
        asked = asked_of(request.query_params)
        return live_answer(asked, version, lambda: live_bundle(tracks, asked))

While it is seen, the stage asks for the path time and again (`js/live.mjs`), one request at a time,
with what it has and shows in the query:

    version     of the picture that it has, as the header `Stage-Version` named it; empty: none
    layer       index of the layer that must travel in full
    want        what travels on demand, once for each (`on_demand.py`)

and gets a bundle (`bundle.py`) with that header, or 204 where there is nothing newer. The bundle's
runs replace those on the stage; its state and options mean nothing there.

Everything here may be called from several threads.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.responses import Response

from exhibits.stage.bundle import MOST_TRACKS, Track, bundle
from exhibits.stage.on_demand import MOST_WANTS, is_known

VERSION_HEADER = "Stage-Version"
_NEVER_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Asked:
    """What a stage asks for: see the module's docstring. Layer -1 is the last one."""

    version: str = ""
    layer: int = -1
    wants: tuple[str, ...] = ()


def asked_of(query: QueryParams) -> Asked:
    """What the query of a request says; what makes no sense in it is as if it were not there."""
    layer = query.get("layer", "")
    known = [want for want in query.getlist("want") if is_known(want)]
    return Asked(
        version=query.get("version", ""),
        layer=int(layer) if layer.isascii() and layer.isdigit() and len(layer) <= 2 else -1,
        wants=tuple(dict.fromkeys(known))[:MOST_WANTS],
    )


def check_live(path: object) -> None:
    """ValueError for what is no path of the app itself: a double stroke would name another host."""
    fits = isinstance(path, str) and path.startswith("/") and path[1:2] not in ("/", "\\")
    if path is not None and not fits:
        raise ValueError(f"options['live'] must be a path of this app, from its root; got {path!r}")


def live_bundle(tracks: Sequence[Track], asked: Asked) -> bytes:
    """What the stage gets of these runs.

    Raises:
        ValueError: no run or too many.
    """
    if not 1 <= len(tracks) <= MOST_TRACKS:
        raise ValueError(f"tracks must be 1 to {MOST_TRACKS} runs; got {len(tracks)}")
    most = max(len(track.run.layers) for track in tracks)
    layer = asked.layer if 0 <= asked.layer < most else most - 1
    return bundle(tracks, state={"layer": layer}, options={}, layer=layer, wants=asked.wants)


def live_answer(asked: Asked, version: int | str, make: Callable[[], bytes]) -> Response:
    """The route's answer; `make` is called only where the stage has another version."""
    if asked.version == str(version):
        return Response(status_code=204, headers=_NEVER_KEPT)
    headers = _NEVER_KEPT | {VERSION_HEADER: str(version)}
    return Response(make(), media_type="application/octet-stream", headers=headers)
