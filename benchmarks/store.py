"""How long an answer takes to be kept: thirty learners in threads, each answering without a pause.

SQLite in a temporary folder, and PostgreSQL where there is one. Run: python -m benchmarks.store
"""

import tempfile
import threading
import time

import numpy as np

from store import Store, new_learner_id, open_store
from tests import postgresql

LEARNERS = 30
ANSWERS_EACH = 40


def answer_times(store: Store, learners: int, answers_each: int) -> np.ndarray:
    """Seconds of each call of `answered`."""
    times = np.zeros((learners, answers_each))
    gate = threading.Barrier(learners)

    def answer(row: np.ndarray) -> None:
        learner = new_learner_id()
        gate.wait()
        for number in range(answers_each):
            begun = time.perf_counter()
            store.answered(learner, "gates", f"p{number}", [0.5] * 20, right=True)
            row[number] = time.perf_counter() - begun

    threads = [threading.Thread(target=answer, args=(row,)) for row in times]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def report(name: str, url: str) -> None:
    store = open_store(url)
    answer_times(store, 1, 10)
    for learners in (1, LEARNERS):
        begun = time.perf_counter()
        times = answer_times(store, learners, ANSWERS_EACH)
        wall = time.perf_counter() - begun
        p50, p95, worst = 1000 * np.percentile(times, [50, 95, 100])
        print(
            f"| {name} | {learners} | {p50:.1f} | {p95:.1f} | {worst:.0f} "
            f"| {times.size / wall:.0f} |"
        )
    store.close()


def main() -> None:
    print("| database | at once | p50 ms | p95 ms | longest ms | answers/s |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        report("SQLite", f"sqlite:///{folder}/progress.sqlite3")
    if postgresql.find_server():
        with postgresql.server() as url:  # it does not wait for the disk: fsync is off
            report("PostgreSQL", url)


if __name__ == "__main__":
    main()
