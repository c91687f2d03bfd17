"""Every page runs, from the router as in the app, without an exception and without torch."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
ROUTER = ROOT / "pages" / "menu.py"
PAGES = sorted(path.name for path in ROUTER.parent.glob("*.py") if path != ROUTER)


def started() -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    assert not app.exception
    return app


@pytest.mark.parametrize("page", PAGES)
def test_page_runs(page: str) -> None:
    app = started().switch_page(page).run()
    assert not app.exception
    assert len(app.main) > 0, f"{page} shows nothing"


@pytest.mark.parametrize("page", PAGES)
def test_page_is_in_the_menu(page: str) -> None:
    assert f'"{page}"' in ROUTER.read_text("utf-8")


def test_nothing_imports_torch_before_it_is_needed() -> None:
    """In a process of its own, as this one may have imported torch for another test."""
    script = """
import sys
import app
from streamlit.testing.v1 import AppTest

test = AppTest.from_file("pages/menu.py", default_timeout=60).run()
for page in sys.argv[1:]:
    test.switch_page(page).run()
    assert not test.exception, (page, test.exception)
assert {"numpy", "exhibits.process"} <= sys.modules.keys(), "the pages did not run"
print("torch" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, *PAGES], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"


def test_the_settings_keep_everything_on_this_machine() -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert settings["browser"]["gatherUsageStats"] is False
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["maxUploadSize"] == 32
    assert settings["client"]["showErrorDetails"] == "type"
    assert settings["client"]["showErrorLinks"] is False
