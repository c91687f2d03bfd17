"""φ(a) = a in PyTorch, which has no such module: its own RNN and cell with another forward."""

import torch

from rnn_core import CELLS

# The cells that torch.nn has a module of.
TORCH_CELLS = [cell for cell in CELLS if cell != "rnn_linear"]


class LinearCell(torch.nn.RNNCell):
    """`torch.nn.RNNCell` without its tanh."""

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> torch.Tensor:
        return x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh


class LinearRNN(torch.nn.RNN):
    """`torch.nn.RNN` without its tanh, time first, with a batch axis."""

    def forward(self, x: torch.Tensor, h_0: torch.Tensor | None = None):
        ends = ("", "_reverse") if self.bidirectional else ("",)
        suffixes = [[f"_l{k}{end}" for end in ends] for k in range(self.num_layers)]
        starts = iter(h_0) if h_0 is not None else None
        lasts = []
        for layer in suffixes:
            ways = []
            for suffix in layer:
                h = next(starts) if starts else x.new_zeros(x.shape[1], self.hidden_size)
                states = self._one_way(x.flip(0) if "reverse" in suffix else x, h, suffix)
                lasts.append(states[-1])
                ways.append(states.flip(0) if "reverse" in suffix else states)
            x = torch.cat(ways, -1)
        return x, torch.stack(lasts)

    def _one_way(self, x: torch.Tensor, h: torch.Tensor, suffix: str) -> torch.Tensor:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        w_ih, w_hh, b_ih, b_hh = (getattr(self, name + suffix) for name in names)
        states = []
        for x_t in x:
            h = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
            states.append(h)
        return torch.stack(states)
