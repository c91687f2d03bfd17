"""What decides a training, seed included: equal setups train alike.

The data of step n come from `default_rng([seed, n])`, the start from `seed`; so a training that
was put away goes on as if nothing had been. An IRNN (Le, Jaitly & Hinton 2015) is `rnn_relu` with
the start "identity".
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from rnn_core.checks import flag, one_of, real, whole
from rnn_core.network import GATES, MAX_HIDDEN_SIZE, MAX_LAYERS, Network
from rnn_core.tasks import Task, settings_of, task_of
from rnn_core.tasks.task import LONGEST
from rnn_core.window import WindowNetwork

CELLS = ("rnn_tanh", "rnn_relu", "gru", "lstm", "window")
STARTS = ("uniform", "orthogonal", "identity", "chrono")
OPTIMISERS = ("adam", "rmsprop", "sgd")
DTYPES = ("float32", "float64")
ENGINES = ("auto", "numpy", "torch-cpu", "torch-cuda", "torch-mps")
MAX_BATCH = 1024
MAX_STEP_BYTES = 2**30
MAX_STEPS = 1_000_000
LARGEST_SEED = 2**63 - 1  # TOML's largest integer
REALS = ("forget_bias", "learning_rate", "momentum", "clip_norm")  # which files may write as 1
NONE = "none"  # how JSON's and TOML's plain values say None


@dataclass(frozen=True)
class TrainingSetup:
    """One training: its task, its network, how it learns, and when it ends.

    `cell` "window" is the feed-forward network that sees the last `window` inputs; it starts
    "uniform", has one layer, and nothing to truncate. `start` "chrono" (GRU, LSTM) sets the gates'
    biases by the task's length, and then `forget_bias`, which is the LSTM's alone, has no say.
    `clip_norm` None does not clip. `truncation` k goes back through pieces of k steps, the
    state carried on, and updates once per batch; None goes back through everything. `momentum` is
    of "sgd". `stop_when_solved` ends the training as soon as the held-out score meets the task's
    goal, `max_steps` at the latest. `engine` "auto" is NumPy, or torch on a GPU where there is one
    and the size deserves it.

    Raises:
        TypeError, ValueError: a field has a value that is not allowed.
    """

    task: Task
    cell: str = "lstm"
    hidden_size: int = 32
    num_layers: int = 1
    start: str = "uniform"
    forget_bias: float = 1.0
    window: int = 10
    optimiser: str = "adam"
    learning_rate: float = 0.01
    momentum: float = 0.0
    batch_size: int = 32
    clip_norm: float | None = 1.0
    truncation: int | None = None
    seed: int = 0
    max_steps: int = 5000
    stop_when_solved: bool = True
    dtype: str = "float32"
    engine: str = "auto"

    def __post_init__(self) -> None:
        if not isinstance(self.task, Task):
            raise TypeError(f"task must be a Task; got {self.task!r}")
        for name, choices in (
            ("cell", CELLS),
            ("start", STARTS),
            ("optimiser", OPTIMISERS),
            ("dtype", DTYPES),
            ("engine", ENGINES),
        ):
            one_of(name, getattr(self, name), choices)
        for name, low, high in (
            ("hidden_size", 1, MAX_HIDDEN_SIZE),
            ("num_layers", 1, MAX_LAYERS),
            ("window", 1, self.task.length if self.cell == "window" else LONGEST),
            ("batch_size", 1, MAX_BATCH),
            ("seed", 0, LARGEST_SEED),
            ("max_steps", 1, MAX_STEPS),
        ):
            self._set(name, whole(name, getattr(self, name), low, high))
        self._set("forget_bias", real("forget_bias", self.forget_bias))
        self._set("learning_rate", _above_zero("learning_rate", self.learning_rate))
        self._set("momentum", real("momentum", self.momentum, 0.0, 1.0))
        if self.clip_norm is not None:
            self._set("clip_norm", _above_zero("clip_norm", self.clip_norm))
        if self.truncation is not None:
            length = self.task.length
            self._set("truncation", whole("truncation", self.truncation, 1, length))
        self._set("stop_when_solved", flag("stop_when_solved", self.stop_when_solved))
        self._check_together()
        self._check_size()

    @property
    def step_bytes(self) -> int:
        """About what one step keeps at once: data, states, gates, slopes and gradients."""
        gates = self.hidden_size * self.num_layers * GATES.get(self.cell, 1)
        read = self.task.input_size * (self.window if self.cell == "window" else 1)
        numbers = 5 * gates + 2 * read + 3 * self.task.output_size
        return numbers * self.task.length * self.batch_size * int(self.dtype[-2:]) // 8

    def network(self) -> Network | WindowNetwork:
        """The network that the task's inputs and outputs ask for."""
        inputs, outputs = self.task.input_size, self.task.output_size
        if self.cell == "window":
            return WindowNetwork(self.window, inputs, self.hidden_size, outputs)
        return Network(self.cell, inputs, self.hidden_size, self.num_layers, output_size=outputs)

    def to_dict(self) -> dict[str, Any]:
        """As plain as JSON and TOML: the task by its name and settings, None as "none"."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: NONE if value is None else value for name, value in plain.items()}
        return plain | {"task": {"name": self.task.name, **settings_of(self.task)}}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "TrainingSetup":
        """The setup that `to_dict` wrote; fields that are left out are as they start."""
        if not isinstance(plain, Mapping):
            raise TypeError(f"a training setup must be a table of fields; got {plain!r}")
        known = [field.name for field in fields(cls)]
        if unknown := [name for name in plain if name not in known]:
            raise ValueError(f"a training setup has no field {unknown[0]!r}; it has {known}")
        task = plain.get("task")
        if not isinstance(task, Mapping) or not isinstance(task.get("name"), str):
            raise TypeError(f"task must be a table with the task's name and settings; got {task!r}")
        settings = {name: value for name, value in task.items() if name != "name"}
        try:
            made = task_of(task["name"], settings)
        except (TypeError, ValueError) as error:
            raise type(error)(f"task: {error}") from None
        others: dict[str, Any] = {
            name: real(name, value) if name in REALS and type(value) is int else value
            for name, value in plain.items()
            if name != "task"
        }
        for name in ("clip_norm", "truncation"):
            if others.get(name) == NONE:
                others[name] = None
        return cls(made, **others)

    def _check_together(self) -> None:
        """What one field allows another."""
        if self.cell == "window":
            for name, due in (("num_layers", 1), ("start", "uniform"), ("truncation", None)):
                if (got := getattr(self, name)) != due:
                    raise ValueError(f"{name} must be {due!r} for the cell 'window'; got {got!r}")
        if self.start == "chrono" and self.cell not in ("gru", "lstm"):
            raise ValueError(
                f"start: 'chrono' sets gates, of which a {self.cell} has none; "
                f"it is for 'gru' and 'lstm'"
            )
        if self.momentum and self.optimiser != "sgd":
            raise ValueError(
                f"momentum must be 0 for {self.optimiser!r}, it is for 'sgd'; got {self.momentum}"
            )
        if self.dtype == "float64" and self.engine == "torch-mps":
            raise ValueError("dtype must be 'float32' for the engine 'torch-mps'; got 'float64'")

    def _check_size(self) -> None:
        if self.step_bytes > MAX_STEP_BYTES:
            raise ValueError(
                f"batch_size {self.batch_size} × length {self.task.length} × hidden_size "
                f"{self.hidden_size}: a step would take about {self.step_bytes / 2**20:.0f} MiB, "
                f"{MAX_STEP_BYTES // 2**20} at most; make one of them smaller"
            )

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


def _above_zero(name: str, value: Any) -> float:
    number = real(name, value)
    if number <= 0.0:
        raise ValueError(f"{name} must be greater than 0; got {number}")
    return number
