"""Many learners on the real lab page: how long a rerun takes, from the edit to the last message.

Each learner is a websocket client that edits its own text once a second, so that every rerun
computes a new run (nothing comes from the cache). Run: python -m benchmarks.learners
"""

import argparse
import asyncio
import random
import time

import numpy as np
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.server import running_app

ALPHABET = "abcdefghijklmnopqrstuvwxyz ()[]{}"


class Learner:
    """One browser's side of the conversation with the lab page."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.text_id = ""
        self.page_hash = ""
        self.received = self.charts = 0

    async def join(self, url: str) -> None:
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        self.socket = await websockets.connect(address, max_size=None)
        first = BackMsg()
        first.rerun_script.page_name = "lab"
        await self._rerun(first)
        if not self.text_id:
            raise RuntimeError("the lab page showed no text input: is the page broken?")

    async def edit(self) -> float:
        """Types a new text of 40 characters; the milliseconds until the rerun is finished."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page_hash
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self.text_id
        state.string_value = "".join(self.random.choices(ALPHABET, k=40))
        start = time.perf_counter()
        self.charts = 0
        await self._rerun(message)
        if not self.charts:
            raise RuntimeError("the rerun drew no figure: it was not the lab that ran")
        return (time.perf_counter() - start) * 1000

    async def _rerun(self, message: BackMsg) -> None:
        await self.socket.send(message.SerializeToString())
        while True:
            data = await asyncio.wait_for(self.socket.recv(), 60)
            self.received += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.page_hash = answer.navigation.page_script_hash
            elif kind == "delta" and answer.delta.new_element.WhichOneof("type") == "text_input":
                self.text_id = answer.delta.new_element.text_input.id
            elif kind == "delta" and answer.delta.new_element.WhichOneof("type") == "plotly_chart":
                self.charts += 1
            elif kind == "script_finished":
                return


async def class_of(url: str, count: int, seconds: int) -> tuple[list[float], float]:
    learners = [Learner(number) for number in range(count)]
    for learner in learners:
        await learner.join(url)
        await learner.edit()  # the first one also fills caches
        learner.received = 0

    async def work(learner: Learner) -> list[float]:
        await asyncio.sleep(learner.random.random())
        times = []
        for _ in range(seconds):
            took = await learner.edit()
            times.append(took)
            await asyncio.sleep(max(0.0, 1.0 - took / 1000))
        return times

    times = [took for part in await asyncio.gather(*map(work, learners)) for took in part]
    received = sum(learner.received for learner in learners)
    for learner in learners:
        await learner.socket.close()
    return times, received / len(times) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--seconds", type=int, default=12)
    options = parser.parse_args()
    print("| learners | reruns | p50 ms | p95 ms | KiB per rerun |\n|---|---|---|---|---|")
    for count in options.learners:
        with running_app() as url:
            times, size = asyncio.run(class_of(url, count, options.seconds))
        p50, p95 = np.percentile(times, [50, 95])
        print(f"| {count} | {len(times)} | {p50:.0f} | {p95:.0f} | {size:.0f} |", flush=True)


if __name__ == "__main__":
    main()
