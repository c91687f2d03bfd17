"""What an exhibit declares, so that a lesson, a control and a link can name it: the one place.

An exhibit has *parameters* (what it shows, each with a type and a range), *places* (where in it one
can look: a step, a phase, a unit), *measures* (numbers that can be asked of it) and *curves*
(series that a learner can be asked to draw). A value is checked by the parameter that declares it,
wherever it comes from: a lesson's block, a widget, a link.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]
_RANGE = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing about an exhibit that can be set. `about` is one line for the control's help.

    A subclass says which values it takes (`check`, `form`) and how they travel in a link.
    """

    name: str
    label: str
    default: Any
    about: str = ""

    @property
    def form(self) -> str:
        """Which values it takes, in words that follow "must be"."""
        raise NotImplementedError

    def check(self, value: Any) -> Any:
        """The value as the exhibit gets it.

        Raises:
            ValueError: it is of another type or out of range; the message names this parameter.
        """
        raise NotImplementedError

    def to_text(self, value: Any) -> str:
        """A value as it stands in a link."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """The inverse of `to_text`, checked.

        Raises:
            ValueError: the text is no value of this parameter.
        """
        return self.check(text)

    def wrong(self, value: Any) -> ValueError:
        shown = repr(value)
        shown = shown if len(shown) <= 60 else shown[:57] + "…"
        return ValueError(f"{self.name} must be {self.form}; got {shown}")


@dataclass(frozen=True, kw_only=True)
class Whole(Parameter):
    """A whole number from `low` to `high`; `typed` into a field rather than slid to."""

    low: int
    high: int
    typed: bool = False

    @property
    def form(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def check(self, value: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise self.wrong(value)
        return value

    def from_text(self, text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise self.wrong(text)
        return self.check(int(text))


@dataclass(frozen=True, kw_only=True)
class Real(Parameter):
    """A number from `low` to `high`; `step` is that of its slider.

    Where `stops` are given the slider has just these, as for a size that spans powers of ten.
    """

    low: float
    high: float
    step: float = 0.1
    stops: tuple[float, ...] = ()

    @property
    def form(self) -> str:
        return f"a number from {self.low:g} to {self.high:g}"

    def check(self, value: Any) -> float:
        # A comparison, not math.isfinite: that raises on a whole number beyond 1e308.
        if type(value) not in (int, float) or not self.low <= value <= self.high:
            raise self.wrong(value)
        return float(value)

    def to_text(self, value: Any) -> str:
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)

    def from_text(self, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise self.wrong(text) from None
        return self.check(value)


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of a few named values; `choices` is value → what the learner reads."""

    choices: Mapping[str, str]
    segmented: bool = False  # a row of buttons rather than a list to open

    @property
    def form(self) -> str:
        return "one of " + ", ".join(self.choices)

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.wrong(value)
        return value

    def from_text(self, text: str) -> str:
        """A link carries what the learner reads; a value is taken too."""
        named = {label: value for value, label in self.choices.items()}
        return self.check(named.get(text, text))


@dataclass(frozen=True, kw_only=True)
class Flag(Parameter):
    """Yes or no."""

    @property
    def form(self) -> str:
        return "true or false"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.wrong(value)
        return value

    def to_text(self, value: Any) -> str:
        return "true" if value else "false"

    def from_text(self, text: str) -> bool:
        found = {"true": True, "false": False}.get(text.lower())
        if found is None:
            raise self.wrong(text)
        return found


@dataclass(frozen=True, kw_only=True)
class Words(Parameter):
    """A text of `shortest` to `longest` characters."""

    shortest: int = 0
    longest: int = 200

    @property
    def form(self) -> str:
        return f"a text of {self.shortest} to {self.longest} characters"

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or not self.shortest <= len(value) <= self.longest:
            raise self.wrong(value)
        return value


@dataclass(frozen=True, kw_only=True)
class Reals(Parameter):
    """A list of `shortest` to `longest` numbers, each from `low` to `high`."""

    shortest: int
    longest: int
    low: float = -1e6
    high: float = 1e6

    @property
    def form(self) -> str:
        return (
            f"a list of {self.shortest} to {self.longest} numbers "
            f"from {self.low:g} to {self.high:g}"
        )

    def check(self, value: Any) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or not self.shortest <= len(value) <= self.longest:
            raise self.wrong(value)
        for entry in value:
            if type(entry) not in (int, float) or not self.low <= entry <= self.high:
                raise self.wrong(value)
        return tuple(float(entry) for entry in value)

    def to_text(self, value: Any) -> str:
        """Exact (`repr`), joined by a mark that a link need not escape."""
        return "_".join(repr(entry).removesuffix(".0") for entry in value)

    def from_text(self, text: str) -> tuple[float, ...]:
        """As people type them: separated by commas, semicolons, spaces or new lines."""
        entries = text.replace(",", " ").replace(";", " ").replace("_", " ").split()
        values = []
        for position, entry in enumerate(entries, start=1):
            try:
                value = float(entry)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                raise ValueError(
                    f"{self.label}: entry {position}, “{entry[:30]}”, is not a number. "
                    "Write numbers such as 0.5 −1 2e-3, with spaces or commas between them."
                )
            values.append(value)
        if not self.shortest <= len(values) <= self.longest:
            raise ValueError(
                f"{self.label}: {len(values)} number{'' if len(values) == 1 else 's'} given; "
                f"at least {self.shortest} and at most {self.longest} are read."
            )
        return self.check(values)


@dataclass(frozen=True, kw_only=True)
class Wholes(Parameter):
    """A list of up to `longest` whole numbers from `low` to `high`, without repeats, in order."""

    low: int
    high: int
    longest: int = 200

    @property
    def form(self) -> str:
        return f"a list of up to {self.longest} whole numbers from {self.low} to {self.high}"

    def check(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.longest:
            raise self.wrong(value)
        if any(type(entry) is not int or not self.low <= entry <= self.high for entry in value):
            raise self.wrong(value)
        return tuple(sorted(set(value)))

    def to_text(self, value: Any) -> str:
        """Single numbers and ranges: `0-3, 7`."""
        runs: list[list[int]] = []
        for entry in value:
            if runs and entry == runs[-1][1] + 1:
                runs[-1][1] = entry
            else:
                runs.append([entry, entry])
        return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)

    def from_text(self, text: str) -> tuple[int, ...]:
        """Numbers and ranges such as `0-3, 7`; at least one."""
        found: set[int] = set()
        for entry in text.replace(",", " ").replace("_", " ").split():
            named = _RANGE.fullmatch(entry)
            if not named:
                raise ValueError(
                    f"{self.label}: “{entry[:20]}” is neither a number nor a range. "
                    "Write whole numbers counted from 0, such as 0-3, 7."
                )
            first, last = int(named[1]), int(named[2] or named[1])
            if last < first:
                raise ValueError(f"{self.label}: the range {entry} runs backwards.")
            found.update(range(first, last + 1))
        if not found:
            raise ValueError(f"{self.label}: none given. Write at least one, such as 0-3, 7.")
        return self.check(sorted(found))


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number that the core works out from an exhibit's values at that moment.

    `value(values, at)`: `values` are the exhibit's checked values, `at` those of `arguments`.
    `ahead(values, at)` begins what `value` will need, where that takes seconds; it does not wait.

    Raises (from `value` and `ahead`):
        ValueError: these values have no such number (a step beyond the end); says why.
    """

    name: str
    about: str
    value: Callable[[Values, Values], float]
    arguments: tuple[Parameter, ...] = ()
    unit: str = ""
    ahead: Callable[[Values, Values], None] | None = None


@dataclass(frozen=True)
class Curve:
    """A series and the axes it is drawn on. With `log`, `low`, `high` and `y` are all > 0."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str
    y_label: str
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, kw_only=True)
class CurveMeasure:
    """A curve that can be asked of an exhibit, as `Measure` is a number."""

    name: str
    about: str
    value: Callable[[Values, Values], Curve]
    arguments: tuple[Parameter, ...] = ()
    ahead: Callable[[Values, Values], None] | None = None


def _fits(values: Values) -> None:
    """An exhibit whose parameters do not depend on one another has nothing more to check."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """All that the outside may know of an exhibit.

    `fits(values)` checks what one parameter cannot (it raises ValueError); `places` are where in
    the exhibit one can look, as parameters without a control.
    """

    name: str
    about: str
    parameters: tuple[Parameter, ...]
    places: tuple[Parameter, ...] = ()
    measures: tuple[Measure, ...] = ()
    curves: tuple[CurveMeasure, ...] = ()
    fits: Callable[[Values], None] = field(default=_fits)

    def parameter(self, name: str) -> Parameter:
        """Raises KeyError where there is none of that name; so do the next three."""
        return _named(self.parameters, name)

    def place(self, name: str) -> Parameter:
        return _named(self.places, name)

    def measure(self, name: str) -> Measure:
        return _named(self.measures, name)

    def curve(self, name: str) -> CurveMeasure:
        return _named(self.curves, name)

    def defaults(self) -> dict[str, Any]:
        return {parameter.name: parameter.default for parameter in self.parameters}


Catalogue = Mapping[str, Declaration]


def _named(entries: tuple[Any, ...], name: str) -> Any:
    for entry in entries:
        if entry.name == name:
            return entry
    raise KeyError(name)
