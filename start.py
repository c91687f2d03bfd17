"""Unrolled, from one command. Needs Python 3.11 or newer and nothing else.

    python start.py            make the environment if need be, start the app, open the browser
    python start.py setup      only make the environment
    python start.py test       make it with the tests' tools, a browser and (for root on Debian)
                               PostgreSQL, run every test;
                               what follows goes to pytest: python start.py test -k name

Everything goes into the folder .venv beside this file; deleting that folder undoes it. The app
listens on this machine only. Only the standard library is used, and no syntax newer than Python
3.6, so that an older Python can read this file as far as the line that says it is too old.
"""

import argparse
import errno
import hashlib
import http.client
import importlib.util
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP_LOG = VENV / "pip.log"
HOST = "127.0.0.1"
PORT = 8501
SECONDS_TO_ANSWER = 90
# One BLAS thread: the matrices are small, and more threads stall a loaded machine.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# PyPI's PyTorch for Linux brings CUDA along, about 3 GB; PyTorch's own CPU build is 0.2 GB.
CPU_TORCH = "https://download.pytorch.org/whl/cpu"


class Stop(Exception):
    """The one line that says why it ends here, and what would help."""


def say(line: str) -> None:
    print(line, flush=True)


def captured(*command: "str | Path") -> "tuple[int, str]":
    """Runs a command that may not ask anything: its exit code and its words."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode("utf-8", "replace").strip()


def last_line(words: str) -> str:
    return (words.strip().splitlines() or ["it gave no reason"])[-1].strip()


def check_version(major: int, minor: int) -> None:
    """Raises Stop for a Python that is too old, naming a newer one if this machine has it."""
    if (major, minor) >= (3, 11):
        return
    advice = "get a newer one from https://www.python.org"
    for name in [f"python3.{number}" for number in range(11, 20)]:
        if shutil.which(name) and captured(name, "--version")[0] == 0:
            advice = f"this machine has a newer one, so run: {name} start.py"
    raise Stop(
        f"Unrolled needs Python 3.11 or newer, and this is Python {major}.{minor} "
        f"({sys.executable}); {advice}"
    )


def fault() -> str:
    """What is wrong with .venv, as the end of the sentence "The folder .venv …"; "" if nothing."""
    probe = "import sys, pip; print(sys.version_info >= (3, 11), sys.prefix != sys.base_prefix)"
    try:
        code, answer = captured(PYTHON, "-c", probe)
    except OSError:
        return "holds no Python that starts here"
    if code:
        return "holds no working pip"
    old = "holds a Python older than 3.11, or is no environment of its own"
    return old if "False" in answer else ""


def environment() -> None:
    """Makes .venv, or makes it anew if it does not work here."""
    if os.path.lexists(VENV):
        problem = fault()
        if not problem:
            return
        say(f"The folder .venv {problem}; making it anew.")
        if VENV.is_dir() and not VENV.is_symlink():
            shutil.rmtree(VENV)
        else:
            VENV.unlink()
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        if not is_debian_root():
            raise Stop(
                "This Python comes without venv, which Debian and Ubuntu keep apart: "
                f"run `sudo apt install {package}`, then this again."
            )
        apt_get(package)
    say("Making an environment in .venv ...")
    code, words = captured(sys.executable, "-m", "venv", VENV)
    if code:
        raise Stop(system_trouble(words) or f"Python could not make .venv: {last_line(words)}")


def install(name: str, what: str) -> None:
    """Installs the requirements file `name` unless .venv already holds exactly that.

    The stamp is removed before and written after, so that an interrupted install is done again.
    """
    text = b"".join((ROOT / part).read_bytes() for part in ("requirements.txt", name))
    stamp = VENV / f"{name}.installed"
    wanted = hashlib.sha256(text).hexdigest()
    if stamp.exists():
        if stamp.read_text() == wanted:
            return
        stamp.unlink()
    say(f"Installing {what} ({name}); this takes some minutes, once ...")
    small_torch()
    code, words = pip("-r", str(ROOT / name))
    if code:
        raise Stop(pip_trouble(words))
    stamp.write_text(wanted)


def small_torch() -> None:
    """On Linux without an NVIDIA card, takes PyTorch's build without CUDA if it can be had."""
    card = Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi")
    pin = re.search(r"^torch==[\w.]+", (ROOT / "requirements.txt").read_text("utf-8"), re.M)
    if platform.system() != "Linux" or card or pin is None:
        return
    code, _ = pip("--no-deps", "--no-index", pin.group())  # there already, or in a wheel folder
    if code:
        say("  no NVIDIA card here: looking for PyTorch's smaller build without CUDA")
        quick = ("--retries", "1", "--timeout", "15")
        code, _ = pip("--no-deps", *quick, "--index-url", CPU_TORCH, pin.group())
    if code:
        say(f"  {CPU_TORCH} does not have it or does not answer: taking the one with CUDA")


def pip(*arguments: str) -> "tuple[int, str]":
    """`pip install` in .venv: its exit code and its words, which are also kept in .venv/pip.log."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    # Python compiles what it imports; compiling everything beforehand would take twice as long.
    compiled = "--compile" if os.environ.get("PYTHONDONTWRITEBYTECODE") else "--no-compile"
    process = subprocess.Popen(
        [*command, compiled, "--progress-bar", "off", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    words: list[str] = []
    with process, PIP_LOG.open("a", encoding="utf-8") as log:
        for raw in process.stdout or ():
            line = raw.decode("utf-8", "replace").rstrip()
            log.write(line + "\n")
            words.append(line)
            show_progress(words)
    return process.returncode, "\n".join(words)


def show_progress(words: "list[str]") -> None:
    """Of pip's many lines, one per package that is fetched and one for the unpacking."""
    wheel = re.match(
        r"\s*(?:Downloading|Using cached|Processing) (?:.*[/\\])?([\w.]+)-([\w.+!]+)-[^ ]*\.whl"
        r"(?: (\([\d.]+ .?B\))| \(from .+\))?$",
        words[-1],
    )
    if wheel:
        say("  " + " ".join(part for part in wheel.groups() if part))
    elif words[-1].startswith("Installing collected packages:"):
        say(f"  unpacking {words[-1].count(',') + 1} package(s) ...")
    elif "Retrying (" in words[-1] and sum("Retrying (" in line for line in words) == 1:
        say("  no answer from the package index; trying again ...")


def system_trouble(words: str) -> str:
    """A line on a full disk or a missing permission, if that is what the words say; else ""."""
    if "No space left on device" in words or "not enough space on the disk" in words:
        return f"The disk is full: Unrolled needs about 2 GB in {ROOT}"
    if "Permission denied" in words or "Access is denied" in words or "Read-only" in words:
        return f"No permission to write in {ROOT}: put Unrolled into a folder of your own"
    return ""


def pip_trouble(words: str) -> str:
    """Why pip failed, in one line."""
    signs = "NewConnectionError|NameResolutionError|Failed to establish|Max retries|timed out"
    signs += "|ConnectTimeout|ProxyError|SSLError|Connection (?:broken|refused|reset|aborted)"
    log = f"(pip's own words: {PIP_LOG})"
    missing = re.search(r"No matching distribution found for ([^\s;]+)", words)
    if system_trouble(words):
        return system_trouble(words)
    if re.search(signs, words):
        return (
            "The package index cannot be reached, and installing needs the internet once: check "
            f"the connection or the proxy, then run this again {log}"
        )
    if missing:
        machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        return f"There is no {missing.group(1)} for {machine}; Python 3.12 may have it {log}"
    errors = [line for line in words.splitlines() if line.startswith("ERROR:")]
    return f"pip failed: {last_line(errors[-1] if errors else words)} {log}"


def prepare(tests: bool = False) -> None:
    """Leaves .venv with all that is needed, saying what it does if there is something to do."""
    environment()
    install("requirements.txt", "what Unrolled runs on")
    if tests:
        install("requirements-dev.txt", "what the tests need")


def is_debian_root() -> bool:
    release = Path("/etc/os-release")
    debian = release.exists() and re.search('^ID="?debian"?$', release.read_text("utf-8"), re.M)
    return bool(debian) and os.geteuid() == 0


def apt_get(package: str) -> None:
    say(f"Installing Debian's package {package} ...")
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q")
    captured(*quiet, "update")
    code, words = captured(*quiet, "install", "-y", "--no-install-recommends", package)
    if code:
        raise Stop(f"apt-get could not install {package}: {last_line(words)}")


def is_busy(port: int) -> bool:
    with socket.socket() as probe:
        if os.name != "nt":  # a port that was just given back is free; Windows needs no telling
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES and os.name != "nt":
                raise Stop(f"Port {port} is kept for the system; take one over 1023") from None
            return True
    with socket.socket() as probe:  # macOS lets two programs bind alike; one of them answers
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0


def free_port(first: int) -> int:
    """The first free port from `first` on; says so if that is another one."""
    last = min(first + 50, 65536) - 1
    for port in range(first, last + 1):
        if not is_busy(port):
            if port != first:
                say(f"Port {first} is busy; taking {port}.")
            return port
    raise Stop(f"The ports {first} to {last} are all busy; name another one with --port")


def app_environment() -> "dict[str, str]":
    """The environment that the app and the tests run in; what somebody has set stays."""
    return {**dict.fromkeys(ONE_THREAD, "1"), **os.environ}


def app_command(port: int) -> "list[str]":
    """Serves the app on this machine alone; these options win over any STREAMLIT_* variable."""
    options = (f"address={HOST}", f"port={port}", "headless=true")
    command = [str(PYTHON), "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += [f"--server.{option}" for option in options]
    return [*command, "--browser.gatherUsageStats=false"]


def is_healthy(port: int) -> bool:
    try:  # knows no proxy, unlike urllib
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_until_healthy(app: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + SECONDS_TO_ANSWER
    while not is_healthy(port):
        if app.poll() is not None:
            raise Stop(f"The app ended before it answered (exit code {app.returncode})")
        if time.monotonic() > end:
            raise Stop(f"The app did not answer within {SECONDS_TO_ANSWER} seconds")
        time.sleep(0.05)


def serve(first_port: int, browser: bool) -> int:
    """Starts the app, opens the browser once it answers, and stays; the app's exit code."""
    port = free_port(first_port)
    say("Starting Unrolled ...")
    for name in ("SIGTERM", "SIGHUP"):  # told to end, or its terminal closed: as with Ctrl-C
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    app = subprocess.Popen(
        app_command(port),
        cwd=ROOT,
        env=app_environment(),
        # A group of its own: Ctrl-C reaches this process alone, which then ends the app quietly.
        start_new_session=True,
        creationflags=0x200 if os.name == "nt" else 0,
    )
    try:
        wait_until_healthy(app, port)
        say(f"Unrolled is at http://{HOST}:{port} (Ctrl-C stops it)")
        if browser and has_screen():
            webbrowser.open(f"http://{HOST}:{port}")
        code = app.wait()
        return code if code >= 0 else 128 - code
    except KeyboardInterrupt:
        app.terminate()
        return 0
    finally:
        end_process(app)


def has_screen() -> bool:
    """False on a Linux without one, where a browser would open in the terminal."""
    screens = {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys()
    return platform.system() in ("Windows", "Darwin") or bool(screens)


def end_process(process: "subprocess.Popen[bytes]") -> None:
    """Waits for a process that was told to end, tells it once more, and at last makes it."""
    for ask in (lambda: None, process.terminate, process.kill):
        ask()
        try:
            process.wait(3)
            return
        except subprocess.TimeoutExpired:
            continue


# One process a core. A file stays in one process and files keep their order: the first browser test
# of a server opens a deep link.
IN_PARALLEL = ["-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder"]


def test(arguments: "list[str]") -> int:
    """Sees to a browser and to PostgreSQL, then runs pytest with these arguments; the exit code."""
    helpers = (["tests.browser.chromium"], ["tests.postgresql"])
    for module in (*helpers, ["pytest", *IN_PARALLEL, *arguments]):
        process = subprocess.Popen([PYTHON, "-m", *module], cwd=ROOT, env=app_environment())
        try:
            code = process.wait()
        finally:
            end_process(process)
        if code:
            return code if code > 0 else 128 - code
    return 0


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Stop(f"{message}. Known: python start.py [setup | test] [--port N] [--no-browser]")


def command(arguments: "list[str]") -> int:
    if arguments[:1] == ["test"]:
        prepare(tests=True)
        return test(arguments[1:])
    layout = argparse.RawDescriptionHelpFormatter
    parser = Parser(prog="python start.py", description=__doc__, formatter_class=layout)
    parser.add_argument("command", nargs="?", default="run", choices=("run", "setup", "test"))
    parser.add_argument("--port", type=int, default=PORT, help="the first port to try (8501)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    options = parser.parse_args(arguments)
    if options.command == "test":
        parser.error("`test` comes first: what follows it goes to pytest")
    if not 1 <= options.port <= 65535:
        parser.error(f"a port is a number from 1 to 65535, got {options.port}")
    prepare()
    if options.command == "setup":
        say("Unrolled is ready: python start.py")
        return 0
    return serve(options.port, not options.no_browser)


def main(arguments: "list[str]") -> int:
    """The exit code; whatever goes wrong is one line on the error stream."""
    try:
        check_version(*sys.version_info[:2])
        return command(arguments)
    except Stop as reason:
        print(reason, file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    except OSError as error:
        words = f"{error.strerror}: {error.filename}" if error.filename else str(error)
        print(system_trouble(words) or f"The system says: {words}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
