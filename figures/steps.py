"""The time axis that the figures share: step numbers, and what was read at each step."""

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from figures.style import MONOSPACE, Style
from rnn_core import AnySequence, Numbers, Text

# Characters that leave no mark: shown by one that does, and named where text is read aloud.
_VISIBLE = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}
_SPOKEN = {"␣": "a space", "⏎": "a line break", "⇥": "a tab", "␍": "a return", "⍽": "a hard space"}


@dataclass(frozen=True)
class Steps:
    """The steps of one sequence. `labels` is what was read, in words; empty if not known.

    Of a text the ticks are its characters. Plotly leaves out ticks that would overlap on a
    category axis only, and a category's name must be unique there: each character carries an
    empty tag with its step.
    """

    count: int
    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    characters: bool = False

    @classmethod
    def of(cls, sequence: AnySequence | None, count: int) -> "Steps":
        """The steps of a sequence; with None they are known by their numbers alone.

        Raises:
            ValueError: the sequence is not `count` steps long.
        """
        if sequence is None:
            return cls(count)
        if len(sequence.labels) != count:
            raise ValueError(
                f"sequence has {len(sequence.labels)} steps, but the trace has {count}"
            )
        if isinstance(sequence, Numbers):
            return cls(count, tuple(sequence.labels), sequence.values)
        if not isinstance(sequence, Text):
            return cls(count, tuple(sequence.labels))
        return cls(count, tuple(visible(label) for label in sequence.labels), characters=True)

    @cached_property
    def x(self) -> list[Any]:
        """The place of every step on the axis, for points that are not one per step."""
        if not self.characters:
            return list(range(self.count))
        return [f"{escape(label)}<b {t}></b>" for t, label in enumerate(self.labels)]

    def along(self, first: int = 0) -> dict[str, Any]:
        """The place of a trace with one point per step, from step `first` on."""
        return {"x0": self.x[first], "dx": 1}

    def reading(self, t: int) -> str:
        """What was read at step t, as half a sentence; empty if that is not known."""
        if not self.labels:
            return ""
        return f"reads “{self.labels[t]}”" if self.characters else f"reads {self.labels[t]}"

    @cached_property
    def hover(self) -> list[str]:
        """One line for each step: its number and what it reads."""
        return [escape(f"t = {t} {self.reading(t)}".strip()) for t in range(self.count)]

    def name(self, t: int) -> str:
        """A step in a sentence: `step 7 (reads “(”)`."""
        if self.labels and self.labels[t] in _SPOKEN:
            return f"step {t} (reads {_SPOKEN[self.labels[t]]})"
        reading = self.reading(t)
        return f"step {t} ({reading})" if reading else f"step {t}"

    def unified(self, y: float) -> list[dict[str, Any]]:
        """An unseen trace at height `y`, for a hover box that lists all curves of one step.

        The box's title can only be the tick's text, so this adds what the title leaves out: the
        number of a character's step, or the number read.
        """
        if not self.labels:
            return []
        says = list(map(str, range(self.count))) if self.characters else list(self.labels)
        return [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "t" if self.characters else "reads",
                **self.along(),
                "y": [y] * self.count,
                "customdata": says,
                "marker": {"opacity": 0},
                "hovertemplate": "%{customdata}",
                "showlegend": False,
            }
        ]

    def numbers(self, colours: Style) -> list[dict[str, Any]]:
        """Annotations that number the steps below their characters, every fifth or so."""
        if not self.characters:
            return []
        apart = next((n for n in (1, 5, 10, 20) if self.count <= 10 * n), 50)
        return [
            {
                "x": t,
                "y": 0,
                "yref": "paper",
                "yanchor": "top",
                "yshift": -17,
                "text": str(t),
                "showarrow": False,
                "font": {"size": 11, "color": colours.muted},
            }
            for t in range(0, self.count, apart)
        ]

    def axis(self, **more: Any) -> dict[str, Any]:
        """The x axis: every step half a step of room, its ticks as many as fit."""
        shared: dict[str, Any] = {"range": [-0.5, self.count - 0.5]}
        if not self.characters:
            shared |= {"title": {"text": "step t"}, "unifiedhovertitle": {"text": "t = %{x}"}}
            return {**shared, "type": "linear", "tickformat": "d", **more}
        shared["unifiedhovertitle"] = {"text": "reads “%{x}”"}
        return {
            **shared,
            "type": "category",
            "categoryorder": "array",
            "categoryarray": self.x,
            "tickangle": 0,
            "tickfont": {"family": MONOSPACE, "size": 13 if self.count <= 50 else 11},
            **more,
        }


def visible(character: str) -> str:
    """The character itself, or a mark for one that could not be seen."""
    return _VISIBLE.get(character, character)
