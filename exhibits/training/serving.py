"""The training view's files, as the browser gets them (`exhibits.served`).

They stand there as in the source, below `training/` and `stage/`, so that a module of the view
imports what it shares with the stage by the same relative path in a browser and in a test.
"""

from pathlib import Path

from exhibits.served import ServedFiles

_HERE = Path(__file__).parent
_STAGE = _HERE.parent / "stage"
_SHARED = ("dom", "scales", "theme")


def _collected() -> dict[str, bytes]:
    own = {f"training/js/{file.name}": file for file in sorted((_HERE / "js").glob("*.mjs"))}
    shared = {f"stage/js/{name}.mjs": _STAGE / "js" / f"{name}.mjs" for name in _SHARED}
    sheets = [_STAGE / "css" / "palette.css", *sorted((_HERE / "css").glob("*.css"))]
    style = b"\n".join(file.read_bytes() for file in sheets)
    files = {name: file.read_bytes() for name, file in {**own, **shared}.items()}
    return files | {"training/js/training.css": style}


FILES = ServedFiles("training-files", _collected)


def skeleton() -> str:
    """The component's inline HTML: the controls and the empty places that the modules fill."""
    return (_HERE / "training.html").read_text("utf-8")
