"""Setups and numbers that leave the app: run the text, and compare with the record."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

import rnn_core
from rnn_core import (
    GATE_FIELDS,
    Changes,
    Numbers,
    Run,
    Setup,
    Text,
    Vectors,
    load_weights,
    numpy_lines,
    run,
    setup_expression,
    signal,
    torch_lines,
)
from rnn_core.expression import expression

TEXT = Setup(Text("abcab"), hidden_size=3, init_scale=2.0, seed=3)
SERIES = replace(TEXT, sequence=Numbers((0.5, -1.0, 0.25, 2.0, 0.125), standardise=True))
CLASSES = Vectors(((1.0, 0.5), (0.0, -1.0), (2.0, 0.25)), (1, None, 2), classes=("x", "y", "z"))
STACKED: dict[str, Any] = {"num_layers": 2, "bidirectional": True}
CHANGED = Changes(
    inputs=((1, "c"),),
    weights=(("bias_ih_l0", 0, 0, 0.5),),
    initial=(("hidden", 0, 1, 0.7), ("hidden", 2, 0, -0.4)),
)
HELD = replace(CHANGED, silenced=((0, 2), (3, 1)))
LINES = {"numpy": numpy_lines, "torch": torch_lines}


def pins(cell: str) -> tuple[tuple[int, str, int, float], ...]:
    """Each gate of unit 1 in record 0, the first of unit 0 in record 3."""
    gates = GATE_FIELDS[cell]
    return (*((0, gate, 1, 0.1 * k + 0.3) for k, gate in enumerate(gates)), (3, gates[0], 0, 0.8))


CASES = {
    "lstm": TEXT,
    "lstm, three layers": replace(TEXT, num_layers=3),
    "lstm, two ways": replace(TEXT, **STACKED),
    "lstm, changed": replace(
        TEXT, changes=replace(CHANGED, initial=(*CHANGED.initial, ("cell", 0, 2, 0.9))), **STACKED
    ),
    "lstm, held": replace(TEXT, changes=replace(HELD, pins=pins("lstm")), **STACKED),
    "lstm, peepholes": replace(SERIES, peepholes=True, **STACKED),
    "lstm, peepholes, held": replace(
        TEXT, peepholes=True, changes=replace(HELD, pins=pins("lstm")), **STACKED
    ),
    "lstm, cut": replace(TEXT, num_layers=2, truncation=(2, 3)),
    "lstm, cut in pieces": replace(SERIES, peepholes=True, truncation=(2, 2)),
    "gru": replace(SERIES, cell="gru"),
    "gru, classes": replace(TEXT, cell="gru", sequence=CLASSES, num_layers=2),
    "rnn_linear, classes, cut": replace(
        TEXT, cell="rnn_linear", sequence=CLASSES, truncation=(2, 3)
    ),
    "gru, two ways": replace(TEXT, cell="gru", **STACKED),
    "gru, changed": replace(TEXT, cell="gru", changes=CHANGED, **STACKED),
    "gru, held": replace(TEXT, cell="gru", changes=replace(HELD, pins=pins("gru")), **STACKED),
    "gru, cut": replace(TEXT, cell="gru", num_layers=2, truncation=(1, 2)),
    "rnn_tanh, two ways": replace(SERIES, cell="rnn_tanh", **STACKED),
    "rnn_relu, two ways": replace(TEXT, cell="rnn_relu", **STACKED),
    "rnn_linear, two ways": replace(SERIES, cell="rnn_linear", **STACKED),
    "rnn_linear, held": replace(TEXT, cell="rnn_linear", changes=HELD, **STACKED),
    "rnn_linear, cut": replace(TEXT, cell="rnn_linear", num_layers=2, truncation=(1, 2)),
    "rnn_tanh, held": replace(TEXT, cell="rnn_tanh", changes=HELD, **STACKED),
    "rnn_relu, cut": replace(
        SERIES, cell="rnn_relu", num_layers=2, loss_steps=(1, 3), truncation=(3, 4)
    ),
}


def numbers_of(recorded: Run) -> Iterator[tuple[int, str, bool, np.ndarray]]:
    """Every record's number arrays: which record, what, a gradient or not, (time, hidden)."""
    size, gates = recorded.network.hidden_size, GATE_FIELDS[recorded.network.cell]
    for layer, trace in enumerate(recorded.layers):
        values: dict[str, Any] = vars(trace)
        states = ("hidden", "cell") if recorded.network.cell == "lstm" else ("hidden",)
        inner = ("recurrent_candidate",) if recorded.network.cell == "gru" else ()
        for what in (*states, *gates, *inner):
            yield layer, what, False, values[what][:, 0]
        for what in states:
            yield layer, what, True, values[f"grad_{what}"][:, 0]
        for k, gate in enumerate(gates or ("",)):
            what = f"{gate}_preactivation".strip("_")
            yield layer, what, False, trace.preactivation[:, 0, k * size : (k + 1) * size]


def worked_out(text: str, capsys) -> float:
    """What a script leaves in `value` when it runs alone; it must print the same."""
    names: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), names)  # the scripts are there to be run
    assert float(capsys.readouterr().out) == float(names["value"])
    return float(names["value"])


@pytest.mark.parametrize("library", LINES)
@pytest.mark.parametrize("name", CASES)
def test_a_script_works_out_the_number_that_the_record_holds(name, library, capsys, monkeypatch):
    # Equal setups give equal runs, so that one is enough for all the scripts of a case.
    monkeypatch.setattr(rnn_core, "run", lru_cache(run))
    recorded, differing = run(CASES[name]), 0
    rng = np.random.default_rng(list(name.encode()))
    for layer, what, gradient, values in numbers_of(recorded):
        # The ends of a gradient are special, and the beginning of a state.
        ends = [0, len(values) - 1] if gradient else [0]
        for step in (*ends, int(rng.integers(1, len(values) - 1))):
            unit = int(rng.integers(3))
            text = LINES[library](recorded, layer, step, unit, what, gradient)
            expected = values[step, unit]
            assert worked_out(text, capsys) == pytest.approx(expected, rel=1e-9, abs=1e-12), text
            differing += expected not in (0.0, 1.0)
    assert differing > 3


@pytest.mark.parametrize("library", LINES)
@pytest.mark.parametrize("weights", ["brackets-lstm", "brackets-gru", "waves-rnn_tanh"])
def test_trained_weights_are_taken_by_their_name(weights, library, capsys):
    shipped = load_weights(weights)
    sequence = Text("f(x[1])") if shipped.alphabet else Numbers(signal("sine", 12))
    network = shipped.network
    recorded = run(
        Setup(sequence, cell=network.cell, hidden_size=network.hidden_size, weights=weights)
    )
    for gradient, values in (
        (False, recorded.layers[0].hidden),
        (True, recorded.layers[0].grad_hidden),
    ):
        assert values is not None
        text = LINES[library](recorded, 0, 4, 7, "hidden", gradient)
        assert worked_out(text, capsys) == pytest.approx(values[4, 0, 7], rel=1e-9)


def test_the_numpy_script_spells_the_arithmetic_and_does_not_look_the_number_up():
    recorded = run(TEXT)
    text = numpy_lines(recorded, 0, 2, 1)
    for spelled in ("@ x", "@ h_before", "np.exp(-a_f)", "c = f * c_before + i * g"):
        assert spelled in text
    assert "layer.hidden[t - 1, 0]" in text
    assert "layer.hidden[t," not in text
    assert "import torch" not in text


@pytest.mark.parametrize("library", LINES)
def test_scripts_are_short(library):
    """25 lines, but for what PyTorch has no module for and for two directions in one gradient."""
    for cell in GATE_FIELDS:
        recorded = run(replace(TEXT, cell=cell, **STACKED))
        for layer, what, gradient, _ in numbers_of(recorded):
            lines = LINES[library](recorded, layer, 2, 1, what, gradient).count("\n")
            setup = setup_expression(recorded.setup).count("\n")
            spelled = library == "torch" and (gradient or cell == "rnn_linear")
            assert lines - setup <= (33 if spelled else 25), what


def test_torch_has_modules_for_what_it_has_and_operations_for_the_rest():
    assert "torch.nn.LSTM(3, 3)" in torch_lines(run(TEXT), 0, 2, 1)
    assert "torch.nn.GRU(1, 3)" in torch_lines(run(CASES["gru"]), 0, 2, 1)
    relu = torch_lines(run(CASES["rnn_relu, two ways"]), 0, 2, 1)
    assert 'torch.nn.RNN(3, 3, bidirectional=True, nonlinearity="relu")' in relu
    for name in ("lstm, peepholes", "lstm, held", "gru, held"):
        assert "torch.nn.LSTM" not in torch_lines(run(CASES[name]), 0, 2, 1)


def test_what_a_cell_does_not_have_is_refused_by_name():
    recorded = run(replace(TEXT, cell="gru"))
    for lines in LINES.values():
        with pytest.raises(ValueError, match="what must be one of hidden, reset_gate, update_gate"):
            lines(recorded, 0, 0, 0, "cell")
        with pytest.raises(ValueError, match="what must be one of hidden; got 'reset_gate'"):
            lines(recorded, 0, 0, 0, "reset_gate", True)
        with pytest.raises(ValueError, match="unit must be a whole number, 0 to 2; got 3"):
            lines(recorded, 0, 0, 3)


SETUPS = [
    *CASES.values(),
    Setup(Text("a'b\"c\n\\", alphabet="\\\n\"'abc"), cell="gru", forget_bias=None),
    Setup(Numbers(tuple(k / 7 for k in range(60))), loss_steps=(3, 5), spectral_radius=0.9),
    Setup(Numbers(signal("noise", 200, seed=4)), weights="waves-lstm", hidden_size=16),
    Setup(Text("x" * 200 + "y"), seed=2**40, init_scale=1e-7),
]


@pytest.mark.parametrize("setup", SETUPS)
def test_the_expression_of_a_setup_equals_it(setup):
    text = setup_expression(setup)
    names = {name: getattr(rnn_core, name) for name in rnn_core.__all__}
    again = eval(text, names)  # the expression is there to be evaluated
    assert again == setup
    assert hash(again) == hash(setup)


def test_the_expression_says_no_more_than_it_must():
    assert setup_expression(Setup(Text("abc"))) == 'Setup(Text("abc"))'
    assert setup_expression(Setup(Numbers(signal("sine", 40)), cell="gru")) == (
        'Setup(Numbers(signal("sine", 40)), cell="gru")'
    )
    assert setup_expression(Setup(Numbers((1.0, 2.0)), changes=Changes(silenced=((0, 1),)))) == (
        "Setup(Numbers((1.0, 2.0)), changes=Changes(silenced=((0, 1),)))"
    )


def test_a_long_expression_is_broken_like_black_breaks_it():
    setup = replace(CASES["lstm, held"], spectral_radius=0.5)
    assert setup_expression(setup).splitlines()[:9] == [
        "Setup(",
        '    Text("abcab"),',
        "    hidden_size=3,",
        "    num_layers=2,",
        "    bidirectional=True,",
        "    seed=3,",
        "    init_scale=2.0,",
        "    spectral_radius=0.5,",
        "    changes=Changes(",
    ]
    for each in SETUPS[:-1]:  # a string is not broken
        assert max(map(len, setup_expression(each).splitlines())) <= 88
        assert ast.parse(setup_expression(each), mode="eval")


def test_any_dataclass_of_plain_values_has_an_expression():
    @dataclass(frozen=True)
    class Inner:
        size: float
        named: str = field(default="x", kw_only=True)

    @dataclass(frozen=True)
    class Outer:
        many: tuple[Inner, ...]
        choice: bool = True
        parts: tuple[int, ...] = field(default_factory=tuple)

    value = Outer((Inner(0.5), Inner(1.5, named="y")), choice=False)
    text = expression("value", value, 0)
    assert text == 'Outer((Inner(0.5), Inner(1.5, named="y")), choice=False)'
    assert eval(text, {"Inner": Inner, "Outer": Outer}) == value
    with pytest.raises(TypeError, match=r"value\.parts must be made of plain values"):
        expression("value", Outer((), parts=[1]), 0)  # type: ignore[arg-type]
