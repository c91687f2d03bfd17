"""What `python -m lessons` says to an author: is a lesson right, and what may stand in one."""

from collections.abc import Iterator
from pathlib import Path

from lessons.declared import Catalogue, CurveMeasure, Measure, Parameter
from lessons.errors import LessonError, LessonErrors
from lessons.lesson import Challenge, ExhibitBlock, Lesson, Prediction
from lessons.reader import read_bytes, read_folder

FOLDER = Path(__file__).parent
PARTS = (
    "Recurrence",
    "Learning through time",
    "Gates",
    "Learning to do things",
    "Relatives",
)


def editorial(lesson: Lesson, file: str) -> tuple[LessonError, ...]:
    """What our own lessons keep to beyond the format; a teacher's may be shorter."""
    presets = [p for block in lesson.blocks(ExhibitBlock) for p in block.presets]
    rules = (
        ("part", lesson.part in PARTS, f"part must be one of {', '.join(PARTS)}"),
        ("minutes", 10 <= lesson.minutes <= 15, "minutes must be 10 to 15"),
        ("sources", len(lesson.sources) > 0, "sources must name at least one"),
        ("steps", 4 <= len(lesson.steps) <= 7, "there must be 4 to 7 steps"),
        ("predict", len(lesson.blocks(Prediction)) >= 2, "there must be at least 2 predictions"),
        ("preset", any(p.good for p in presets), "a preset with good = true is missing"),
        ("preset", not all(p.good for p in presets), "a preset with good = false is missing"),
        ("challenge", len(lesson.blocks(Challenge)) > 0, "a challenge is missing"),
    )
    return tuple(
        LessonError(file, "lesson", says, key=key) for key, right, says in rules if not right
    )


def check_folder(catalogue: Catalogue, folder: Path = FOLDER) -> tuple[list[str], bool]:
    """The lines to print on every lesson of ours, and whether all is right."""
    found = read_folder(folder, catalogue, evaluate=True)
    problems = list(found.problems)
    lines = []
    for lesson in found.lessons:
        file = f"{folder.name}/{lesson.name}.md"
        problems += editorial(lesson, file)
        right = not any(problem.file == file for problem in problems)
        lines.append(f"{_summary(file, lesson)}: {'OK' if right else 'to mend'}")
    return [*lines, *map(str, problems)], not problems


def check_files(catalogue: Catalogue, paths: list[Path]) -> tuple[list[str], bool]:
    """The same for single files; outside our folder the editorial rules are advice."""
    lines: list[str] = []
    right = True
    for path in paths:
        try:
            lesson = read_bytes(path.read_bytes(), str(path), catalogue, evaluate=True)
        except OSError as problem:
            lines.append(f"{path}: it cannot be read: {problem.strerror}")
            right = False
            continue
        except LessonErrors as problems:
            lines += map(str, problems.errors)
            right = False
            continue
        advice = editorial(lesson, str(path))
        ours = path.resolve().parent == FOLDER.resolve()
        right = right and not (ours and advice)
        lines.append(f"{_summary(str(path), lesson)}: {'to mend' if ours and advice else 'OK'}")
        lines += [str(one) if ours else f"advice: {one}" for one in advice]
    return lines, right


def _summary(file: str, lesson: Lesson) -> str:
    counts = {
        "steps": len(lesson.steps),
        "exhibits": len(lesson.blocks(ExhibitBlock)),
        "predictions": len(lesson.blocks(Prediction)),
        "challenges": len(lesson.blocks(Challenge)),
    }
    return f"{file}: {lesson.minutes} min, " + ", ".join(
        f"{n} {what}" for what, n in counts.items()
    )


def reference(catalogue: Catalogue) -> str:
    """Markdown: every exhibit with all that a lesson may set, look at and ask of it."""
    return "\n".join(line for name in catalogue for line in _exhibit(name, catalogue))


def _exhibit(name: str, catalogue: Catalogue) -> Iterator[str]:
    declared = catalogue[name]
    yield from (f"## {name}", "", declared.about, "")
    entries: tuple[tuple[str, tuple[Parameter | Measure | CurveMeasure, ...]], ...] = (
        ("Parameters", declared.parameters),
        ("Places", declared.places),
        ("Measures", declared.measures),
        ("Curves", declared.curves),
    )
    for title, of_kind in entries:
        if of_kind:
            yield from (f"### {title}", "", *map(_entry, of_kind), "")


def _entry(entry: Parameter | Measure | CurveMeasure) -> str:
    if isinstance(entry, Parameter):
        default = f"; without it {entry.default!r}"
        return f"- `{entry.name}` ({entry.label}): {entry.form}{default}. {entry.about}".rstrip()
    unit = f" ({entry.unit})" if isinstance(entry, Measure) and entry.unit else ""
    at = "; ".join(f"`{one.name}`: {one.form}" for one in entry.arguments)
    return f"- `{entry.name}`: {entry.about}{unit}" + (f" `at`: {at}" if at else "")
