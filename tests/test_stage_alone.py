"""One loss alone on the wires is what reaches each state of that loss, and of no other."""

from dataclasses import replace

import numpy as np
import pytest

from exhibits.stage.on_demand import is_known, on_demand
from exhibits.stage.payload import encode
from rnn_core import Setup, Text, grad_by_source, run
from tests.test_stage_payload import read

BASE = Setup(Text("(a[b])(a)"), hidden_size=5, num_layers=2)
SETUPS = [replace(BASE, cell=cell) for cell in ("lstm", "gru", "rnn_tanh")]
SETUPS += [replace(BASE, peepholes=True), replace(BASE, truncation=(2, 4))]


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("setup", SETUPS, ids=lambda s: f"{s.cell}-{s.peepholes}-{s.truncation}")
def test_what_a_step_hands_on_is_what_arrives_of_that_loss_at_the_step_before(setup, layer):
    made, source = run(setup), 6
    arrays = on_demand(made, layer, f"alone:{source}").arrays
    handed = arrays[f"alone:{source}.handed_hidden"]
    own = arrays[f"alone:{source}.own_norm"]
    reached = np.linalg.norm(grad_by_source(made, layer)[source, :, 0], axis=-1)
    assert not handed[source + 1 :].any()
    if layer == 1:  # below it the layer above hands gradient to every step
        assert np.flatnonzero(own).tolist() == [source]
        np.testing.assert_allclose(handed[1 : source + 1], reached[:source], rtol=1e-10)
    np.testing.assert_allclose(own[source], reached[source], rtol=1e-10)


def test_all_losses_but_one_masked_leave_the_same_way_as_that_one_alone():
    made = run(replace(BASE, loss_steps=(6,)))
    everything = run(BASE)
    arrays = on_demand(everything, 0, "alone:6").arrays
    due = read(encode(made, layer=0).data)[1]
    for name in ("handed_hidden", "handed_cell", "own_norm"):
        np.testing.assert_allclose(
            arrays[f"alone:6.{name}"], due[f"layer0.{name}"], rtol=1e-9, atol=1e-300
        )


@pytest.mark.parametrize("word", ["", "-1", "99", "1.5", "6:6", "x"])
def test_a_step_that_is_none_is_said(word):
    want = f"alone:{word}"
    assert is_known(want)
    assert "problem" in str(on_demand(run(BASE), 0, want).facts)
