"""start.py up to the point where everything is there: command line, environment, packages.

Nothing is downloaded here: installs go to an index that does not exist, or are stood in for.
"""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import start

SCRIPT = start.ROOT / "start.py"
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",  # the discard port: nobody listens
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_FIND_LINKS": "",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_RETRIES": "1",
}


def one_line(captured: pytest.CaptureFixture[str]) -> str:
    """The only line on the error stream."""
    (line,) = captured.readouterr().err.splitlines()
    return line


# Which Python ------------------------------------------------------------------------------------


def test_an_old_python_can_read_the_file_and_gets_one_clear_line() -> None:
    script = (
        "import runpy, sys; sys.version_info = (3, 8, 1, 'final', 0); sys.argv = ['start.py'];"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Unrolled needs Python 3.11 or newer, and this is Python 3.8 (")


def test_the_file_holds_no_syntax_and_no_library_newer_than_python_3_6() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))
    for node in ast.walk(tree):
        hints: list[ast.expr | None] = []
        if isinstance(node, ast.FunctionDef):
            hints = [argument.annotation for argument in node.args.args] + [node.returns]
        for hint in filter(None, hints):
            # list[str] and X | Y are evaluated when the function is made: older ones need quotes.
            assert isinstance(hint, ast.Name | ast.Constant), f"line {hint.lineno}: quote the type"
    modules = [alias.name for node in tree.body if isinstance(node, ast.Import)
               for alias in node.names]  # fmt: skip
    assert not {"tomllib", "zoneinfo", "graphlib", "dataclasses", "contextvars"} & {*modules}


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14), (4, 0)])
def test_a_newer_python_will_do(version: tuple[int, int]) -> None:
    start.check_version(*version)


def test_a_newer_python_on_this_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name if name == "python3.13" else None)
    monkeypatch.setattr(start, "captured", lambda *command: (0, "Python 3.13.0"))
    with pytest.raises(start.Stop, match=r"run: python3\.13 start\.py"):
        start.check_version(3, 9)


# The command line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["--port", "many"], "invalid int value: 'many'"),
        (["--port", "70000"], "from 1 to 65535, got 70000"),
        (["--speed"], "unrecognized arguments: --speed"),
        (["--no-browser", "test"], "`test` comes first"),
    ],
)
def test_what_it_does_not_know_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main(arguments) == 1
    line = one_line(capsys)
    assert said in line
    assert line.endswith("Known: python start.py [setup | test] [--port N] [--no-browser]")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "x"), "No permission to write in"),
        (OSError(28, "No space left on device", "x"), "The disk is full"),
        (OSError(30, "Read-only file system", "x"), "No permission to write in"),
        (OSError(5, "Input/output error", "x"), "The system says: Input/output error: x"),
    ],
)
def test_what_the_system_refuses_is_one_line(
    error: OSError, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise error

    monkeypatch.setattr(start, "prepare", refused)
    assert start.main(["setup"]) == 1
    assert said in one_line(capsys)


def test_everything_after_test_goes_to_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: object) -> None:
            commands.append(command[1:])
            super().__init__([sys.executable, "-c", f"exit({3 if 'pytest' in command else 0})"])

    monkeypatch.setattr(start, "prepare", lambda tests: None)
    monkeypatch.setattr(start.subprocess, "Popen", Recorded)
    assert start.main(["test", "-k", "name", "--port"]) == 3  # pytest's exit code is passed on
    assert commands == [
        ["-m", "tests.browser.chromium"],
        ["-m", "tests.postgresql"],
        ["-m", "pytest", *start.IN_PARALLEL, "-k", "name", "--port"],
    ]


# The environment ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """start.py in a folder of its own, with a .venv that came from elsewhere and does not work."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(SCRIPT, folder)
    (folder / "requirements.txt").write_text("unrolled-is-no-package==1.0\n")
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n")
    return folder


def run_copy(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "start.py", "setup"],
        cwd=folder,
        env={**os.environ, **NO_NETWORK},
        capture_output=True,
        text=True,
    )


def test_a_broken_environment_is_made_anew_and_a_missing_network_is_one_line(copy: Path) -> None:
    done = run_copy(copy)
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert said[0] == "The folder .venv holds no Python that starts here; making it anew."
    assert said[1] == "Making an environment in .venv ..."
    assert said[2].startswith("Installing what Unrolled runs on (requirements.txt)")
    (line,) = done.stderr.splitlines()
    assert line.startswith("The package index cannot be reached, and installing needs the internet")
    assert "Retrying" in (copy / ".venv" / "pip.log").read_text()

    # The failed install left no stamp: with something that can be installed it is done, once.
    (copy / "requirements.txt").write_text("# nothing\n")
    assert run_copy(copy).stdout.splitlines()[0] == said[2]
    assert run_copy(copy).stdout.splitlines() == ["Unrolled is ready: python start.py"]


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own for start.py, for what needs no real environment."""
    folder = tmp_path / ".venv"
    folder.mkdir()
    monkeypatch.setattr(start, "ROOT", tmp_path)
    monkeypatch.setattr(start, "VENV", folder)
    monkeypatch.setattr(start, "PYTHON", folder / "bin" / "python")
    (tmp_path / "requirements.txt").write_text("streamlit==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest==1\n")
    return folder


def test_it_installs_when_a_requirement_changed_and_not_else(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    code = 0

    def pip(*arguments: str) -> tuple[int, str]:
        calls.append(Path(arguments[-1]).name)
        return code, "ERROR: it would not"

    monkeypatch.setattr(start, "environment", lambda: None)
    monkeypatch.setattr(start, "pip", pip)
    start.prepare(tests=True)
    assert calls == ["requirements.txt", "requirements-dev.txt"]
    start.prepare(tests=True)
    assert len(calls) == 2
    # A changed base file is behind both; an install that broke off is done again.
    (venv.parent / "requirements.txt").write_text("streamlit==2\n")
    code = 1
    with pytest.raises(start.Stop, match="pip failed: ERROR: it would not"):
        start.prepare()
    code = 0
    start.prepare(tests=True)
    assert calls[2:] == ["requirements.txt", "requirements.txt", "requirements-dev.txt"]


@pytest.mark.parametrize(
    ("card", "answers", "asked"),
    [
        (True, [], []),
        (False, [0], ["--no-index"]),  # there already, or in a wheel folder that pip knows
        (False, [1, 0], ["--no-index", "--index-url"]),
        (False, [1, 1], ["--no-index", "--index-url"]),  # then the big one, with all the rest
    ],
)
def test_without_an_nvidia_card_the_small_torch_is_taken(
    card: bool,
    answers: list[int],
    asked: list[str],
    venv: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (venv.parent / "requirements.txt").write_text("numpy==2\ntorch==2.13.0; platform == 'x'\n")
    monkeypatch.setattr(shutil, "which", lambda name: "nvidia-smi" if card else None)
    monkeypatch.setattr(Path, "exists", lambda path: False)
    monkeypatch.setattr(start.platform, "system", lambda: "Linux")
    calls = []

    def pip(*arguments: str) -> tuple[int, str]:
        calls.append(arguments)
        return answers[len(calls) - 1], ""

    monkeypatch.setattr(start, "pip", pip)
    start.small_torch()
    assert [call[-2 if "--no-index" in call else -3] for call in calls] == asked
    assert {call[-1] for call in calls} <= {"torch==2.13.0"}
    assert ("taking the one with CUDA" in capsys.readouterr().out) == (answers == [1, 1])


@pytest.mark.parametrize("there", ["link", "file"])
def test_a_venv_that_is_no_folder_is_replaced(
    there: str, venv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    venv.rmdir()
    elsewhere = venv.parent / "elsewhere"
    elsewhere.mkdir()
    if there == "link":
        venv.symlink_to(elsewhere)
    else:
        venv.write_text("")
    captured = start.captured
    stood_in = lambda *command: (0, "") if "venv" in command else captured(*command)  # noqa: E731
    monkeypatch.setattr(start, "captured", stood_in)
    start.environment()
    assert capsys.readouterr().out.endswith("Making an environment in .venv ...\n")
    assert not os.path.lexists(venv)
    assert elsewhere.exists()


def test_a_python_without_venv_is_told_which_package_brings_it(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.rmdir()
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(start, "is_debian_root", lambda: False)
    with pytest.raises(start.Stop, match=r"`sudo apt install python3\.\d+-venv`"):
        start.environment()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("WARNING: Retrying (Retry(total=1)): NewConnectionError(…)", "index cannot be reached"),
        ("… [Errno -3] NameResolutionError …\nERROR: No matching distribution found for numpy==2",
         "index cannot be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0; extra", "no torch==2.13.0 for"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
         "The disk is full"),
        ("ERROR: Could not install packages: [Errno 13] Permission denied: 'x'", "No permission"),
        ("ERROR: first\nERROR: the hashes do not match\nnote: more", "the hashes do not match"),
        ("", "it gave no reason"),
    ],
)  # fmt: skip
def test_why_pip_failed_is_one_line(words: str, said: str) -> None:
    assert said in start.pip_trouble(words)
    assert "\n" not in start.pip_trouble(words)


def test_of_pips_words_the_packages_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    words: list[str] = []
    for line in (
        "Collecting streamlit==1.67.0 (from -r requirements.txt (line 2))",
        "  Downloading streamlit-1.67.0-py3-none-any.whl.metadata (9.8 kB)",
        "Downloading streamlit-1.67.0-py3-none-any.whl (11.2 MB)",
        "  Using cached numpy-2.4.6-cp311-cp311-manylinux_2_28_x86_64.whl (16.6 MB)",
        "Processing /wheels/six-1.0-py2.py3-none-any.whl (from -r requirements.txt (line 3))",
        r"Processing C:\wheels\torch-2.13.0+cpu-cp311-cp311-win_amd64.whl",
        *["WARNING: Retrying (Retry(total=4)) after connection broken"] * 2,
        "Installing collected packages: numpy, streamlit",
    ):
        words.append(line)
        start.show_progress(words)
    assert capsys.readouterr().out.splitlines() == [
        "  streamlit 1.67.0 (11.2 MB)",
        "  numpy 2.4.6 (16.6 MB)",
        "  six 1.0",
        "  torch 2.13.0+cpu",
        "  no answer from the package index; trying again ...",
        "  unpacking 2 package(s) ...",
    ]
