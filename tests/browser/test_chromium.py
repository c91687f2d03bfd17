"""Which browser the tests drive, on each system, and what is said where there is none."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.browser import chromium


def test_a_browser_named_wrongly_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    assert chromium.main() == 1
    assert capsys.readouterr().err.strip() == "CHROMIUM names no program: /no/such/browser"


def test_a_browser_named_rightly_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", sys.executable)
    assert chromium.find_browser() == sys.executable


@pytest.mark.parametrize(
    ("system", "place"),
    [
        ("Darwin", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
        ("Windows", "programs/Google/Chrome/Application/chrome.exe"),
        ("Windows", "programs/Microsoft/Edge/Application/msedge.exe"),
    ],
)
def test_usual_places_are_looked_at(
    system: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(chromium.platform, "system", lambda: system)
    monkeypatch.setenv("PROGRAMFILES", "programs")
    monkeypatch.setattr(Path, "is_file", lambda path: path.as_posix() == place)
    assert Path(chromium.find_browser()).as_posix() == place


def test_the_library_that_playwright_may_lack_is_installed_or_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacks = (127, "node: error while loading shared libraries: libatomic.so.1: no such file")
    answers = [lacks, (0, "Version 1.65.2"), lacks]
    asked: list[str] = []
    monkeypatch.setattr(chromium, "captured", lambda *command: answers.pop(0))
    monkeypatch.setattr(chromium, "apt_get", asked.append)
    monkeypatch.setattr(chromium, "is_debian_root", lambda: True)
    chromium.check_playwright()
    assert asked == ["libatomic1"]
    monkeypatch.setattr(chromium, "is_debian_root", lambda: False)
    assert chromium.main() == 1
    assert "cannot start: node: error while loading" in capsys.readouterr().err.strip()


def test_without_a_browser_one_is_installed_or_the_way_out_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(chromium, "find_browser", lambda: "")
    asked: list[str] = []
    monkeypatch.setattr(chromium, "is_debian_root", lambda: True)
    monkeypatch.setattr(chromium, "apt_get", asked.append)
    assert chromium.main() == 0
    assert asked == ["chromium"]
    monkeypatch.setattr(chromium, "is_debian_root", lambda: False)
    monkeypatch.setattr(chromium.subprocess, "call", lambda command: 1)
    assert chromium.main() == 1
    assert "install Chromium or Chrome, or set CHROMIUM" in capsys.readouterr().err.strip()
