"""What the stage gets: one to three runs side by side, and where it stands, as one `bytes` value.

    uint32 (little-endian)   length of the header in bytes
    header                   JSON in UTF-8, padded with spaces so that the runs start at 8·n
    runs                     payloads (`payload.py`), one after the other, each a multiple of 8 long

The header's `runs` lists {offset, size, id}, offsets counted from the first run and null for a run
that the browser said it has; `tracks` lists
{run, ghost, title, editable} with `run` and `ghost` counting in `runs`, `ghost` null where nothing
was changed. `state` is where the stage stands, `options` what the page allows on it.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from exhibits.stage.payload import Payload, encode
from rnn_core import Run

MOST_TRACKS = 3


@dataclass(frozen=True, eq=False)
class Track:
    """One run on the stage; `ghost` is the same run before the learner changed it.

    `editable` says whether it is the learner's to change, where the page allows that at all.
    """

    run: Run
    title: str = ""
    ghost: Run | None = None
    editable: bool = True


def bundle(
    tracks: Sequence[Track],
    *,
    state: Mapping[str, object],
    options: Mapping[str, object],
    layer: int,
    wants: Sequence[str] = (),
    held: Collection[str] = (),
) -> bytes:
    """Everything for one picture. `layer` travels in full, `wants` names what is sent on demand.

    `held` are the ids of runs that the browser has: of these only the id is sent.
    """
    runs: list[Payload] = []
    listed: list[dict[str, object]] = []
    for track in tracks:
        at = len(runs)
        runs.append(encode(track.run, layer=_within(layer, track.run), wants=wants))
        if track.ghost is not None:
            runs.append(encode(track.ghost, layer=_within(layer, track.ghost)))
        ghost = at + 1 if track.ghost is not None else None
        listed.append({"run": at, "ghost": ghost, "title": track.title, "editable": track.editable})
    index, offset = [], 0
    for name, data in runs:
        sent = name not in held
        index.append({"offset": offset if sent else None, "size": len(data), "id": name})
        offset += len(data) if sent else 0
    header = {"version": 2, "runs": index, "tracks": listed, "state": state, "options": options}
    raw = json.dumps(header, ensure_ascii=False).encode()
    raw += b" " * (-(4 + len(raw)) % 8)
    return b"".join(
        [len(raw).to_bytes(4, "little"), raw, *(data for name, data in runs if name not in held)]
    )


def _within(layer: int, run: Run) -> int:
    """Tracks may differ in their number of layers: the same one, or the last."""
    return min(layer, len(run.layers) - 1)
