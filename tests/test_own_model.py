"""A learner's own PyTorch model: recognised by its tensors, run to the same numbers as torch."""

import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from exhibits.stage.payload import encode
from rnn_core import Network, hold, load_weights, run, setup_with
from rnn_core.own_file import ModelError
from rnn_core.own_model import OwnModel, probe, read_model
from rnn_core.record import record
from rnn_core.sequences import Vectors
from tests.test_stage_payload import read

LENGTH, INPUTS, HIDDEN, OUTPUTS = 7, 3, 5, 4


class Model(nn.Module):
    """A recurrent module and, where asked for, a linear layer on top."""

    def __init__(self, kind: str, readout: bool, **options) -> None:
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.rnn = getattr(nn, kind)(INPUTS, HIDDEN, **options)
        if readout:
            self.fc = nn.Linear(HIDDEN * (1 + self.encoder.rnn.bidirectional), OUTPUTS)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.encoder.rnn(x)
        return self.fc(states) if hasattr(self, "fc") else states


def opened(state: dict, name: str = "model.safetensors") -> OwnModel:
    return read_model(save({key: value.contiguous() for key, value in state.items()}), name)


def refusal(state: dict) -> str:
    def read() -> None:
        model = opened(state)
        model.weights(model.modules[0])

    with pytest.raises(ModelError) as caught:
        read()
    return str(caught.value)


MODELS: dict[str, tuple[str, bool, dict[str, Any]]] = {
    "rnn": ("RNN", True, {}),
    "relu": ("RNN", True, {"nonlinearity": "relu"}),
    "gru, stacked, both ways": ("GRU", True, {"num_layers": 2, "bidirectional": True}),
    "lstm, three layers, dropout": ("LSTM", True, {"num_layers": 3, "dropout": 0.5}),
    "lstm, both ways, no bias": ("LSTM", False, {"bias": False, "bidirectional": True}),
    "gru, no bias": ("GRU", True, {"bias": False}),
}


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", MODELS)
def test_it_says_and_learns_what_torch_says_and_learns(name: str, dtype: torch.dtype) -> None:
    kind, with_readout, options = MODELS[name]
    torch.manual_seed(1)
    stored = Model(kind, with_readout, **options).to(dtype).eval()
    model = opened(stored.state_dict())
    (module,) = model.modules
    readouts = model.readouts(module)
    assert bool(readouts) == with_readout
    network, weights = model.weights(
        module, readouts[0] if readouts else None, relu=options.get("nonlinearity") == "relu"
    )
    theirs = Model(kind, with_readout, **options).double().eval()
    theirs.load_state_dict({key: value.double() for key, value in stored.state_dict().items()})
    x = torch.randn(LENGTH, 1, INPUTS, dtype=torch.float64)
    said = theirs(x)
    (0.5 * said[-1].square().sum()).backward()
    mask = np.arange(LENGTH) == LENGTH - 1
    ours = record(network, weights, x.numpy(), np.zeros(said.shape), loss="squared", loss_mask=mask)
    np.testing.assert_allclose(ours.output, said.detach().numpy(), rtol=0, atol=1e-10)
    for key, parameter in theirs.named_parameters():
        plain = key.replace("encoder.rnn.", "").replace("fc.", "readout.")
        np.testing.assert_allclose(
            ours.grad_weights[plain], parameter.grad.numpy(), rtol=0, atol=1e-10, err_msg=key
        )


def test_what_is_recognised() -> None:
    model = opened(Model("LSTM", True, num_layers=2, bidirectional=True).state_dict())
    (module,) = model.modules
    assert (module.prefix, module.family) == ("encoder.rnn.", "lstm")
    assert (module.input_size, module.hidden_size, module.num_layers) == (3, 5, 2)
    assert module.bidirectional
    assert module.bias
    (readout,) = model.readouts(module)
    assert (readout.weight, readout.bias, readout.outputs) == ("fc.weight", "fc.bias", 4)
    assert model.left_out(module, readout) == []
    assert sorted(model.left_out(module, None)) == ["fc.bias", "fc.weight"]


def test_without_a_prefix_and_of_a_cell_module() -> None:
    for made in (nn.GRU(2, 3), nn.GRUCell(2, 3)):
        (module,) = opened(made.state_dict()).modules
        assert (module.prefix, module.family, module.num_layers) == ("", "gru", 1)


def test_several_modules_are_told_apart() -> None:
    model = opened(nn.ModuleDict({"encoder": nn.LSTM(2, 3), "decoder": nn.GRU(4, 6)}).state_dict())
    found = {module.prefix: (module.family, module.hidden_size) for module in model.modules}
    assert found == {"encoder.": ("lstm", 3), "decoder.": ("gru", 6)}


def test_a_sound_module_beside_one_that_is_not_is_offered() -> None:
    state = nn.ModuleDict({"big": nn.GRU(2, 300), "small": nn.GRU(2, 3)}).state_dict()
    assert [module.prefix for module in opened(state).modules] == ["small."]


def test_the_likeliest_read_out_comes_first_and_an_embedding_last() -> None:
    state = nn.LSTM(6, 6).state_dict(prefix="rnn.")
    for name in ("embedding.weight", "attention.weight", "head.weight"):
        state[name] = torch.zeros(7, 6)
    model = opened(state)
    names = [readout.weight for readout in model.readouts(model.modules[0])]
    assert names == ["head.weight", "attention.weight", "embedding.weight"]
    assert [e.weight for e in model.embeddings(model.modules[0])] == ["embedding.weight"]
    assert model.readouts(model.modules[0])[0].bias == ""


def test_tokens_go_in_by_their_embedding() -> None:
    torch.manual_seed(2)
    embedding, rnn = nn.Embedding(6, 3).double(), nn.GRU(3, 4, bidirectional=True).double()
    model = opened({**embedding.state_dict(prefix="emb."), **rnn.state_dict(prefix="rnn.")})
    module = model.modules[0]
    (found,) = model.embeddings(module)
    network, weights = model.weights(module, embedding=found)
    assert network.input_size == 6
    tokens = [3, 0, 5, 5, 1]
    theirs, _ = rnn(embedding(torch.tensor(tokens))[:, None])
    ours = record(
        network, weights, np.eye(6)[tokens][:, None], np.zeros(theirs.shape), loss="squared"
    )
    np.testing.assert_allclose(ours.output, theirs.detach().numpy(), rtol=0, atol=1e-10)


def test_without_a_read_out_the_loss_is_half_the_squared_state() -> None:
    model = opened(nn.RNN(1, 2).state_dict())
    network, weights = model.weights(model.modules[0])
    name = hold(network, weights)
    sequence = Vectors(((0.5,), (-1.0,)), ((0.0, 0.0), (0.0, 0.0)))
    found = run(setup_with(name, sequence, loss_steps="last"))
    layer = found.layers[0]
    hidden = layer.hidden[-1, 0]
    assert layer.grad_hidden is not None
    assert found.loss == pytest.approx(0.5 * math.fsum(h * h for h in hidden), rel=1e-14)
    np.testing.assert_array_equal(layer.grad_hidden[-1, 0], hidden)
    assert load_weights(name).network == Network("rnn_tanh", 1, 2, output_size=2)


def test_on_the_stage_a_probe_is_no_loss_and_has_no_target() -> None:
    model = opened(nn.RNN(1, 2).state_dict())
    name = hold(*model.weights(model.modules[0]))
    rows = ((0.5,), (-1.0,))
    made = run(setup_with(name, probe(rows, 2), loss_steps="last"))
    header, arrays = read(encode(made, layer=0).data)
    assert header["output"] == {"loss": "squared", "classes": [], "probe": True}
    assert arrays["has_target"].tolist() == [0, 0]
    assert arrays["has_loss"].tolist() == [0, 1]
    asked = run(setup_with(name, Vectors(rows, ((0.0, 0.0), (0.0, 1.0))), loss_steps="last"))
    header, arrays = read(encode(asked, layer=0).data)
    assert "probe" not in header["output"]
    assert arrays["has_target"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s.pop("weight_ih_l1"), "weight_ih_l1 is missing; it should have shape (12, 3)"),
        (lambda s: s.pop("bias_hh_l0"), "bias_hh_l0 is missing; it should have shape (12,)"),
        (lambda s: s.pop("weight_ih_l0"), "weight_ih_l0 is missing beside weight_hh_l0"),
        (lambda s: s.pop("weight_hh_l0"), "none of its 7 tensors is called …weight_hh_l0"),
        (
            lambda s: s.update(weight_hh_l0=torch.zeros(7, 3)),
            "weight_hh_l0 has the shape (7, 3); it must be H × H for an RNN",
        ),
        (
            lambda s: s.update(weight_hh_l0=torch.zeros(12)),
            "weight_hh_l0 has the shape (12,)",
        ),
        (
            lambda s: s.update(weight_ih_l1=torch.zeros(12, 4)),
            "weight_ih_l1 has the shape (12, 4); it should be (12, 3)",
        ),
        (
            lambda s: s.update(weight_ih_l7=torch.zeros(12, 3)),
            "the number of layers of its module is 8; at most 4",
        ),
        (
            lambda s: s["bias_ih_l1"].__setitem__(3, math.nan),
            "bias_ih_l1 holds nan at (3,); all must be finite",
        ),
        (
            lambda s: s["weight_hh_l0"].__setitem__((2, 1), -math.inf),
            "weight_hh_l0 holds -inf at (2, 1)",
        ),
        (
            lambda s: s.update(bias_hh_l0=s["bias_hh_l0"].int()),
            "bias_hh_l0 is of type I32; weights must be F16, BF16, F32 or F64",
        ),
    ],
)
def test_a_model_that_does_not_fit_is_refused_by_name(change, says: str) -> None:
    state = {key: value.clone() for key, value in nn.LSTM(2, 3, num_layers=2).state_dict().items()}
    change(state)
    assert says in refusal(state)


def test_projections_and_sizes_are_refused_by_name() -> None:
    projected = refusal(nn.LSTM(2, 4, proj_size=3).state_dict(prefix="net."))
    assert "net.weight_hr_l0" in projected
    assert "proj_size" in projected
    assert "hidden size of its module is 257; at most 256" in refusal(nn.RNN(1, 257).state_dict())
    assert "number of inputs of its module is 600; at most 512" in refusal(
        nn.RNN(600, 2).state_dict()
    )
    large = refusal(
        nn.LSTM(8, 256, num_layers=3, bidirectional=True, dtype=torch.half).state_dict()
    )
    assert re.search(r"has 3,\d{3},\d{3} parameters; at most 2,000,000", large)


def test_a_file_without_a_recurrent_module_says_what_it_holds() -> None:
    said = refusal(nn.Linear(2, 3).state_dict(prefix="head."))
    assert "holds no nn.RNN, nn.GRU or nn.LSTM" in said
    assert "head.weight" in said
