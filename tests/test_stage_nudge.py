"""What the panel "nudge" is sent: checked against PyTorch run twice, and against its autograd."""

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

from exhibits.stage.on_demand import is_known, on_demand
from exhibits.stage.payload import encode
from rnn_core import Numbers, Run, Setup, Text, run
from tests.test_stage_payload import read

TEXT = "if (x[i]) {y}"
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn_tanh": torch.nn.RNN}
SIZE, STEP = 5, 4


def run_of(cell: str, **changes: Any) -> Run:
    return run(Setup(Text(TEXT), cell=cell, hidden_size=SIZE, seed=4, init_scale=1.5, **changes))


def sent(traced: Run, want: str, layer: int = 0) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Facts and arrays of one word, as the browser reads them from the payload."""
    header, arrays = read(encode(traced, layer=layer, wants=(want,)).data)
    prefix = f"{want}."
    found = {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
    return header["facts"][want], found


def other(traced: Run) -> int:
    """The index of a character that is not read at STEP."""
    return next(k for k, c in enumerate(traced.alphabet) if c != TEXT[STEP])


def torch_run(traced: Run, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Hidden states and summed cross-entropy of PyTorch's layer on these inputs."""
    network = traced.network
    layer = LAYERS[network.cell](network.input_size, SIZE, dtype=torch.float64)
    for name, parameter in layer.named_parameters():
        parameter.data = torch.tensor(traced.weights[name])
    hidden, _ = layer(inputs)
    output = hidden[:, 0] @ torch.tensor(traced.weights["readout.weight"]).T
    output = output + torch.tensor(traced.weights["readout.bias"])
    steps = torch.tensor(np.flatnonzero(traced.loss_mask))
    targets = torch.tensor(traced.targets[:, 0].astype(np.int64))
    loss = torch.nn.functional.cross_entropy(output[steps], targets[steps], reduction="sum")
    return hidden[:, 0], loss


@pytest.mark.parametrize("cell", LAYERS)
def test_real_and_predicted_are_pytorch_s(cell: str) -> None:
    traced, size = run_of(cell), 0.3
    to = other(traced)
    facts, arrays = sent(traced, f"nudge:{STEP}:{to}:{size}")
    before = torch.tensor(traced.inputs)
    move = torch.zeros_like(before)
    move[STEP, 0, traced.alphabet.index(TEXT[STEP])] = -1.0
    move[STEP, 0, to] = 1.0
    hidden, loss = torch_run(traced, before)
    again, loss_again = torch_run(traced, before + size * move)
    np.testing.assert_allclose(arrays["real"], (again - hidden).detach().numpy(), atol=1e-12)
    assert facts["loss_real"] == pytest.approx((loss_again - loss).item())
    _, slope = torch.autograd.functional.jvp(lambda x: torch_run(traced, x), before, move)
    np.testing.assert_allclose(arrays["predicted"], size * slope[0].numpy(), atol=1e-12)
    assert facts["loss_predicted"] == pytest.approx(size * slope[1].item())


def test_the_predicted_change_of_the_loss_is_what_the_backward_pass_found() -> None:
    traced = run_of("lstm")
    to = other(traced)
    facts, _ = sent(traced, f"nudge:{STEP}:{to}:0.3")
    gradient = traced.grad_inputs[STEP, 0]
    slope = gradient[to] - gradient[traced.alphabet.index(TEXT[STEP])]
    assert facts["loss_predicted"] == pytest.approx(0.3 * slope)


def test_norms_and_errors_are_those_of_the_vectors() -> None:
    traced = run_of("gru")
    facts, arrays = sent(traced, f"nudge:{STEP}:{other(traced)}:2")
    for t in range(len(TEXT)):
        real, predicted = arrays["real"][t], arrays["predicted"][t]
        size = math.sqrt(sum(float(v) ** 2 for v in real))
        assert arrays["real_norm"][t] == pytest.approx(size)
        assert arrays["predicted_norm"][t] == pytest.approx(math.hypot(*predicted.tolist()))
        if t < STEP:
            assert size == 0.0
            assert math.isnan(arrays["error"][t])
        else:
            apart = math.hypot(*(real - predicted).tolist())
            assert arrays["error"][t] == pytest.approx(apart / size)
    broken = [t for t, error in enumerate(arrays["error"]) if error > facts["tolerance"]]
    assert facts["breaks_at"] == broken[0]
    assert 0.0 < facts["linear_up_to"] < 2.0


def test_the_size_up_to_which_it_is_linear_is_the_size_that_it_is() -> None:
    traced = run_of("gru")
    to = other(traced)
    limit = sent(traced, f"nudge:{STEP}:{to}:0.1")[0]["linear_up_to"]
    assert sent(traced, f"nudge:{STEP}:{to}:{limit * 0.99}")[0]["breaks_at"] is None
    assert sent(traced, f"nudge:{STEP}:{to}:{limit * 1.02}")[0]["breaks_at"] is not None


def test_a_number_is_nudged_upwards() -> None:
    traced = run(Setup(Numbers((0.5, -1.0, 0.3, 0.8)), cell="rnn_tanh", hidden_size=1, seed=1))
    _, arrays = sent(traced, "nudge:2:+:0.5")
    weights = {name: float(np.sum(value)) for name, value in traced.weights.items()}
    bias = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    before = traced.layers[0].hidden[1, 0, 0]
    a = weights["weight_ih_l0"] * 0.8 + weights["weight_hh_l0"] * before + bias
    assert arrays["real"][2, 0] == pytest.approx(math.tanh(a) - traced.layers[0].hidden[2, 0, 0])
    assert arrays["real"][:2].tolist() == [[0.0], [0.0]]


def test_the_ripple_is_the_seen_layer_s_and_runs_its_way() -> None:
    traced = run_of("gru", bidirectional=True)
    want = f"nudge:{STEP}:{other(traced)}:0.5"
    _, onward = sent(traced, want, layer=0)
    _, back = sent(traced, want, layer=1)
    assert (onward["real_norm"][:STEP] == 0).all()
    assert (onward["real_norm"][STEP:] > 0).all()
    assert (back["real_norm"][: STEP + 1] > 0).all()
    assert (back["real_norm"][STEP + 1 :] == 0).all()


def test_a_picture_that_never_breaks_is_null_and_not_infinity_in_the_header() -> None:
    """A ReLU unit that stays on is exactly linear, at every size."""
    traced = run(Setup(Numbers((1.0,) * 20), cell="rnn_relu", hidden_size=1, seed=5))
    assert (traced.layers[0].hidden > 0).all()
    facts, arrays = sent(traced, "nudge:0:+:3")
    assert arrays["real_norm"][0] > 0
    assert facts["linear_up_to"] is None
    assert facts["breaks_at"] is None
    json.dumps(facts, allow_nan=False)


@pytest.mark.parametrize(
    "words",
    [
        "99:1:0.1", "-1:1:0.1", "4:+:0.1", "4:999:0.1", "4:1.0:0.1", "4::0.1", "4:1:", "4:1:nan",
        "4:1:inf", "4:1:-0.1", "4:1:0", "4:1:3.1", "4:1:0.00001", "4:1", "4:1:0.1:0.1", "", "٤:1:1",
        "4:4:0.1",
    ],
)  # fmt: skip
def test_words_that_make_no_sense_are_a_problem_that_is_said(words: str) -> None:
    traced = run_of("gru")
    if words == "4:4:0.1":  # towards the character that is read already
        words = f"4:{traced.alphabet.index(TEXT[4])}:0.1"
    want = f"nudge:{words}"
    assert is_known(want)
    extra = on_demand(traced, 0, want)
    assert not extra.arrays
    facts: Any = extra.facts
    assert facts[want]["problem"]


def test_numbers_know_only_one_direction() -> None:
    traced = run(Setup(Numbers((0.5, -1.0, 0.3)), cell="gru", hidden_size=2))
    facts: Any = on_demand(traced, 0, "nudge:1:0:0.1").facts
    assert "'+'" in facts["nudge:1:0:0.1"]["problem"]
