"""Who may import whom. Numbers know nothing of pictures, pictures nothing of pages.

    rnn_core ← figures ← exhibits ← pages;  lessons and store import nothing of ours
    rnn_core ← background ← exhibits

Streamlit only in app.py, pages and exhibits; Plotly only in figures; torch only in two modules
of rnn_core, which nothing imports before they are needed; start.py on the standard library alone.
Tests, benchmarks and the scripts that `python -m` runs are free.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]
BELOW = {
    "rnn_core": (),
    "figures": ("rnn_core",),
    "lessons": (),
    "store": (),
    "background": ("rnn_core",),
    "exhibits": ("rnn_core", "figures", "lessons", "store", "background"),
    "pages": ("rnn_core", "figures", "lessons", "store", "background", "exhibits"),
    "app.py": ("exhibits",),
    "start.py": (),
}
OURS = {*BELOW, "app", "start", "tests", "benchmarks"}
ONLY_IN = {"streamlit": ("app.py", "pages", "exhibits"), "plotly": ("figures",)}
TORCH_MODULES = ("rnn_core/torch_trace.py", "rnn_core/train/engine_torch.py")
LONGEST_PAGE = 100


def sources() -> dict[str, str]:
    """Every file that a rule holds for: its path from the root, with slashes, and its text."""
    found = [ROOT / room for room in BELOW if room.endswith(".py")]
    for room in BELOW:
        found += sorted((ROOT / room).rglob("*.py"))
    paths = [path for path in found if path.name != "__main__.py"]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in paths}


def imports(path: str, source: str) -> Iterator[tuple[int, str, bool]]:
    """Each import: its line, the whole dotted name, and whether it waits inside a function."""
    tree = ast.parse(source, path)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    waiting = {
        inner for node in ast.walk(tree) if isinstance(node, functions) for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = PurePosixPath(path).parts[: -node.level] if node.level else ()
            base = ".".join((*package, *filter(None, [node.module])))
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            names = [str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)]
        for name in names:
            yield getattr(node, "lineno", 0), name, node in waiting


def import_faults(path: str, source: str) -> Iterator[str]:
    """What a file imports against the rules."""
    room = PurePosixPath(path).parts[0]
    torch_modules = [module.removesuffix(".py").replace("/", ".") for module in TORCH_MODULES]
    for line, name, waits in imports(path, source):
        top, where = name.split(".")[0], f"{path}, line {line}"
        if top in OURS and top != room and top not in BELOW[room]:
            yield f"{where}: {room} may not import {top}"
        if room not in ONLY_IN.get(top, (room,)):
            yield f"{where}: {top} belongs in {', '.join(ONLY_IN[top])}"
        if top == "torch" and path not in TORCH_MODULES:
            yield f"{where}: torch belongs in {' and '.join(TORCH_MODULES)}"
        for module in torch_modules:
            if f"{name}.".startswith(f"{module}.") and not waits and path not in TORCH_MODULES:
                yield f"{where}: {module} imports torch; import it in the function that needs it"
        if path == "start.py" and top not in sys.stdlib_module_names:
            yield f"{where}: start.py runs before anything is installed, {top} included"


def page_faults(path: str, source: str) -> Iterator[str]:
    """A page reads from top to bottom: content, setup, trace, figures."""
    if not path.startswith("pages/"):
        return
    if (length := len(source.splitlines())) > LONGEST_PAGE:
        yield f"{path}: {length} lines, {LONGEST_PAGE} at most; the rest belongs in exhibits"
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"{path}, line {node.lineno}: {node.name} belongs in exhibits"


def faults(path: str, source: str) -> list[str]:
    return [*import_faults(path, source), *page_faults(path, source)]


def test_every_file_keeps_to_its_room() -> None:
    files = sources()
    assert {"app.py", "start.py", "pages/menu.py", "rnn_core/trace.py"} <= files.keys()
    found = [fault for path, source in files.items() for fault in faults(path, source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("rnn_core/lstm.py", "import figures.gates", "may not import figures"),
        ("figures/gates.py", "from exhibits import lab", "may not import exhibits"),
        ("exhibits/lab.py", "import pages.lab", "may not import pages"),
        ("exhibits/stage/payload.py", "from tests import conftest", "may not import tests"),
        ("store/progress.py", "import rnn_core", "may not import rnn_core"),
        ("background/worker.py", "from store import cookie", "may not import store"),
        ("rnn_core/run.py", "from background import trainings", "may not import background"),
        ("lessons/loader.py", "import store", "may not import store"),
        ("rnn_core/run.py", "from ..figures import style", "may not import figures"),
        ("figures/gates.py", "import streamlit as st", "streamlit belongs in app.py, pages"),
        ("exhibits/lab.py", "def f():\n    from plotly import io", "plotly belongs in figures"),
        ("rnn_core/lstm.py", "def f():\n    import torch.nn", "torch belongs in rnn_core/torch"),
        ("rnn_core/run.py", "import importlib\nimportlib.import_module('torch')", "torch belongs"),
        ("rnn_core/__init__.py", "from rnn_core.torch_trace import trace_torch", "in the function"),
        ("rnn_core/__init__.py", "from rnn_core import torch_trace", "in the function"),
        ("rnn_core/train/engine_numpy.py", "import torch", "torch belongs in rnn_core/torch"),
        ("rnn_core/train/engine.py", "from .engine_torch import TorchEngine", "in the function"),
        ("rnn_core/train/trainer.py", "from rnn_core.train import engine_torch", "in the function"),
        ("start.py", "import packaging", "before anything is installed, packaging"),
        ("pages/lab.py", "x = 1\n" * 101, "101 lines, 100 at most"),
        ("pages/lab.py", "x = 1\ndef helper(): ...", "line 2: helper belongs in exhibits"),
    ],
)
def test_a_planted_breach_is_found(path: str, source: str, said: str) -> None:
    assert [fault for fault in faults(path, source) if said in fault]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pages/lab.py", "import streamlit as st\nfrom exhibits.lab import lab\nimport numpy"),
        ("exhibits/lab.py", "from figures import gates\nfrom rnn_core import Run\nimport lessons"),
        ("rnn_core/torch_trace.py", "import torch\nfrom rnn_core.trace import LSTMTrace"),
        ("rnn_core/train/engine_torch.py", "import torch\nfrom torch import nn"),
        ("rnn_core/train/engine.py", "def f():\n    from rnn_core.train import engine_torch"),
        ("rnn_core/__init__.py", "def __getattr__(n):\n    from rnn_core.torch_trace import x"),
        ("rnn_core/run.py", "from .trace import LSTMTrace\nfrom . import lstm"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert faults(path, source) == []
