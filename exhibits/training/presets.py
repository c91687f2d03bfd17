"""Settings that are known to work, and others that are known to fail, each with the reason.

What each claims was run (`benchmarks/presets.py`; `tests/test_training_presets.py` runs the short
ones again).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exhibits.training.rivals import Rival


@dataclass(frozen=True)
class Preset:
    """What differs from the declared start; `why` is one sentence on what will be seen."""

    name: str
    good: bool
    why: str
    values: Mapping[str, Any]
    against: tuple[Rival, ...] = field(default=())


def _rival(**values: Any) -> Rival:
    return tuple(values.items())


_IRNN = _rival(cell="rnn_relu", start="identity", hidden_size=64, learning_rate=0.001)
PRESETS = (
    Preset(
        "Adding problem: LSTM, GRU, IRNN",
        True,
        "Gates carry the first number to the end, and so does a relu RNN that starts at the "
        "identity: all three get under the chance line of 1/6 and on to 0.01.",
        {"task": "adding", "length": 50, "max_steps": 3000},
        (_rival(cell="gru"), _IRNN),
    ),
    Preset(
        "Adding problem, T = 100: a tanh RNN beside an LSTM",
        False,
        "The tanh RNN's gradient fades on the way back, so that the first number never reaches "
        "the answer: it stays at chance. The LSTM is at chance for long too, and solves the task "
        "near step 1,700.",
        {"task": "adding", "length": 100, "max_steps": 3000},
        (_rival(cell="rnn_tanh", hidden_size=64, learning_rate=0.001),),
    ),
    Preset(
        "Learning rate too high",
        False,
        "At 0.5 every step leaps past what its batch's gradient knew of, and the loss stays at "
        "chance, or above; at 0.01 the same network solves the task.",
        {"task": "adding", "length": 50, "cell": "gru", "learning_rate": 0.5, "max_steps": 1000},
        (_rival(learning_rate=0.01),),
    ),
    Preset(
        "No clipping",
        False,
        "Now and then an IRNN's gradient is thousands of times its usual size, and one such step "
        "undoes what was learned; with its norm clipped to 1 the same network solves the task.",
        {
            **{"task": "adding", "length": 50, "cell": "rnn_relu", "start": "identity"},
            **{"hidden_size": 64, "learning_rate": 0.001, "clip_norm": 0.0, "max_steps": 2000},
        },
        (_rival(clip_norm=1.0),),
    ),
    Preset(
        "Forget bias −2",
        False,
        "The forget gates start at σ(−2) = 0.12, so that after ten steps nothing is left of what "
        "was stored, nor of its gradient; with a bias of 1 the task is solved.",
        {
            **{"task": "copy", "lag": 10, "symbols": 3, "kinds": 4},
            **{"forget_bias": -2.0, "max_steps": 1500},
        },
        (_rival(forget_bias=1.0),),
    ),
    Preset(
        "Sequence longer than the truncation",
        False,
        "Each answer needs the symbol of 13 steps before, and the gradient goes back through 10: "
        "nothing teaches the network to keep it. It learns to read the echo that a symbol leaves "
        "in the state anyway, and so is right about half of the time; all the way back it is "
        "always right near step 600.",
        {
            **{"task": "copy", "lag": 10, "symbols": 3, "kinds": 4, "cell": "gru"},
            **{"truncation": 10, "max_steps": 1500},
        },
        (_rival(truncation=0),),
    ),
    Preset(
        "Temporal order, T = 100: chrono start",
        True,
        "With biases that make memories last from 1 to 99 steps the LSTM solves it in seconds; "
        "from the usual start it stays at chance.",
        {"task": "temporal_order", "length": 100, "hidden_size": 16, "start": "chrono"},
        (_rival(start="uniform"),),
    ),
    Preset(
        "Wave: an LSTM beside a window",
        True,
        "Ten values tell period and phase of a sine, so that a window of them learns it as soon "
        "as the LSTM, in some 70 steps: not every task needs a memory.",
        {"task": "wave", "length": 50, "hidden_size": 16, "max_steps": 1500},
        (_rival(cell="window"),),
    ),
    Preset(
        "Text: it learns by heart",
        False,
        "From step 400 or so the loss on the training text goes on falling, while the one on "
        "held-out text rises again, from 2.0 to 2.5: what is learned now is this text alone.",
        {
            **{"task": "text", "source": "paradise-lost", "length": 50, "hidden_size": 128},
            **{"max_steps": 1200, "stop_when_solved": False},
        },
    ),
)
