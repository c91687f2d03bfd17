"""Live trainings: what being watched costs them, and what they cost everybody's page.

    .venv/bin/python -m benchmarks.trainings            some six minutes
    .venv/bin/python -m benchmarks.trainings --quick    shorter and fewer rounds

Steps per second from the same step on (early ones cost more: snapshots and held-out scores are
dense there), the ways taking turns, of each the median of its rounds:

    bare loop     the trainer in a process of its own, nobody looks
    watched       in a worker of the running app, asked 12 times a second for its course and for
                  the stage of its present weights, as an open page asks
    page open     the same, with the page *Train* open in headless Chromium on the same machine
    plain torch   nn.RNN, GRU or LSTM and a linear read-out, Adam, clipping: nothing is recorded

Then ten learners, each of whom edits the lab once a second: how long a rerun takes, from the edit
to the last message, with no training, with one each, and with one each that is watched.
"""

import argparse
import asyncio
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode, urlsplit

import numpy as np
from playwright.sync_api import sync_playwright

import start
from background.process import ONE_THREAD
from benchmarks.learners import class_of
from benchmarks.server import ROOT, running_app
from benchmarks.stage import FLAGS
from rnn_core.tasks import task_of
from rnn_core.train import TrainingSetup
from store import COOKIE, new_learner_id
from tests.browser.chromium import find_browser

APP = "benchmarks/apps/training_app.py"
LEARNERS = 10
ASKED_PER_SECOND = 12
FIRST = 500  # the step from which on is counted


def setup(task: str, length: int, **fields: object) -> TrainingSetup:
    """One that does not end while it is measured."""
    endless = {"max_steps": 200_000, "stop_when_solved": False, "engine": "numpy"}
    made = task_of(task, {"length": length})
    return TrainingSetup(made, **(endless | fields))  # type: ignore[arg-type]


SETUPS = {
    "adding, T 50, LSTM 32, batch 32": setup("adding", 50),
    "adding, T 50, GRU 32, batch 32": setup("adding", 50, cell="gru"),
    "parity, T 20, tanh RNN 8, batch 32": setup("parity", 20, cell="rnn_tanh", hidden_size=8),
    "wave, T 15, 3 × LSTM 16, batch 25": setup(
        "wave", 15, hidden_size=16, num_layers=3, batch_size=25
    ),
}

# At the priority of a worker, so that other work on the machine slows all ways alike.
BARE = """
import json, sys, time
from background.worker import NICE
from rnn_core.niceness import give_way
give_way(NICE)
from rnn_core.train import Trainer, TrainingSetup
trainer = Trainer(TrainingSetup.from_dict(json.loads(sys.argv[1])))
trainer.advance(steps=int(sys.argv[3]))
begin, first = time.perf_counter(), trainer.step
trainer.advance(seconds=float(sys.argv[2]))
print((trainer.step - first) / (time.perf_counter() - begin))
"""

TORCH = """
import json, sys, time
from background.worker import NICE
from rnn_core.niceness import give_way
give_way(NICE)
import numpy as np
import torch
from rnn_core.train import TrainingSetup
torch.set_num_threads(1)
setup = TrainingSetup.from_dict(json.loads(sys.argv[1]))
kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn_tanh": torch.nn.RNN}[setup.cell]
rnn = kind(setup.task.input_size, setup.hidden_size, setup.num_layers)
head = torch.nn.Linear(setup.hidden_size, setup.task.output_size)
parameters = [*rnn.parameters(), *head.parameters()]
adam = torch.optim.Adam(parameters, setup.learning_rate)
def step(number):
    batch = setup.task.batch(np.random.default_rng([setup.seed, number]), setup.batch_size)
    mask = torch.from_numpy(batch.mask)
    output = head(rnn(torch.from_numpy(batch.inputs.astype(np.float32)))[0])[mask]
    if setup.task.loss == "categorical":
        targets = torch.from_numpy(batch.targets.astype(np.int64))[mask]
        loss = torch.nn.functional.cross_entropy(output, targets)
    else:
        targets = torch.from_numpy(batch.targets.astype(np.float32))[mask]
        loss = torch.nn.functional.mse_loss(output, targets)
    adam.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, setup.clip_norm)
    adam.step()
    return loss.item()
for number in range(int(sys.argv[3])):
    step(number)
begin, first = time.perf_counter(), number
while time.perf_counter() < begin + float(sys.argv[2]):
    step(number); number += 1
print((number - first) / (time.perf_counter() - begin))
"""


def alone(program: str, made: TrainingSetup, seconds: float) -> float:
    """Steps per second of a program that trains by itself."""
    arguments = [json.dumps(made.to_dict()), str(seconds), str(FIRST)]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=start.app_environment() | dict.fromkeys(ONE_THREAD, "1"),
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


class Client:
    """One browser's requests to the server, with its cookie."""

    def __init__(self, url: str, owner: str) -> None:
        self.owner = owner
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(self, path: str, body: str | None = None) -> tuple[int, bytes, str]:
        """Status, body, and the version that the stage's answer names."""
        headers = {"Cookie": f"{COOKIE}={self.owner}"}
        try:
            self._connection.request("POST" if body else "GET", path, body, headers)
            answer = self._connection.getresponse()
        except http.client.RemoteDisconnected:  # it was idle for too long
            self._connection.close()
            self._connection.request("POST" if body else "GET", path, body, headers)
            answer = self._connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Stage-Version", "")

    def begin(self, made: TrainingSetup) -> str:
        asked = {"owner": self.owner, "setup": made.to_dict(), "title": "train: benchmark"}
        return self._sure(*self.ask("/benchmark/start", json.dumps(asked))[:2])

    def steps(self, run: str) -> int:
        return int(self._sure(*self.ask(f"/benchmark/steps?run={run}")[:2]))

    def stop(self, run: str) -> None:
        self.ask("/benchmark/stop?" + urlencode({"run": run, "owner": self.owner}))

    @staticmethod
    def _sure(status: int, body: bytes) -> str:
        if status != 200:
            raise RuntimeError(f"the server answered {status}: {body[:300]!r}")
        return body.decode()


class Watcher(threading.Thread):
    """Asks for a run's course and stage like an open page, until it is told to stop."""

    def __init__(self, url: str, owner: str, run: str) -> None:
        super().__init__(daemon=True)
        self._client, self._run, self._over = Client(url, owner), run, threading.Event()
        self.answers = 0

    def run(self) -> None:
        seen, version, picture = 0, -1, ""
        while not self._over.wait(1 / ASKED_PER_SECOND):
            path = f"/training-data/{self._run}"
            query = urlencode({"version": version, "seen": seen})
            status, body, _ = self._client.ask(f"{path}/progress?{query}")
            if status == 200:
                message = json.loads(body)
                version, seen = message["version"], message["tracks"][0]["step"]
            query = urlencode({"track": 0, "version": picture})
            status, _, named = self._client.ask(f"{path}/stage?{query}")
            picture = named or picture
            self.answers += status == 200

    def stop(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def watched(url: str, owner: str, run: str) -> Iterator[Watcher]:
    watcher = Watcher(url, owner, run)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


@contextmanager
def page_open(url: str, owner: str) -> Iterator[None]:
    """The page *Train* of this owner, which shows the newest of his or her runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None, args=FLAGS)
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        context.add_cookies([{"name": COOKIE, "value": owner, "url": url}])
        page = context.new_page()
        page.goto(f"{url}/train")
        page.get_by_role("button", name="Pause").first.wait_for(timeout=60_000)
        page.wait_for_timeout(3000)
        yield
        browser.close()


def live(url: str, made: TrainingSetup, seconds: float, with_page: bool) -> float:
    """Steps per second of one training in the app, while it is watched."""
    client = Client(url, new_learner_id())
    run = client.begin(made)
    try:
        with ExitStack() as stack:
            if with_page:
                stack.enter_context(page_open(url, client.owner))
            else:
                stack.enter_context(watched(url, client.owner, run))
            while client.steps(run) < FIRST:
                time.sleep(0.05)
            begin, first = time.perf_counter(), client.steps(run)
            time.sleep(seconds)
            return (client.steps(run) - first) / (time.perf_counter() - begin)
    finally:
        client.stop(run)


def speeds(rounds: int, seconds: float) -> None:
    print("| training | bare loop, steps/s | watched | page open | plain torch |")
    print("|---|---|---|---|---|")
    with running_app(APP, {"UNROLLED_TRAININGS": "1"}) as url:
        for name, made in SETUPS.items():
            ways: dict[str, Callable[[], float]] = {
                "bare": lambda made=made: alone(BARE, made, seconds),  # type: ignore[misc]
                "watched": lambda made=made: live(url, made, seconds, False),  # type: ignore[misc]
                "page": lambda made=made: live(url, made, seconds, True),  # type: ignore[misc]
                "torch": lambda made=made: alone(TORCH, made, seconds),  # type: ignore[misc]
            }
            found: dict[str, list[float]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way, measure in ways.items():
                    found[way].append(measure())
            bare, *others = (float(np.median(values)) for values in found.values())
            cells = " | ".join(f"{other:.0f} ({other / bare:.2f})" for other in others)
            print(f"| {name} | {bare:.0f} | {cells} |", flush=True)


def pages(seconds: int) -> None:
    print(f"\n{LEARNERS} learners, each edits the lab once a second:\n")
    print("| trainings | reruns | p50 ms | p95 ms | steps/s, all together |\n|---|---|---|---|---|")
    for name, trains, is_watched in (
        ("none", False, False),
        ("one each", True, False),
        ("one each, watched", True, True),
    ):
        with running_app(APP) as url, ExitStack() as stack:
            clients = [Client(url, new_learner_id()) for _ in range(LEARNERS if trains else 0)]
            made = SETUPS["adding, T 50, LSTM 32, batch 32"]
            runs = [client.begin(made) for client in clients]
            if is_watched:
                for client, run in zip(clients, runs, strict=True):
                    stack.enter_context(watched(url, client.owner, run))
            begin = time.perf_counter()
            times, _ = asyncio.run(class_of(url, LEARNERS, seconds))
            took = time.perf_counter() - begin
            steps = sum(client.steps(run) for client, run in zip(clients, runs, strict=True))
        p50, p95 = np.percentile(times, [50, 95])
        print(f"| {name} | {len(times)} | {p50:.0f} | {p95:.0f} | {steps / took:.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter and fewer rounds")
    quick = parser.parse_args().quick
    speeds(rounds=2 if quick else 3, seconds=2.0 if quick else 3.0)
    pages(seconds=6 if quick else 15)


if __name__ == "__main__":
    main()
