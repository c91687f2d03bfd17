"""The measures of the stage that compare a run with itself before the changes."""

import numpy as np
import pytest

from exhibits.catalogue import declarations
from exhibits.stage_measures import run_of

STAGE = declarations()["stage"]


def values(**given) -> dict:
    own = {parameter.name: parameter.default for parameter in STAGE.parameters}
    return own | {name: STAGE.parameter(name).check(value) for name, value in given.items()}


def asked(name: str, of: dict, **at) -> float:
    measure = STAGE.measure(name)
    known = {argument.name: argument.default for argument in measure.arguments}
    return measure.value(of, known | at)


def edit(step: int, value: str) -> list:
    return [{"kind": "input", "place": [step], "value": value}]


@pytest.mark.parametrize("step", [0, 5, 21])
def test_an_input_changes_its_own_state_and_all_later_ones(step: int) -> None:
    changed = values(cell="rnn_tanh", changes=edit(step, "g"))
    assert asked("states_changed", changed) == 22 - step
    assert asked("states_changed", values(cell="rnn_tanh")) == 0


def test_the_differences_are_the_distances_of_two_runs() -> None:
    changed = values(changes=edit(5, "("))
    now, before = (run_of(of).layers[0].hidden[:, 0] for of in (changed, values()))
    own = [float(np.sqrt(((a - b) ** 2).sum())) for a, b in zip(now, before, strict=True)]
    curve = STAGE.curve("differences").value(changed, {"layer": -1})
    assert curve.y == pytest.approx(own)
    assert curve.low == 0
    assert max(own) <= curve.high <= 2.5 * max(own)
    assert asked("difference", changed, step=7) == pytest.approx(own[7])


def test_a_nudge_is_the_distance_to_a_run_on_the_edited_series() -> None:
    series = [0.0, 0.5, 1.0, 0.5, 0.0, -0.5]
    plain = values(source="numbers", shape="typed", numbers=series, weights="random")
    moved = [*series[:2], 1.25, *series[3:]]
    again = values(source="numbers", shape="typed", numbers=moved, weights="random")
    apart = (run_of(again).layers[0].hidden - run_of(plain).layers[0].hidden)[4, 0]
    expected = float(np.sqrt((apart**2).sum()))
    assert asked("nudged", plain, step=4, source=2, size=0.25) == pytest.approx(expected)
    assert asked("nudged", plain, step=1, source=2, size=0.25) == 0


def test_a_text_is_not_nudged_by_a_size_and_no_step_beyond_the_end_is() -> None:
    with pytest.raises(ValueError, match="take a series of numbers"):
        asked("nudged", values())
    series = values(source="numbers", length=10)
    with pytest.raises(ValueError, match="input 10: the sequence has 10"):
        asked("nudged", series, source=10)
    with pytest.raises(ValueError, match="step 10: the sequence has 10"):
        asked("nudged", series, step=10)
