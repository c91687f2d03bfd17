"""The piece "training": what a lesson can ask of it, and its picture on paper."""

import math

import numpy as np
import pytest

from background.outcome import Outcomes, outcomes
from exhibits.catalogue import catalogue
from exhibits.training.configure import setups_of
from figures.drawing import Drawing
from figures.training import Course, draw, stretches
from rnn_core.train import Trainer

PIECE = catalogue()["training"]
DECLARED = PIECE.declaration
# Parity of eight bits: solved in a fraction of a second.
VALUES = DECLARED.defaults() | {
    **{"task": "parity", "length": 6, "cell": "gru", "hidden_size": 8, "learning_rate": 0.02},
    **{"max_steps": 600, "against": DECLARED.parameter("against").check([{"max_steps": 12}])},
}


def measure(name: str, **at: object) -> float:
    return DECLARED.measure(name).value(VALUES, {"track": 0, **at})


def test_a_measure_is_what_the_trainer_comes_to() -> None:
    trainer = Trainer(setups_of(VALUES)[0])
    trainer.advance()
    step, loss, score = trainer.held_out[-1]
    assert trainer.status == "solved"
    assert measure("steps_to_solve") == step
    assert (measure("final_loss"), measure("final_score")) == (loss, score)
    assert measure("solved") == 1.0


def test_what_is_not_solved_has_no_number_of_steps() -> None:
    assert measure("solved", track=1) == 0.0
    with pytest.raises(ValueError, match="not solved"):
        measure("steps_to_solve", track=1)
    with pytest.raises(ValueError, match="track must be 0 to 1; got 2"):
        measure("final_loss", track=2)


def test_lines_and_parameters_need_no_training() -> None:
    """Two answers, equally likely: ln 2. GRU with one input and 8 units: 3·8·(1 + 8 + 2); then
    the read-out, 2·8 + 2."""
    inputs = setups_of(VALUES)[0].task.input_size
    assert measure("chance") == pytest.approx(math.log(2))
    assert measure("parameters") == 3 * 8 * (inputs + 8 + 2) + 2 * 8 + 2


def test_a_lag_is_learned_at_one_of_the_snapshots() -> None:
    snapshots = outcomes().of(setups_of(VALUES)[0])[0].snapshots.steps
    assert measure("learned_lag", lag=3) in snapshots
    with pytest.raises(ValueError, match="lag 99 is not learned, or no answer needs it"):
        measure("learned_lag", lag=99)


def test_fits_does_not_train(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Outcomes, "_asked", None)
    DECLARED.fits(VALUES)
    with pytest.raises(ValueError, match="'chrono' sets gates"):
        DECLARED.fits(VALUES | {"cell": "rnn_tanh", "start": "chrono"})
    with pytest.raises(ValueError, match="window"):
        DECLARED.fits(VALUES | {"cell": "window", "window": 100})


def test_the_curve_is_the_mean_of_equal_stretches() -> None:
    curve = DECLARED.curve("loss").value(VALUES, {"track": 1})
    losses = outcomes().of(setups_of(VALUES)[1])[0].losses
    assert (len(curve.x), curve.log) == (12, True)  # as many steps as there are
    np.testing.assert_allclose(curve.y, losses)
    assert curve.low <= min(curve.y)
    assert max(curve.y) <= curve.high


def test_stretches_are_as_equal_as_whole_steps_allow() -> None:
    steps, means = stretches(np.array([1.0, 3.0, 5.0, 7.0, 9.0]), 2)
    assert steps.tolist() == [0.5, 3.0]
    assert means.tolist() == [2.0, 7.0]
    assert stretches(np.array([1.0, math.nan]), 1)[1].tolist() == [1.0]


def test_the_picture_says_who_solved_it() -> None:
    assert PIECE.still is not None
    (drawing,) = PIECE.still(VALUES, {})
    assert isinstance(drawing, Drawing)
    assert "1 of 2 solved it" in drawing.figure.layout.title.text
    assert "chance 0.693" in drawing.alt
    lines = [trace for trace in drawing.figure.data if trace.mode == "lines"]
    assert [line.line.dash for line in lines] == ["solid", "8px,4px"]


@pytest.mark.parametrize("solved", [None, 40])
def test_one_track_is_told_by_its_end(solved: int | None) -> None:
    course = Course("LSTM", np.linspace(1.0, 0.1, 50), [(0, 1.0), (50, 0.0625)], solved)
    drawing = draw([course], [("chance", 0.5)], unit="mean squared error", theme="dark")
    words = "Solved at step 40" if solved else "Not solved: loss 0.062 at the end"
    assert words in drawing.figure.layout.title.text
    assert drawing.to_csv().splitlines()[0] == "track,step,loss"
