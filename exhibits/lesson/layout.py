"""How the blocks of a step are laid out: bands of text with at most one exhibit beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lessons.lesson import Block, ExhibitBlock, Lesson


@dataclass
class Band:
    """`before` and `after` the exhibit, as they stand in the text."""

    before: list[Block]
    exhibit: ExhibitBlock | None
    after: list[Block]


def bands(blocks: Sequence[Block]) -> list[Band]:
    """A band for each exhibit; a second one begins at its own place in the text."""
    found = [Band([], None, [])]
    for block in blocks:
        if not isinstance(block, ExhibitBlock):
            (found[-1].after if found[-1].exhibit else found[-1].before).append(block)
        elif found[-1].exhibit is None:
            found[-1].exhibit = block
        else:
            found.append(Band([], block, []))
    return found


def exhibit_key(lesson: Lesson, block: ExhibitBlock) -> str:
    """Of the exhibit's widgets, on every page that shows it; a link's parameters begin with it."""
    return f"{lesson.slug}_{block.id}"
