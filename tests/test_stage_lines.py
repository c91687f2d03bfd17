"""The scripts that the unit's view asks for: they print the run's own number, and nothing that the
browser could send instead of an argument does any harm."""

import subprocess
import sys
from pathlib import Path

import pytest

from exhibits.stage.on_demand import LONGEST, is_known, on_demand
from exhibits.stage.wanted.lines import lines
from rnn_core import LSTMTrace, Run, Setup, Text, run

ROOT = Path(__file__).resolve().parents[1]
SETUP = Setup(Text("(a[b]c)d"), hidden_size=4, num_layers=2)


@pytest.fixture(scope="module")
def made() -> Run:
    return run(SETUP)


def printed(script: str) -> float:
    """What a fresh Python prints that is given nothing but the script."""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout.split()[-1])


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_a_script_prints_the_number_that_is_shown(made: Run, library: str) -> None:
    trace = made.layers[1]
    assert isinstance(trace, LSTMTrace)
    assert trace.grad_cell is not None
    for what, gradient, due in (
        ("hidden", "0", trace.hidden[5, 0, 2]),
        ("forget_gate", "0", trace.forget_gate[5, 0, 2]),
        ("cell", "1", trace.grad_cell[5, 0, 2]),
    ):
        extra = on_demand(made, 1, f"lines:5:2:{what}:{gradient}")
        facts = extra.facts[f"lines:5:2:{what}:{gradient}"]
        assert isinstance(facts, dict)
        assert sorted(facts) == ["numpy", "torch"]
        assert printed(facts[library]) == pytest.approx(due, rel=1e-5, abs=1e-9), what


def test_every_number_that_the_view_offers_has_its_scripts() -> None:
    """The fields are those of `unit_model.mjs`: the open gate's, and the states'."""
    offers = {
        "lstm": ("forget_gate", "input_gate", "candidate", "output_gate", "cell", "hidden"),
        "gru": ("reset_gate", "update_gate", "candidate", "hidden"),
        "rnn_tanh": ("preactivation", "hidden"),
        "rnn_relu": ("preactivation", "hidden"),
        "rnn_linear": ("preactivation", "hidden"),
    }
    for cell, fields in offers.items():
        own = run(Setup(Text("(a[b]c)d"), cell=cell, hidden_size=3))
        for what in fields:
            facts = lines(own, 0, "3", "1", what, "0").facts
            left: dict[str, float] = {}
            exec(str(facts["numpy"]), left)
            due = getattr(own.layers[0], what)[3, 0, 1]
            assert left["value"] == pytest.approx(due, rel=1e-9), (cell, what)
            assert "torch" in str(facts["torch"]), (cell, what)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("8", "0", "hidden", "0"), "step"),
        (("-1", "0", "hidden", "0"), "step"),
        (("1e3", "0", "hidden", "0"), "step"),
        (("٣", "0", "hidden", "0"), "step"),
        (("9" * 100, "0", "hidden", "0"), "step"),
        (("0", "4", "hidden", "0"), "unit"),
        (("0", "", "hidden", "0"), "unit"),
        (("0", "0", "__class__", "0"), "what"),
        (("0", "0", "reset_gate", "0"), "what"),
        (("0", "0", "forget_gate", "1"), "what"),
        (("0", "0", "hidden'); import os", "0"), "what"),
        (("0", "0", "hidden", "2"), "gradient"),
        (("0", "0", "hidden", "True"), "gradient"),
    ],
)
def test_a_hostile_argument_is_named_and_refused(
    made: Run, arguments: tuple[str, str, str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named} must be"):
        lines(made, 1, *arguments)


def test_too_few_arguments_are_a_sentence_and_no_crash(made: Run) -> None:
    for want in ("lines", "lines:1:2", "lines:1:2:hidden:0:more"):
        facts = on_demand(made, 1, want).facts[want]
        assert isinstance(facts, dict)
        assert "problem" in facts
    assert is_known("lines:99:63:output_gate:0")
    assert not is_known("lines:" + "1" * LONGEST)
