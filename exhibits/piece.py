"""A piece: an exhibit that a lesson, a link or the lab can put anywhere, with what it declares.

A piece is a module of `exhibits.pieces` with a `PIECE`; `exhibits.catalogue` finds it there. To add
one is to add that module.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lessons.declared import Declaration, Values

# draw(values, key, place) -> where the learner is, as far as the piece has places.
# `place` is where to begin: the same again leaves the learner where they are, another moves them.
Draw = Callable[[Values, str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Piece:
    """`draw` shows the piece for checked values; its controls are not its business."""

    declaration: Declaration
    draw: Draw
