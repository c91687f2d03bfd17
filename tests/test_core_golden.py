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
    start = {"initial_hidden": np.full((1, 1, 1), H0)}
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


def test_gru_of_one_unit_worked_by_hand():
    wr, wz, wn = 0.5, -0.9, 1.2
    ur, uz, un = -0.7, 0.6, 1.4
    br, bz, bn = 0.1, 0.3, -0.2
    dr, dz, dn = -0.15, 0.05, 0.45
    steps, h = [], H0
    for x in X:
        r = sigma(wr * x + br + ur * h + dr)
        z = sigma(wz * x + bz + uz * h + dz)
        q = un * h + dn
        n = math.tanh(wn * x + bn + r * q)
        steps.append((r, z, q, n, h))
        h = (1 - z) * n + z * h
    h0, h1 = steps[1][4], h
    e = read_out_errors([h0, h1])

    def back(t: int, dh: float) -> tuple[float, float, float, float, float]:
        r, z, q, n, before = steps[t]
        dan = dh * (1 - z) * (1 - n * n)
        dar = dan * q * r * (1 - r)
        daz = dh * (before - n) * z * (1 - z)
        return dar, daz, dan, dan * r, ur * dar + uz * daz + un * dan * r + z * dh

    dh1 = READ * e[1]
    back1 = back(1, dh1)
    dh0 = READ * e[0] + back1[4]
    back0 = back(0, dh0)

    run = recorded(
        "gru",
        {
            "weight_ih_l0": column(wr, wz, wn),
            "weight_hh_l0": column(ur, uz, un),
            "bias_ih_l0": np.array([br, bz, bn]),
            "bias_hh_l0": np.array([dr, dz, dn]),
        },
    )
    layer = run.layers[0]
    assert isinstance(layer, GRUTrace)
    fields = (layer.reset_gate, layer.update_gate, layer.recurrent_candidate, layer.candidate)
    for k, field in enumerate(fields):
        assert field.ravel() == pytest.approx([steps[0][k], steps[1][k]], abs=1e-12)
    assert layer.hidden.ravel() == pytest.approx([h0, h1], abs=1e-12)
    assert layer.preactivation[0, 0, 2] == pytest.approx(
        wn * X[0] + bn + steps[0][0] * steps[0][2], abs=1e-12
    )
    assert layer.grad_hidden is not None
    assert layer.grad_hidden.ravel() == pytest.approx([dh0, dh1], abs=1e-12)
    assert layer.grad_preactivation is not None
    assert layer.grad_preactivation[1].ravel() == pytest.approx(back1[:3], abs=1e-12)
    by_hidden = [
        back0[k] * H0 + back1[k] * h0 for k in (0, 1, 3)
    ]  # W_hh's n block sees δq, not δaⁿ
    assert run.grad_weights["weight_hh_l0"].ravel() == pytest.approx(by_hidden, abs=1e-12)
    assert run.grad_weights["bias_ih_l0"] == pytest.approx(
        [back0[k] + back1[k] for k in range(3)], abs=1e-12
    )
    assert run.grad_initial_hidden.item() == pytest.approx(back0[4], abs=1e-12)


@pytest.mark.parametrize("peepholes", [(0.0, 0.0, 0.0), (0.9, -0.4, 0.65)])
def test_lstm_of_one_unit_worked_by_hand(peepholes):
    w = {"i": 0.5, "f": -0.9, "g": 1.2, "o": 0.35}
    u = {"i": -0.7, "f": 0.6, "g": 1.4, "o": -1.05}
    b = {"i": 0.1, "f": 0.8, "g": -0.2, "o": 0.25}
    d = {"i": -0.15, "f": 0.05, "g": 0.45, "o": -0.3}
    pi, pf, po = peepholes
    steps: list[dict[str, Any]] = []
    h, c = H0, C0
    for x in X:
        a = {gate: w[gate] * x + b[gate] + u[gate] * h + d[gate] for gate in "ifgo"}
        i, f, g = sigma(a["i"] + pi * c), sigma(a["f"] + pf * c), math.tanh(a["g"])
        new = f * c + i * g
        o = sigma(a["o"] + po * new)
        steps.append({"i": i, "f": f, "g": g, "o": o, "c": new, "before": (h, c)})
        h, c = o * math.tanh(new), new
    h0, h1 = steps[1]["before"][0], h
    e = read_out_errors([h0, h1])

    def back(t: int, dh: float, carried: float):
        s = steps[t]
        i, f, g, o, tanh_c = s["i"], s["f"], s["g"], s["o"], math.tanh(s["c"])
        da = {"o": dh * tanh_c * o * (1 - o)}
        dc = carried + dh * o * (1 - tanh_c**2) + po * da["o"]
        da["i"] = dc * g * i * (1 - i)
        da["f"] = dc * s["before"][1] * f * (1 - f)
        da["g"] = dc * i * (1 - g * g)
        return dc, da, sum(u[k] * da[k] for k in "ifgo"), f * dc + pi * da["i"] + pf * da["f"]

    dh1 = READ * e[1]
    dc1, da1, handed, carried = back(1, dh1, 0.0)
    dh0 = READ * e[0] + handed
    dc0, da0, handed, carried = back(0, dh0, carried)

    weights = {
        "weight_ih_l0": column(*w.values()),
        "weight_hh_l0": column(*u.values()),
        "bias_ih_l0": np.array([*b.values()]),
        "bias_hh_l0": np.array([*d.values()]),
    }
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
    }
    for name, field in fields.items():
        assert field.ravel() == pytest.approx([steps[0][name], steps[1][name]], abs=1e-12), name
    assert layer.hidden.ravel() == pytest.approx([h0, h1], abs=1e-12)
    assert layer.grad_hidden is not None
    assert layer.grad_cell is not None
    assert layer.grad_preactivation is not None
    assert layer.grad_hidden.ravel() == pytest.approx([dh0, dh1], abs=1e-12)
    assert layer.grad_cell.ravel() == pytest.approx([dc0, dc1], abs=1e-12)
    assert layer.grad_preactivation[0].ravel() == pytest.approx([da0[k] for k in "ifgo"])
    by_input = [da0[k] * X[0] + da1[k] * X[1] for k in "ifgo"]
    assert run.grad_weights["weight_ih_l0"].ravel() == pytest.approx(by_input, abs=1e-12)
    assert run.grad_initial_hidden.item() == pytest.approx(handed, abs=1e-12)
    assert run.grad_initial_cell is not None
    assert run.grad_initial_cell.item() == pytest.approx(carried, abs=1e-12)
    if any(peepholes):
        by_o = da0["o"] * steps[0]["c"] + da1["o"] * steps[1]["c"]
        by_f = da0["f"] * C0 + da1["f"] * steps[0]["c"]
        assert run.grad_weights["weight_co_l0"].item() == pytest.approx(by_o, abs=1e-12)
        assert run.grad_weights["weight_cf_l0"].item() == pytest.approx(by_f, abs=1e-12)


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
