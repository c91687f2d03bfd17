"""What the panel "state space" is sent: checked against the states and the cells' own equations.

Fixed points are put back into PyTorch's cells: they must stay where they are, and eigenvalues
must be those of the Jacobian that automatic differentiation finds there.
"""

from typing import Any

import numpy as np
import pytest
import torch

from exhibits.stage.on_demand import is_known, on_demand
from exhibits.stage.payload import encode
from rnn_core import Numbers, Run, Setup, Text, run
from tests.test_stage_payload import read

TEXT = "if (x[i]) {y}"
CELLS = {"lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell, "rnn_tanh": torch.nn.RNNCell}
SIZE = 4


def run_of(cell: str, **changes: Any) -> Run:
    return run(Setup(Text(TEXT), cell=cell, hidden_size=SIZE, seed=2, init_scale=1.6, **changes))


def sent(traced: Run, want: str, layer: int = 0) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and arrays of one word, as the browser reads them from the payload."""
    header, arrays = read(encode(traced, layer=layer, wants=(want,)).data)
    prefix = f"{want}."
    found = {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
    return header["facts"][want], found


def torch_map(traced: Run, step: int) -> Any:
    """One step of PyTorch's cell with the input held at `step`, as a map of the whole state."""
    network = traced.network
    cell = CELLS[network.cell](network.input_size, SIZE, dtype=torch.float64)
    for name, parameter in cell.named_parameters():
        parameter.data = torch.tensor(traced.weights[f"{name}_l0"])
    inputs = torch.tensor(traced.inputs[step])

    def after(state: torch.Tensor) -> torch.Tensor:
        if network.cell == "lstm":
            return torch.cat(cell(inputs, (state[None, :SIZE], state[None, SIZE:])), dim=1)[0]
        return cell(inputs, state[None])[0]

    return after


@pytest.mark.parametrize("cell", CELLS)
def test_points_that_are_sent_stand_still_in_pytorch(cell: str) -> None:
    traced = run_of(cell)
    facts, arrays = sent(traced, "space:5")
    after = torch_map(traced, 5)
    assert len(arrays["states"]) == len(facts["kinds"]) > 0
    for state in arrays["states"]:
        np.testing.assert_allclose(after(torch.tensor(state)).detach().numpy(), state, atol=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_eigenvalues_are_those_of_pytorch_s_jacobian(cell: str) -> None:
    traced = run_of(cell)
    facts, arrays = sent(traced, "space:5")
    after = torch_map(traced, 5)
    for k, state in enumerate(arrays["states"]):
        jacobian = torch.autograd.functional.jacobian(after, torch.tensor(state)).numpy()
        due = np.linalg.eigvals(jacobian)
        got = arrays["real"][k] + 1j * arrays["imag"][k]
        # Each has its partner, whatever the order among equal moduli.
        apart = np.abs(got[:, None] - due[None, :])
        assert apart.min(axis=1).max() < 1e-6
        assert apart.min(axis=0).max() < 1e-6
        assert facts["radii"][k] == pytest.approx(np.abs(due).max(), abs=1e-9)


@pytest.mark.parametrize("cell", CELLS)
def test_distances_are_to_the_run_s_own_state_nearest_first(cell: str) -> None:
    traced = run_of(cell)
    facts, arrays = sent(traced, "space:5")
    trace: Any = traced.layers[0]
    parts = [trace.hidden[5, 0]] + ([trace.cell[5, 0]] if cell == "lstm" else [])
    own = np.concatenate(parts)
    due = [float(np.sqrt(np.sum((state - own) ** 2))) for state in arrays["states"]]
    assert facts["distances"] == pytest.approx(due)
    assert due == sorted(due)


def test_it_says_how_many_starts_there_were() -> None:
    facts, _ = sent(run_of("gru"), "space:5")
    assert facts["step"] == 5
    assert 0 < facts["converged"] <= facts["starts"]


def test_the_plane_is_where_the_states_spread_most() -> None:
    traced = run_of("lstm")
    facts, arrays = sent(traced, "space")
    states = traced.layers[0].hidden[:, 0]
    np.testing.assert_allclose(arrays["mean"], states.mean(axis=0))
    # By the covariance, not by the singular values of the states.
    variances, axes = np.linalg.eigh(np.cov(states.T))
    assert facts["explained"] == pytest.approx((variances[::-1] / variances.sum())[:2])
    for direction, axis in zip(arrays["directions"], axes.T[::-1][:2], strict=True):
        assert abs(direction @ axis) == pytest.approx(1.0)


def test_the_plane_is_the_seen_layer_s() -> None:
    traced = run_of("gru", num_layers=2)
    _, arrays = sent(traced, "space", layer=1)
    np.testing.assert_allclose(arrays["mean"], traced.layers[1].hidden[:, 0].mean(axis=0))


def test_a_large_layer_has_a_plane_and_says_why_it_has_no_points() -> None:
    traced = run(Setup(Text(TEXT), hidden_size=17))
    facts, arrays = sent(traced, "space")
    assert facts["most_units"] == 16
    assert arrays["directions"].shape == (2, 17)
    facts, _ = sent(traced, "space:3")
    assert "16 units" in facts["problem"]
    assert "17" in facts["problem"]


def test_a_layer_of_one_unit_has_a_plane() -> None:
    traced = run(Setup(Numbers((0.5, -1.0, 0.3)), cell="rnn_tanh", hidden_size=1))
    facts, arrays = sent(traced, "space")
    assert facts["explained"] == [1.0, 0.0]
    assert arrays["directions"].tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("word", ["13", "-1", "1.0", " 5", "", "٣", "5:5", "1e3", "9" * 40])
def test_a_step_that_is_none_is_named_as_the_problem(word: str) -> None:
    want = f"space:{word}"
    assert is_known(want)
    facts: Any = on_demand(run_of("gru"), 0, want).facts
    assert "problem" in facts[want]
