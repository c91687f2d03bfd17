"""A sweep's figures draw the numbers of its table, and the interval is Wilson's."""

import csv
import io
import math

import numpy as np
import pytest

from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE
from figures.style import DARK, LIGHT
from figures.sweep_heat_map import draw
from figures.sweep_intervals import draw_intervals
from figures.sweep_words import LONGEST_LINE
from rnn_core.sweep import outcomes, parse, to_csv, wilson
from rnn_core.sweep.run import Progress
from rnn_core.sweep.spoken import duration, in_words, spoken_table
from tests.sweep_examples import SMALL, row, small

# gru 2: all three solved; gru 3: one of two, the third not done; IRNN 2: none of three, one of them
# broken; IRNN 3: not begun.
ROWS = {
    one.cell: one
    for one in (
        row(0, 10, loss=0.1), row(1, 30, loss=0.3), row(2, 20, loss=0.2),
        row(3, None, loss=0.7), row(5, 40, loss=0.05),
        row(6, None), row(7, None), row(8, None, problem="It <b>broke</b>."),
    )
}  # fmt: skip


@pytest.mark.parametrize("trials", [1, 3, 5, 20, 300])
def test_the_interval_is_where_the_share_is_within_196_standard_errors(trials):
    """Its ends solve (p̂ - p)² = z² p (1-p) / n, a quadratic in p."""
    z2 = 1.959963984540054**2
    for successes in {0, 1, trials // 2, trials}:
        share = successes / trials
        roots = np.roots([1 + z2 / trials, -2 * share - z2 / trials, share**2])
        assert wilson(successes, trials) == pytest.approx(sorted(roots.real), abs=1e-7)


def test_the_interval_of_known_shares():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(3, 3) == pytest.approx((3 / (3 + 1.959963984540054**2), 1.0))
    # Newcombe 1998, table I: 81 of 263 and 15 of 148.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_seeds_are_taken_together():
    gru2, gru3, irnn2, irnn3 = outcomes(small(), ROWS)
    assert [one.labels for one in (gru2, gru3, irnn2, irnn3)] == [
        ("gru", 2), ("gru", 3), ("IRNN", 2), ("IRNN", 3),
    ]  # fmt: skip
    assert (gru2.solved, gru2.done, gru2.seeds) == (3, 3, 3)
    assert (gru2.share, gru2.median_steps, gru2.median_loss) == (1.0, 20, 0.2)
    assert (gru3.solved, gru3.done, gru3.share) == (1, 2, 0.5)
    assert gru3.median_steps is None, "half of them never got there"
    assert (irnn2.share, irnn2.median_steps, irnn2.broken) == (0.0, None, 1)
    assert (irnn3.share, irnn3.done, irnn3.interval) == (None, 0, (0.0, 1.0))


def test_the_heat_map_draws_the_shares_of_the_table():
    drawing = draw(small(), ROWS)
    heat, numbers = drawing.figure.data
    assert (list(heat.y), list(heat.x)) == (["GRU", "IRNN"], ["2", "3"])
    assert [list(line) for line in heat.z] == [[1.0, 0.5], [0.0, None]]
    assert (heat.zmin, heat.zmax) == (0, 1)
    found = dict(zip(zip(numbers.y, numbers.x, strict=True), numbers.text, strict=True))
    assert found == {
        ("GRU", "2"): "3/3",
        ("GRU", "3"): '1/2<br><span style="font-size:12px">2 of 3 so far</span>',
        ("IRNN", "2"): "0/3",
    }
    assert drawing.columns["solved"] == [3, 1, 0, 0]
    assert drawing.columns["length"] == [2, 3, 2, 3]
    assert drawing.columns["low"] == [one.interval[0] for one in outcomes(small(), ROWS)]


def test_the_hover_tells_the_interval_and_what_broke():
    hover = draw(small(), ROWS).figure.data[0].hovertext
    assert "95 % interval 44% to 100%" in hover[0][0]
    assert "median 20 steps" in hover[0][0]
    assert "It &lt;b&gt;broke&lt;/b&gt;." in hover[1][0]
    assert "not trained yet" in hover[1][1]


def test_a_field_has_a_dashed_edge_while_seeds_are_to_come():
    """Only gru 3, in the second column of the first row, is trained in part."""
    for shown in ("solved", "steps"):
        shapes = draw(small(), ROWS, shown=shown).figure.layout.shapes
        (edge,) = [one for one in shapes if one.line.dash == "dash"]
        assert 0.5 < edge.x0 < edge.x1 < 1.5
        assert -0.5 < edge.y0 < edge.y1 < 0.5
        assert edge.layer == "above"


def test_steps_are_on_a_log_scale_of_two_decades_below_those_allowed():
    heat, numbers = draw(small(), ROWS, shown="steps").figure.data
    assert heat.z[0][0] == pytest.approx(math.log10(50 / 20) / 2)
    assert (heat.z[0][1], heat.z[1][0], heat.z[1][1]) == (None, None, None)
    assert [text.partition("<br>")[0] for text in numbers.text] == [
        "20",
        "1/2 solved",
        "0/3 solved",
    ]
    assert list(heat.colorbar.ticktext) == ["50", "5", "≤ 0.5"]
    fast = {cell: row(cell, 1) for cell in range(3)}
    z = draw(parse(SMALL.replace("= 50", "= 1000")), fast, shown="steps").figure.data[0].z
    assert z[0][0] == 1.0


def test_where_the_median_seed_failed_the_share_is_the_same_in_both_maps():
    numbers = {shown: draw(small(), ROWS, shown=shown).figure.data[1].text[1][:3]
               for shown in ("solved", "steps")}  # fmt: skip
    assert numbers == {"solved": "1/2", "steps": "1/2"}
    assert "median not solved" in draw(small(), ROWS).figure.data[0].hovertext[0][1]


@pytest.mark.parametrize("shown", ["solved", "steps"])
def test_the_colours_have_one_bar_that_says_what_they_mean(shown):
    text = SMALL.replace("hidden_size = 8\n", "") + "hidden_size = [4, 8]\n"
    first, _, second, _ = draw(parse(text), {}, shown=shown).figure.data
    assert (first.showscale, second.showscale) == (True, False)
    assert list(first.colorbar.tickvals) == [0, 0.5, 1]
    assert len(first.colorbar.ticktext) == 3


def test_a_narrow_field_says_in_short_of_how_many_seeds():
    text = SMALL.replace("[2, 3]", "[2, 3, 4, 5, 6]")
    numbers = draw(parse(text), {0: row(0, 9)}).figure.data[1].text
    assert numbers[0] == '1/1<br><span style="font-size:12px">of 3 …</span>'


def test_labels_stand_in_short_lines_with_no_letter_lost():
    text = SMALL.replace("hidden_size = 8\n", "") + "hidden_size = [16, 24]\n"
    axis = draw_intervals(parse(text), {}).figure.layout.yaxis
    assert axis.automargin == "left", "the browser measures them"
    assert axis.ticktext[-1] == "IRNN, length 3,<br>hidden size 24"
    assert max(len(line) for label in axis.ticktext for line in label.split("<br>")) <= LONGEST_LINE
    assert draw(parse(text), {}).figure.layout.yaxis.automargin == "left"


def test_a_share_of_some_of_the_seeds_is_a_hollow_dot():
    drawing = draw_intervals(small(), ROWS)
    assert list(drawing.figure.data[1].marker.symbol) == ["circle", "circle-open", "circle"]
    counts = [note.text for note in drawing.figure.layout.annotations]
    assert counts == ["<b>3/3</b>", "<b>1/2</b> …", "<b>0/3</b>"]
    assert "○ so far" in drawing.figure.layout.title.text
    assert "so far" not in draw_intervals(small(), {0: row(0)} | {1: row(1)} | {2: row(2)}
                                          ).figure.layout.title.text  # fmt: skip


def test_the_intervals_stand_where_the_table_says():
    lines, dots = draw_intervals(small(), ROWS).figure.data
    shares = [1.0, 0.5, 0.0]
    assert list(dots.x) == shares
    ends = [wilson(3, 3), wilson(1, 2), wilson(0, 3)]
    assert list(lines.x) == [end for low, high in ends for end in (low, high, None)]
    assert list(lines.y) == [0, 0, None, 1, 1, None, 2, 2, None]


def test_every_other_axis_makes_maps_of_its_own():
    text = SMALL.replace("hidden_size = 8\n", "") + "hidden_size = [4, 8]\n"
    rows = {2 * cell + size: row(cell * 2 + size, 10 if size else None) for cell in range(12)
            for size in range(2)}  # fmt: skip
    drawing = draw(parse(text), rows)
    maps = [trace for trace in drawing.figure.data if trace.type == "heatmap"]
    assert [[list(line) for line in one.z] for one in maps] == [
        [[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]],
    ]  # fmt: skip
    titles = [note.text for note in drawing.figure.layout.annotations]
    assert titles == ["<b>hidden size 4</b>", "<b>hidden size 8</b>"]
    domains = [drawing.figure.layout.yaxis.domain, drawing.figure.layout.yaxis2.domain]
    assert domains[0][0] > domains[1][1]


@pytest.mark.parametrize("rows", [ROWS, {}])
def test_the_words_fit_and_say_what_is_seen(rows):
    for drawing in (
        draw(small(), rows),
        draw(small(), rows, shown="steps"),
        draw_intervals(small(), rows),
    ):
        headline, _, subtitle = drawing.figure.layout.title.text.partition("<br>")
        assert len(headline.removeprefix("<b>").removesuffix("</b>")) <= MAX_HEADLINE
        assert len(subtitle.split(">")[1].split("<")[0]) <= MAX_SUBTITLE
        assert ("4 of 8 trainings" in headline) == bool(rows)
        assert ("GRU, length 2: 3 of 3 solved" in drawing.alt) == bool(rows)
        assert f"{12 - len(rows)} trainings not done yet" in drawing.alt


def test_one_configuration_is_told_with_its_interval():
    text = SMALL.replace("task.length = [2, 3]", "task.length = [3]")
    text = text.replace(', {label = "IRNN", cell = "rnn_relu", start = "identity", '
                        "learning_rate = 0.002}", "")  # fmt: skip
    drawing = draw_intervals(parse(text), {0: row(0, 9), 1: row(1, 8), 2: row(2)})
    low, high = wilson(2, 3)
    assert f"2 of 3 seeds solved it, 95 %: {low:.0%} to {high:.0%}" in (
        drawing.figure.layout.title.text
    )


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_a_number_can_be_read_in_its_field(colours):
    """A contrast of 4 at least, on each colour that the share of 5 seeds can have."""

    def light(rgb: np.ndarray) -> float:
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    def rgb(text: str) -> np.ndarray:
        return np.array([int(text[k : k + 2], 16) for k in (1, 3, 5)]) / 255

    sweep = parse(SMALL.replace("[4, 1, 7]", "[0, 1, 2, 3, 4]"))
    empty, full = (rgb(end) for end in colours.gate)
    for solved in range(6):
        rows = {seed: row(seed, 9 if seed < solved else None) for seed in range(5)}
        heat, numbers = draw(sweep, rows, theme=colours.theme).figure.data
        field = light(empty + heat.z[0][0] * (full - empty))
        text = light(rgb(numbers.textfont.color[0]))
        contrast = (max(field, text) + 0.05) / (min(field, text) + 0.05)
        assert contrast >= 4, f"{solved} of 5: {contrast:.2f}"


def test_the_csv_is_one_line_per_training_that_reads_back():
    lines = list(csv.DictReader(io.StringIO(to_csv(small(), ROWS))))
    assert len(lines) == 8
    assert lines[1] == {
        "cell": "gru", "length": "2", "seed": "1", "solved": "True", "steps": "30", "trained": "30",
        "loss": "0.3", "score": "0.3", "seconds": "0.1", "engine": "numpy", "problem": "",
    }  # fmt: skip
    assert lines[3]["steps"] == ""


def test_the_table_of_the_command_tells_the_same():
    lines = [line.split() for line in spoken_table(small(), ROWS).splitlines()[2:]]
    assert lines[0] == ["gru", "2", "3/3", "44%", "to", "100%", "20", "0.2", "0.3"]
    assert lines[1][2:5] == ["1/2", "(1", "missing)"]
    assert lines[3][2:5] == ["0/0", "(3", "missing)"]


def test_progress_is_told_with_the_time_that_is_left():
    assert (
        in_words(Progress(3, 12, 45.2)) == "██████··················  3/12  25 %  about 45 s left"
    )
    assert in_words(Progress(0, 12, None)).endswith("0/12  0 %")
    assert [duration(s) for s in (0.1, 89.0, 120.0, 3 * 3600 + 60.0 * 7)] == [
        "1 s", "89 s", "2 min", "3 h 7 min",
    ]  # fmt: skip
