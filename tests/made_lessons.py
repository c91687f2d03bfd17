"""A lesson made by hand, for tests of what is done with lessons."""

from collections.abc import Sequence
from typing import Any

from lessons.lesson import Block, Lesson, Prose, Step


def made_lesson(
    number: int, slug: str, needs: Sequence[str] = (), steps: Sequence[Step] = (), **changed: Any
) -> Lesson:
    fields: dict[str, Any] = {
        "title": slug.capitalize(),
        "part": "Recurrence",
        "summary": f"About {slug}.",
        "minutes": 10,
        "objectives": ("Say something",),
        "sources": ("Elman 1990",),
        "steps": tuple(steps) or (made_step("only", Prose("Text.")),),
    }
    return Lesson(
        name=f"{number:02d}-{slug}",
        number=number,
        slug=slug,
        prerequisites=tuple(needs),
        **{**fields, **changed},
    )


def made_step(slug: str, *blocks: Block) -> Step:
    return Step(slug.capitalize(), slug, blocks)
