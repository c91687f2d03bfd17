"""The sequence on the stage tells: on it, who knows nothing pays at least what chance pays."""

import numpy as np
import pytest

from exhibits.training.on_stage import EXAMPLE_SEED, EXAMPLES, example_of, loss_on_it
from rnn_core import Numbers, Text, Vectors, run, setup_with
from rnn_core.held import named
from rnn_core.network import Network
from rnn_core.tasks import TASKS, Task, task_of
from rnn_core.train import TrainingSetup
from rnn_core.train.start import starting_weights

YEARS = np.arange(90)
SERIES = tuple((10.0 + 4.0 * np.sin(YEARS / 3.0) + 0.1 * YEARS).tolist())
TASKS_AS_SET: list[Task] = [
    *(task_of(name, {"values": SERIES} if name == "series" else {}) for name in sorted(TASKS)),
    task_of("adding", {"length": 100}),
    task_of("adding", {"length": 20}),
    task_of("temporal_order", {"length": 100}),
    task_of("wave", {"kind": "square", "noise": 0.3}),
    task_of("text", {"source": "sonnets"}),
    task_of("reber", {"at_least": 20}),
]


def answers_due(task: Task) -> list:
    """From the sequence's own fields, and from the symbols where it is a text."""
    found = example_of(task)
    if isinstance(found, Text):
        return [task.alphabet.index(character) for character in found.text[1:]]
    if isinstance(found, Numbers):
        return list(found.values[1:])
    assert isinstance(found, Vectors)
    due = [target for target in found.targets if target is not None]
    return due if found.classes else [target[0] for target in due]  # type: ignore[index]


def cost_of_knowing_nothing(task: Task) -> float:
    """Always say what is best over many sequences: their mean, or each answer's share."""
    many = task.batch(np.random.default_rng(77), 4000)
    answers, due = many.targets[many.mask], answers_due(task)
    if task.loss == "squared":
        return float(np.mean([(target - answers.mean()) ** 2 for target in due]))
    return float(np.mean([-np.log(np.mean(answers == target)) for target in due]))


@pytest.mark.parametrize("task", TASKS_AS_SET, ids=lambda task: f"{task.name}-{task.length}")
def test_knowing_nothing_costs_at_least_chance(task: Task) -> None:
    assert cost_of_knowing_nothing(task) > 0.97 * task.lines()[0].value


@pytest.mark.parametrize("length", [20, 50, 100])
def test_on_two_numbers_to_be_added_the_mean_is_clearly_wrong(length: int) -> None:
    """Chance is 1/6; half as much again is a sum farther than 1.2 deviations from the mean, 1."""
    (total,) = answers_due(task_of("adding", {"length": length}))
    assert (total - 1.0) ** 2 > 1.5 / 6.0


def test_it_is_one_of_the_tasks_own_and_always_the_same() -> None:
    task = task_of("adding", {"length": 50})
    seeds = range(EXAMPLE_SEED, EXAMPLE_SEED + EXAMPLES)
    assert example_of(task) in [task.example(seed) for seed in seeds]
    assert example_of(task) == example_of(task_of("adding", {"length": 50}))


@pytest.mark.parametrize(("name", "zero_costs"), [("adding", None), ("parity", np.log(2.0))])
def test_its_loss_is_in_the_unit_of_the_training(name: str, zero_costs: float | None) -> None:
    """A network of zeros says 0: the whole square of the sum, without a ½; of two answers ln 2."""
    setup = TrainingSetup(task_of(name), hidden_size=3)
    network, example = setup.network(), example_of(setup.task)
    assert isinstance(network, Network)
    zeros = {key: np.zeros_like(value) for key, value in starting_weights(setup).items()}
    known = named(network, zeros)
    shown = run(setup_with(known, example), known=known)
    if zero_costs is None:
        zero_costs = answers_due(setup.task)[0] ** 2
    assert loss_on_it(shown) == pytest.approx(zero_costs)
