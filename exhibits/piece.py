"""A piece: an exhibit that a lesson, a link or the lab can put anywhere, with what it declares.

A piece is a module of `exhibits.pieces` with a `PIECE`; `exhibits.catalogue` finds it there. To add
one is to add that module.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exhibits.stage import StageState, Track
from figures.drawing import Drawing
from lessons.declared import Declaration, Values

# draw(values, key, place) -> where the learner is, as far as the piece has places.
# `place` is where to begin: the same again leaves the learner where they are, another moves them.
Draw = Callable[[Values, str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class StageStill:
    """The stage at one moment, as it stands on paper."""

    tracks: tuple[Track, ...]
    state: StageState


# still(values, place) -> the pictures that `draw` shows for these values, the most telling first.
Still = Callable[[Values, Mapping[str, Any]], Sequence[Drawing | StageStill]]


@dataclass(frozen=True)
class Piece:
    """`draw` shows the piece for checked values; its controls are not its business.

    `present(values, key)` are the values with what the learner has changed by hand in it.
    `still` gives what stands of it in a printed handout; a piece without one is named there.
    """

    declaration: Declaration
    draw: Draw
    still: Still | None = None
    present: Callable[[Values, str], Mapping[str, Any]] | None = None
