"""What the view "who is to blame" asks for: each loss's own gradient, and the LSTM's two ways back.

The losses are taken one by one through `torch.nn`, whose automatic differentiation knows nothing
of the core's sweep over all of them.
"""

import math
from typing import Any

import numpy as np
import pytest
import torch

from exhibits.stage.on_demand import on_demand
from exhibits.stage.payload import encode
from exhibits.stage.wanted.paths import paths
from exhibits.stage.wanted.sources import norms, sources
from rnn_core import LSTMTrace, Run, Setup, Text, run
from tests.test_stage_payload import read

TEXT = "(a[b]) c"
MODULES = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn_tanh": torch.nn.RNN}


def cell_run(cell: str, **changes: Any) -> Run:
    return run(Setup(Text(TEXT), cell=cell, hidden_size=4, seed=5, init_scale=1.6, **changes))


def torch_losses(traced: Run) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Every step's hidden state and every step's loss, tied to each other step by step."""
    setup = traced.setup
    cells, weights = [], traced.weights
    for layer in range(setup.num_layers):
        cell = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "rnn_tanh": torch.nn.RNNCell}[
            setup.cell
        ](traced.inputs.shape[-1] if layer == 0 else setup.hidden_size, setup.hidden_size)
        cell = cell.double()
        with torch.no_grad():
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                getattr(cell, name).copy_(torch.tensor(weights[f"{name}_l{layer}"]))
        cells.append(cell)
    out_weight = torch.tensor(weights["readout.weight"])
    out_bias = torch.tensor(weights["readout.bias"])
    states: list[Any] = [None] * setup.num_layers
    hidden, losses = [], []
    for t, x in enumerate(traced.inputs):
        below = torch.tensor(x)
        for layer, cell in enumerate(cells):
            states[layer] = cell(below, states[layer])
            below = states[layer][0] if setup.cell == "lstm" else states[layer]
            if layer == 0:
                hidden.append(below)
                below.retain_grad()
        logits = below @ out_weight.T + out_bias
        target = torch.tensor(np.asarray(traced.targets)[t])
        losses.append(torch.nn.functional.cross_entropy(logits, target))
    return hidden, losses


def torch_norms(traced: Run) -> dict[int, list[float]]:
    """‖∂L_k/∂h_t‖ of the first layer, one backward pass for each loss."""
    hidden, losses = torch_losses(traced)
    found = {}
    for k in np.flatnonzero(traced.loss_mask):
        grads = torch.autograd.grad(losses[k], hidden, retain_graph=True, allow_unused=True)
        found[int(k)] = [
            0.0 if grad is None else math.sqrt(sum(v * v for v in grad[0].tolist()))
            for grad in grads
        ]
    return found


def rows_of(made: Any, steps: int) -> dict[int, np.ndarray]:
    """The rows as the description says that they stand one after the other."""
    flat, found = made.arrays["norms"], {}
    for k in made.facts["sources"]:
        size = steps if made.facts["square"] else k + 1
        found[k], flat = flat[:size], flat[size:]
    assert flat.size == 0
    return found


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", MODULES)
def test_each_row_is_what_torch_gives_for_that_loss_alone(cell: str, layers: int) -> None:
    traced = cell_run(cell, num_layers=layers)
    wanted = torch_norms(traced)
    rows = rows_of(sources(traced, 0), len(TEXT))
    assert sorted(rows) == sorted(wanted) == list(range(len(TEXT) - 1))
    for k, row in rows.items():
        assert row == pytest.approx(wanted[k][: k + 1], rel=1e-9), f"loss {k}"
        assert wanted[k][k + 1 :] == [0.0] * (len(TEXT) - k - 1)


def test_a_run_with_one_loss_has_one_row() -> None:
    traced = cell_run("gru", loss_steps="last")
    made = sources(traced, 0)
    assert made.facts["sources"] == [len(TEXT) - 2]
    assert made.arrays["norms"] == pytest.approx(torch_norms(traced)[len(TEXT) - 2][:-1], rel=1e-9)
    reached = made.arrays["cancellation"][:-1]
    assert reached == pytest.approx(np.ones(len(TEXT) - 1)), "nothing to cancel"
    assert math.isnan(made.arrays["cancellation"][-1])


def test_in_a_bidirectional_network_every_row_has_every_step() -> None:
    traced = cell_run("rnn_tanh", bidirectional=True, num_layers=2)
    made = sources(traced, 0)
    assert made.facts["square"] is True
    rows = rows_of(made, len(TEXT))
    assert all(len(row) == len(TEXT) for row in rows.values())
    assert rows[0][-1] > 0.0, "by way of the reverse layer above the first loss sees the last step"


def test_cancellation_is_the_stacked_norms_over_the_norm_that_is_left() -> None:
    traced = cell_run("lstm")
    hidden, losses = torch_losses(traced)
    mask = traced.loss_mask
    total = torch.stack([loss for k, loss in enumerate(losses) if mask[k]]).sum()
    left = torch.autograd.grad(total, hidden, retain_graph=True, allow_unused=True)
    apart = torch_norms(traced)
    found = sources(traced, 0).arrays["cancellation"]
    for t in range(len(TEXT) - 1):
        size = float(left[t].norm())
        assert found[t] == pytest.approx(sum(row[t] for row in apart.values()) / size, rel=1e-9)
    assert (found[:-2] > 1.0).all()


def test_norms_do_not_underflow() -> None:
    tiny = norms(np.array([[3e-200, 4e-200], [0.0, 0.0], [3e-320, 4e-320], [3.0, 4.0]]))
    assert tiny[0] == pytest.approx(5e-200, rel=1e-15)
    assert tiny[1] == 0.0
    assert tiny[2] == pytest.approx(5e-320, rel=1e-3)
    assert tiny[3] == 5.0


def test_behind_a_cut_nothing_is_felt() -> None:
    traced = cell_run("lstm", truncation=(2, 3))
    full = torch_norms(traced)
    for k, row in rows_of(sources(traced, 0), len(TEXT)).items():
        # Every two steps back through three: losses 0, 1 go back in steps 0 to 1, losses 2, 3 in
        # steps 1 to 3, losses 4, 5 in 3 to 5, loss 6 in 5 to 7.
        start = max(0, 2 * (k // 2) - 1)
        assert row[start:] == pytest.approx(full[k][start : k + 1], rel=1e-9)
        assert not row[:start].any()


def cell_norms(traced: Run, sources_: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """By hand: what arrives at c_k by way of h_k, down the forget gates alone; and its norms."""
    trace = traced.layers[0]
    forget, cell, output = (getattr(trace, n)[:, 0] for n in ("forget_gate", "cell", "output_gate"))
    grad_h = traced.grad_output[:, 0] @ traced.weights["readout.weight"]
    straight = np.zeros_like(cell)
    for k in sources_:
        arrived = grad_h[k] * output[k] * (1.0 - np.tanh(cell[k]) ** 2)
        for t in range(k, -1, -1):
            straight[t] += arrived
            arrived = arrived * forget[t]
    return straight, np.linalg.norm(straight, axis=-1)


def test_straight_along_the_conveyor_is_what_the_forget_gates_alone_let_through() -> None:
    traced = cell_run("lstm")
    losses = np.flatnonzero(traced.loss_mask).tolist()
    straight, size = cell_norms(traced, losses)
    made = paths(traced, 0)
    assert made.facts == {"source": None}
    assert made.arrays["straight"] == pytest.approx(size, rel=1e-9)
    trace = traced.layers[0]
    assert isinstance(trace, LSTMTrace)
    assert trace.grad_cell is not None
    gates = np.linalg.norm(trace.grad_cell[:, 0] - straight, axis=-1)
    assert made.arrays["gates"] == pytest.approx(gates, rel=1e-7, abs=1e-12)
    assert gates[0] > 0.01, "a run in which nothing comes through the gates tests nothing"


def test_one_loss_has_its_own_two_ways() -> None:
    traced = cell_run("lstm")
    made = paths(traced, 0, "4")
    assert made.facts == {"source": 4}
    assert made.arrays["straight"] == pytest.approx(cell_norms(traced, [4])[1], rel=1e-9)
    assert made.arrays["gates"][4] == pytest.approx(0.0, abs=1e-15)
    assert not made.arrays["straight"][5:].any()
    assert made.arrays["gates"][3] > 1e-4


@pytest.mark.parametrize("word", ["8", "-1", "1.5", "x", "9" * 40])
def test_a_step_that_the_run_lacks_is_said_and_not_raised(word: str) -> None:
    want = f"paths:{word}"
    made = on_demand(cell_run("lstm"), 0, want)
    assert "source" in str(made.facts[want]["problem"])  # type: ignore[index]


def test_the_gru_has_no_two_ways_and_says_so() -> None:
    made = on_demand(cell_run("gru"), 0, "paths")
    assert "LSTM" in str(made.facts["paths"]["problem"])  # type: ignore[index]


def test_they_travel_as_float64() -> None:
    header, arrays = read(encode(cell_run("lstm"), layer=0, wants=("sources", "paths:2")).data)
    assert header["facts"]["sources"]["sources"] == list(range(len(TEXT) - 1))
    for name in ("sources.norms", "sources.cancellation", "paths:2.straight", "paths:2.gates"):
        assert arrays[name].dtype == np.float64


def test_the_triangle_is_small_enough_to_send() -> None:
    long = run(Setup(Text("ab" * 50), cell="gru", hidden_size=3))
    assert sources(long, 0).arrays["norms"].nbytes <= 80_000
