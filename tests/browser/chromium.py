"""The browser that the tests drive: found, or installed by `python -m tests.browser.chromium`.

In this order: $CHROMIUM; Chromium, Chrome or Edge where they usually lie; on Debian, for root,
Debian's package; else the Chromium that Playwright brings. Playwright itself needs a library that
the smallest Debian does not have.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from start import Stop, apt_get, captured, is_debian_root, last_line, say

PLAYWRIGHT = (sys.executable, "-m", "playwright")


def browser_places() -> list[Path]:
    """Where Chromium, Chrome or Edge usually lie on this system, best first."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = [Path(path) for name in names if (path := shutil.which(name))]
    # A snap sees no other program's folders, so that no test can drive it.
    places = [path for path in found if "snap" not in path.resolve().parts]
    if platform.system() == "Darwin":
        homes = (Path("/Applications"), Path.home() / "Applications")
        apps = ("Google Chrome", "Chromium", "Microsoft Edge")
        places += [home / f"{app}.app/Contents/MacOS/{app}" for app in apps for home in homes]
    if platform.system() == "Windows":
        roots = [os.environ.get(v) for v in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        tails = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
        places += [Path(root) / tail for tail in tails for root in roots if root]
    return places


def find_browser() -> str:
    """$CHROMIUM, or the first browser in the usual places; "" leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM", "")
    if named and not shutil.which(named):
        raise Stop(f"CHROMIUM names no program: {named}")
    return named or next((str(path) for path in browser_places() if path.is_file()), "")


def install_browser() -> None:
    """Debian's Chromium where that can be installed, else the one that Playwright brings."""
    if is_debian_root():
        apt_get("chromium")
        return
    say("Looking for a browser for the tests (playwright install chromium) ...")
    if subprocess.call([*PLAYWRIGHT, "install", "chromium"]):
        raise Stop(
            "The tests need a browser and none could be installed: install Chromium or Chrome, "
            "or set CHROMIUM to the path of one, then run this again"
        )


def check_playwright() -> None:
    """Raises Stop if Playwright cannot start even with the library that it may lack."""
    code, words = captured(*PLAYWRIGHT, "--version")
    if code and "libatomic" in words and is_debian_root():
        apt_get("libatomic1")
        code, words = captured(*PLAYWRIGHT, "--version")
    if code:
        raise Stop(f"Playwright, which drives the browser, cannot start: {last_line(words)}")


def main() -> int:
    """The exit code; a browser that cannot be had is one line on the error stream."""
    try:
        check_playwright()
        if not find_browser():
            install_browser()
    except Stop as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
