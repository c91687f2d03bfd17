"""Forecasts of a real series: one step ahead, running free, and how the error grows with the lead.

    fit = shipped(FitSetup(cell="gru"))       a trained network that comes along; or `fit_of` one
    one_step(fit)                             each held-out value from the true values before it
    free_run(fit, known, horizon)             from one year on, every forecast the next input
    by_lead(fit, farthest)                    the free run's error k steps ahead, over all starts

The network reads z = (x - mean) / deviation of the training values, the last `length` of them, and
says the next z. Running free it reads its own. Beside it stand

    naive             the last value that is known, for ever
    seasonal naive    the value of the last season that is known

Everything shown is in the series' own units and computed in float64.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core.checks import one_of, whole
from rnn_core.network import Network, Weights
from rnn_core.outputs import outputs
from rnn_core.shipped import load_weights, weights_names
from rnn_core.tasks import Task, task_of
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.window import WindowNetwork

CELLS = ("lstm", "gru", "rnn_tanh", "window")
RATE, BATCH, STEPS, MOST_STEPS = 0.005, 32, 400, 5000
WINDOW = 10  # values that the feed-forward network sees
FEWEST, MOST = 24, 5000  # numbers of a series of one's own
LONGEST = 40  # values read before a forecast
FARTHEST = 60


@dataclass(frozen=True)
class FitSetup:
    """Which series, and the network that is trained on its earlier part. It decides the training.

    Without `numbers` it is the yearly sunspot numbers, whose season is 11. Of a series of one's own
    the last fifth is held out; `season` 0 means that it has none.
    """

    numbers: tuple[float, ...] = ()
    season: int = 0
    cell: str = "lstm"
    hidden_size: int = 16
    steps: int = STEPS
    seed: int = 0

    def __post_init__(self) -> None:
        one_of("cell", self.cell, CELLS)
        whole("hidden_size", self.hidden_size, 1, 64)
        whole("steps", self.steps, 1, MOST_STEPS)
        whole("seed", self.seed, 0)
        if self.numbers:
            whole("number of values", len(self.numbers), FEWEST, MOST)
            whole("season", self.season, 0, len(self.numbers) // 2)

    @property
    def task(self) -> Task:
        if not self.numbers:
            return task_of("sunspots")
        count = len(self.numbers)
        last = count // 5
        length = min(LONGEST, (count - last) // 3)
        return task_of(
            "series",
            {"values": self.numbers, "season": self.season, "length": length, "last": last},
        )

    @property
    def training(self) -> TrainingSetup:
        """A fixed number of steps: to stop by the values held out would be to look at them."""
        task = self.task
        return TrainingSetup(
            task,
            self.cell,
            self.hidden_size,
            window=min(WINDOW, task.length),
            learning_rate=RATE,
            batch_size=BATCH,
            seed=self.seed,
            max_steps=self.steps,
            stop_when_solved=False,
            engine="numpy",
        )


@dataclass(frozen=True, eq=False)
class Fit:
    """A network with its weights in float64, and the task that it was trained on."""

    setup: FitSetup
    task: Task
    network: Network | WindowNetwork
    weights: Weights

    @property
    def series(self) -> "Series":
        return series_of(self.setup)

    @property
    def held_out_loss(self) -> float:
        """The mean squared error one step ahead, in z², as the task's lines have it."""
        deviation = self.series.deviation
        return (one_step(self).rmse / deviation) ** 2

    def output(
        self, inputs: Float[np.ndarray, "time batch 1"]
    ) -> Float[np.ndarray, "time batch 1"]:
        """What the network says after each input, from state 0."""
        return outputs(self.network, self.weights, inputs)


@dataclass(frozen=True, eq=False)
class Series:
    """`times` are years, or places from 0 on; from index `first_held_out` on nothing was trained.

    `z` is `values` less `mean` over `deviation`; `season` is 0 where there is none.
    """

    times: tuple[int, ...]
    values: Float[np.ndarray, " series"]
    z: Float[np.ndarray, " series"]
    mean: float
    deviation: float
    season: int
    first_held_out: int
    length: int

    @property
    def held_out(self) -> int:
        return len(self.times) - self.first_held_out


@dataclass(frozen=True, eq=False)
class OneStep:
    """Each held-out value as the network, and the two naive forecasts, foretold it."""

    times: tuple[int, ...]
    values: Float[np.ndarray, " held"]
    network: Float[np.ndarray, " held"]
    naive: Float[np.ndarray, " held"]
    seasonal: Float[np.ndarray, " held"] | None

    @property
    def rmse(self) -> float:
        return rmse(self.network, self.values)

    @property
    def rmse_naive(self) -> float:
        return rmse(self.naive, self.values)

    @property
    def rmse_seasonal(self) -> float | None:
        return None if self.seasonal is None else rmse(self.seasonal, self.values)


@dataclass(frozen=True, eq=False)
class FreeRun:
    """From `times[0]` on the network read nothing but itself.

    `values` are those that came, as far as they are known: fewer than `network` at the end.
    """

    times: tuple[int, ...]
    values: Float[np.ndarray, " known"]
    network: Float[np.ndarray, " horizon"]
    naive: Float[np.ndarray, " horizon"]
    seasonal: Float[np.ndarray, " horizon"] | None

    @property
    def rmse(self) -> float:
        """Over the values that are known; NaN where none is."""
        return rmse(self.network[: len(self.values)], self.values)


@dataclass(frozen=True, eq=False)
class ByLead:
    """Root mean squared error at lead k = 1, 2, …, over every start in the part held out."""

    network: Float[np.ndarray, " leads"]
    naive: Float[np.ndarray, " leads"]
    seasonal: Float[np.ndarray, " leads"] | None
    mean: Float[np.ndarray, " leads"]
    starts: tuple[int, ...]


def rmse(said: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"]) -> float:
    return float(np.sqrt(np.mean((said - values) ** 2))) if len(values) else float("nan")


@lru_cache(maxsize=8)
def shipped(setup: FitSetup) -> Fit | None:
    """The network that comes with this package, None where none does."""
    name = f"sunspots-{setup.cell}"
    if setup != FitSetup(cell=setup.cell) or name not in weights_names():
        return None
    found = load_weights(name)
    return Fit(setup, setup.task, found.network, found.weights)


def fit_of(setup: FitSetup, ended: Trainer) -> Fit:
    """What a training of `setup.training` came to.

    Raises:
        ValueError: it broke; says why.
    """
    if ended.status == "broken":
        raise ValueError(ended.problem)
    weights = {name: value.astype(np.float64) for name, value in ended.weights.items()}
    return Fit(setup, setup.task, ended.network, weights)


def trained(setup: FitSetup) -> Fit:
    """Trains here and now, for seconds; raises ValueError where it breaks."""
    trainer = Trainer(setup.training)
    trainer.advance()
    return fit_of(setup, trainer)


@lru_cache(maxsize=32)
def series_of(setup: FitSetup) -> Series:
    task = setup.task
    values, z = np.array(task.numbers), task.scaled  # type: ignore[attr-defined]
    mean, deviation = task.scale  # type: ignore[attr-defined]
    return Series(
        times=getattr(task, "years", tuple(range(len(values)))),
        values=values,
        z=z,
        mean=mean,
        deviation=deviation or 1.0,
        season=task.period,  # type: ignore[attr-defined]
        first_held_out=len(values) - task.last,  # type: ignore[attr-defined]
        length=task.length,
    )


def one_step(fit: Fit) -> OneStep:
    """Every held-out value, each from the `length` true values before it."""
    series = fit.series
    first = series.first_held_out
    due = np.arange(first, len(series.values))
    said = fit.output(_windows(series, due))[-1, :, 0]
    season = series.season
    return OneStep(
        times=series.times[first:],
        values=series.values[first:],
        network=_unscaled(series, said),
        naive=series.values[due - 1],
        seasonal=series.values[due - season] if season else None,
    )


def free_run(fit: Fit, known_values: int, horizon: int) -> FreeRun:
    """`known_values` of the held-out ones are known; then `horizon` values come from the network.

    Raises:
        ValueError: there are not so many held out, or the horizon is longer than `FARTHEST`.
    """
    series = fit.series
    whole("known", known_values, 0, series.held_out)
    whole("horizon", horizon, 1, FARTHEST)
    start = series.first_held_out + known_values
    said = _run_free(fit, np.array([start]), horizon)[:, 0]
    leads = np.arange(1, horizon + 1)
    after = tuple(series.times[-1] + k for k in range(1, horizon + 1))
    return FreeRun(
        times=(*series.times, *after)[start : start + horizon],
        values=series.values[start : start + horizon],
        network=_unscaled(series, said),
        naive=np.full(horizon, series.values[start - 1]),
        seasonal=_seasonal(series, start, leads) if series.season else None,
    )


def by_lead(fit: Fit, farthest: int) -> ByLead:
    """For every lead up to `farthest`, over all starts whose value then is held out and known."""
    series = fit.series
    whole("farthest", farthest, 1, min(FARTHEST, series.held_out))
    first, count = series.first_held_out, len(series.values)
    starts = np.arange(first, count)
    said = _unscaled(series, _run_free(fit, starts, farthest))
    rows: dict[str, list[float]] = {"network": [], "naive": [], "seasonal": [], "mean": []}
    for lead in range(1, farthest + 1):
        there = starts[starts + lead <= count]
        due = series.values[there + lead - 1]
        rows["network"].append(rmse(said[lead - 1, : len(there)], due))
        rows["naive"].append(rmse(series.values[there - 1], due))
        rows["mean"].append(rmse(np.full(len(there), series.mean), due))
        if series.season:
            back = -(-lead // series.season) * series.season
            rows["seasonal"].append(rmse(series.values[there + lead - 1 - back], due))
    return ByLead(
        network=np.array(rows["network"]),
        naive=np.array(rows["naive"]),
        seasonal=np.array(rows["seasonal"]) if series.season else None,
        mean=np.array(rows["mean"]),
        starts=tuple(count - first - lead + 1 for lead in range(1, farthest + 1)),
    )


def _run_free(fit: Fit, starts: np.ndarray, horizon: int) -> Float[np.ndarray, "horizon starts"]:
    """z that the network says when it reads what it said, all starts side by side."""
    read, said = _windows(fit.series, starts), []
    for _ in range(horizon):
        said.append(fit.output(read)[-1:, :, :])
        read = np.concatenate([read, said[-1]])
    return np.concatenate(said)[:, :, 0]


def _windows(series: Series, due: np.ndarray) -> Float[np.ndarray, "time batch 1"]:
    """The `length` values before each index of `due`."""
    back = np.arange(-series.length, 0)[:, None]
    return series.z[due + back][:, :, None]


def _seasonal(series: Series, start: int, leads: np.ndarray) -> Float[np.ndarray, " horizon"]:
    """The last season that is known, again and again."""
    season = series.season
    return series.values[start - season + (leads - 1) % season]


def _unscaled(series: Series, z: np.ndarray) -> np.ndarray:
    return series.mean + series.deviation * z
