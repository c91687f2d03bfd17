"""The smallest app with a stage that follows a changing run, for a test to drive.

`/changing-run-control?step=5` makes it the run of step 5; `?every=0.05` lets it go on by itself,
a step each 0.05 seconds, `?every=0` stops it. It answers with how often it was asked so far.
"""

import time
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exhibits.stage import asked_of, live_answer, live_bundle, routes
from tests.browser.live.training import CONTROL, PATH, tracks_after

STATE: dict[str, Any] = {"step": 0, "every": 0.0, "since": 0.0, "asked": 0, "wants": []}


def present_step() -> int:
    gone = (time.monotonic() - STATE["since"]) / STATE["every"] if STATE["every"] else 0
    return int(STATE["step"] + gone) % 50


def answer(request: Request) -> Response:
    asked, step = asked_of(request.query_params), present_step()
    STATE["asked"] += 1
    STATE["wants"] = list(asked.wants)
    return live_answer(asked, step, lambda: live_bundle(tracks_after(step), asked))


def control(request: Request) -> Response:
    said = {name: float(value) for name, value in request.query_params.items()}
    if said:
        STATE.update({"since": time.monotonic(), "step": present_step(), **said})
    return JSONResponse({name: STATE[name] for name in ("asked", "wants", "step")})


app = st.App(
    Path(__file__).parent / "page.py",
    routes=[*routes(), Route(PATH, answer), Route(CONTROL, control)],
)
