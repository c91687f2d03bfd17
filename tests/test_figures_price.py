"""The pictures of the price of time, by the numbers that they draw."""

import pytest

from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE
from figures.price import draw_along, draw_chain, draw_shape
from rnn_core.price import ALONG, GRID, Prices

TIMES = tuple(1e-3 * size.length / 10 for size in GRID)
CPU = Prices({"numpy": TIMES}, {"numpy": "a CPU"}, {"torch-cuda": "none here"})
GPU = Prices(
    {"numpy": TIMES, "torch-cuda": tuple(2e-4 for _ in GRID)},
    {"numpy": "a CPU", "torch-cuda": "a GPU"},
    {},
)


def named(drawing, name):
    return next(one for one in drawing.figure.data if one.name == name)


def test_the_chain_has_a_cell_for_every_step_and_row_and_twice_as_many_rounds_as_steps():
    drawing = draw_chain(5, 3)
    cells = drawing.figure.data[-1]
    assert len(cells.x) == 15
    assert list(cells.text[:5]) == ["1", "2", "3", "4", "5"]
    assert "10 rounds" in drawing.figure.layout.title.text
    assert list(drawing.columns["round_back"][:5]) == [10, 9, 8, 7, 6]
    links, heads = drawing.figure.data[:2]
    assert list(links.y) == [0, 0, None, 1, 1, None, 2, 2, None]  # within a row, never across
    assert len(heads.x) == 4 * 3
    assert "3 cells at once" in drawing.figure.layout.title.text


def test_a_line_is_drawn_in_milliseconds_and_what_is_in_proportion_beside_it():
    drawing = draw_along(CPU, "T")
    line = named(drawing, "NumPy core")
    assert list(line.x) == [10, 20, 50, 100, 200]
    assert list(line.y) == pytest.approx([1, 2, 5, 10, 20])
    assert list(named(drawing, "in proportion").y) == pytest.approx([1, 2, 5, 10, 20])
    assert "T × 20: time × 20" in drawing.figure.layout.title.text
    assert drawing.figure.layout.xaxis.type == drawing.figure.layout.yaxis.type == "log"
    assert drawing.columns["numpy_seconds"] == pytest.approx([1e-3, 2e-3, 5e-3, 1e-2, 2e-2])


def test_every_axis_keeps_one_scale_of_time():
    ranges = {
        tuple(draw(CPU).figure.layout.yaxis.range)
        for draw in (
            lambda p: draw_along(p, "T"),
            lambda p: draw_along(p, "B"),
            lambda p: draw_along(p, "H"),
            draw_shape,
        )
    }
    assert len(ranges) == 1


def test_without_a_gpu_it_says_so_and_with_one_its_line_is_there():
    alone, beside = draw_along(CPU, "B"), draw_along(GPU, "B")
    assert "no GPU here, the CPU alone" in alone.figure.layout.title.text
    assert "No gpu here" in alone.alt or "no GPU here" in alone.alt
    assert "PyTorch, CUDA" not in [one.name for one in alone.figure.data]
    assert "no GPU" not in beside.figure.layout.title.text
    assert list(named(beside, "PyTorch, CUDA").y) == pytest.approx([0.2] * 7)
    assert "a GPU" in beside.alt


def test_the_shape_names_both_its_numbers():
    drawing = draw_shape(CPU)
    assert next(iter(drawing.figure.layout.xaxis.ticktext)) == "T 1<br>B 256"
    assert list(named(drawing, "NumPy core").x) == [size.length for size in ALONG["shape"]]
    assert "256 times the time" in drawing.figure.layout.title.text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_titles_fit_a_phone(theme):
    drawings = [draw_chain(16, 8, theme=theme), draw_shape(GPU, theme=theme)]
    drawings += [draw_along(CPU, axis, chosen=16, theme=theme) for axis in ("T", "B", "H")]
    for drawing in drawings:
        headline, _, below = drawing.figure.layout.title.text.partition("<br>")
        assert len(headline) - len("<b></b>") <= MAX_HEADLINE
        assert len(below.split(">")[1].split("<")[0]) <= MAX_SUBTITLE
        assert drawing.to_csv()
