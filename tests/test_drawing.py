"""What all figures share: limits of scales, numbers in sentences, colours that can be read."""

import csv
import io
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from figures import Drawing, style
from figures.drawing import counted, short
from figures.style import decades, symmetric_limit


@pytest.mark.parametrize(
    ("largest", "limit"),
    [
        (0, 1),
        (0.3, 1),
        (1, 1),
        (1.01, 1.5),
        (2, 2),
        (2.1, 3),
        (7, 8),
        (9, 10),
        (11, 15),
        (640, 800),
    ],
)
def test_a_symmetric_limit_is_the_next_round_number(largest, limit):
    assert symmetric_limit([largest / 2, -largest]) == limit


def test_decades_grow_by_whole_even_powers_only_when_they_must():
    assert decades([0.5, 2e-6], (-6, 1)) == (-6, 1)
    assert decades([9e-7], (-6, 1)) == (-8, 1)
    assert decades([11.0, 0.0], (-6, 1)) == (-6, 2)
    assert decades([5e-324], (-6, 1)) == (-322, 1)
    assert decades([], (-6, 1)) == (-6, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.4123, "0.41"), (3.2e-6, "3.2e-6"), (-1.84, "−1.8"), (1e-100, "1e-100"), (0, "0")],
)
def test_numbers_in_sentences_are_short(value, text):
    assert short(value) == text


def test_the_csv_reads_back_exactly():
    columns: dict[str, Any] = {
        "step": np.arange(3),
        "read": ["a,b", '"', "⏎"],
        "value": np.array([0.1 + 0.2, -5e-324, 1e300]),
        "kept": np.array([True, False, True]),
    }
    text = Drawing(go.Figure(), "Three numbers.", columns, "three").to_csv()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [float(row["value"]) for row in rows] == columns["value"].tolist()
    assert [row["read"] for row in rows] == columns["read"]
    assert [row["step"] + row["kept"] for row in rows] == ["0True", "1False", "2True"]


def test_one_is_singular_and_thousands_are_grouped():
    assert [counted(n, "unit") for n in (0, 1, 12000)] == ["0 units", "1 unit", "12,000 units"]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_type_and_lines_can_be_read_on_their_ground(theme):
    colours = style(theme)
    for name in ("text", "muted", "accent", "gradient"):
        for ground in (colours.background, colours.panel):
            assert contrast(getattr(colours, name), ground) >= 4.5, name
    for colour in (colours.loss, colours.gate[1], colours.signed[0], colours.signed[2]):
        assert contrast(colour, colours.background) >= 3, colour
