"""A lesson as it is once it is read: front matter, and steps that are made of blocks.

Everything is checked when this is made by `lessons.reader`: names exist, values are in range, and
`values`, `changed` and `place` hold what the exhibit's declaration made of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Prose:
    """A stretch of Markdown, as it stands in the file. Raw HTML in it is shown, not obeyed."""

    markdown: str


@dataclass(frozen=True)
class Preset:
    """A setting to try. `good` says whether it is one that works; `why` says why it does or not."""

    name: str
    good: bool
    why: str
    changed: Mapping[str, Any]
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ExhibitBlock:
    """An exhibit in the text. `values` holds every parameter, the defaults included.

    `controls` are the parameters that the learner may change; `after` is the id of the prediction
    behind which it stands covered, or "".
    """

    id: str
    name: str
    values: Mapping[str, Any]
    controls: tuple[str, ...] = ()
    place: Mapping[str, Any] = field(default_factory=dict)
    presets: tuple[Preset, ...] = ()
    caption: str = ""
    after: str = ""


@dataclass(frozen=True)
class ChoiceAnswer:
    """One of `choices` is right; `answer` counts from 0."""

    choices: tuple[str, ...]
    answer: int


@dataclass(frozen=True)
class NumberAnswer:
    """The value of a measure, right within one of three tolerances; the other two are None.

    `within` is absolute, `within_percent` relative to the true value, `within_factor` (> 1) for
    orders of magnitude: right from true / factor to true × factor.
    """

    measure: str
    at: Mapping[str, Any]
    within: float | None = None
    within_percent: float | None = None
    within_factor: float | None = None


@dataclass(frozen=True)
class CurveAnswer:
    """A drawn curve; right where its mean distance is at most `within` of the axis (0 to 1)."""

    curve: str
    at: Mapping[str, Any]
    within: float


@dataclass(frozen=True)
class Prediction:
    """What the learner commits to before they see it.

    `exhibit` is the id of the exhibit that it is about. What is asked for is worked out with that
    exhibit's values at the moment, `changed` laid over them; on the reveal the exhibit takes
    `changed` and goes to `place`.
    """

    id: str
    ask: str
    answer: ChoiceAnswer | NumberAnswer | CurveAnswer
    why: str
    exhibit: str = ""
    changed: Mapping[str, Any] = field(default_factory=dict)
    place: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Condition:
    """One of `parameter`, `measure`, `place` has the value `equals`, or lies in a range."""

    kind: str  # "parameter", "measure" or "place"
    name: str
    at: Mapping[str, Any] = field(default_factory=dict)
    equals: Any = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Challenge:
    """Something to try on an exhibit; done when all of `when` hold at once."""

    id: str
    do: str
    done: str
    exhibit: str
    when: tuple[Condition, ...]


Block = Prose | ExhibitBlock | Prediction | Challenge


@dataclass(frozen=True)
class Step:
    """One `##` section. `slug` is made of the title and stands in links and in the progress."""

    title: str
    slug: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Lesson:
    """`name` is `NN-slug`, the file's name without its ending; `prerequisites` are slugs."""

    name: str
    number: int
    slug: str
    title: str
    part: str
    summary: str
    minutes: int
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    sources: tuple[str, ...]
    steps: tuple[Step, ...]

    def blocks(self, kind: type) -> list[Any]:
        """All blocks of a kind, in order."""
        return [b for step in self.steps for b in step.blocks if isinstance(b, kind)]
