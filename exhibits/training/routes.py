"""What the browser asks of a run while it trains; only the owner's cookie may read.

    /training-data/{run}/progress?version=&seen=a,b,c&scored=a,b,c    what is new; 204 if nothing is
    /training-data/{run}/course?track=&have=a,b,c                     heat map rows that it lacks
    /training-data/{run}/stage?track=  (`exhibits.stage.live`)         the stage as it is now

Answers that take computing are made in a thread, so that no other page waits for them.
"""

import re
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from background import TrainingsError, trainings
from exhibits.served import below_base
from exhibits.stage import asked_of, live_answer
from exhibits.training.courses import rows_beside
from exhibits.training.messages import progress
from exhibits.training.on_stage import live_stage
from store import learner_of

_PATH = "/training-data"
_NOTHING_NEW = Response(status_code=204)
_FRESH = {"Cache-Control": "no-store"}
_MOST_DIGITS = 15
LONGEST_LIST = 4000  # characters


def url_of(run: str) -> str:
    """Where the browser asks for this run."""
    return below_base(f"{_PATH}/{run}")


def _number(request: Request, name: str, default: int) -> int:
    """A whole number of the query; what is none counts as not said."""
    text = request.query_params.get(name, "")
    return int(text) if re.fullmatch(rf"-?[0-9]{{1,{_MOST_DIGITS}}}", text) else default


def _numbers(request: Request, name: str) -> list[int]:
    texts = request.query_params.get(name, "")[:LONGEST_LIST].split(",")
    return [int(text) for text in texts if re.fullmatch(rf"[0-9]{{1,{_MOST_DIGITS}}}", text)]


def _progress(request: Request, run: str) -> Response:
    if trainings().version(run) == _number(request, "version", -1):
        return _NOTHING_NEW
    status = trainings().status(run)
    message = progress(status, _numbers(request, "seen"), _numbers(request, "scored"))
    return JSONResponse(message, headers=_FRESH)


def _course(request: Request, run: str) -> Response:
    status = trainings().status(run)
    track = _number(request, "track", 0)
    if not 0 <= track < len(status.tracks):
        return _refused()
    return JSONResponse(rows_beside(status, track, set(_numbers(request, "have"))), headers=_FRESH)


def _stage(request: Request, run: str) -> Response:
    track, asked = _number(request, "track", 0), asked_of(request.query_params)
    version = trainings().version(run)
    return live_answer(asked, version, lambda: live_stage(run, track, asked))


def _refused() -> Response:
    """The same for what is not there and for what is somebody else's."""
    return Response("There is no such training of yours.", 404, media_type="text/plain")


def _for_owner(answer: Callable[[Request, str], Response]) -> Callable[[Request], Any]:
    async def send(request: Request) -> Response:
        owner, run = learner_of(request.cookies), request.path_params["run"]
        if owner is None or not trainings().owns(owner, run):
            return _refused()
        try:
            return await run_in_threadpool(answer, request, run)
        except TrainingsError:  # forgotten meanwhile, or nothing there yet
            return _refused() if not trainings().owns(owner, run) else _NOTHING_NEW

    return send


def routes() -> list[BaseRoute]:
    """What `app.py` hands to `st.App(..., routes=...)`."""
    parts = {"progress": _progress, "course": _course, "stage": _stage}
    return [
        Route(below_base(f"{_PATH}/{{run}}/{name}"), _for_owner(answer))
        for name, answer in parts.items()
    ]
