"""What the training page and the piece say to the browser, and what they take for said."""

import base64
import json
import math
from typing import Any

import numpy as np
import pytest

from background.status import RunStatus, TrackStatus
from exhibits.training import parameters as declared
from exhibits.training.bench import state_of
from exhibits.training.configure import names_of, setups_of, starts_of, values_of
from exhibits.training.controls import defaults
from exhibits.training.courses import fields_of, spread
from exhibits.training.messages import progress
from exhibits.training.presets import PRESETS, Preset
from exhibits.training.view import Looks, about
from rnn_core.tasks import TASKS, task_of
from rnn_core.train import TrainingSetup


def setup(**changed: Any) -> TrainingSetup:
    return TrainingSetup(task_of("adding", {"length": 8}), **{"hidden_size": 4, **changed})


def status(losses: list[float], **changed: Any) -> RunStatus:
    track: dict[str, Any] = {
        "setup": setup(),
        "engine": "numpy",
        "step": len(losses),
        "max_steps": 100,
        "losses": np.array(losses),
        "grad_norms": np.array(losses) * 2,
        "held_out": ((0, 1.5, 1.5), (2, 0.5, 0.25)),
        "steps_per_second": 12.5,
        "seconds_left": None,
        "snapshots": (0, 1, 2, 4, 8),
        "status": "running",
        "problem": "",
    }
    tracks = (TrackStatus(**(track | changed)),)
    return RunStatus("r", "o", "t", "running", None, tracks, "", 7, 0.0)


def unpacked(text: str) -> list[float]:
    return np.frombuffer(base64.b64decode(text), "<f4").tolist()


# What the browser is told.


def test_only_what_is_lacking_is_sent() -> None:
    message = progress(status([1.0, 0.5, 0.25]), seen=[2], scored=[1])
    (track,) = message["tracks"]
    assert (track["from"], unpacked(track["losses"]), unpacked(track["norms"])) == (
        2,
        [0.25],
        [0.5],
    )
    assert (track["scoredFrom"], track["scored"]) == (1, [[2, 0.5, 0.25]])
    assert (message["version"], message["state"], message["place"]) == (7, "running", 0)


def test_who_knows_more_than_there_is_gets_it_from_the_beginning() -> None:
    (track,) = progress(status([1.0, 0.5]), seen=[9], scored=[5])["tracks"]
    assert (track["from"], unpacked(track["losses"])) == (0, [1.0, 0.5])
    assert track["scoredFrom"] == 0


def test_a_message_is_json_whatever_the_numbers_are() -> None:
    told = status([1.0], steps_per_second=math.inf, held_out=((0, math.nan, 1.0),))
    text = json.dumps(progress(told, [], []), allow_nan=False)
    (track,) = json.loads(text)["tracks"]
    assert (track["speed"], track["scored"]) == (0.0, [[0, None, 1.0]])


def test_snapshots_are_measured_from_the_coarse_to_the_fine() -> None:
    """log(1 + s): 0, 0.69, 1.10, 1.61, 2.20. The ends first, then the middle of what is left."""
    assert list(spread((0, 1, 2, 4, 8), {})) == [8, 0, 2, 4, 1]
    assert list(spread((0, 1, 2, 4, 8), {0, 8})) == [2, 4, 1]
    assert list(spread((0, 4), {0, 4, 99})) == []


def test_the_view_is_told_the_lines_and_the_aim_of_the_task() -> None:
    told = about((setup(clip_norm=None), setup(cell="gru")))
    assert told["lines"][0]["name"] == "chance"
    assert told["lines"][0]["value"] == pytest.approx(1 / 6)
    assert told["aim"] == {
        **{"goal": 0.01, "higher": False, "score": "mean squared error"},
        "words": "solved",
    }
    assert [track["clip"] for track in told["tracks"]] == [None, 1.0]
    assert [track["name"] for track in told["tracks"]] == [
        "LSTM, not clipped",
        "GRU, clipped to 1",
    ]


def test_a_task_with_one_loss_has_no_error_over_time_but_one_by_lag() -> None:
    assert fields_of(setup(cell="rnn_tanh")) == ("grad_hidden", "lag_errors", "hidden")
    wave = TrainingSetup(task_of("wave", {"length": 8}), cell="gru", hidden_size=2)
    assert fields_of(wave) == ("grad_hidden", "error", "hidden", "reset_gate", "update_gate")
    assert fields_of(TrainingSetup(task_of("wave", {"length": 8}), cell="window", window=4)) == ()


def test_the_learner_looks_only_at_what_is_kept() -> None:
    there = status([1.0])
    assert Looks(track=2, at=3, a=4, b=8, pair=True).within(there) == Looks(
        track=0, at=None, a=4, b=8, pair=True
    )
    assert Looks(at=4, a=4, b=5, pair=True).within(there) == Looks(at=4, a=4)
    assert Looks(at=4, log=False).within(None) == Looks(log=False)


def test_a_run_says_what_it_did_only_of_the_settings_that_it_was_begun_with() -> None:
    there = status([1.0, 0.5], held_out=((0, 0.001, 0.001), (2, 0.25, 0.005)), step=2)
    told = state_of(there, Looks(at=4), (setup(),))
    assert told == {
        **{"started": True, "ended": False, "at": 4},
        **{"solved": True, "step": 2, "loss": 0.25, "score": 0.005},
    }
    nothing = {"started": False, "ended": False}
    assert state_of(there, Looks(), (setup(hidden_size=5),)) == nothing
    assert state_of(None, Looks(), (setup(),)) == nothing


def test_a_score_before_the_first_step_solves_nothing() -> None:
    there = status([1.0], held_out=((0, 0.001, 0.001),))
    assert state_of(there, Looks(), (setup(),))["solved"] is False


# What is set, and what is trained.


def test_zero_stands_for_none() -> None:
    values = defaults() | {"clip_norm": 0.0, "truncation": 0}
    (found,) = setups_of(values)
    assert (found.clip_norm, found.truncation) == (None, None)


def test_a_truncation_as_long_as_the_sequence_cuts_nothing() -> None:
    assert setups_of(defaults() | {"length": 20, "truncation": 20})[0].truncation is None
    assert setups_of(defaults() | {"length": 20, "truncation": 19})[0].truncation == 19


def test_rivals_share_the_task_and_differ_in_what_they_say() -> None:
    values = defaults() | {"against": declared.AGAINST.check(["gru", {"hidden_size": 8}])}
    first, second, third = setups_of(values)
    assert (first.cell, second.cell, third.cell) == ("lstm", "gru", "lstm")
    assert (first.hidden_size, third.hidden_size) == (32, 8)
    assert first.task == second.task == third.task


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("gru", "a list of up to 2 rivals"),
        (["gru", "lstm", "rnn_tanh"], "a list of up to 2 rivals"),
        ([{}], "a list of up to 2 rivals"),
        ([{"length": 4}], "a rival can differ in cell, .*; got 'length'"),
        ([{"hidden_size": 0}], "hidden_size must be a whole number from 1 to 128; got 0"),
        (["transformer"], "cell must be one of .*; got 'transformer'"),
    ],
)
def test_a_wrong_rival_is_named(wrong: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        declared.AGAINST.check(wrong)


def test_checked_rivals_are_checked_to_the_same() -> None:
    once = declared.AGAINST.check(["gru", {"hidden_size": 8}])
    assert declared.AGAINST.check(once) == once == ((("cell", "gru"),), (("hidden_size", 8),))


@pytest.mark.parametrize("name", sorted(set(TASKS) - {"series"}))
def test_every_task_can_be_set_as_it_starts(name: str) -> None:
    (found,) = setups_of(defaults() | {"task": name} | starts_of(name))
    assert found.task == task_of(name)


def test_an_own_series_is_found_again_from_its_run() -> None:
    series = {"task": "series", "values": tuple(float(k % 7) for k in range(60)), "season": 7}
    setups = setups_of(defaults() | starts_of("series") | series)
    assert setups_of(defaults() | values_of(setups)) == setups


def test_an_irnn_is_called_so() -> None:
    irnn = setup(cell="rnn_relu", start="identity")
    assert names_of((irnn, setup())) == ("IRNN", "LSTM")
    assert names_of((setup(start="chrono"), setup())) == (
        "LSTM, chrono start",
        "LSTM, uniform start",
    )
    assert names_of((setup(),)) == ("LSTM, 4 units",)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_can_be_trained_and_is_found_again_from_its_run(preset: Preset) -> None:
    values = defaults() | dict(preset.values) | {"against": preset.against}
    setups = setups_of(values)
    assert setups_of(defaults() | values_of(setups)) == setups
    assert len(set(names_of(setups))) == len(setups)
