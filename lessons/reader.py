"""A lesson's file, read and checked against what the exhibits declare.

    read_lesson(text, file, catalogue)     a Lesson, or LessonErrors with all that is wrong
    read_bytes(raw, file, catalogue)       the same from bytes
    read_folder(folder, catalogue)         every lesson of a folder, and what is wrong in it

A file is data: nothing in it is run.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lessons import blocks, front
from lessons.declared import Catalogue
from lessons.errors import LessonError, LessonErrors, Report, ordinal
from lessons.lesson import Block, ExhibitBlock, Lesson, Prediction, Prose, Step
from lessons.prose import is_slug, lesson_links
from lessons.sections import Piece, Section, sections
from lessons.tables import Source, Table, nearest, parse, shown

__all__ = ["MOST_BYTES", "LessonError", "LessonErrors", "read_bytes", "read_folder", "read_lesson"]
MOST_BYTES = 256 * 1024
FILE = "file"


class Folder(NamedTuple):
    """The lessons that could be read, by number, and what is wrong with those and the others."""

    lessons: tuple[Lesson, ...]
    problems: tuple[LessonError, ...]


def read_bytes(raw: bytes, file: str, catalogue: Catalogue, *, evaluate: bool = False) -> Lesson:
    """As `read_lesson`, from the bytes of a file.

    Raises:
        LessonErrors: they are no UTF-8, or all that `read_lesson` raises it for.
    """
    report = Report(file)
    if len(raw) > MOST_BYTES:
        report.add(FILE, _too_long(len(raw)))
        report.stop_if_any()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        report.add(FILE, "it is not text in UTF-8", line)
        report.stop_if_any()
        raise AssertionError from problem
    return read_lesson(text, file, catalogue, evaluate=evaluate)


def read_lesson(text: str, file: str, catalogue: Catalogue, *, evaluate: bool = False) -> Lesson:
    """The lesson that a file's text holds. `file` is its path or name, NN-slug with or without .md.

    With `evaluate` every prediction's measure or curve is worked out once.

    Raises:
        LessonErrors: something in it is wrong; it holds a LessonError for each thing.
    """
    report = Report(file)
    name, number, slug = _name(file, report)
    text = _door(text, report)
    report.stop_if_any()
    source, body = front.split(text, report)
    fields = front.read(source) if source else {}
    steps = _Body(report, catalogue, evaluate).steps(body) if source else ()
    report.stop_if_any()
    return Lesson(name=name, number=number, slug=slug, steps=steps, **fields)  # type: ignore[arg-type]


def _name(file: str, report: Report) -> tuple[str, int, str]:
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(".md")
    number, _, slug = name.partition("-")
    right = len(number) == 2 and number.isascii() and number.isdigit() and is_slug(slug)
    if not right:
        says = "a lesson's file is named NN-slug.md, such as 07-vanishing.md"
        report.add(FILE, f"{says}; got {shown(name)}")
        return name, 0, slug
    return name, int(number), slug


def _too_long(size: int) -> str:
    return f"a lesson has at most {MOST_BYTES // 1024} KiB; got {size / 1024:.0f} KiB"


def _door(text: str, report: Report) -> str:
    """The text with plain line ends; what cannot be text is noted."""
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError as problem:
        line = text[: problem.start].count("\n") + 1
        report.add(FILE, "it holds half a character (a lone surrogate)", line)
        return text
    if size > MOST_BYTES:
        report.add(FILE, _too_long(size))
    if "\0" in text:
        report.add(FILE, "it holds a NUL character", text[: text.index("\0")].count("\n") + 1)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@dataclass
class _Entry:
    """A block that is still TOML: its id, its place in the file and what it is called."""

    piece: Piece
    step: int
    id: str
    table: Table | None


@dataclass
class _Body:
    """Reads the steps of one file: ids first, then exhibits, then what is about them."""

    report: Report
    catalogue: Catalogue
    evaluate: bool
    entries: list[_Entry] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)

    def steps(self, body: str) -> tuple[Step, ...]:
        found = sections(body, self.report)
        if self.report.errors and any(e.block == "body" for e in self.report.errors):
            return ()
        self._name_blocks(found)
        made = {id(entry.piece): self._exhibit(entry) for entry in self._of("exhibit")}
        for entry in self._of("predict", "challenge"):
            made[id(entry.piece)] = self._about(entry)
        self._check_covers()
        steps = []
        for section in found:
            content = [
                made[id(piece)] if piece.kind else Prose(piece.text) for piece in section.pieces
            ]
            kept: tuple[Block, ...] = tuple(block for block in content if block is not None)
            steps.append(Step(section.title, section.slug, kept))
        return tuple(steps)

    def _of(self, *kinds: str) -> list[_Entry]:
        return [entry for entry in self.entries if entry.piece.kind in kinds]

    def _name_blocks(self, found: list[Section]) -> None:
        """Parses every block, and gives each its id."""
        counts = {"exhibit": 0, "predict": 0, "challenge": 0}
        for step, section in enumerate(found):
            for piece in section.pieces:
                if piece.kind:
                    counts[piece.kind] += 1
                    self._name_block(piece, step, section.title, counts[piece.kind])
        seen: set[str] = set()
        for entry in self.entries:
            if entry.id in seen and entry.table is not None:
                entry.table.wrong("id", f"id must be unique in the file; {entry.id} stands twice")
            seen.add(entry.id)

    def _name_block(self, piece: Piece, step: int, title: str, count: int) -> None:
        word = "prediction" if piece.kind == "predict" else piece.kind
        name = f"{word}-{count}"
        table = parse(
            Source(self.report, self._called(word, name, title, count), piece.text, piece.line)
        )
        if table is not None and "id" in table.found:
            given = table.take("id")
            if isinstance(given, str) and is_slug(given):
                name = given
                called = self._called(word, name, title, count)
                table = parse(Source(self.report, called, piece.text, piece.line))
                assert table is not None
            else:
                says = "id must be 1 to 60 of a-z, 0-9 and -"
                table.wrong("id", f"{says}; got {shown(given)}")
        if table is not None:
            table.taken.append("id")
        self.entries.append(_Entry(piece, step, name, table))

    def _called(self, word: str, name: str, title: str, count: int) -> str:
        if word == "exhibit":
            return f"{ordinal(count)} exhibit"
        return f"{word} ‘{name}’ in step ‘{title[:60]}’"

    def _exhibit(self, entry: _Entry) -> ExhibitBlock | None:
        block = entry.table and blocks.exhibit(entry.table, entry.id, self.catalogue)
        declared = self.catalogue[block.name] if block else None
        self.known.setdefault(entry.id, (block, declared) if block else None)
        return block or None

    def _about(self, entry: _Entry) -> Any:
        if entry.table is None:
            return None
        nearby = self._nearest_exhibit(entry)
        if entry.piece.kind == "challenge":
            return blocks.challenge(entry.table, entry.id, nearby, self.known)
        return blocks.prediction(entry.table, entry.id, nearby, self.known, self.evaluate)

    def _nearest_exhibit(self, entry: _Entry) -> str:
        """In its step the next one below, else the one above; else the last of the steps before."""
        at = self.entries.index(entry)
        below = [e for e in self.entries[at:] if e.step == entry.step and e in self._of("exhibit")]
        above = [e for e in self.entries[:at] if e in self._of("exhibit")]
        return below[0].id if below else above[-1].id if above else ""

    def _check_covers(self) -> None:
        """`after` names a prediction that the learner meets no later than the exhibit."""
        predictions = {entry.id: entry for entry in self._of("predict")}
        for entry in self._of("exhibit"):
            after = entry.table.found.get("after") if entry.table else None
            if entry.table is None or not isinstance(after, str) or not after:
                continue
            if after not in predictions:
                says = f"after: there is no prediction {shown(after)}"
                entry.table.wrong("after", f"{says}; {nearest(after, predictions, 'predictions')}")
            elif predictions[after].step > entry.step:
                says = f"after: the prediction {after} stands in a later step"
                entry.table.wrong("after", f"{says}; it must stand in the same or an earlier one")


def read_folder(folder: Path, catalogue: Catalogue, *, evaluate: bool = False) -> Folder:
    """Every NN-slug.md of a folder but README.md, each checked by itself and among the others."""
    lessons: list[Lesson] = []
    problems: list[LessonError] = []
    sources: dict[str, tuple[str, str]] = {}
    names: set[str] = set()
    for path in sorted(folder.glob("*.md")):
        if path.name == "README.md":
            continue
        file = f"{folder.name}/{path.name}"
        names.add(path.stem.partition("-")[2])
        try:
            raw = path.read_bytes()
            lesson = read_bytes(raw, file, catalogue, evaluate=evaluate)
        except LessonErrors as found:
            problems += found.errors
        except OSError as found:
            problems.append(LessonError(file, FILE, f"it cannot be read: {found.strerror}"))
        else:
            lessons.append(lesson)
            sources[lesson.name] = (file, _door(raw.decode("utf-8-sig"), Report(file)))
    lessons.sort(key=lambda lesson: lesson.number)
    kept: list[Lesson] = []
    for lesson in lessons:
        report = Report(sources[lesson.name][0])
        if _is_new(lesson, kept, report):
            kept.append(lesson)
            _check_links(lesson, sources[lesson.name][1], names, lessons, report)
        problems += report.errors
    return Folder(tuple(kept), tuple(problems))


def _is_new(lesson: Lesson, kept: list[Lesson], report: Report) -> bool:
    for other in kept:
        if lesson.number == other.number:
            report.add(FILE, f"its number is that of {other.name}; give it another")
            return False
        if lesson.slug == other.slug:
            report.add(FILE, f"its slug is that of {other.name}; give it another")
            return False
    return True


def _check_links(
    lesson: Lesson, text: str, names: set[str], lessons: list[Lesson], report: Report
) -> None:
    """Prerequisites exist and come before (so they make no cycle); lessons linked to exist."""
    numbers = {other.slug: other.number for other in lessons}
    source, _ = front.split(text, report)
    assert source is not None
    for slug in lesson.prerequisites:
        if slug not in names:
            says = f"prerequisites: there is no lesson {slug}; {nearest(slug, names, 'lessons')}"
            source.wrong(says, ("prerequisites",))
        elif numbers.get(slug, -1) >= lesson.number:
            says = f"prerequisites: {slug} must come before this lesson"
            source.wrong(f"{says}; its number is {numbers[slug]:02d}", ("prerequisites",))
    lines = text.split("\n")
    for slug in dict.fromkeys(slug for _, slug in _links(lesson)):
        if slug not in names:
            line = next((k for k, row in enumerate(lines, 1) if f"lesson:{slug}" in row), None)
            says = f"the link lesson:{slug} leads nowhere; {nearest(slug, names, 'lessons')}"
            report.add("links", says, line)


def _links(lesson: Lesson) -> list[tuple[int, str]]:
    """The links to lessons in everything that is Markdown."""
    texts = list(lesson.objectives)
    for step in lesson.steps:
        for block in step.blocks:
            if isinstance(block, Prose):
                texts.append(block.markdown)
            elif isinstance(block, ExhibitBlock):
                texts += [block.caption, *(preset.why for preset in block.presets)]
            elif isinstance(block, Prediction):
                texts += [block.ask, block.why, *getattr(block.answer, "choices", ())]
            else:
                texts += [block.do, block.done]
    return [link for text in texts for link in lesson_links(text)]
