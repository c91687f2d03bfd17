"""Finding a word in the lessons: titles, summaries, objectives and the text of every step.

All words of a question must stand in one place (a lesson's card, or one of its steps), each as the
beginning of a word there. Case and accents do not count.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from lessons.lesson import Block, Challenge, ChoiceAnswer, ExhibitBlock, Lesson, Prediction, Step

MOST_HITS = 30
MOST_WORDS = 8
_AROUND = 70  # characters of the text on each side of what was found
_WORD = re.compile(r"\w+")
_MARKDOWN = MarkdownIt("commonmark").use(dollarmath_plugin, double_inline=True)


@dataclass(frozen=True)
class Hit:
    """What was found. `step` is None for the lesson's card; `marked` are (start, end) in it."""

    lesson: Lesson
    step: Step | None
    snippet: str
    marked: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Place:
    """The text of a lesson's card, where `step` is None, or of one of its steps."""

    lesson: Lesson
    step: Step | None
    text: str


def search(places: Sequence[Place], question: str) -> list[Hit]:
    """Those that hold all words of `question`, cards before steps; at most `MOST_HITS`."""
    words = [fold(word) for word in _WORD.findall(question)][:MOST_WORDS]
    if not words:
        return []
    hits = [hit for place in places if (hit := _hit(place, words)) is not None]
    return sorted(hits, key=lambda hit: hit.step is not None)[:MOST_HITS]


def fold(text: str) -> str:
    """Without case and accents, character for character: the length stays."""
    return "".join(_folded(character) for character in text)


def _folded(character: str) -> str:
    base = unicodedata.normalize("NFKD", character)[0].casefold()
    return base if len(base) == 1 else character


def _hit(place: Place, words: list[str]) -> Hit | None:
    text = place.text
    folded = fold(text)
    found = [_begins(word, folded) for word in words]
    if not all(found):
        return None
    start, end = _window(text, *found[0][0])
    spans = {span for spans in found for span in spans if start <= span[0] and span[1] <= end}
    head, tail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(head) - start
    marked = tuple(sorted((first + shift, last + shift) for first, last in spans))
    return Hit(place.lesson, place.step, head + text[start:end] + tail, marked)


def _begins(word: str, text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(rf"\b{re.escape(word)}", text)]


def _window(text: str, first: int, last: int) -> tuple[int, int]:
    """Whole words around what was found."""
    start, end = max(0, first - _AROUND), min(len(text), last + _AROUND)
    if start:
        start = text.find(" ", start, first) + 1 or start
    if end < len(text):
        space = text.rfind(" ", last, end)
        end = space if space > 0 else end
    return start, end


def places_of(lessons: Sequence[Lesson]) -> list[Place]:
    """What is searched, in the order of the lessons."""
    found = []
    for lesson in lessons:
        card = (lesson.title + ".", lesson.summary, *lesson.objectives)
        found.append(Place(lesson, None, plain(" ".join(card))))
        for step in lesson.steps:
            text = "\n\n".join([f"{step.title}.", *_texts(step.blocks)])
            found.append(Place(lesson, step, plain(text)))
    return found


def _texts(blocks: Sequence[Block]) -> Iterator[str]:
    """What a learner can read in these blocks; not what is only revealed."""
    for block in blocks:
        if isinstance(block, Prediction):
            yield block.ask
            if isinstance(block.answer, ChoiceAnswer):
                yield " · ".join(block.answer.choices)
        elif isinstance(block, Challenge):
            yield block.do
        elif isinstance(block, ExhibitBlock):
            yield block.caption
        else:
            yield block.markdown


def plain(markdown: str) -> str:
    """Markdown without its marks, on one line; formulas as they are written."""
    pieces = []
    for token in _MARKDOWN.parse(markdown):
        for part in token.children or [token]:
            if part.type in ("softbreak", "hardbreak"):
                pieces.append(" ")
            elif part.content:
                pieces.append(part.content)
        pieces.append(" ")
    return " ".join("".join(pieces).split())
