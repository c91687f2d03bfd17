"""The stage's files, as the browser gets them (`exhibits.served`)."""

from collections.abc import Mapping
from pathlib import Path

from starlette.routing import BaseRoute

from exhibits.served import ServedFiles

_FOLDER = Path(__file__).parent


def _collected() -> dict[str, bytes]:
    """The served files by name: the modules, and every style sheet as one."""
    modules = {file.name: file.read_bytes() for file in sorted((_FOLDER / "js").glob("*.mjs"))}
    return modules | {"stage.css": b"\n".join(file.read_bytes() for file in _style_sheets())}


def _style_sheets() -> list[Path]:
    """The palette and what everything shares come first, then one sheet for each view."""
    first = _FOLDER / "css" / "stage.css"
    return [first, *sorted(set((_FOLDER / "css").glob("*.css")) - {first})]


_FILES = ServedFiles("stage-files", _collected)


def assets() -> Mapping[str, bytes]:
    return _FILES.assets


def base_path() -> str:
    """Where this version of the files stands, below the app's own base path if it has one."""
    return _FILES.base_path()


def loader() -> str:
    """The component's inline JavaScript."""
    return _FILES.loader("main.mjs")


def skeleton() -> str:
    """The component's inline HTML: the controls and the empty places that the modules fill."""
    return (_FOLDER / "stage.html").read_text("utf-8")


def routes() -> list[BaseRoute]:
    """What `app.py` hands to `st.App(..., routes=...)`."""
    return _FILES.routes()
