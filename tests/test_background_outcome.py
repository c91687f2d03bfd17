"""Trainings that nobody watches: done in a process of their own, once, and refused in words."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from background.outcome import Outcomes, trained
from rnn_core.tasks import task_of
from rnn_core.train import Trainer, TrainingSetup

TASK = task_of("adding", {"length": 6})


def setup(**changed: object) -> TrainingSetup:
    usual = {"cell": "rnn_tanh", "hidden_size": 3, "batch_size": 4, "max_steps": 20}
    return TrainingSetup(TASK, **(usual | changed))  # type: ignore[arg-type]


def test_it_comes_to_what_the_trainer_comes_to():
    own = Trainer(setup())
    own.advance()
    (found,) = Outcomes().of(setup())
    np.testing.assert_array_equal(found.losses, own.losses)
    assert (found.status, found.step, found.held_out) == (own.status, own.step, own.held_out)
    assert found.snapshots.steps == own.snapshots.steps
    for name, value in own.weights.items():
        np.testing.assert_array_equal(found.weights[name], value)


def counting(tmp_path: Path) -> Outcomes:
    """Whose process leaves a file each time that it runs."""
    script = tmp_path / "counting.py"
    script.write_text(
        "import sys, uuid, pathlib\n"
        f"pathlib.Path({str(tmp_path)!r}, uuid.uuid4().hex + '.ran').touch()\n"
        "from background.outcome import main\nsys.exit(main())\n",
        "utf-8",
    )
    return Outcomes(("-c", f"exec(open({str(script)!r}).read())"))


def test_it_is_done_once_however_many_ask_at_once(tmp_path: Path):
    all_of = counting(tmp_path)
    assert all_of.known(setup()) is None
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: all_of.of(setup())[0], range(6)))
    assert all(one is found[0] for one in found)
    assert all_of.known(setup()) is found[0]
    assert len(list(tmp_path.glob("*.ran"))) == 1


def test_what_was_begun_ahead_is_only_waited_for(tmp_path: Path):
    all_of = counting(tmp_path)
    all_of.begin(setup())
    all_of.begin(setup())
    assert all_of.of(setup(), setup(seed=1))[0].step == 20
    assert len(list(tmp_path.glob("*.ran"))) == 2


def test_one_that_takes_too_long_is_refused_with_how_far_it_came():
    long = setup(max_steps=50_000)
    with pytest.raises(ValueError, match=r"not done after 0\.01 seconds: \d+ of 50000 steps"):
        trained(long, most_seconds=0.01)


def test_one_that_breaks_at_its_first_step_is_refused(monkeypatch: pytest.MonkeyPatch):
    def broken(made: TrainingSetup) -> Trainer:
        trainer = Trainer(made)
        trainer.status, trainer.problem = "broken", "the loss is inf"
        return trainer

    monkeypatch.setattr("background.outcome.Trainer", broken)
    with pytest.raises(ValueError, match=r"broke before its first step: the loss is inf"):
        trained(setup())


def test_a_refusal_is_kept_for_it_took_as_long(tmp_path: Path):
    script = f"import pathlib, uuid, sys; pathlib.Path({str(tmp_path)!r}, uuid.uuid4().hex).touch()"
    all_of = Outcomes(("-c", f"{script}; sys.stdout.write('too long'); sys.exit(3)"))
    for _ in range(2):
        with pytest.raises(ValueError, match=r"^too long$"):
            all_of.of(setup())
    assert len(list(tmp_path.iterdir())) == 1
    assert all_of.known(setup()) is None


def test_a_process_that_fails_is_told_of_and_tried_again(tmp_path: Path):
    flag = tmp_path / "once"
    script = (
        f"import pathlib, sys; flag = pathlib.Path({str(flag)!r})\n"
        "if not flag.exists():\n"
        "    flag.touch(); sys.exit('no memory left')\n"
        "from background.outcome import main; sys.exit(main())"
    )
    all_of = Outcomes(("-c", script))
    with pytest.raises(ValueError, match="the training failed: no memory left"):
        all_of.of(setup())
    assert all_of.of(setup())[0].step == 20


def test_the_pages_go_on_while_it_trains():
    """The one that waits holds no lock of the interpreter: another thread counts meanwhile."""
    counted, over = [0], threading.Event()

    def count() -> None:
        while not over.wait(0.001):
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    Outcomes().of(setup(max_steps=300))
    over.set()
    thread.join()
    assert counted[0] > 100
