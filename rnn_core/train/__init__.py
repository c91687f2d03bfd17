"""Training: a setup in, weights out, everything that happened on the way kept.

    trainer = Trainer(TrainingSetup(task_of("adding", {"length": 50}), cell="gru"))
    trainer.advance(seconds=0.1)

`setup` says what decides a training, `trainer` runs it, `snapshots` are its weights on the way,
`course` is what they did, `checkpoint` keeps it in a file.
"""

from rnn_core.train.setup import TrainingSetup
from rnn_core.train.snapshots import Snapshots
from rnn_core.train.state import TrainingState
from rnn_core.train.trainer import Trainer

__all__ = ["Snapshots", "Trainer", "TrainingSetup", "TrainingState"]
