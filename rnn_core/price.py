"""What a training step costs on this machine, against T, B and H: measured, never typed in.

    python -m rnn_core.price [--json] [--engines numpy,torch-cpu,…]

A training step is the pass forward, the loss at every step, the pass back through time and Adam's
update, of a one-layer LSTM in float32 that reads a number per step and says one. Its data lie
ready, and it runs on the engines that train here (`rnn_core.train`), on a CPU with one thread.
The time of a size is the fastest of many runs, since whatever else runs can only add to it.

    along T, B, H   one of them changes, the other two stand at `BASE`
    along shape     T · B = 256 always, H = 16: the same arithmetic as rows or as one long chain

Each engine is measured where it is there; why another is not, `absent` says. Torch is imported in
the process that measures, so let that be one of its own.
"""

import argparse
import importlib.util
import json
import math
import platform
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from rnn_core.checks import one_of
from rnn_core.initial import initial_weights
from rnn_core.network import Network
from rnn_core.tasks import Batch, task_of
from rnn_core.train.engine import make_engine
from rnn_core.train.setup import TrainingSetup

ENGINES = ("numpy", "torch-cpu", "torch-cuda", "torch-mps")
NAMES = {
    "numpy": "NumPy core",
    "torch-cpu": "PyTorch, CPU",
    "torch-cuda": "PyTorch, CUDA",
    "torch-mps": "PyTorch, MPS",
}
AXES = ("T", "B", "H", "shape")
LENGTHS = (10, 20, 50, 100, 200)
BATCHES = (1, 2, 4, 8, 16, 32, 64)
SIZES = (8, 16, 32, 64, 128)
CHAINS = (1, 4, 16, 64, 256)
WORK = 256  # T · B along the shape
ROUNDS, SECONDS = 3, 0.008  # turns of each size, and how long one lasts
FEWEST, MOST = 2, 50  # runs in a turn


@dataclass(frozen=True, order=True)
class Size:
    """T, B and H of a training step."""

    length: int
    batch: int
    hidden_size: int


BASE = Size(50, 16, 32)
ALONG: Mapping[str, tuple[Size, ...]] = {
    "T": tuple(Size(length, BASE.batch, BASE.hidden_size) for length in LENGTHS),
    "B": tuple(Size(BASE.length, batch, BASE.hidden_size) for batch in BATCHES),
    "H": tuple(Size(BASE.length, BASE.batch, size) for size in SIZES),
    "shape": tuple(Size(length, WORK // length, 16) for length in CHAINS),
}
GRID = tuple(sorted({size for sizes in ALONG.values() for size in sizes}))


@dataclass(frozen=True)
class Prices:
    """Seconds of one training step for every engine that is there, in the order of `GRID`.

    `machine` names what was measured, by engine; `absent` says why an engine is not there.
    """

    seconds: Mapping[str, tuple[float, ...]]
    machine: Mapping[str, str]
    absent: Mapping[str, str]

    def __post_init__(self) -> None:
        for engine, times in self.seconds.items():
            one_of("engine", engine, ENGINES)
            if len(times) != len(GRID) or not all(0 < t < math.inf for t in times):
                raise ValueError(f"{engine} must have {len(GRID)} times above 0; got {times}")

    @property
    def engines(self) -> tuple[str, ...]:
        return tuple(engine for engine in ENGINES if engine in self.seconds)

    @property
    def has_gpu(self) -> bool:
        return any(engine in self.seconds for engine in ("torch-cuda", "torch-mps"))

    def of(self, engine: str, size: Size) -> float:
        """Seconds of one step.

        Raises:
            ValueError: the engine is not there, or the size was not measured.
        """
        if engine not in self.seconds:
            why = self.absent.get(engine, "it was not asked for")
            raise ValueError(f"{engine} was not measured: {why}")
        if size not in GRID:
            raise ValueError(f"{size} was not measured")
        return self.seconds[engine][GRID.index(size)]

    def along(self, engine: str, axis: str) -> tuple[float, ...]:
        """Seconds for each of `ALONG[axis]`."""
        return tuple(self.of(engine, size) for size in ALONG[one_of("axis", axis, AXES)])

    def growth(self, engine: str, axis: str) -> float:
        """The last of an axis over its first."""
        times = self.along(engine, axis)
        return times[-1] / times[0]

    def gain(self, engine: str, batch: int) -> float:
        """Sequences per second with this many rows, over those with one row."""
        alone, together = (Size(BASE.length, rows, BASE.hidden_size) for rows in (1, batch))
        return batch * self.of(engine, alone) / self.of(engine, together)

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Prices":
        found = json.loads(text)
        seconds = {engine: tuple(times) for engine, times in found["seconds"].items()}
        return cls(seconds, found["machine"], found["absent"])


Step = Callable[[], Any]


def step_of(engine: str, size: Size) -> Step:
    """One training step, ready to be run again and again; it waits until the device is done.

    Raises:
        ValueError: this machine does not have the engine.
    """
    task = task_of("wave", {"length": max(2, size.length)})
    setup = TrainingSetup(task, "lstm", size.hidden_size, batch_size=size.batch, engine=engine)
    network = setup.network()
    assert isinstance(network, Network)
    drawn = initial_weights(network, seed=0)
    made = make_engine(setup, {name: w.astype(np.float32) for name, w in drawn.items()}, {}, 0)
    rng, shape = np.random.default_rng(0), (size.length, size.batch, 1)
    inputs, targets = (rng.normal(size=shape).astype(np.float32) for _ in range(2))
    batch = Batch(inputs, targets, np.ones(shape[:2], bool))

    def step() -> None:
        made.gradients(batch)
        made.update()

    return step


def clock_of(engine: str) -> Callable[[], float]:
    """Seconds: on a CPU those of this process alone, so that others on the machine do not count.

    Where the system counts those too coarsely (Windows), and on a GPU, seconds that pass.
    """
    exact = time.get_clock_info("process_time").resolution <= 1e-6
    on_cpu = engine in ("numpy", "torch-cpu")
    return time.process_time if on_cpu and exact else time.perf_counter


def fastest(step: Step, clock: Callable[[], float], seconds: float = SECONDS) -> float:
    """Seconds of the fastest of several runs, after one that does not count."""
    step()
    least, began, runs = math.inf, time.perf_counter(), 0
    while runs < FEWEST or (runs < MOST and time.perf_counter() - began < seconds):
        start = clock()
        step()
        least = min(least, clock() - start)
        runs += 1
    return least


def why_absent(engine: str) -> str:
    """Why an engine cannot be measured here; empty where it can."""
    if engine == "numpy":
        return ""
    if importlib.util.find_spec("torch") is None:
        return "PyTorch is not installed"
    from rnn_core.train.engine_torch import devices

    device = engine.removeprefix("torch-")
    if device == "cpu" or device in devices():
        return ""
    return f"PyTorch finds no {device.upper()} device here"


def measured(engines: tuple[str, ...], said: Callable[[int, int, str], None]) -> Prices:
    """Measures; before each size it says how many are done, of how many, and which is next.

    All sizes take turns, several times: what disturbs the machine for a moment then does not hit
    all runs of one size.
    """
    absent = {engine: why for engine in engines if (why := why_absent(engine))}
    there = [engine for engine in engines if engine not in absent]
    seconds: dict[str, tuple[float, ...]] = {}
    turns, done, of = ROUNDS * len(GRID), 0, ROUNDS * len(GRID) * len(there)
    for engine in there:
        steps = [step_of(engine, size) for size in GRID]
        times, clock = [math.inf] * len(GRID), clock_of(engine)
        for turn in range(turns):
            number = turn % len(GRID)
            size = GRID[number]
            what = f"{NAMES[engine]}: T {size.length}, B {size.batch}, H {size.hidden_size}"
            said(done, of, what)
            times[number] = min(times[number], fastest(steps[number], clock))
            done += 1
        seconds[engine] = tuple(times)
    return Prices(seconds, {engine: machine_of(engine) for engine in there}, absent)


def machine_of(engine: str) -> str:
    """What the engine runs on, as the system names it."""
    if engine in ("torch-cuda", "torch-mps"):
        from rnn_core.train.engine_torch import device_name

        return device_name(engine.removeprefix("torch-"))
    return processor()


def processor() -> str:
    """The processor's name; its architecture where the system has no name for it."""
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text("utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main(arguments: list[str] | None = None) -> None:
    """Prints a table; with `--json` one line per size that is done, the last one the prices."""
    parser = argparse.ArgumentParser(description="Measure a training step on this machine.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engines", default=",".join(ENGINES))
    given = parser.parse_args(arguments)
    engines = tuple(one_of("engines", name, ENGINES) for name in given.engines.split(","))

    def said(done: int, of: int, what: str) -> None:
        if given.json:
            print(json.dumps({"done": done, "of": of, "what": what}), flush=True)

    with threadpool_limits(1):
        prices = measured(engines, said)
    if given.json:
        print(json.dumps({"prices": prices.to_json()}), flush=True)
    else:
        print(table(prices))


def table(prices: Prices) -> str:
    """Milliseconds of every size, as Markdown."""
    head = ["T", "B", "H", *(NAMES[engine] for engine in prices.engines)]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for size in GRID:
        times = [f"{1000 * prices.of(engine, size):.3g}" for engine in prices.engines]
        sizes = [str(size.length), str(size.batch), str(size.hidden_size)]
        lines.append(f"| {' | '.join([*sizes, *times])} |")
    lines += [f"{NAMES[engine]}: {prices.machine[engine]}" for engine in prices.engines]
    return "\n".join([*lines, *(f"{NAMES[e]}: {why}" for e, why in prices.absent.items())])


if __name__ == "__main__":
    main(sys.argv[1:])
