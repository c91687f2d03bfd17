"""The trainings of a sweep on a Dask cluster, by the address of its scheduler.

Every worker needs this package, the same version of it: start workers in the project's folder, or
with PYTHONPATH set to it. Nothing but settings and rows crosses the network.
"""

import hashlib
import queue
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rnn_core.sweep.flags import ClusterFlag, FileFlag
from rnn_core.sweep.grid import Cell, SweepError
from rnn_core.sweep.row import Row, train

SECONDS_TO_ANSWER = 10
LOOK = 0.25  # seconds between two looks at the flag
AHEAD = 2  # trainings that each thread of the cluster has before it, the one in hand included


def code() -> str:
    """A hash of this package's sources: equal code trains alike."""
    folder = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def on_cluster(cells: Sequence[Cell], address: str, flag: FileFlag) -> Iterator[Row]:
    """The rows as they are finished; those of stopped trainings are missing.

    Raises:
        SweepError: no scheduler answers there, it has no workers, they lack this package or have
            another version of it, or the cluster is lost.
    """
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    with _connected(address) as client:
        try:
            _check_workers(client, address)
            yield from _trained(client, cells, flag)
        except (OSError, CancelledError, KilledWorker) as problem:
            raise SweepError(
                f"the Dask cluster at {address} was lost ({problem or type(problem).__name__}); "
                "what was finished is kept"
            ) from problem


def _connected(address: str) -> Any:
    from distributed import Client

    try:
        return Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError) as problem:
        raise SweepError(
            f"no Dask scheduler answers at {address!r} ({problem}); "
            "an address looks like tcp://127.0.0.1:8786"
        ) from problem


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        raise SweepError(f"the Dask cluster at {address} has no workers") from None
    here, advice = code(), "start them in the project's folder, or with PYTHONPATH set to it"
    try:
        found = client.run(code)
    except ImportError as problem:
        raise SweepError(f"the workers at {address} lack this package ({problem}); {advice}") from (
            problem
        )
    others = sorted(worker for worker, there in found.items() if there != here)
    if others:
        raise SweepError(f"{', '.join(others)} has another version of rnn_core; {advice}")


def _trained(client: Any, cells: Sequence[Cell], flag: FileFlag) -> Iterator[Row]:
    """Keeps every thread of the cluster busy, workers that join later included."""
    from distributed import Event

    run = uuid.uuid4().hex
    stop = Event(f"unrolled-stop-{run}", client=client)
    waiting, running = list(reversed(cells)), set[Any]()
    ended: queue.Queue[Any] = queue.Queue()
    try:
        while waiting or running:
            if flag.is_set():
                stop.set()
                waiting.clear()
            room = AHEAD * sum(client.nthreads().values()) - len(running)
            for _ in range(min(room, len(waiting))):
                future = _submit(client, waiting.pop(), stop.name, run)
                running.add(future)
                future.add_done_callback(ended.put)
            for future in _arrived(ended):
                running.discard(future)
                if (row := future.result()) is not None:
                    yield row
    finally:
        stop.set()


def _arrived(ended: "queue.Queue[Any]") -> list[Any]:
    """What is in the queue, waiting a little for the first."""
    try:
        found = [ended.get(timeout=LOOK)]
    except queue.Empty:
        return []
    while not ended.empty():
        found.append(ended.get())
    return found


def _submit(client: Any, cell: Cell, stop: str, run: str) -> Any:
    return client.submit(
        train,
        cell.index,
        cell.setup.to_dict(),
        ClusterFlag(stop),
        key=f"unrolled-{run}-{cell.index}",
        pure=False,
    )
