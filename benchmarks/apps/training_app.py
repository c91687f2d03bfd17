"""The app with two more routes, by which a benchmark begins trainings for anybody and asks how far
they are; `benchmarks.trainings` runs it. Nothing else should: whoever reaches it may do it too.

    /benchmark/start   a POST with JSON: owner, setup (as `to_dict` makes it), title → the run
    /benchmark/steps   ?run=…   → the steps that the run has made
    /benchmark/stop    ?run=…&owner=…

In a folder of its own: Streamlit lets a script import what lies beside it, and benchmarks/store.py
is not the store.
"""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from background import trainings
from exhibits import stage
from exhibits.lesson import cookie
from exhibits.training import routes as training
from exhibits.training.serving import FILES
from rnn_core.train import TrainingSetup


async def _start(request: Request) -> Response:
    asked = await request.json()
    setup = TrainingSetup.from_dict(asked["setup"])
    return PlainTextResponse(trainings().start(asked["owner"], [setup], asked["title"]))


def _steps(request: Request) -> Response:
    (track,) = trainings().status(request.query_params["run"]).tracks
    return PlainTextResponse(str(track.step))


def _stop(request: Request) -> Response:
    trainings().stop(request.query_params["owner"], request.query_params["run"])
    return PlainTextResponse("")


app = st.App(
    Path(__file__).parents[2] / "pages" / "menu.py",
    routes=[
        *stage.routes(),
        *FILES.routes(),
        *training.routes(),
        Route("/benchmark/start", _start, methods=["POST"]),
        Route("/benchmark/steps", _steps),
        Route("/benchmark/stop", _stop),
    ],
    middleware=cookie.middleware(),
)
