"""The cells against values worked out with `math` alone, and their gradients by the chain rule.

One unit, two steps, every weight different and the recurrence far from zero, so that a gate
in the wrong place or a forgotten term changes the answer.
"""

import math
from typing import Any

import numpy as np
import pytest

from rnn_core import GRUTrace, LSTMTrace, Network, record
from rnn_core.propagate import forward

X = (0.7, -1.3)
H0, C0 = 0.4, -0.6
TARGETS = (0.25, -0.5)
READ, READ_BIAS = 1.7, 0.3


def sigma(a: float) -> float:
    return 1.0 / (1.0 + math.exp(-a))


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def recorded(cell: str, weights: dict[str, np.ndarray], peepholes: bool = False):
    weights = weights | {"readout.weight": column(READ), "readout.bias": np.array([READ_BIAS])}
    start: dict[str, Any] = {"initial_hidden": np.full((1, 1, 1), H0)}
    if cell == "lstm":
        start["initial_cell"] = np.full((1, 1, 1), C0)
    return record(
        Network(cell, 1, 1, peepholes=peepholes, output_size=1),
        weights,
        np.array(X).reshape(2, 1, 1),
        np.array(TARGETS).reshape(2, 1, 1),
        loss="squared",
        **start,
    )


def read_out_errors(h: list[float]) -> list[float]:
    return [READ * h_t + READ_BIAS - target for h_t, target in zip(h, TARGETS, strict=True)]


@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu"])
def test_rnn_of_one_unit_worked_by_hand(cell):
    w, u, b, d = 0.8, -1.1, 0.2, 0.15
    if cell == "rnn_relu":
        b = 0.9  # keeps the first step open and the second shut
    a0 = w * X[0] + b + u * H0 + d
    h0 = math.tanh(a0) if cell == "rnn_tanh" else max(a0, 0.0)
    a1 = w * X[1] + b + u * h0 + d
    h1 = math.tanh(a1) if cell == "rnn_tanh" else max(a1, 0.0)
    slope = [1 - h * h if cell == "rnn_tanh" else float(h > 0) for h in (h0, h1)]
    e = read_out_errors([h0, h1])
    dh1 = READ * e[1]
    da1 = dh1 * slope[1]
    dh0 = READ * e[0] + u * da1
    da0 = dh0 * slope[0]

    run = recorded(
        cell,
        {
            "weight_ih_l0": column(w),
            "weight_hh_l0": column(u),
            "bias_ih_l0": np.array([b]),
            "bias_hh_l0": np.array([d]),
        },
    )
    layer = run.layers[0]
    assert layer.preactivation.ravel() == pytest.approx([a0, a1], abs=1e-12)
    assert layer.hidden.ravel() == pytest.approx([h0, h1], abs=1e-12)
    assert run.loss == pytest.approx(0.5 * e[0] ** 2 + 0.5 * e[1] ** 2, abs=1e-12)
    assert layer.grad_hidden is not None
    assert layer.grad_hidden.ravel() == pytest.approx([dh0, dh1], abs=1e-12)
    assert run.grad_weights["weight_ih_l0"].item() == pytest.approx(da0 * X[0] + da1 * X[1])
    assert run.grad_weights["weight_hh_l0"].item() == pytest.approx(da0 * H0 + da1 * h0)
    assert run.grad_weights["bias_hh_l0"].item() == pytest.approx(da0 + da1)
    assert run.grad_weights["readout.weight"].item() == pytest.approx(e[0] * h0 + e[1] * h1)
    assert run.grad_inputs.ravel() == pytest.approx([da0 * w, da1 * w], abs=1e-12)
    assert run.grad_initial_hidden.item() == pytest.approx(u * da0, abs=1e-12)


Gates = dict[str, tuple[float, float, float, float]]
GRU: Gates = {
    "r": (0.5, -0.7, 0.1, -0.15),
    "z": (-0.9, 0.6, 0.3, 0.05),
    "n": (1.2, 1.4, -0.2, 0.45),
}
LSTM: Gates = {
    "i": (0.5, -0.7, 0.1, -0.15),
    "f": (-0.9, 0.6, 0.8, 0.05),
    "g": (1.2, 1.4, -0.2, 0.45),
    "o": (0.35, -1.05, 0.25, -0.3),
}


def weights_of(gates: Gates) -> dict[str, np.ndarray]:
    """Each gate's (w, u, b, d): input weight, recurrent weight, input bias, recurrent bias."""
    w, u, b, d = zip(*gates.values(), strict=True)
    return {
        "weight_ih_l0": column(*w),
        "weight_hh_l0": column(*u),
        "bias_ih_l0": np.array(b),
        "bias_hh_l0": np.array(d),
    }


def gru_step(x: float, h: float) -> dict[str, float]:
    a = {k: w * x + b + u * h + d for k, (w, u, b, d) in GRU.items()}
    w, u, b, d = GRU["n"]
    s = {"r": sigma(a["r"]), "z": sigma(a["z"]), "q": u * h + d, "before": h}
    s["a"] = w * x + b + s["r"] * s["q"]
    s["n"] = math.tanh(s["a"])
    s["h"] = (1 - s["z"]) * s["n"] + s["z"] * h
    return s


def gru_back(s: dict[str, float], dh: float) -> dict[str, float]:
    n = dh * (1 - s["z"]) * (1 - s["n"] ** 2)
    r = n * s["q"] * s["r"] * (1 - s["r"])
    z = dh * (s["before"] - s["n"]) * s["z"] * (1 - s["z"])
    q = n * s["r"]
    handed = GRU["r"][1] * r + GRU["z"][1] * z + GRU["n"][1] * q + s["z"] * dh
    return {"r": r, "z": z, "n": n, "q": q, "handed": handed}


def test_gru_of_one_unit_worked_by_hand():
    s0 = gru_step(X[0], H0)
    s1 = gru_step(X[1], s0["h"])
    e = read_out_errors([s0["h"], s1["h"]])
    d1 = gru_back(s1, READ * e[1])
    dh0 = READ * e[0] + d1["handed"]
    d0 = gru_back(s0, dh0)

    run = recorded("gru", weights_of(GRU))
    layer = run.layers[0]
    assert isinstance(layer, GRUTrace)
    fields = {
        "r": layer.reset_gate,
        "z": layer.update_gate,
        "q": layer.recurrent_candidate,
        "n": layer.candidate,
        "h": layer.hidden,
        "a": layer.preactivation[..., 2:],
    }
    for name, field in fields.items():
        assert field.ravel() == pytest.approx([s0[name], s1[name]], abs=1e-12), name
    assert layer.grad_hidden is not None
    assert layer.grad_preactivation is not None
    assert layer.grad_hidden.ravel() == pytest.approx([dh0, READ * e[1]], abs=1e-12)
    assert layer.grad_preactivation[1].ravel() == pytest.approx([d1[k] for k in "rzn"])
    # W_hh's and b_hh's n block see δq, not δaⁿ
    by_hidden = [d0[k] * H0 + d1[k] * s0["h"] for k in "rzq"]
    assert run.grad_weights["weight_hh_l0"].ravel() == pytest.approx(by_hidden, abs=1e-12)
    assert run.grad_weights["bias_hh_l0"] == pytest.approx([d0[k] + d1[k] for k in "rzq"])
    assert run.grad_weights["bias_ih_l0"] == pytest.approx([d0[k] + d1[k] for k in "rzn"])
    assert run.grad_initial_hidden.item() == pytest.approx(d0["handed"], abs=1e-12)


Peepholes = tuple[float, float, float]


def lstm_step(x: float, h: float, c: float, peepholes: Peepholes) -> dict[str, float]:
    p_i, p_f, p_o = peepholes
    a = {k: w * x + b + u * h + d for k, (w, u, b, d) in LSTM.items()}
    s = {"i": sigma(a["i"] + p_i * c), "f": sigma(a["f"] + p_f * c), "g": math.tanh(a["g"])}
    s["c"] = s["f"] * c + s["i"] * s["g"]
    s["o"] = sigma(a["o"] + p_o * s["c"])
    return s | {"h": s["o"] * math.tanh(s["c"]), "c before": c, "h before": h}


def lstm_back(s: dict[str, float], dh: float, carried: float, p: Peepholes) -> dict[str, float]:
    tanh_c = math.tanh(s["c"])
    d = {"o": dh * tanh_c * s["o"] * (1 - s["o"])}
    d["c"] = carried + dh * s["o"] * (1 - tanh_c**2) + p[2] * d["o"]
    d["i"] = d["c"] * s["g"] * s["i"] * (1 - s["i"])
    d["f"] = d["c"] * s["c before"] * s["f"] * (1 - s["f"])
    d["g"] = d["c"] * s["i"] * (1 - s["g"] ** 2)
    d["handed"] = sum(LSTM[k][1] * d[k] for k in "ifgo")
    d["carried"] = s["f"] * d["c"] + p[0] * d["i"] + p[1] * d["f"]
    return d


@pytest.mark.parametrize("peepholes", [(0.0, 0.0, 0.0), (0.9, -0.4, 0.65)])
def test_lstm_of_one_unit_worked_by_hand(peepholes):
    s0 = lstm_step(X[0], H0, C0, peepholes)
    s1 = lstm_step(X[1], s0["h"], s0["c"], peepholes)
    e = read_out_errors([s0["h"], s1["h"]])
    d1 = lstm_back(s1, READ * e[1], 0.0, peepholes)
    dh0 = READ * e[0] + d1["handed"]
    d0 = lstm_back(s0, dh0, d1["carried"], peepholes)

    weights = weights_of(LSTM)
    if any(peepholes):
        names = ("weight_ci_l0", "weight_cf_l0", "weight_co_l0")
        weights |= {name: np.array([p]) for name, p in zip(names, peepholes, strict=True)}
    run = recorded("lstm", weights, peepholes=any(peepholes))
    layer = run.layers[0]
    assert isinstance(layer, LSTMTrace)
    fields = {
        "i": layer.input_gate,
        "f": layer.forget_gate,
        "g": layer.candidate,
        "o": layer.output_gate,
        "c": layer.cell,
        "h": layer.hidden,
    }
    for name, field in fields.items():
        assert field.ravel() == pytest.approx([s0[name], s1[name]], abs=1e-12), name
    assert layer.grad_hidden is not None
    assert layer.grad_cell is not None
    assert layer.grad_preactivation is not None
    assert layer.grad_hidden.ravel() == pytest.approx([dh0, READ * e[1]], abs=1e-12)
    assert layer.grad_cell.ravel() == pytest.approx([d0["c"], d1["c"]], abs=1e-12)
    assert layer.grad_preactivation[0].ravel() == pytest.approx([d0[k] for k in "ifgo"])
    by_input = [d0[k] * X[0] + d1[k] * X[1] for k in "ifgo"]
    assert run.grad_weights["weight_ih_l0"].ravel() == pytest.approx(by_input, abs=1e-12)
    assert run.grad_initial_hidden.item() == pytest.approx(d0["handed"], abs=1e-12)
    assert run.grad_initial_cell is not None
    assert run.grad_initial_cell.item() == pytest.approx(d0["carried"], abs=1e-12)
    if any(peepholes):
        seen = {"o": [s0["c"], s1["c"]], "f": [C0, s0["c"]], "i": [C0, s0["c"]]}
        for gate, cells in seen.items():
            by_cell = d0[gate] * cells[0] + d1[gate] * cells[1]
            assert run.grad_weights[f"weight_c{gate}_l0"].item() == pytest.approx(by_cell)


def test_peepholes_at_zero_equal_the_plain_lstm():
    rng = np.random.default_rng(0)
    plain = Network("lstm", 2, 3)
    weights = {name: rng.normal(size=shape) for name, shape in plain.shapes().items()}
    peeping = Network("lstm", 2, 3, peepholes=True)
    zeros = {name: np.zeros(shape) for name, shape in peeping.shapes().items() if "_c" in name}
    assert len(zeros) == 3
    inputs = rng.normal(size=(6, 2, 2))
    np.testing.assert_allclose(
        forward(peeping, weights | zeros, inputs)[0].hidden,
        forward(plain, weights, inputs)[0].hidden,
        rtol=0,
        atol=1e-15,
    )


@pytest.mark.parametrize(
    ("loss", "outputs", "target", "prediction", "value"),
    [
        ("squared", [0.5, -1.0], [1.0, 1.0], [0.5, -1.0], 0.5 * (0.25 + 4.0)),
        (
            "binary",
            [0.5, -1.0],
            [1.0, 0.0],
            [sigma(0.5), sigma(-1.0)],
            -math.log(sigma(0.5)) - math.log(1 - sigma(-1.0)),
        ),
        (
            "categorical",
            [0.5, -1.0],
            1,
            [sigma(1.5), sigma(-1.5)],
            math.log(math.exp(0.5) + math.exp(-1.0)) + 1.0,
        ),
    ],
)
def test_losses_worked_by_hand(loss, outputs, target, prediction, value):
    """Weights of 0 leave the read-out's bias as the output, so only the loss is at work."""
    network = Network("rnn_tanh", 1, 1, output_size=2)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    weights["readout.bias"] = np.array(outputs)
    targets = np.array([[target]])
    run = record(network, weights, np.ones((1, 1, 1)), targets, loss=loss)
    assert run.prediction.ravel() == pytest.approx(prediction, abs=1e-12)
    assert run.loss == pytest.approx(value, abs=1e-12)
    wanted = np.eye(2)[target] if loss == "categorical" else np.array(target)
    assert run.grad_output.ravel() == pytest.approx(np.array(prediction) - wanted, abs=1e-12)


def test_losses_stay_finite_at_outputs_that_would_overflow_an_exponential():
    network = Network("rnn_tanh", 1, 1, output_size=2)
    weights = {name: np.zeros(shape) for name, shape in network.shapes().items()}
    weights["readout.bias"] = np.array([5000.0, -5000.0])
    inputs = np.ones((1, 1, 1))
    binary = record(network, weights, inputs, np.array([[[0.0, 1.0]]]), loss="binary")
    assert binary.loss == pytest.approx(10_000.0)
    categorical = record(network, weights, inputs, np.array([[1]]), loss="categorical")
    assert categorical.loss == pytest.approx(10_000.0)
