"""The frozen description that decides a run: equal setups give equal traces.

It is hashable, so it can key a cache and travel in a link. Everything is checked when it is
made; what depends on shipped weights (alphabet, sizes) is checked when they are loaded.
"""

from dataclasses import dataclass
from typing import Any

from rnn_core.checks import flag, one_of, real, whole
from rnn_core.network import CELLS, MAX_HIDDEN_SIZE, MAX_LAYERS
from rnn_core.sequences import Numbers, Text


@dataclass(frozen=True)
class Setup:
    """One network, where its weights come from, what it reads, and where losses stand.

    `init_scale` multiplies PyTorch's U(-1/√H, 1/√H) in the recurrent layers; a
    `spectral_radius` then rescales every H × H block of every `weight_hh` to it. `forget_bias`
    is the LSTM's total forget bias (b_ih + b_hh) of each unit; None keeps the draw. With
    `weights` named, the shipped weights are taken as they are and these three and `seed` have
    no effect. `loss_steps` is "all", "last" (the last step that has a target) or step numbers.
    """

    sequence: Text | Numbers
    cell: str = "lstm"
    hidden_size: int = 16
    num_layers: int = 1
    bidirectional: bool = False
    peepholes: bool = False
    seed: int = 0
    init_scale: float = 1.0
    spectral_radius: float | None = None
    forget_bias: float | None = 1.0
    loss_steps: str | tuple[int, ...] = "all"
    weights: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.sequence, Text | Numbers):
            raise TypeError(f"sequence must be a Text or Numbers; got {self.sequence!r}")
        if not isinstance(self.weights, str):
            raise TypeError(f"weights must be a name or ''; got {self.weights!r}")
        self._set("cell", one_of("cell", self.cell, CELLS))
        self._set("hidden_size", whole("hidden_size", self.hidden_size, 1, MAX_HIDDEN_SIZE))
        self._set("num_layers", whole("num_layers", self.num_layers, 1, MAX_LAYERS))
        self._set("bidirectional", flag("bidirectional", self.bidirectional))
        self._set("peepholes", flag("peepholes", self.peepholes))
        if self.peepholes and self.cell != "lstm":
            raise ValueError(f"peepholes belong to the LSTM; got peepholes=True with {self.cell!r}")
        self._set("seed", whole("seed", self.seed, 0))
        self._set("init_scale", real("init_scale", self.init_scale, 0.0))
        if self.spectral_radius is not None:
            radius = real("spectral_radius", self.spectral_radius, 0.0)
            if self.init_scale == 0.0 and radius > 0.0:
                raise ValueError(
                    f"spectral_radius: with init_scale 0 every weight is 0 and cannot be rescaled "
                    f"to {radius:g}"
                )
            self._set("spectral_radius", radius)
        if self.forget_bias is not None:
            self._set("forget_bias", real("forget_bias", self.forget_bias))
        self._set("loss_steps", self._checked_loss_steps())

    def _checked_loss_steps(self) -> str | tuple[int, ...]:
        if isinstance(self.loss_steps, str):
            return one_of("loss_steps", self.loss_steps, ("all", "last"))
        last = len(self.sequence.labels) - 2
        try:
            steps = {whole("loss_steps", step, 0, last) for step in self.loss_steps}
        except ValueError as error:
            raise ValueError(f"{error}; the sequence's last step has no target") from None
        if not steps:
            raise ValueError("loss_steps must name at least one step; got none")
        return tuple(sorted(steps))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
