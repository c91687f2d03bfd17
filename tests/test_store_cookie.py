"""The cookie that tells a browser's learner from others: set once, with a page, and not else."""

import asyncio
from http.cookies import SimpleCookie
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from store import COOKIE, LearnerCookie, is_learner_id, learner_of, new_learner_id

HTML = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-cache")]
MINE = "0123456789abcdef0123456789abcdef"


def answer(
    path: str = "/",
    *,
    method: str = "GET",
    status: int = 200,
    headers: list[tuple[bytes, bytes]] = HTML,
    asked: dict[str, str] | None = None,
    scheme: str = "http",
    kind: str = "http",
) -> dict[str, list[str]]:
    """The headers that reach the browser, from an app that answers with `status` and `headers`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": status, "headers": list(headers)}
        await send(start)
        await send({"type": "http.response.body", "body": b"<p>hello"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("nothing is read")

    sends = [(name.encode(), value.encode()) for name, value in (asked or {}).items()]
    scope = {"type": kind, "path": path, "headers": sends, "scheme": scheme, "query_string": b""}
    if kind == "http":
        scope["method"] = method
    asyncio.run(LearnerCookie(app)(scope, receive, send))
    assert sent[1] == {"type": "http.response.body", "body": b"<p>hello"}
    found: dict[str, list[str]] = {}
    for name, value in sent[0]["headers"]:
        found.setdefault(name.decode(), []).append(value.decode())
    return found


def cookie_of(headers: dict[str, list[str]]) -> Any:
    (line,) = headers["set-cookie"]
    return SimpleCookie(line)[COOKIE]


@pytest.mark.parametrize("path", ["/", "/lab", "/lesson", "/base/lab"])
def test_a_page_brings_an_id_to_a_browser_without_one(path: str) -> None:
    headers = answer(path)
    cookie = cookie_of(headers)
    assert is_learner_id(cookie.value)
    assert cookie.value != cookie_of(answer(path)).value, "another browser gets another one"
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/", "Lax", True)
    assert cookie["max-age"] == str(400 * 86_400)
    assert cookie["secure"] == ""
    assert headers["cache-control"] == ["private, no-cache"], "no proxy gives it to a class"
    assert headers["content-type"] == ["text/html; charset=utf-8"]


def test_under_https_it_travels_by_https_alone() -> None:
    assert cookie_of(answer(scheme="https"))["secure"] is True


def test_word_that_the_page_is_unchanged_brings_one_too() -> None:
    asked = {"accept": "text/html,*/*;q=0.8"}
    assert is_learner_id(cookie_of(answer(status=304, headers=[], asked=asked)).value)
    script = answer("/stage.mjs", status=304, headers=[], asked={"accept": "*/*"})
    assert "set-cookie" not in script


@pytest.mark.parametrize("cookies", [f"{COOKIE}={MINE}", f"a=b; {COOKIE}={MINE}; _xsrf=1"])
def test_a_browser_that_has_one_keeps_it(cookies: str) -> None:
    unchanged = {name.decode(): [value.decode()] for name, value in HTML}
    assert answer(asked={"cookie": cookies}) == unchanged


@pytest.mark.parametrize("wrong", ["", "x", MINE.upper(), MINE + "0", f'"{MINE[:-1]}"', "'; --"])
def test_one_that_we_did_not_make_is_replaced(wrong: str) -> None:
    assert is_learner_id(cookie_of(answer(asked={"cookie": f"{COOKIE}={wrong}"})).value)


@pytest.mark.parametrize(
    "given",
    [
        {"method": "POST"},
        {"method": "HEAD"},
        {"status": 404},
        {"status": 500},
        {"path": "/_stcore/health"},
        {"path": "/base/_stcore/host-config"},
        {"path": "/static/index.html"},
        {"path": "/component/x/index.html"},
        {"path": "/media/report.html"},
        {"headers": [(b"content-type", b"text/javascript")]},
        {"headers": []},
    ],
    ids=str,
)
def test_all_else_is_left_alone(given: dict[str, Any]) -> None:
    headers = given.get("headers", HTML)
    assert answer(**given) == {name.decode(): [value.decode()] for name, value in headers}


def test_a_websocket_and_the_start_of_the_server_pass_through() -> None:
    for kind in ("websocket", "lifespan"):
        assert "set-cookie" not in answer(kind=kind)


def test_other_cookies_of_the_response_stay() -> None:
    headers = answer(headers=[*HTML, (b"set-cookie", b"_streamlit_xsrf=2|x")])
    assert headers["set-cookie"][0] == "_streamlit_xsrf=2|x"
    assert headers["set-cookie"][1].startswith(f"{COOKIE}=")
    assert len(headers["set-cookie"]) == 2


def test_the_learner_of_a_request_is_read_from_its_cookies() -> None:
    made = new_learner_id()
    assert learner_of({COOKIE: made, "a": "b"}) == made
    assert learner_of({}) is None
    assert learner_of({COOKIE: "x" * 32}) is None
