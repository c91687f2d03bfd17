"""Gives each browser its random id, with the first page that it is sent.

In the page's own response, for the page then opens a WebSocket, which carries the cookie: already
in the first visit `st.context.cookies` holds it. Scripts on the page cannot read it.
"""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.bounds import is_learner_id, new_learner_id

COOKIE = "unrolled_learner"
MAX_AGE = 400 * 24 * 60 * 60  # seconds; browsers keep no cookie longer
_NO_PAGES = {"_stcore", "static", "media", "component"}  # folders of Streamlit's


def learner_of(cookies: Mapping[str, str]) -> str | None:
    """The id in a request's cookies; None where there is none or one that we did not make."""
    found = cookies.get(COOKIE)
    return found if is_learner_id(found) else None


class LearnerCookie:
    """ASGI middleware: a page that is sent to a browser without an id brings one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_a_page(scope) or learner_of(HTTPConnection(scope).cookies):
            await self.app(scope, receive, send)
            return

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(scope, message):
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", _new_cookie(scope["scheme"] == "https"))
                # A cache between here and the browser must not hand one id to many.
                headers["cache-control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, send_with_id)


def _asks_for_a_page(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return _NO_PAGES.isdisjoint(scope["path"].split("/"))


def _is_page(scope: Scope, message: Message) -> bool:
    """HTML, or word that the HTML which the browser has is still good."""
    if message["status"] == 304:
        return "text/html" in HTTPConnection(scope).headers.get("accept", "")
    kind = MutableHeaders(scope=message).get("content-type", "")
    return message["status"] == 200 and kind.startswith("text/html")


def _new_cookie(secure: bool) -> str:
    parts = [f"{COOKIE}={new_learner_id()}", "Path=/", f"Max-Age={MAX_AGE}", "HttpOnly"]
    return "; ".join([*parts, "SameSite=Lax", *(["Secure"] if secure else [])])
