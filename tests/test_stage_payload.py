"""The stage's payload: every number that is drawn is a number of the run.

The payload is read here by its description (`exhibits/stage/payload.py`), with the standard
library and NumPy, not by the code that wrote it.
"""

import asyncio
import json
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette

from exhibits.stage import routes, serving
from exhibits.stage.payload import BUDGET, encode
from rnn_core import Numbers, Run, Setup, Text, run, signal, weight_step_norms, weight_step_terms

TEXT = "if (x[i]) {y} else [z]"
KINDS = {"f4": "<f4", "f8": "<f8", "u1": "u1"}


def read(payload: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """Header and arrays, by the documented layout."""
    length = int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4 : 4 + length])
    start = 4 + length
    assert start % 8 == 0
    arrays = {}
    for name, entry in header["arrays"].items():
        assert entry["offset"] % 8 == 0
        count = int(np.prod(entry["shape"]))
        flat = np.frombuffer(payload, KINDS[entry["dtype"]], count, start + entry["offset"])
        arrays[name] = flat.reshape(entry["shape"])
    return header, arrays


def payload_of(traced: Run, layer: int = 0) -> tuple[dict, dict[str, np.ndarray]]:
    return read(encode(traced, layer=layer).data)


def cell_run(cell: str, **changes: Any) -> Run:
    return run(Setup(Text(TEXT), cell=cell, hidden_size=5, seed=3, init_scale=1.7, **changes))


FIELDS = {
    "lstm": ["forget_gate", "input_gate", "output_gate", "candidate", "cell", "hidden"],
    "gru": ["reset_gate", "update_gate", "candidate", "hidden"],
    "rnn_tanh": ["preactivation", "hidden"],
    "rnn_relu": ["preactivation", "hidden"],
    "rnn_linear": ["preactivation", "hidden"],
}


@pytest.mark.parametrize("cell", FIELDS)
def test_strips_hold_the_traces_own_values(cell: str) -> None:
    traced = cell_run(cell)
    header, arrays = payload_of(traced)
    assert header["strips"] == FIELDS[cell]
    for field in FIELDS[cell]:
        wanted = getattr(traced.layers[0], field)[:, 0]
        np.testing.assert_array_equal(arrays[f"layer0.{field}"], wanted.astype(np.float32))


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", FIELDS)
def test_running_sum_of_the_shared_weight_ends_at_its_gradient(
    cell: str, bidirectional: bool
) -> None:
    traced = cell_run(cell, bidirectional=bidirectional)
    norms = weight_step_norms(traced)
    for k, suffix in enumerate(traced.network.suffixes):
        _, arrays = payload_of(traced, k)
        name = f"weight_hh{suffix}"
        sums = arrays[f"layer{k}.weight_sum"]
        ends = sums[-1] if traced.layers[k].reverse else sums[0]
        np.testing.assert_allclose(ends, np.linalg.norm(traced.grad_weights[name]), rtol=1e-12)
        np.testing.assert_allclose(arrays[f"layer{k}.weight_term"], norms[name], atol=1e-12)
        # Half-way, against the terms themselves.
        terms = weight_step_terms(traced, name)
        part = terms[:8] if traced.layers[k].reverse else terms[7:]
        np.testing.assert_allclose(sums[7], np.linalg.norm(part.sum(axis=0)), rtol=1e-10)


@pytest.mark.parametrize("peepholes", [False, True])
def test_what_steps_hand_back_and_their_own_losses_make_up_the_gradient(peepholes: bool) -> None:
    traced = cell_run("lstm", peepholes=peepholes)
    _, arrays = payload_of(traced)
    layer = traced.layers[0]
    own = traced.grad_output[:, 0] @ traced.weights["readout.weight"]
    assert layer.grad_hidden is not None
    np.testing.assert_allclose(
        arrays["layer0.own_norm"], np.linalg.norm(own, axis=-1), rtol=1e-9, atol=1e-15
    )
    handed = layer.grad_hidden[:-1, 0] - own[:-1]
    np.testing.assert_allclose(
        arrays["layer0.handed_hidden"][1:], np.linalg.norm(handed, axis=-1), rtol=1e-9, atol=1e-14
    )
    # Along c: what arrives at c_t other than by way of h_t.
    cell, out = layer.cell[:, 0], layer.output_gate[:, 0]  # type: ignore[attr-defined]
    by_hidden = layer.grad_hidden[:, 0] * out * (1 - np.tanh(cell) ** 2)
    if peepholes:
        assert layer.grad_preactivation is not None
        at_output = layer.grad_preactivation[:, 0, 15:]
        by_hidden = by_hidden + at_output * traced.weights["weight_co_l0"]
    carried = layer.grad_cell[:-1, 0] - by_hidden[:-1]  # type: ignore[attr-defined]
    np.testing.assert_allclose(
        arrays["layer0.handed_cell"][1:], np.linalg.norm(carried, axis=-1), rtol=1e-9, atol=1e-14
    )


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", FIELDS)
def test_in_every_layer_the_gradient_is_what_comes_from_above_and_from_the_next_step(
    cell: str, bidirectional: bool
) -> None:
    """Where one of the two is nothing, the other is the whole; a step without a loss adds none."""
    traced = cell_run(cell, num_layers=2, bidirectional=bidirectional, loss_steps=(6,))
    for k, layer in enumerate(traced.layers):
        _, arrays = payload_of(traced, k)
        whole = np.linalg.norm(layer.grad_hidden[:, 0], axis=-1)  # type: ignore[index]
        first_back = 0 if layer.reverse else len(TEXT) - 1
        own, handed = arrays[f"layer{k}.own_norm"], arrays[f"layer{k}.handed_hidden"]
        np.testing.assert_allclose(own[first_back], whole[first_back], rtol=1e-12)
        if k // traced.network.directions == 1:  # the top: only step 6 hears of its loss
            assert np.flatnonzero(own).tolist() == [6]
            np.testing.assert_allclose(own[6], whole[6], rtol=1e-12)
            before = 9 if layer.reverse else 3
            after = before - 1 if layer.reverse else before + 1
            np.testing.assert_allclose(handed[after], whole[before], rtol=1e-9)


def test_a_gradient_below_what_float32_holds_is_not_sent_as_zero() -> None:
    setup = Setup(
        Text("ab" * 60),
        cell="rnn_tanh",
        hidden_size=4,
        spectral_radius=0.05,
        loss_steps="last",
        seed=1,
    )
    _, arrays = payload_of(run(setup))
    norms = arrays["layer0.grad_hidden_norm"]
    assert 0 < norms[0] < 1e-60
    assert arrays["layer0.weight_term"][5] > 0


def test_outcome_of_a_text() -> None:
    traced = cell_run("gru", loss_steps=(2, 5))
    header, arrays = payload_of(traced)
    assert header["output"]["classes"] == sorted(set(TEXT))
    np.testing.assert_array_equal(arrays["losses"], traced.losses[:, 0])
    assert np.flatnonzero(arrays["has_loss"]).tolist() == [2, 5]
    assert arrays["has_target"].tolist() == [1] * (len(TEXT) - 1) + [0]
    predicted = arrays["prediction"][2, int(arrays["target"][2, 0])]
    assert arrays["losses"][2] == pytest.approx(-np.log(predicted), rel=1e-5)
    assert header["totalLoss"] == pytest.approx(arrays["losses"].sum())


def test_outcome_of_numbers() -> None:
    traced = run(Setup(Numbers(signal("sine", 12)), cell="rnn_tanh", hidden_size=3))
    header, arrays = payload_of(traced)
    assert header["input"]["kind"] == "numbers"
    assert header["output"] == {"loss": "squared", "classes": []}
    np.testing.assert_allclose(arrays["inputs"][:, 0], signal("sine", 12), atol=1e-7)
    np.testing.assert_allclose(arrays["target"][:-1, 0], signal("sine", 12)[1:], atol=1e-7)
    said, came = arrays["prediction"][3, 0], arrays["target"][3, 0]
    assert arrays["losses"][3] == pytest.approx((said - came) ** 2 / 2, rel=1e-5)


def test_standardised_numbers_are_said_to_be() -> None:
    values = (10.0, 20.0, 15.0, 12.5)
    for standardise in (False, True):
        header, arrays = payload_of(run(Setup(Numbers(values, standardise), hidden_size=3)))
        assert header["input"]["standardised"] is standardise
        assert header["input"]["labels"] == ["10", "20", "15", "12.5"]
        mean = 0.0 if standardise else np.mean(values)
        assert arrays["inputs"].mean() == pytest.approx(mean, abs=1e-6)
    assert payload_of(cell_run("lstm"))[0]["input"]["standardised"] is False


def test_hundred_steps_of_thirty_two_units_stay_within_budget() -> None:
    text = (TEXT * 5)[:100]
    traced = run(Setup(Text(text), hidden_size=32))
    payload = encode(traced, layer=0).data
    assert len(payload) <= BUDGET
    assert "layer0.grad_cell" in read(payload)[1]


def test_a_stack_that_is_too_large_sends_the_seen_layer_in_full_and_the_norms_of_the_others() -> (
    None
):
    text = (TEXT * 5)[:100]
    traced = run(Setup(Text(text), hidden_size=32, num_layers=3))
    header, arrays = payload_of(traced, layer=1)
    assert [layer["full"] for layer in header["layers"]] == [False, True, False]
    assert "layer1.cell" in arrays
    assert "layer0.cell" not in arrays
    norms = np.linalg.norm(traced.layers[2].hidden[:, 0], axis=-1)
    np.testing.assert_allclose(arrays["layer2.hidden_norm"], norms, rtol=1e-6)


def test_layers_are_named_and_point_their_way() -> None:
    header, _ = payload_of(cell_run("gru", num_layers=2, bidirectional=True))
    assert [(layer["name"], layer["reverse"]) for layer in header["layers"]] == [
        ("layer 1", False),
        ("layer 1", True),
        ("layer 2", False),
        ("layer 2", True),
    ]
    assert all(layer["full"] for layer in header["layers"])


def test_the_id_tells_one_content_from_another() -> None:
    one = encode(cell_run("lstm"), layer=0)
    assert read(one.data)[0]["id"] == one.id
    assert encode(cell_run("lstm"), layer=0) == one
    assert encode(cell_run("gru"), layer=0).id != one.id


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn_tanh"])
def test_it_holds_what_the_arithmetic_of_a_unit_needs(cell: str) -> None:
    peepholes = {"peepholes": True} if cell == "lstm" else {}
    traced = cell_run(cell, num_layers=2, **peepholes)
    _, arrays = payload_of(traced, layer=1)
    for name, value in traced.weights.items():
        kind, _, suffix = name.rpartition("_l")
        known = arrays[f"layer{suffix}.{kind}"] if kind else arrays[name]
        np.testing.assert_array_equal(known, value.astype(np.float32))
    np.testing.assert_array_equal(
        arrays["layer1.inputs"], traced.layers[0].hidden[:, 0].astype(np.float32)
    )
    np.testing.assert_array_equal(arrays["grad_output"], traced.grad_output[:, 0].astype("f4"))
    # e_t of the top layer is what the read-out hands down.
    direct = traced.grad_output[:, 0] @ traced.weights["readout.weight"]
    np.testing.assert_allclose(arrays["layer1.direct"], direct, rtol=1e-6)


# How the files are served.


def get(path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body, as a server would get them from the app."""
    sent: list[Any] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    asyncio.run(Starlette(routes=routes())(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def test_modules_are_served_as_javascript_and_kept_for_ever() -> None:
    for name, kind in (("main.mjs", "text/javascript"), ("stage.css", "text/css")):
        status, headers, body = get(f"{serving.base_path()}/{name}")
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert "immutable" in headers["cache-control"]
        assert body == serving.assets()[name]


@pytest.mark.parametrize(
    "path",
    ["/stage-files/0123456789abcdef/main.mjs", "{base}/payload.py", "{base}/../serving.py"],
)
def test_nothing_else_is_served(path: str) -> None:
    assert get(path.format(base=serving.base_path()))[0] == 404


def test_the_inline_part_is_a_loader_of_the_apps_own_path() -> None:
    loader = serving.loader()
    assert f"{serving.base_path()}/main.mjs" in loader
    assert "location.origin" in loader
    assert "http" not in loader
    assert len(loader.splitlines()) < 8
