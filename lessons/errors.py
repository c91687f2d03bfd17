"""What is wrong with a lesson's file, told to its author: file, block, line, and what is right."""

from dataclasses import dataclass, field

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905


class LessonError(ValueError):
    """One thing to mend. `line` counts from 1 in the file, or is None where none is to blame.

    `block` is "front matter", "step 3", "second exhibit", "prediction ‘shrinks’ in step ‘…’";
    `key` is the key in that block, or "".
    """

    def __init__(
        self, file: str, block: str, problem: str, *, line: int | None = None, key: str = ""
    ) -> None:
        self.file, self.block, self.problem, self.line, self.key = file, block, problem, line, key
        where = f" (line {line})" if line else ""
        super().__init__(f"{file}, {block}{where}: {problem}")


class LessonErrors(ValueError):
    """All that is wrong with one file, in the order of its lines; never empty.

    try: lesson = read_lesson(text, file, catalogue)
    except LessonErrors as problems:
        for problem in problems.errors: print(problem)
    """

    def __init__(self, errors: "tuple[LessonError, ...]") -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


@dataclass
class Report:
    """Where the reader of one file notes what it finds."""

    file: str
    errors: list[LessonError] = field(default_factory=list)

    def add(self, block: str, problem: str, line: int | None = None, key: str = "") -> None:
        self.errors.append(LessonError(self.file, block, problem, line=line, key=key))

    def stop_if_any(self) -> None:
        """Raises LessonErrors where something was noted."""
        if self.errors:
            ordered = sorted(self.errors, key=lambda error: error.line or 0)
            raise LessonErrors(tuple(ordered))


def ordinal(number: int) -> str:
    """1 → first; from 11 on the number itself stands: 11 → 11th, 21 → 21st."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
