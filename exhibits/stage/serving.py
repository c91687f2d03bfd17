"""The stage's files, as the browser gets them.

Streamlit sends a component's inline JavaScript again with every change of its data, so what it
gets inline is a loader of a few lines; the modules themselves are served by the app, once, under
a path that holds a hash of their content and may therefore be cached for ever.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_FOLDER = Path(__file__).parent
# Set here and not guessed from the system: on Windows the registry may call a module text/plain,
# and browsers refuse to run that.
_MEDIA_TYPES = {".mjs": "text/javascript", ".css": "text/css"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_LOADER = """\
// Loads the stage from the app itself; `mount` is idempotent and returns its clean-up.
const stage = import(new URL({path}, location.origin).href);
export default async (component) => (await stage).mount(component);
"""


@cache
def assets() -> Mapping[str, bytes]:
    """The served files by name: the modules, and every style sheet as one."""
    modules = {file.name: file.read_bytes() for file in sorted((_FOLDER / "js").glob("*.mjs"))}
    return modules | {"stage.css": b"\n".join(file.read_bytes() for file in _style_sheets())}


def _style_sheets() -> list[Path]:
    """The palette and what everything shares come first, then one sheet for each view."""
    first = _FOLDER / "css" / "stage.css"
    return [first, *sorted(set((_FOLDER / "css").glob("*.css")) - {first})]


@cache
def content_hash() -> str:
    """Names this very set of files; any change of any of them changes it."""
    digest = hashlib.blake2b(digest_size=8)
    for name, content in assets().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def base_path() -> str:
    """Where this version of the files stands, below the app's own base path if it has one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/stage-files/{content_hash()}"


def loader() -> str:
    """The component's inline JavaScript."""
    return _LOADER.format(path=repr(f"{base_path()}/main.mjs"))


def skeleton() -> str:
    """The component's inline HTML: the controls and the empty places that the modules fill."""
    return (_FOLDER / "stage.html").read_text("utf-8")


async def _send(request: Request) -> Response:
    name = request.path_params["name"]
    content = assets().get(name)
    if content is None or request.path_params["version"] != content_hash():
        return Response("Not part of this version of the stage.", 404, media_type="text/plain")
    return Response(content, media_type=_MEDIA_TYPES[Path(name).suffix], headers=_FOREVER)


def routes() -> list[BaseRoute]:
    """What `app.py` hands to `st.App(..., routes=...)`."""
    return [Route(base_path().replace(content_hash(), "{version}") + "/{name}", _send)]
