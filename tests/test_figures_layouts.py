"""The figures of layouts and of parameters, by the numbers that they draw."""

from typing import Any

import numpy as np
import pytest

from exhibits.catalogue import catalogue
from exhibits.piece import StageStill
from exhibits.pieces import layouts, parameters
from figures import layouts as layout_figures
from figures import parameters as parameter_figures
from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE, Drawing
from figures.style import LIGHT, Theme
from rnn_core.layouts import LAYOUTS, Layout, layout_of

NORMS = np.array([1e-3, 2e-2, 0.3, 0.0])
EVERY = np.array([0.1, 0.2, 0.3, 0.4])


def one(layout: Layout, theme: Theme = "light"):
    named = layout_figures.Named(layout, "Mine", "a task")
    return layout_figures.draw(named, NORMS, EVERY, theme=theme)


def boxes(drawing, colour: str) -> list[tuple[float, float]]:
    """The middle of each box that is filled with a colour."""
    return [
        ((shape.x0 + shape.x1) / 2, (shape.y0 + shape.y1) / 2)
        for shape in drawing.figure.layout.shapes
        if shape.fillcolor == colour
    ]


class TestLayout:
    def test_a_box_is_filled_where_a_step_reads_and_where_a_loss_stands(self):
        drawing = one(Layout(4, (0, 2), (1, 2)))
        assert [x for x, _ in boxes(drawing, LIGHT.gate[1])] == [0, 2]
        assert [x for x, _ in boxes(drawing, LIGHT.loss)] == [1, 2]
        assert [x for x, _ in boxes(drawing, LIGHT.panel)] == [0, 1, 2, 3]
        letters = [(a.x, a.text) for a in drawing.figure.layout.annotations if a.text in "0"]
        assert [x for x, text in letters if text == "0"] == [1, 3]

    def test_arrows_lead_from_what_is_read_to_what_is_lost_and_from_cell_to_cell(self):
        drawing = one(Layout(4, (0, 2), (1, 2)))
        ways = [a for a in drawing.figure.layout.annotations if a.showarrow]
        upright = sorted((a.x, a.ay < a.y) for a in ways if a.x == a.ax)
        assert upright == [(0, True), (1, True), (2, True), (2, True)]
        assert sorted((round(a.ax, 1), round(a.x, 1)) for a in ways if a.x != a.ax) == [
            (0.3, 0.7), (1.3, 1.7), (2.3, 2.7),
        ]  # fmt: skip

    def test_the_norms_are_drawn_as_they_are_and_a_zero_is_marked_as_one(self):
        data = {trace.name: trace for trace in one(Layout(4, (0,), (2,))).figure.data}
        assert list(data["this layout"].y) == [1e-3, 2e-2, 0.3, None]
        assert list(data["a loss at every step"].y) == EVERY.tolist()
        assert list(data["exactly 0"].x) == [3]
        assert [s == "diamond" for s in data["this layout"].marker.symbol] == [0, 0, 1, 0]

    def test_outputs_stand_in_the_rings_of_the_aligned_layout_where_they_are_equal(self):
        named = layout_figures.Named(Layout(3, (0,), (2,)), "Mine", "a task")
        said, aligned = np.array([0.5, -0.25, 1.5]), np.array([0.5, -0.25, 0.75])
        drawing = layout_figures.draw_outputs(named, said, aligned)
        data = {trace.name: trace for trace in drawing.figure.data}
        assert list(data["this layout"].y) == [0.5, -0.25, 1.5]
        assert list(data["aligned"].y) == [0.5, -0.25, 0.75]
        assert drawing.figure.layout.yaxis2.range[1] >= 1.5
        assert "another than under the aligned layout at 1 step" in drawing.alt
        same = layout_figures.draw_outputs(named, said, said)
        assert "those of the aligned layout at every step" in same.alt

    def test_it_is_told_in_words(self):
        alt = one(Layout(4, (0, 1, 2), (2,))).alt
        assert "reads at steps 0 to 2, loss at step 2" in alt
        assert "0.3 at step 2 and 0.001 at step 0, exactly 0 at the 1 step after" in alt

    def test_all_five_stand_on_one_axis_each_with_its_own_boxes(self):
        named = [layout_figures.Named(layout_of(n, 5, 2), n, "task") for n in LAYOUTS]
        drawing = layout_figures.draw_all(named)
        heights = sorted({round(y, 2) for _, y in boxes(drawing, LIGHT.loss)}, reverse=True)
        found = [
            [x for x, y in boxes(drawing, LIGHT.loss) if round(y, 2) == height]
            for height in heights
        ]
        assert found == [[0], [0, 1, 2, 3, 4], [4], [0, 1, 2, 3, 4], [2, 3, 4]]
        assert drawing.columns["delayed_reads"] == [True, True, True, False, False]


SET = {"W": np.array([[1.0, -1.0], [0.0, 0.5]]), "b": np.array([[0.25], [-0.5]])}


class TestParameters:
    def squares(self, drawing):
        return [s for s in drawing.figure.layout.shapes if s.xsizemode == "pixel"]

    def test_there_is_one_square_for_each_parameter_whatever_the_length(self):
        for steps in (1, 3, 9):
            drawing = parameter_figures.draw([SET], steps, free=6, stored=8)
            assert len(self.squares(drawing)) == 6
            assert len([s for s in drawing.figure.layout.shapes if s.fillcolor == LIGHT.loss]) == (
                steps
            )
            assert f"6 parameters for {steps} step" in drawing.figure.layout.title.text

    def test_with_a_set_each_they_grow_with_the_steps_and_stand_below_them(self):
        drawing = parameter_figures.draw([SET] * 3, 3, free=6, stored=8)
        assert [s.xanchor for s in self.squares(drawing)] == [0] * 6 + [1] * 6 + [2] * 6
        assert "18 parameters for 3 steps" in drawing.figure.layout.title.text
        assert len(drawing.columns["value"]) == 18

    def test_a_square_has_the_colour_of_its_value(self):
        fills = [s.fillcolor for s in self.squares(
            parameter_figures.draw([SET], 2, free=6, stored=8))]  # fmt: skip
        assert fills[0] == "rgb(47, 109, 181)"  # 1: the positive end, #2F6DB5
        assert fills[1] == "rgb(217, 101, 43)"  # −1: the negative end, #D9652B
        assert fills[2] == "rgb(243, 244, 247)"  # 0: between them, #F3F4F7

    def test_the_counts_are_a_flat_and_a_straight_line(self):
        flat, rising = parameter_figures.draw_counts(13, 4, 3).figure.data
        assert list(flat.y) == [13, 13, 13, 13]
        assert list(rising.y) == [13, 26, 39, 52]


class TestPieces:
    def values(self, name: str, **changed):
        return {**catalogue()[name].declaration.defaults(), **changed}

    def ask(self, name: str, measure: str, at=None, **changed) -> float:
        declared = catalogue()[name].declaration
        return declared.measure(measure).value(self.values(name, **changed), at or {})

    def test_thirteen_at_every_length_and_fifteen_are_stored(self):
        for length in range(1, 11):
            assert self.ask("parameters", "free", length=length) == 13
            assert self.ask("parameters", "stored", length=length) == 15
            assert self.ask("parameters", "free", length=length, weights="separate") == 13 * length
        for length in range(2, 13):
            assert self.ask("unroll", "free", length=length) == 13
        assert self.ask("parameters", "free", input_size=3, hidden_size=4, output_size=2) == 42

    def test_the_growth_is_what_the_counts_are(self):
        curve = parameters.PIECE.declaration.curve("growth")
        values = self.values("parameters")
        assert curve.value(values, {"weights": "separate"}).y == tuple(
            float(13 * t) for t in range(1, 11)
        )
        assert set(curve.value(values, {"weights": "shared"}).y) == {13.0}

    def test_a_layout_s_measures_count_its_steps(self):
        asked = {"layout": "delayed", "length": 8, "delay": 3}
        assert self.ask("layouts", "losses", **asked) == 5
        assert self.ask("layouts", "inputs", **asked) == 5
        assert self.ask("layouts", "inputs", **asked, **{"inputs": "all"}) == 8
        assert self.ask("layouts", "reached", layout="own", losses=(1, 4)) == 5

    def test_states_are_the_same_where_the_inputs_are(self):
        for name in LAYOUTS:
            at = {"layout": name}
            assert self.ask("layouts", "same_states", at, layout="aligned", inputs="all") == 1
        assert self.ask("layouts", "same_states", {"layout": "one-to-many"}, layout="aligned") == 0
        assert self.ask("layouts", "same_states", {"layout": "many-to-one"}, layout="aligned") == 1

    def test_one_s_own_losses_are_a_layout_where_they_stand_as_it_says(self):
        at = {"layout": "many-to-one"}
        assert self.ask("layouts", "is_layout", at, layout="own", losses=(7,)) == 1
        assert self.ask("layouts", "is_layout", at, layout="own", losses=(6,)) == 0
        assert self.ask("layouts", "is_layout", at, layout="own", losses=(0, 7)) == 0

    def test_what_does_not_fit_is_refused_in_words(self):
        fits = layouts.PIECE.declaration.fits
        with pytest.raises(ValueError, match=r"losses must be steps from 0 to 7; got \[2, 8\]"):
            fits(self.values("layouts", layout="own", losses=(2, 8)))
        with pytest.raises(ValueError, match=r"delay must be .* 0 to 4; got 5"):
            fits(self.values("layouts", layout="delayed", length=5, delay=5))
        with pytest.raises(ValueError, match=r"step must be at most 7; got 9"):
            self.ask("layouts", "gradient_norm", {"step": 9})
        with pytest.raises(ValueError, match="no gradient reaches some steps"):
            layouts.PIECE.declaration.curve("norms").value(
                self.values("layouts", layout="one-to-one"), {}
            )

    @pytest.mark.parametrize("name", ["layouts", "parameters"])
    def test_headlines_fit_the_narrowest_screen_at_every_choice(self, name):
        piece = catalogue()[name]
        assert piece.still is not None
        largest = {"input_size": 4, "hidden_size": 4, "output_size": 3, "length": 10}
        choices: list[dict[str, Any]] = [
            {},
            largest,
            largest | {"biases": "pytorch"},
            {"weights": "separate"},
        ]
        if name == "layouts":
            choices = [{"layout": layout, "length": 16} for layout in layouts.LAYOUT.choices]
            choices += [{"show": "five"}, {"below": "output"}]
        for changed in choices:
            for drawing in piece.still(self.values(name, **changed), {}):
                assert isinstance(drawing, Drawing)
                head, _, below = drawing.figure.layout.title.text.partition("<br>")
                words = below.split(">", 1)[1].removesuffix("</span>")
                assert len(head.removeprefix("<b>").removesuffix("</b>")) <= MAX_HEADLINE
                assert len(words) <= MAX_SUBTITLE, words
                assert drawing.alt
                assert drawing.to_csv()

    def test_on_paper_the_stage_stands_as_the_place_says(self):
        piece = catalogue()["unroll"]
        assert piece.still is not None
        (still,) = piece.still(self.values("unroll"), {"rolled": True, "step": 3})
        assert isinstance(still, StageStill)
        assert (still.state.rolled, still.state.step) == (True, 3)
        assert still.tracks[0].run.network.input_size == 2
