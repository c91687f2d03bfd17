"""Figures by the numbers that they draw, worked out again from the trace."""

import base64
import csv
import io
import re
import tomllib
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from figures import Drawing, gates, gradients, jacobians, style, trajectory
from figures.drawing import MAX_HEADLINE, MAX_SUBTITLE, short
from rnn_core import Numbers, RNNTrace, Run, Setup, Text, run, signal, state_jacobians

THEMES = ("light", "dark")
SIZE: Any = "size"  # neither an order
BLUE: Any = "blue"  # nor a theme
FIELDS = {
    "lstm": ["forget_gate", "input_gate", "candidate", "cell", "output_gate", "hidden"],
    "gru": ["reset_gate", "candidate", "update_gate", "hidden"],
    "rnn_tanh": ["preactivation", "hidden"],
    "rnn_relu": ["preactivation", "hidden"],
    "rnn_linear": ["preactivation", "hidden"],
}
GATES = {"forget_gate", "input_gate", "output_gate", "reset_gate", "update_gate"}
TEXT = Text("if (x) {y = <b>}\n")
NUMBERS = Numbers(signal("damped sine", 24))


def a_run(cell: str = "lstm", sequence: Text | Numbers = TEXT, **more) -> Any:
    """A run; Any, because the tests ask a layer for the fields of its own cell."""
    options: dict[str, Any] = {"hidden_size": 5, "init_scale": 2.0, **more}
    return run(Setup(sequence, cell=cell, **options))


def all_drawings(of: Run, theme: Any = "light", layer: int = 0) -> dict[str, Drawing]:
    trace, sequence = of.layers[layer], of.setup.sequence
    step_to = 0 if trace.reverse else len(of.inputs) - 1
    state = state_jacobians(of, layer, step_to, "state").singular_values
    return {
        "gates": gates.draw(trace, sequence, theme=theme),
        "trajectory": trajectory.draw(trace, sequence, theme=theme),
        "gradients": gradients.draw(
            trace, sequence, losses=of.losses[:, 0], loss_mask=of.loss_mask, theme=theme
        ),
        "jacobians": jacobians.draw(
            state_jacobians(of, layer, step_to).singular_values,
            sequence,
            state_values=state if of.setup.cell == "lstm" else None,
            step_to=step_to,
            theme=theme,
        ),
    }


def numbers(value) -> np.ndarray:
    """The numbers of a trace's property, packed or not; gaps are NaN."""
    if isinstance(value, dict):
        data = np.frombuffer(base64.b64decode(value["bdata"]), f"<{value['dtype']}")
        return data.reshape([int(n) for n in value.get("shape", str(len(data))).split(",")])
    return np.array([np.nan if entry is None else entry for entry in value], float)


def traces(drawing: Drawing, **wanted) -> list[dict]:
    """The drawn traces with these properties."""
    data = drawing.figure.to_dict()["data"]
    return [one for one in data if all(one.get(key) == value for key, value in wanted.items())]


def layout(drawing: Drawing) -> dict:
    return drawing.figure.to_dict()["layout"]


def title(drawing: Drawing) -> list[str]:
    """Headline and subtitle without their markup."""
    lines = layout(drawing)["title"]["text"].split("<br>")
    return [unescape(re.sub("<[^>]*>", "", line)) for line in lines]


def fits(drawing: Drawing) -> bool:
    """Whether headline and subtitle fit the narrowest screen."""
    headline, subtitle = title(drawing)
    return len(headline) <= MAX_HEADLINE and len(subtitle) <= MAX_SUBTITLE


def fading(factor: float, steps: int = 9, reverse: bool = False) -> RNNTrace:
    """A layer of two units with one loss at the end, its gradient scaled by `factor` per step."""
    norms = 0.4 * factor ** np.arange(steps)[::-1]
    grad = (norms[:, None] * np.array([0.6, -0.8]))[:: -1 if reverse else 1, None]
    flat = np.zeros((steps, 1, 2))
    return RNNTrace(
        inputs=flat,
        preactivation=flat,
        hidden=flat,
        initial_hidden=flat[0],
        reverse=reverse,
        grad_hidden=grad,
        grad_preactivation=2 * grad,
    )


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sequence", [TEXT, NUMBERS, Text("ab")], ids=["text", "numbers", "short"])
@pytest.mark.parametrize("cell", FIELDS)
def test_every_figure_is_one_that_plotly_accepts_in_its_theme_s_colours(cell, sequence, theme):
    colours = style(theme)
    for name, drawing in all_drawings(a_run(cell, sequence), theme).items():
        parsed = go.Figure(drawing.figure.to_dict())
        assert parsed.layout.template.layout.paper_bgcolor == colours.background, name
        assert parsed.layout.template.layout.font.color == colours.text, name
        assert fits(drawing), title(drawing)
        lengths = {len(column) for column in drawing.columns.values()}
        assert len(lengths) == 1, name
        assert drawing.alt.endswith("."), name
        assert "nan" not in drawing.alt, name


def test_layers_that_read_from_the_end_and_stacked_ones_are_drawn_too():
    both = a_run("gru", bidirectional=True, num_layers=2)
    drawn = [one for layer in range(4) for one in all_drawings(both, layer=layer).values()]
    assert all(go.Figure(drawing.figure.to_dict()).data for drawing in drawn)


def test_headlines_fit_the_narrowest_screen_at_the_largest_sizes():
    large = a_run("lstm", Numbers(signal("noise", 200)), hidden_size=64, loss_steps="last")
    for drawing in all_drawings(large).values():
        assert fits(drawing), title(drawing)


def test_a_figure_behaves_like_plotly_s_own_once_its_parts_are_asked_for():
    drawing = gates.draw(a_run().layers[0], TEXT)
    untouched = drawing.figure.to_dict()
    assert len(drawing.figure.data) == 6
    drawing.figure.update_layout(height=123)
    assert drawing.figure.to_dict()["layout"]["height"] == 123
    assert untouched["layout"]["height"] != 123
    assert "123" in drawing.figure.to_json()


@pytest.mark.parametrize("cell", FIELDS)
def test_heat_maps_draw_every_gate_and_state_unit_by_time(cell):
    trace = a_run(cell).layers[0]
    maps = traces(gates.draw(trace, TEXT), type="heatmap")
    assert len(maps) == len(FIELDS[cell])
    for drawn, field in zip(maps, FIELDS[cell], strict=True):
        np.testing.assert_allclose(numbers(drawn["z"]), getattr(trace, field)[:, 0].T, rtol=1e-6)


@pytest.mark.parametrize("cell", FIELDS)
def test_scales_are_fixed_for_what_is_bounded_and_symmetric_for_what_is_not(cell):
    trace = a_run(cell, init_scale=6.0).layers[0]
    for drawn, field in zip(
        traces(gates.draw(trace, TEXT), type="heatmap"), FIELDS[cell], strict=True
    ):
        limits = (drawn["zmin"], drawn["zmax"])
        if field in GATES:
            assert limits == (0, 1)
        elif field == "candidate" or (field == "hidden" and cell not in ("rnn_relu", "rnn_linear")):
            assert limits == (-1, 1)
        else:
            assert limits[0] == -limits[1]
            assert limits[1] >= np.abs(getattr(trace, field)).max()


def test_the_ends_of_a_scale_are_printed():
    trace = a_run(init_scale=6.0, hidden_size=12).layers[0]
    drawing = gates.draw(trace, TEXT)
    limit = traces(drawing, type="heatmap")[3]["zmax"]
    assert limit > 1
    said = {note["text"] for note in layout(drawing)["annotations"]}
    assert {"0", "1", "−1", f"−{limit:g}", f"{limit:g}"} <= said


@pytest.mark.parametrize("order", ["index", "mean", "similarity"])
def test_rows_and_their_names_are_sorted_together(order):
    trace = a_run(hidden_size=9).layers[0]
    drawing = gates.draw(trace, TEXT, order=order)
    names = layout(drawing)["yaxis6"]["ticktext"]
    units = [int(name.removeprefix("unit ")) for name in names]
    assert sorted(units) == list(range(9))
    hidden = numbers(traces(drawing, type="heatmap")[5]["z"])
    np.testing.assert_allclose(hidden, trace.hidden[:, 0].T[units], rtol=1e-6)
    if order == "mean":
        assert (np.diff(hidden.mean(axis=1)) <= 0).all()


def test_similar_units_stand_together():
    rising, falling = np.linspace(-1, 1, 20), np.linspace(1, -1, 20)
    jitter = np.random.default_rng(1).normal(0, 0.05, (20, 6))
    hidden = np.stack([rising, falling, rising, falling, rising, falling], axis=1) + jitter
    order = gates.unit_order(hidden, "similarity")
    assert {*order[:3].tolist()} in ({0, 2, 4}, {1, 3, 5})


def test_characters_are_ticks_once_each_in_order_with_no_markup_of_their_own():
    for drawing in all_drawings(a_run()).values():
        axis = layout(drawing)["xaxis"]
        if axis.get("type") != "category":
            continue
        names = axis["categoryarray"]
        assert len(set(names)) == len(TEXT.text)
        shown = [unescape(re.sub(r"<b \d+></b>$", "", name)) for name in names]
        assert "".join(shown) == TEXT.text.replace(" ", "␣").replace("\n", "⏎")
        assert "<b>" not in "".join(re.sub(r"<b \d+></b>$", "", name) for name in names)


def test_numbers_read_are_drawn_above_the_heat_maps_and_named_on_hover():
    drawing = gates.draw(a_run("gru", NUMBERS).layers[0], NUMBERS)
    (line,) = traces(drawing, type="scatter")
    assert line["y"] == list(NUMBERS.values)
    assert layout(drawing)["xaxis"]["ticktext"][3] == f"t = 3 reads {NUMBERS.values[3]:.4g}"


def test_the_gates_alt_text_names_the_unit_that_moves_most():
    trace = a_run().layers[0]
    forget = trace.forget_gate[:, 0]
    unit = int(np.argmax(forget.max(axis=0) - forget.min(axis=0)))
    row = forget[:, unit]
    alt = gates.draw(trace, TEXT).alt
    assert f"Mean forget gate {forget.mean():.2g}, input gate" in alt
    assert f"unit {unit} moves most, from {row.min():.2g} at step {row.argmin()} " in alt
    assert f"to {row.max():.2g} at step {row.argmax()} " in alt


def test_the_path_is_the_projection_on_the_covariance_s_eigenvectors():
    trace = a_run(init_scale=3.0).layers[0]
    states = trace.hidden[:, 0]
    variances, vectors = np.linalg.eigh(np.cov(states.T))
    plane = vectors[:, [-1, -2]]
    plane = plane * np.sign(plane[np.abs(plane).argmax(axis=0), [0, 1]])
    expected = (np.vstack([trace.initial_hidden, states]) - states.mean(axis=0)) @ plane
    drawing = trajectory.draw(trace, TEXT)
    points = traces(drawing, mode="markers+text")[0]
    np.testing.assert_allclose(np.array([points["x"], points["y"]]).T, expected, atol=1e-10)
    shares = variances[[-1, -2]] / variances.sum()
    named = layout(drawing)["xaxis"]["title"]["text"]
    assert named == f"component 1: {shares[0]:.0%} of the variance"
    assert f"hold {shares[0]:.0%} and {shares[1]:.0%} of its variance" in drawing.alt
    assert layout(drawing)["yaxis"]["scaleanchor"] == "x"


def test_two_chosen_units_are_drawn_as_they_are_on_their_fixed_range():
    trace = a_run().layers[0]
    drawing = trajectory.draw(trace, TEXT, units=(3, 1))
    points = traces(drawing, mode="markers+text")[0]
    np.testing.assert_array_equal(points["x"][1:], trace.hidden[:, 0, 3])
    np.testing.assert_array_equal(points["y"][1:], trace.hidden[:, 0, 1])
    assert layout(drawing)["xaxis"]["range"] == layout(drawing)["yaxis"]["range"] == [-1.06, 1.06]


def test_a_path_read_from_the_end_starts_there():
    trace = a_run(bidirectional=True).layers[1]
    points = traces(trajectory.draw(trace, TEXT, units=(0, 1)), mode="markers+text")[0]
    np.testing.assert_array_equal(points["x"][1:], trace.hidden[::-1, 0, 0])
    assert points["customdata"][1].startswith(f"t = {len(TEXT.text) - 1} ")


def test_gradient_norms_are_those_of_the_trace_and_zeros_are_marked():
    of = a_run(loss_steps=(3, 9))
    trace = of.layers[0]
    drawing = all_drawings(of)["gradients"]
    for name, field in {"h": "grad_hidden", "c": "grad_cell", "a": "grad_preactivation"}.items():
        (curve,) = traces(drawing, name=f"‖∂L/∂{name}‖")
        expected = np.linalg.norm(getattr(trace, field)[:, 0], axis=1)
        np.testing.assert_allclose(numbers(curve["y"])[:10], expected[:10], rtol=1e-12)
        assert curve["y"][10:] == [None] * (len(TEXT.text) - 10)
        assert curve["customdata"][2] == short(expected[2], 4)
    (zeros,) = traces(drawing, name="exactly 0")
    assert [mark is not None for mark in zeros["y"]] == [t > 9 for t in range(len(TEXT.text))]
    assert np.log10(zeros["y"][10]) < -6
    assert layout(drawing)["yaxis"]["ticktext"][0] == "0"
    assert f"exactly 0 at {len(TEXT.text) - 10} of {len(TEXT.text)} steps" in drawing.alt


def test_losses_are_bars_and_a_step_without_one_has_no_bar():
    of = a_run(loss_steps=(3, 9))
    (bars,) = traces(all_drawings(of)["gradients"], type="bar")
    expected = [of.losses[t, 0] if t in (3, 9) else None for t in range(len(TEXT.text))]
    assert bars["y"] == expected


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("factor", "verb"), [(0.5, "fades"), (1.0, "lasts:"), (1.5, "grows")])
def test_the_mean_factor_per_step_is_found_drawn_and_said(factor, verb, reverse):
    trace = fading(factor, reverse=reverse)
    mask = np.arange(9) == (0 if reverse else 8)
    drawing = gradients.draw(trace, losses=mask * 1.0, loss_mask=mask)
    assert title(drawing)[0] == f"The gradient {verb} ×{factor:g} per step"
    (line,) = traces(drawing, name="mean factor")
    assert line["x"] == ([8, 0] if reverse else [0, 8])
    np.testing.assert_allclose(line["y"], [0.4 * factor**8, 0.4])
    assert f"by a factor of {factor:g} per step between steps 0 and 8" in drawing.alt
    assert f"{short(0.4 * factor**8)} at step {8 if reverse else 0}" in drawing.alt


def test_no_mean_factor_is_claimed_where_every_step_adds_its_own_loss():
    assert not traces(all_drawings(a_run())["gradients"], name="mean factor")


def test_a_gradient_whose_square_underflows_is_still_drawn():
    norms = gradients.norms_of(fading(1e-30, steps=8))
    np.testing.assert_allclose(norms.hidden[0], 0.4e-210)
    np.testing.assert_allclose(norms.preactivation[0], 0.8e-210)
    low, high = layout(gradients.draw(fading(1e-30, steps=8)))["yaxis"]["range"]
    assert low < -211
    assert high < 2


def test_the_gradient_axis_stays_put_for_ordinary_sizes():
    ranges = {(*layout(gradients.draw(fading(f)))["yaxis"]["range"],) for f in (0.5, 0.7, 1.2)}
    assert len(ranges) == 1


def test_jacobian_lines_are_singular_values_of_the_products():
    of = a_run("rnn_tanh", NUMBERS)
    hidden, recurrent = of.layers[0].hidden[:, 0], of.weights["weight_hh_l0"]
    product, expected = np.eye(5), []
    for t in range(23, -1, -1):
        expected.append(np.linalg.svd(product, compute_uv=False))
        product = product @ ((1 - hidden[t] ** 2)[:, None] * recurrent)
    drawing = all_drawings(of)["jacobians"]
    for name, rank in {"largest": 0, "middle": 2, "smallest": 4}.items():
        (line,) = traces(drawing, name=name)
        drawn = numbers(line["y"])
        seen = ~np.isnan(drawn)
        np.testing.assert_allclose(drawn[seen], np.array(expected)[::-1, rank][seen], atol=1e-15)
    assert f"largest {short(expected[-1][0])}" in drawing.alt
    assert f"factor of {expected[-1][0] ** (1 / 23):.3g} per step" in drawing.alt


def test_values_below_rounding_are_gaps_and_counted():
    far = [[1e-3, 1e-9, 1e-11, np.nan], [1e-2, 1e-5, 1e-6, np.nan]]
    values = np.array([*far, [1.0, 1.0, 1.0, 1.0]])
    drawing = jacobians.draw(values)
    (smallest,) = traces(drawing, name="smallest")
    assert smallest["y"] == [None, None, 1.0]
    assert "2 below rounding left out" in title(drawing)[1]
    assert "2 of 12 values are below rounding" in drawing.alt
    assert "largest 0.001, middle 1e-9 at step 0" in drawing.alt


def test_both_jacobians_of_an_lstm_share_one_scale():
    both = layout(all_drawings(a_run())["jacobians"])
    assert both["yaxis"]["range"] == both["yaxis2"]["range"]


def test_the_csv_of_the_gates_holds_the_trace():
    trace = a_run().layers[0]
    rows = csv.DictReader(io.StringIO(gates.draw(trace, TEXT).to_csv()))
    (row,) = [row for row in rows if row["unit"] == "3" and row["step"] == "7"]
    assert float(row["forget_gate"]) == trace.forget_gate[7, 0, 3]
    assert float(row["cell_state"]) == trace.cell[7, 0, 3]
    assert row["read"] == TEXT.text[7].replace(" ", "␣")


def test_a_download_is_named_and_twice_as_large_and_nothing_links_outside():
    config = gates.draw(a_run().layers[0]).config
    assert config["toImageButtonOptions"] == {"format": "png", "filename": "gates", "scale": 2}
    assert config["displaylogo"] is False
    assert "toImage" in config["modeBarButtons"][0]


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda of: gates.draw(of.layers[0], Text("abc")), "3 steps, but the trace has 17"),
        (lambda of: gates.draw(of.layers[0], order=SIZE), 'order must be "index"'),
        (lambda of: gates.draw(of.layers[0], theme=BLUE), "theme must be .* got 'blue'"),
        (lambda of: trajectory.draw(of.layers[0], units=(0, 5)), "units must lie in 0 to 4, got 5"),
        (lambda of: gradients.draw(of.layers[0], losses=np.ones(3)), r"shape \(17,\), got \(3,\)"),
        (lambda of: gradients.draw(replace(of.layers[0], grad_hidden=None)), "has no gradients"),
        (lambda of: jacobians.draw(np.ones((4, 2)), step_to=2), "first or last of steps 0 to 3"),
        (lambda of: jacobians.draw(np.ones((4, 2)), Text("abc")), "reach step 3"),
        (lambda of: jacobians.draw(np.ones((4, 2)), state_values=np.ones((3, 4))), "4 steps"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(draw, says):
    with pytest.raises(ValueError, match=says):
        draw(a_run())


@pytest.mark.parametrize("theme", THEMES)
def test_the_page_and_the_figures_share_their_colours(theme):
    file = Path(__file__).parents[1] / ".streamlit" / "config.toml"
    page, colours = tomllib.loads(file.read_text("utf-8"))["theme"][theme], style(theme)
    assert page["backgroundColor"] == colours.background
    assert page["secondaryBackgroundColor"] == colours.panel
    assert page["textColor"] == colours.text
    assert page["borderColor"] == colours.line
    assert page["primaryColor"] == colours.accent
    sequential, diverging = page["chartSequentialColors"], page["chartDivergingColors"]
    assert sequential[0] == colours.gate[0]
    assert colours.gate[1] in sequential
    assert (diverging[0], diverging[-1]) == (colours.signed[0], colours.signed[2])
