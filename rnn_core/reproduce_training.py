"""A training outside the app: its weights as PyTorch takes them, and the PyTorch script of it.

    weights_file(setup, weights)      safetensors, for `load_state_dict` of the script's own module
    script(setup, …)                  the whole training in plain PyTorch
    module(setup)                     the source of that module

The script needs torch, NumPy, safetensors and jaxtyping, and beside it the folder `rnn_core`
(`sources()` is all of it), from which it takes the same data and the same first weights. That is
NumPy alone; what learns is PyTorch's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TypeAlias

import numpy as np
from safetensors.numpy import save

from rnn_core.network import Network, Weights
from rnn_core.tasks import settings_of
from rnn_core.train.setup import TrainingSetup

PREFIX = "rnn."  # what the script calls its recurrent module
TASK_FILE = "task.json"
LONGEST_SETTINGS = 1500  # characters that stand in a script; more come from a file beside it
MOST_WATCHED = 6
KINDS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
LOSSES = {
    "squared": "mse_loss",
    "categorical": "cross_entropy",
    "binary": "binary_cross_entropy_with_logits",
}
START = ("cell", "hidden_size", "num_layers", "start", "forget_bias", "window", "seed")

Losses: TypeAlias = Sequence[float] | np.ndarray  # one for each update

_HEAD = '''\
"""One training of Unrolled in plain PyTorch: {title}, {network}.

It needs torch, NumPy, safetensors and jaxtyping, and beside it Unrolled's folder `rnn_core`, which
draws the same data and the same first weights.{file}
The losses are the app's to rounding, which grows with the steps.
"""

{imports}import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from rnn_core.tasks import task_of
from rnn_core.train import TrainingSetup
from rnn_core.train.start import starting_weights

torch.set_num_threads(1)  # more are slower at this size
TASK = task_of("{task}", {settings})
SEED, STEPS, BATCH = {seed}, {steps}, {batch}
DTYPE = torch.{dtype}
IN_APP = {watched}  # loss by step
'''

_LAYERS = """\
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.{kind}({options})
        self.readout = nn.Linear({hidden}, {outputs})

"""

_RECURRENT = """\
    def forward(self, inputs):  # (time, batch, features)
        states, _ = self.rnn(inputs)
        return self.readout(states)
"""

_TRUNCATED = """\
    def forward(self, inputs):  # (time, batch, features)
        states, last = [], None
        for piece in inputs.split({truncation}):  # the state crosses a cut, the gradient does not
            found, last = self.rnn(piece, last)
            last = {detached}
            states.append(found)
        return self.readout(torch.cat(states))
"""

_WINDOW = """\
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear({window} * {inputs}, {hidden})
        self.readout = nn.Linear({hidden}, {outputs})

    def forward(self, inputs):  # (time, batch, features); the last {window} of them, oldest first
        padded = nn.functional.pad(inputs, (0, 0, 0, 0, {window} - 1, 0))
        seen = torch.cat([padded[k : k + len(inputs)] for k in range({window})], dim=-1)
        return self.readout(torch.tanh(self.hidden(seen)))
"""

_TRAINING = """\
model = Model().to(DTYPE)
start = starting_weights({start})
model.load_state_dict({{{named}: torch.from_numpy(value) for name, value in start.items()}})
optimiser = torch.optim.{optimiser}

losses = []
for step in range(STEPS):
    batch = TASK.batch(np.random.default_rng([SEED, step]), BATCH)
    inputs = torch.tensor(batch.inputs, dtype=DTYPE)
    targets = torch.tensor(batch.targets{target_dtype})
    mask = torch.tensor(batch.mask)
    optimiser.zero_grad()
    loss = nn.functional.{loss}(model(inputs)[mask], targets[mask])
    loss.backward()
{clipping}    optimiser.step()
    losses.append(loss.item())
    if step in IN_APP:
        print(f"step {{step}}: loss {{losses[-1]:.6g}}, in the app {{IN_APP[step]:.6g}}")

save_file(model.state_dict(), "trained-again.safetensors")
"""


def weights_file(
    setup: TrainingSetup, weights: Weights, metadata: Mapping[str, str] | None = None
) -> bytes:
    """`weights` of the setup's network in its dtype, under the names of the script's module."""
    shapes, dtype = setup.network().shapes(), np.dtype(setup.dtype)
    if weights.keys() != shapes.keys():
        raise ValueError(f"weights must have the names {', '.join(shapes)}; got {sorted(weights)}")
    tensors = {_outside(setup, name): np.array(weights[name], dtype, order="C") for name in shapes}
    about = {"cell": setup.cell, "task": setup.task.name, "alphabet": setup.task.alphabet}
    return save(tensors, {**about, **(metadata or {})})


def _outside(setup: TrainingSetup, name: str) -> str:
    return name if setup.cell == "window" or name.startswith("readout") else PREFIX + name


def module(setup: TrainingSetup) -> str:
    """The source of `Model`, an `nn.Module` of the setup's network."""
    network = setup.network()
    if not isinstance(network, Network):
        return _WINDOW.format(
            window=network.window,
            inputs=network.input_size,
            hidden=network.hidden_size,
            outputs=network.output_size,
        )
    options = [str(network.input_size), str(network.hidden_size)]
    options += [f"num_layers={network.num_layers}"] * (network.num_layers > 1)
    options += ['nonlinearity="relu"'] * (network.cell == "rnn_relu")
    cut = setup.truncation is not None and setup.truncation < setup.task.length
    parts = "tuple(part.detach() for part in last)"
    return (_LAYERS + (_TRUNCATED if cut else _RECURRENT)).format(
        kind=KINDS[network.cell],
        options=", ".join(options),
        hidden=network.hidden_size,
        outputs=network.output_size,
        truncation=setup.truncation,
        detached=parts if network.cell == "lstm" else "last.detach()",
    )


def task_file(setup: TrainingSetup) -> str | None:
    """The task's settings as JSON, where they are too long to stand in the script."""
    written = json.dumps(settings_of(setup.task))
    return written if len(written) > LONGEST_SETTINGS else None


def settings_source(setup: TrainingSetup) -> str:
    """The expression of the task's settings in a script, which may read them from the file."""
    if task_file(setup):
        return f'json.loads(Path("{TASK_FILE}").read_text("utf-8"))'
    return repr(settings_of(setup.task))


def script(setup: TrainingSetup, losses: Losses = (), step: int | None = None) -> str:
    """The training as one PyTorch script of `step` updates, by default all there were, or may be.

    `losses` are the app's, one for each update; a few of them stand in it to compare with.
    """
    steps = step if step is not None else (len(losses) or setup.max_steps)
    beside = task_file(setup) is not None
    imports = "import json\nfrom pathlib import Path\n\n" if beside else ""
    head = _HEAD.format(
        title=setup.task.title,
        network=f"{setup.cell} with {setup.hidden_size} units",
        file=f"\nThe task's settings are in `{TASK_FILE}`, which belongs beside it too."
        if beside
        else "",
        imports=imports,
        task=setup.task.name,
        settings=settings_source(setup),
        seed=setup.seed,
        steps=steps,
        batch=setup.batch_size,
        dtype=setup.dtype,
        watched=dict(_watched(losses)),
    )
    return f"{head}\n\n{module(setup)}\n\n{_training(setup)}"


def _training(setup: TrainingSetup) -> str:
    clip = f"    nn.utils.clip_grad_norm_(model.parameters(), {setup.clip_norm!r})\n"
    recurrent = f'name if name.startswith("readout") else "{PREFIX}" + name'
    return _TRAINING.format(
        start=start_source(setup),
        named="name" if setup.cell == "window" else f"({recurrent})",
        optimiser=_optimiser(setup),
        target_dtype="" if setup.task.loss == "categorical" else ", dtype=DTYPE",
        loss=LOSSES[setup.task.loss],
        clipping="" if setup.clip_norm is None else clip,
    )


def start_source(setup: TrainingSetup) -> str:
    """A setup with the same first weights: the fields that decide them, where not as usual."""
    usual = {field.name: field.default for field in fields(setup) if field.default is not MISSING}
    said = [
        f"{name}={getattr(setup, name)!r}" for name in START if getattr(setup, name) != usual[name]
    ]
    return f"TrainingSetup({', '.join(['TASK', *said])})"


def _optimiser(setup: TrainingSetup) -> str:
    options = f"lr={setup.learning_rate!r}"
    if setup.momentum:
        options += f", momentum={setup.momentum!r}"
    kind = {"adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}[setup.optimiser]
    return f"{kind}(model.parameters(), {options})"


def _watched(losses: Losses) -> Iterator[tuple[int, float]]:
    """A few steps, ever further apart: in float32 the later ones agree less."""
    step = 0
    for _ in range(MOST_WATCHED):
        if step >= len(losses):
            return
        yield step, float(losses[step])
        step = 1 if step == 0 else 10 * step


def sources() -> dict[str, bytes]:
    """Every file of the folder `rnn_core` that the script needs, by its path from beside it."""
    folder = Path(__file__).parent
    found = [*folder.rglob("*.py"), *(folder / "tasks" / "data").iterdir()]
    return {
        path.relative_to(folder.parent).as_posix(): path.read_bytes()
        for path in sorted(found)
        if path.is_file() and "__pycache__" not in path.parts
    }
