"""A block's TOML: parsed within bounds, and its keys taken one by one, each with its check."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lessons.declared import Parameter
from lessons.errors import Report

DEEPEST = 8
LARGEST = 2**63  # TOML's own bound on whole numbers
_SEARCHED = 400  # lines of a block in which the line of a key is looked for
MISSING = object()

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """One block's TOML and where it stands; `line` is that of its first line in the file."""

    report: Report
    block: str
    text: str
    line: int

    def wrong(self, problem: str, path: Path = ()) -> None:
        """Notes a problem at the line where the key stands."""
        named = next((str(key) for key in reversed(path) if isinstance(key, str)), "")
        self.report.add(self.block, problem, self.line_of(path), named)

    def line_of(self, path: Path) -> int:
        """Where a key is written: after the last line up to which the TOML has it not yet."""
        lines, start = self.text.split("\n"), 0
        if not path or len(lines) > _SEARCHED:
            return self.line
        for end in range(1, len(lines) + 1):
            try:
                table = tomllib.loads("\n".join(lines[:end]))
            except (ValueError, RecursionError):
                continue
            if _has(table, path):
                return self.line + start
            start = end
        return self.line


def _has(table: Any, path: Path) -> bool:
    for key in path:
        if isinstance(key, int):
            if not isinstance(table, list) or key >= len(table):
                return False
        elif not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def parse(source: Source) -> "Table | None":
    """The block's table; None where it is no TOML or goes beyond the bounds, which is noted."""
    try:
        found = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as problem:
        says, _, where = str(problem).rpartition(" (at ")
        number = "".join(c for c in where.partition(",")[0] if c.isdigit())
        last = source.text.rstrip("\n").count("\n") + 1
        line = source.line + (int(number) if number else last) - 1
        source.report.add(source.block, f"is not TOML: {says or problem}", line)
        return None
    except (ValueError, RecursionError):  # more digits, or deeper, than Python itself reads
        source.wrong("is not TOML that can be read: a number too long or tables too deep")
        return None
    if problem_found := _beyond(found):
        source.wrong(problem_found)
        return None
    return Table(found, source)


def _beyond(table: Any) -> str:
    """What goes beyond the bounds, or "". Not recursive: the depth is the author's."""
    level = [table]
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, int) and not -LARGEST <= value < LARGEST:
                return "holds a whole number beyond 64 bits"
            if isinstance(value, dict):
                below += value.values()
            elif isinstance(value, list):
                below += value
        level = below
        if not level:
            return ""
    return f"has tables or lists nested more than {DEEPEST - 1} deep"


def nearest(name: str, known: Iterable[str], what: str = "known") -> str:
    """The end of a sentence on an unknown name."""
    known = list(known)
    if not known:
        return f"there is no {what}"
    if close := difflib.get_close_matches(name[:80], known, 1, 0.5):
        return f"did you mean {close[0]}?"
    return f"{what}: {', '.join(known)}"


def shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def checked(parameter: Parameter, value: Any) -> Any:
    """As `Parameter.check`. Raises ValueError only."""
    try:
        return parameter.check(value)
    except (TypeError, OverflowError):
        raise parameter.wrong(value) from None


@dataclass
class Table:
    """A table of a block. What is taken is checked; what is wrong is noted and comes as `instead`.

    `path` leads to it from the block's top.
    """

    found: Mapping[str, Any]
    source: Source
    path: Path = ()
    taken: list[str] = field(default_factory=list)

    def wrong(self, key: str, problem: str) -> None:
        self.source.wrong(problem, (*self.path, *([key] if key else [])))

    def take(self, key: str) -> Any:
        """The value as it stands, or MISSING."""
        self.taken.append(key)
        return self.found.get(key, MISSING)

    def parameter(self, parameter: Parameter, required: bool = False) -> Any:
        """A value that a parameter of declared.py checks; its default where missing or wrong."""
        value = self.take(parameter.name)
        if value is MISSING:
            if required:
                self.wrong("", f"{parameter.name} is missing; it must be {parameter.form}")
            return parameter.default
        try:
            return checked(parameter, value)
        except ValueError as problem:
            self.wrong(parameter.name, str(problem))
            return parameter.default

    def text(self, key: str, longest: int, required: bool = False) -> str:
        form = f"a text of 1 to {longest} characters"
        value = self.take(key)
        if value is MISSING:
            if required:
                self.wrong("", f"{key} is missing; it must be {form}")
            return ""
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            self.wrong(key, f"{key} must be {form}; got {shown(value)}")
            return ""
        return value

    def texts(self, key: str, fewest: int, most: int, longest: int = 300) -> tuple[str, ...]:
        """A list of texts; required where `fewest` is above 0."""
        form = f"a list of {fewest} to {most} texts of 1 to {longest} characters"
        value = self.take(key)
        if value is MISSING:
            if fewest:
                self.wrong("", f"{key} is missing; it must be {form}")
            return ()
        if (
            not isinstance(value, list)
            or not fewest <= len(value) <= most
            or not all(isinstance(v, str) and v.strip() and len(v) <= longest for v in value)
        ):
            self.wrong(key, f"{key} must be {form}; got {shown(value)}")
            return ()
        return tuple(value)

    def number(self, key: str, form: str, right: Callable[[float], bool]) -> float | None:
        """A finite number for which `right` holds, or None."""
        value = self.take(key)
        if value is MISSING:
            return None
        if type(value) not in (int, float) or not abs(value) < float("inf") or not right(value):
            self.wrong(key, f"{key} must be {form}; got {shown(value)}")
            return None
        return float(value)

    def table(self, key: str) -> "Table | None":
        """A table below this one, or None."""
        value = self.take(key)
        if value is MISSING:
            return None
        if not isinstance(value, dict):
            self.wrong(key, f"{key} must be a table such as {{ step = 3 }}; got {shown(value)}")
            return None
        return Table(value, self.source, (*self.path, key))

    def tables(self, key: str, most: int) -> list["Table"]:
        """What stands under `[[key]]`."""
        value = self.take(key)
        if value is MISSING:
            return []
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.wrong(key, f"{key} must be tables, each under [[{key}]]; got {shown(value)}")
            return []
        if len(value) > most:
            self.wrong(key, f"{key} must stand at most {most} times; got {len(value)}")
            return []
        return [Table(v, self.source, (*self.path, key, k)) for k, v in enumerate(value)]

    def one_of(self, keys: Sequence[str]) -> str:
        """Which one of these keys stands here; "" and a note where it is none or several."""
        present = [key for key in self.found if key in keys]
        if len(present) == 1:
            return present[0]
        self.taken += keys
        got = " and ".join(present) or "none of them"
        key = present[1] if present else ""
        self.wrong(key, f"exactly one of {', '.join(keys)} must be given; got {got}")
        return ""

    def refuse_rest(self, known: Sequence[str] = ()) -> None:
        """Notes every key that nothing took; `known` are further names to suggest."""
        names = list(dict.fromkeys([*self.taken, *known]))
        for key in self.found:
            if key not in self.taken:
                self.wrong(key, f"{shown_key(key)} is not known here; {nearest(key, names)}")

    def values(
        self, declared: Sequence[Parameter], what: str, skip: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Every key but those of `skip`, each checked by the parameter of its name."""
        by_name = {parameter.name: parameter for parameter in declared}
        values: dict[str, Any] = {}
        for key, value in self.found.items():
            if key in skip:
                continue
            if key not in by_name:
                known = [*by_name, *skip]
                self.wrong(key, f"{shown_key(key)} is no {what}; {nearest(key, known, what)}")
                continue
            try:
                values[key] = checked(by_name[key], value)
            except ValueError as problem:
                self.wrong(key, str(problem))
        return values


def shown_key(key: str) -> str:
    return key if len(key) <= 60 and key.isprintable() and key else shown(key)
