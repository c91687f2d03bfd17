"""A component's own files, as the browser gets them.

Streamlit sends a component's inline JavaScript again with every change of its data, so what it
gets inline is a loader of a few lines; the modules themselves are served by the app, once, under
a path that holds a hash of their content and may therefore be cached for ever.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import PurePosixPath

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

# Set here and not guessed from the system: on Windows the registry may call a module text/plain,
# and browsers refuse to run that.
_MEDIA_TYPES = {".mjs": "text/javascript", ".css": "text/css"}
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}

_LOADER = """\
// Loads the component from the app itself; `mount` is idempotent and returns its clean-up.
const made = import(new URL({path}, location.origin).href);
export default async (component) => (await made).mount(component);
"""


def below_base(path: str) -> str:
    """A path of the app's own, which begins with /, below the app's base path if it has one."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}{path}"


class ServedFiles:
    """The files that `collect` gives by name, served below `/{prefix}/`; read once, when asked."""

    def __init__(self, prefix: str, collect: Callable[[], Mapping[str, bytes]]) -> None:
        self.prefix = prefix
        self._collect = collect

    @cached_property
    def assets(self) -> Mapping[str, bytes]:
        return self._collect()

    @cached_property
    def content_hash(self) -> str:
        """Names this very set of files; any change of any of them changes it."""
        digest = hashlib.blake2b(digest_size=8)
        for name, content in self.assets.items():
            digest.update(name.encode() + b"\0" + content + b"\0")
        return digest.hexdigest()

    def base_path(self) -> str:
        """Where this version of the files stands."""
        return below_base(f"/{self.prefix}/{self.content_hash}")

    def loader(self, entry: str) -> str:
        """The component's inline JavaScript; `entry` is the module that exports `mount`."""
        return _LOADER.format(path=repr(f"{self.base_path()}/{entry}"))

    async def _send(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = self.assets.get(name)
        if content is None or request.path_params["version"] != self.content_hash:
            words = f"Not part of this version of the {self.prefix}."
            return Response(words, 404, media_type="text/plain")
        kind = _MEDIA_TYPES[PurePosixPath(name).suffix]
        return Response(content, media_type=kind, headers=_FOREVER)

    def routes(self) -> list[BaseRoute]:
        """What `app.py` hands to `st.App(..., routes=...)`."""
        return [Route(below_base(f"/{self.prefix}/{{version}}/{{name:path}}"), self._send)]
