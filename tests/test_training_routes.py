"""What a browser gets of a training: only its owner, only what is new, and never an exception."""

import asyncio
import base64
import json
import posixpath
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette

from background import TrainingsError
from background.status import RunStatus, TrackStatus
from exhibits.training import courses, on_stage, routes, serving
from rnn_core import Network, run, setup_with
from rnn_core.bounded import Bounded
from rnn_core.held import named
from rnn_core.tasks import task_of
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.train.course import measure
from store import COOKIE, new_learner_id

OWNER, OTHER = new_learner_id(), new_learner_id()
SETUP = TrainingSetup(task_of("adding", {"length": 6}), hidden_size=3, batch_size=4)


class OneRun:
    """Trainings of which there is one, "r", of `OWNER`, trained for eight steps."""

    def __init__(self) -> None:
        self.trainer = Trainer(SETUP)
        self.trainer.advance(steps=8)

    def owns(self, owner: str, name: str) -> bool:
        return (owner, name) == (OWNER, "r")

    def version(self, name: str) -> int:
        return 5

    def status(self, name: str) -> RunStatus:
        made = self.trainer
        track = TrackStatus(
            setup=SETUP,
            engine="numpy",
            step=made.step,
            max_steps=SETUP.max_steps,
            losses=made.losses.copy(),
            grad_norms=made.grad_norms.copy(),
            held_out=tuple(made.held_out),
            steps_per_second=0.0,
            seconds_left=None,
            snapshots=made.snapshots.steps,
            status="running",
            problem="",
        )
        return RunStatus("r", "hash", "t", "paused", None, (track,), "", 5, 0.0)

    def weights(self, name: str, track: int, step: int | None = None) -> dict[str, np.ndarray]:
        if step is None:
            return self.trainer.weights
        if step not in self.trainer.snapshots.steps:
            raise TrainingsError("There is no snapshot of that step")
        return self.trainer.snapshots.at(step)


@pytest.fixture
def one_run(monkeypatch: pytest.MonkeyPatch) -> OneRun:
    made = OneRun()
    for module in (routes, courses, on_stage):
        monkeypatch.setattr(module, "trainings", lambda: made)
    monkeypatch.setattr(courses, "_KEPT", Bounded(courses.MOST_KEPT))
    return made


def get(path: str, *, query: str = "", owner: str | None = OWNER) -> tuple[int, dict, bytes]:
    """Status, headers and body, as a server would get them from the app."""
    sent: list[Any] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    cookies = [(b"cookie", f"{COOKIE}={owner}".encode())] if owner else []
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path, "headers": cookies}
    scope["query_string"] = query.encode()
    app = Starlette(routes=[*routes.routes(), *serving.FILES.routes()])
    asyncio.run(app(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:])


def unpacked(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


@pytest.mark.parametrize("part", ["progress", "course", "stage"])
@pytest.mark.parametrize("owner", [None, OTHER, "no id at all"], ids=["none", "other", "no-id"])
def test_nobody_else_may_read(one_run: OneRun, part: str, owner: str | None) -> None:
    status, _, body = get(f"/training-data/r/{part}", owner=owner)
    assert (status, body) == (404, b"There is no such training of yours.")


def test_what_is_not_there_looks_like_what_is_somebody_elses(one_run: OneRun) -> None:
    assert get("/training-data/other/progress")[0] == 404


def test_progress_from_a_known_version_on_is_empty(one_run: OneRun) -> None:
    assert get("/training-data/r/progress", query="version=5")[0] == 204
    status, headers, body = get("/training-data/r/progress", query="version=4&seen=6&scored=1")
    assert (status, headers["cache-control"]) == (200, "no-store")
    (track,) = json.loads(body)["tracks"]
    assert (track["from"], track["step"]) == (6, 8)
    np.testing.assert_array_equal(unpacked(track["losses"]), one_run.trainer.losses[6:])


@pytest.mark.parametrize("query", ["version=x", "seen=-1,z", "scored=" + "9" * 400, "seen=" * 99])
def test_a_query_without_sense_gets_everything(one_run: OneRun, query: str) -> None:
    status, _, body = get("/training-data/r/progress", query=query)
    assert status == 200
    assert json.loads(body)["tracks"][0]["from"] == 0


def test_rows_are_the_measures_of_their_snapshots(one_run: OneRun) -> None:
    """All but snapshot 0, which the browser says it has."""
    status, _, body = get("/training-data/r/course", query="track=0&have=0")
    rows = json.loads(body)
    assert status == 200
    assert set(rows["steps"]) <= set(range(1, 9))
    for at, step in enumerate(rows["steps"]):
        true = measure(SETUP, one_run.trainer.snapshots.at(step))
        sent = unpacked(rows["fields"]["grad_hidden"]).reshape(len(rows["steps"]), 6)[at]
        np.testing.assert_allclose(sent, true.grad_hidden, rtol=1e-6)
    assert rows["lags"] == measure(SETUP, one_run.trainer.snapshots.at(8)).lags.tolist()
    assert rows["lagChance"] == pytest.approx(1 / 6)
    assert [[low, high] for low, high, _ in rows["learned"]] == rows["lags"]
    errors = unpacked(rows["fields"]["lag_errors"])
    assert len(errors) == len(rows["lags"]) * len(rows["steps"])


def test_rows_of_a_track_that_is_not_there_are_refused(one_run: OneRun) -> None:
    assert get("/training-data/r/course", query="track=1")[0] == 404


def test_the_stage_shows_the_weights_as_they_are_now(one_run: OneRun) -> None:
    status, headers, body = get("/training-data/r/stage", query="track=0")
    assert (status, headers["stage-version"]) == (200, "5")
    header = json.loads(body[4 : 4 + int.from_bytes(body[:4], "little")])
    assert [track["title"] for track in header["tracks"]] == ["step 8"]
    network = SETUP.network()
    assert isinstance(network, Network)
    known = named(network, one_run.trainer.weights)
    example = on_stage.example_of(SETUP.task)
    true = run(setup_with(known, example), known=known)
    assert header["runs"][0]["size"] > true.layers[0].hidden.astype("<f4").nbytes
    assert get("/training-data/r/stage", query="version=5")[0] == 204


def test_a_track_that_is_not_there_leaves_the_stage_as_it_is(one_run: OneRun) -> None:
    assert get("/training-data/r/stage", query="track=3")[0] == 204


def test_modules_import_each_other_as_they_stand_in_the_source() -> None:
    base = serving.FILES.base_path()
    for name in ("training/js/main.mjs", "stage/js/scales.mjs"):
        status, headers, _ = get(f"{base}/{name}")
        assert (status, headers["content-type"].split(";")[0]) == (200, "text/javascript")
        assert "immutable" in headers["cache-control"]
    assert get(f"{base}/training/js/training.css")[1]["content-type"].startswith("text/css")
    assert get(f"{base}/training/view.py")[0] == 404
    assert get("/training-files/0123456789abcdef/training/js/main.mjs")[0] == 404


def test_every_module_that_is_imported_is_served() -> None:
    assets = serving.FILES.assets
    for name, content in assets.items():
        if name.startswith("training/") and name.endswith(".mjs"):
            for found in re.findall(r'^import .* from "(\..*)";', content.decode(), re.M):
                assert posixpath.normpath(f"training/js/{found}") in assets, (name, found)


def test_the_held_out_loss_of_a_snapshot_is_the_one_that_was_or_would_be_measured(
    one_run: OneRun,
) -> None:
    """Step 0 was measured while training; step 4 was not, and a training that ends there does."""
    on_stage.held_out_loss.cache_clear()
    assert on_stage.held_out_loss("r", 0, 0) == one_run.trainer.held_out[0][1]
    shorter = Trainer(replace(SETUP, max_steps=4))
    shorter.advance()
    assert shorter.held_out[-1][0] == 4
    assert 4 not in [step for step, _, _ in one_run.trainer.held_out]
    assert on_stage.held_out_loss("r", 0, 4) == pytest.approx(shorter.held_out[-1][1], rel=1e-6)
    on_stage.held_out_loss.cache_clear()
