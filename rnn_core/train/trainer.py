"""Trains a network step by step, in pieces as long as the caller likes.

    trainer = Trainer(TrainingSetup(task_of("adding", {"length": 50})))
    while trainer.status == "running":
        trainer.advance(seconds=0.1)

Step n draws its batch from `default_rng([seed, n])`, so that a training restored from its state
goes on bit for bit like one that was never interrupted.
"""

import math
import time
from dataclasses import fields

import numpy as np
from jaxtyping import Float

from rnn_core.train import held_out, snapshots
from rnn_core.train.engine import make_engine
from rnn_core.train.growing import Growing
from rnn_core.train.held_out import HeldOut
from rnn_core.train.setup import TrainingSetup
from rnn_core.train.snapshots import Snapshots
from rnn_core.train.start import starting_weights
from rnn_core.train.state import TrainingState

MAY_CHANGE = ("max_steps", "stop_when_solved", "engine")


class Trainer:
    """One training. `step` is how many updates it has had.

    `status` is "running", "solved" (the held-out score met the goal, and the setup stops there),
    "finished" (after `max_steps`) or "broken" (a loss or gradient that is not finite); `problem`
    then says what happened, and the weights are those of the last snapshot that was sound.
    `held_out` is a list of (step, loss, score).

    Raises:
        ValueError: `state` belongs to another training, or the engine is not on this machine.
    """

    def __init__(self, setup: TrainingSetup, state: TrainingState | None = None) -> None:
        if state is not None:
            _check_same(setup, state.setup)
        self.setup, self.network = setup, setup.network()
        self.step = state.step if state else 0
        weights = state.weights if state else starting_weights(setup)
        self._engine = make_engine(setup, weights, state.slots if state else {}, self.step)
        self.engine_name = self._engine.name
        self._losses = Growing(state.losses if state else ())
        self._grad_norms = Growing(state.grad_norms if state else ())
        self.held_out: list[tuple[int, float, float]] = list(state.held_out) if state else []
        self.snapshots = Snapshots(state.snapshots if state else None)
        self.status, self.problem = (state.status, state.problem) if state else ("running", "")
        self._held_out: HeldOut | None = None
        if state is None:
            self.snapshots.add(0, self.weights)
        elif self.status in ("solved", "finished"):
            self.status = self._ended() or "running"
        self._next_snapshot = snapshots.next_due(self.step)
        self._next_held_out = held_out.next_due(self.step)

    @property
    def losses(self) -> Float[np.ndarray, " updates"]:
        """Each update's mean loss on its batch."""
        return self._losses.array

    @property
    def grad_norms(self) -> Float[np.ndarray, " updates"]:
        """Each update's gradient as one vector: its norm before clipping."""
        return self._grad_norms.array

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The present weights, copied."""
        return self._engine.weights()

    @property
    def solved_at(self) -> int | None:
        """The first step at which the held-out score met the task's goal."""
        return next((step for step, _, score in self.held_out if self._solves(step, score)), None)

    def advance(self, steps: int | None = None, seconds: float | None = None) -> int:
        """Train at most so many steps, or so long; returns how many steps it made.

        Without either it trains to the end.
        """
        begin, first = time.perf_counter(), self.step
        with np.errstate(all="ignore"):  # what is not finite is found, and said
            if not self.held_out and self.status == "running":
                self._measure()
            while self.status == "running":
                if steps is not None and self.step - first >= steps:
                    break
                self._one_step()
                if seconds is not None and time.perf_counter() - begin >= seconds:
                    break
        if self.status != "broken" and not _finite(self.weights):
            self._break("weights are")  # now, so that a state is sound whenever it is asked for
        return self.step - first

    def state(self) -> TrainingState:
        """Everything that is needed to go on exactly."""
        return TrainingState(
            setup=self.setup,
            step=self.step,
            weights=self.weights,
            slots=self._engine.slots(),
            losses=self.losses.copy(),
            grad_norms=self.grad_norms.copy(),
            held_out=tuple(self.held_out),
            snapshots={step: self.snapshots.at(step) for step in self.snapshots.steps},
            status=self.status,
            problem=self.problem,
        )

    def _one_step(self) -> None:
        rng = np.random.default_rng([self.setup.seed, self.step])
        loss, norm = self._engine.gradients(self.setup.task.batch(rng, self.setup.batch_size))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            self._break("gradient is" if math.isfinite(loss) else "loss is")
            return
        self._engine.update()
        self.step += 1
        self._losses.append(loss)
        self._grad_norms.append(norm)
        if self.step >= self._next_held_out or self.step >= self.setup.max_steps:
            self._measure()
            self._next_held_out = held_out.next_due(self.step)
            if self.status == "broken":
                return
            self.status = self._ended() or "running"
        if self.step >= self._next_snapshot or self.status != "running":
            self.snapshots.add(self.step, self.weights)
            self._next_snapshot = snapshots.next_due(self.step)

    def _measure(self) -> None:
        if self._held_out is None:
            self._held_out = HeldOut(self.setup)
        loss, score = self._held_out.measure(self._engine)
        if math.isfinite(loss) and math.isfinite(score):
            self.held_out.append((self.step, loss, score))
        else:
            self._break("held-out loss is")

    def _solves(self, step: int, score: float) -> bool:
        return step > 0 and self.setup.task.solved(score)

    def _ended(self) -> str:
        if self.setup.stop_when_solved and self.solved_at is not None:
            return "solved"
        return "finished" if self.step >= self.setup.max_steps else ""

    def _break(self, what: str) -> None:
        """Stop, with the last weights whose loss and gradient were finite and that were kept."""
        self.status = "broken"
        self.snapshots.drop_from(max(1, self.step))
        kept = self.snapshots.steps[-1]
        self._engine.set_weights(self.snapshots.at(kept))
        before = f" The last gradient had the norm {self.grad_norms[-1]:.3g}." if self.step else ""
        self.problem = (
            f"After {self.step} updates the {what} not finite: the numbers have outgrown "
            f"{self.setup.dtype}.{before} The training has stopped; its weights are those after "
            f"{kept} updates. {self._advice()}"
        )

    def _advice(self) -> str:
        smaller = f"a learning rate below {self.setup.learning_rate:g}"
        if self.setup.clip_norm is None:
            return f"Clipping the gradient's norm (clip_norm), or {smaller}, can prevent it."
        return f"A smaller clip_norm, or {smaller}, can prevent it."


def _finite(weights: dict[str, np.ndarray]) -> bool:
    return all(np.isfinite(value).all() for value in weights.values())


def _check_same(setup: TrainingSetup, other: TrainingSetup) -> None:
    """A state may go on for longer, or on another engine; all else would be another training."""
    for field in fields(TrainingSetup):
        if field.name not in MAY_CHANGE and getattr(setup, field.name) != getattr(
            other, field.name
        ):
            raise ValueError(
                f"state must be of this training, other in {', '.join(MAY_CHANGE)} at most; "
                f"its {field.name} is another"
            )
