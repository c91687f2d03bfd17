"""∂L/∂c_t of a one-layer LSTM by autograd, whole or straight along the conveyor alone."""

import numpy as np
import torch

from rnn_core import Run


def cell_gradients(made: Run, *, straight: bool) -> np.ndarray:
    """(time, hidden); `straight` takes the gates out of the graph, so that only Π f is left."""
    read = {name: torch.tensor(value) for name, value in made.weights.items()}
    pins = {unit: value for _, _, unit, value in made.setup.changes.pins}
    size, last = made.setup.hidden_size, len(made.inputs) - 1
    h = torch.zeros(size, dtype=torch.float64)
    c, states = torch.zeros(size, dtype=torch.float64), []
    for x in made.inputs[:, 0]:
        before = h.detach() if straight else h
        a = read["weight_ih_l0"] @ torch.tensor(x) + read["bias_ih_l0"] + read["bias_hh_l0"]
        i, f, g, o = (a + read["weight_hh_l0"] @ before).chunk(4)
        f = torch.sigmoid(f)
        for unit, value in pins.items():
            f = torch.where(torch.arange(size) == unit, torch.tensor(value, dtype=f.dtype), f)
        c = f * c + torch.sigmoid(i) * torch.tanh(g)
        states.append(c.requires_grad_())
        h = torch.sigmoid(o) * torch.tanh(c)
    out = read["readout.weight"] @ h + read["readout.bias"]
    loss = ((out - torch.tensor(made.targets[last, 0])) ** 2).sum()
    return np.stack([grad.numpy() for grad in torch.autograd.grad(loss, states)])
