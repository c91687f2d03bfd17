"""The frozen description that decides a run: equal setups give equal traces.

It is hashable, so it can key a cache and travel in a link. Everything is checked when it is
made; what depends on shipped weights (alphabet, sizes) is checked when they are loaded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rnn_core.changes import UNCHANGED, Changes, check_changes, read_instead
from rnn_core.checks import flag, one_of, real, whole
from rnn_core.initial import RECURRENT_INITS
from rnn_core.network import CELLS, MAX_HIDDEN_SIZE, MAX_LAYERS, Network
from rnn_core.sequences import AnySequence, Numbers, Text, Vectors
from rnn_core.truncated import check_truncation

UNKNOWN_SIZE = 2**31  # of an alphabet that comes with shipped weights: any index may fit


@dataclass(frozen=True)
class Setup:
    """One network, where its weights come from, what it reads, and where losses stand.

    `init_scale` multiplies PyTorch's U(-1/√H, 1/√H) in the recurrent layers; a
    `spectral_radius` then rescales every H × H block of every `weight_hh` to it. With the
    `recurrent_init` "orthogonal" or "identity" (Le et al. 2015, arXiv:1504.00941) each block is
    that matrix instead, whatever the `init_scale`, times the radius if there is one.
    `forget_bias` is the LSTM's total forget bias (b_ih + b_hh) of each unit; None keeps the
    draw. With `weights` named, the shipped weights are taken as they are and these four and
    `seed` have no effect. `loss_steps` is "all", "last" (the last step that has a target) or step
    numbers. `changes` is what the learner changed of all that. With `truncation` (k1, k2) the
    gradients are those of truncated BPTT: every k1 steps, back through k2 steps.
    """

    sequence: AnySequence
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
    changes: Changes = UNCHANGED
    truncation: tuple[int, int] | None = None
    recurrent_init: str = "uniform"

    def __post_init__(self) -> None:
        if not isinstance(self.sequence, Text | Numbers | Vectors):
            raise TypeError(f"sequence must be a Text, Numbers or Vectors; got {self.sequence!r}")
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
        one_of("recurrent_init", self.recurrent_init, RECURRENT_INITS)
        if self.spectral_radius is not None:
            radius = real("spectral_radius", self.spectral_radius, 0.0)
            drawn = self.recurrent_init == "uniform"
            if drawn and self.init_scale == 0.0 and radius > 0.0:
                raise ValueError(
                    f"spectral_radius: with init_scale 0 every weight is 0 and cannot be rescaled "
                    f"to {radius:g}"
                )
            self._set("spectral_radius", radius)
        if self.forget_bias is not None:
            self._set("forget_bias", real("forget_bias", self.forget_bias))
        self._set("loss_steps", self._checked_loss_steps())
        self._set("truncation", self._checked_truncation())
        self._check_changes()

    @property
    def sequence_read(self) -> AnySequence:
        """What the network reads: `sequence` with the changed inputs. Targets come from `sequence`.

        It is there to be shown, for its labels and values; the classes of a text are numbered by
        the `alphabet` of the run.
        """
        return read_instead(self.sequence, self.changes)

    @property
    def labels(self) -> list[str]:
        """Each step's input as it is read, in words."""
        return self.sequence_read.labels

    def network(self, features: int) -> Network:
        """The network, for an alphabet of so many characters, 1 for numbers, or a vector's size."""
        sequence = self.sequence
        return Network(
            cell=self.cell,
            input_size=features,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            bidirectional=self.bidirectional,
            peepholes=self.peepholes,
            output_size=sequence.output_size if isinstance(sequence, Vectors) else features,
        )

    def _checked_loss_steps(self) -> str | tuple[int, ...]:
        if isinstance(self.loss_steps, str):
            return one_of("loss_steps", self.loss_steps, ("all", "last"))
        if not isinstance(self.loss_steps, Iterable):
            raise TypeError(
                f"loss_steps must be 'all', 'last' or step numbers; got {self.loss_steps!r}"
            )
        due = self.sequence.target_steps
        after = "" if due[-1] == len(self.sequence.labels) - 1 else "; no later step has a target"
        try:
            steps = {whole("loss_steps", step, 0, due[-1]) for step in self.loss_steps}
        except ValueError as error:
            raise ValueError(f"{error}{after}") from None
        if not steps:
            raise ValueError("loss_steps must name at least one step; got none")
        if without := sorted(steps.difference(due)):
            raise ValueError(f"loss_steps must name steps that have a target; got {without[0]}")
        return tuple(sorted(steps))

    def _checked_truncation(self) -> tuple[int, int] | None:
        if self.truncation is None:
            return None
        if not isinstance(self.truncation, tuple | list) or len(self.truncation) != 2:
            raise TypeError(
                f"truncation must be two whole numbers (k1, k2), or None; got {self.truncation!r}"
            )
        try:
            length = len(self.sequence.labels)
            return check_truncation(*self.truncation, length, self.bidirectional)
        except (TypeError, ValueError) as error:
            raise type(error)(f"truncation: {error}") from None

    def _check_changes(self) -> None:
        if not isinstance(self.changes, Changes):
            raise TypeError(f"changes must be a Changes; got {self.changes!r}")
        if not self.changes:
            return
        alphabet, features = None, 1
        if isinstance(self.sequence, Vectors):
            features = len(self.sequence.inputs[0])
        if isinstance(self.sequence, Text):
            known = not self.weights or self.sequence.alphabet
            alphabet = self.sequence.characters if known else None
            features = UNKNOWN_SIZE if alphabet is None else len(alphabet)
        check_changes(self.changes, self.network(features), self.sequence, alphabet)

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
