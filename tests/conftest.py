"""What every test shares: one BLAS thread as in the app, and Hypothesis without a clock."""

import os
import sys
import tempfile

from start import ONE_THREAD

for variable in ONE_THREAD:  # before NumPy is imported
    os.environ.setdefault(variable, "1")

# Nobody's own progress and trainings are touched by a test.
_KEPT = tempfile.TemporaryDirectory(prefix="unrolled-tests-", ignore_cleanup_errors=True)
os.environ.setdefault("UNROLLED_DATABASE", f"sqlite:///{_KEPT.name}/progress.sqlite3")
os.environ.setdefault("UNROLLED_RUNS", f"{_KEPT.name}/runs")

import hypothesis  # noqa: E402
import pytest  # noqa: E402
import threadpoolctl  # noqa: E402

threadpoolctl.threadpool_limits(1)  # where a plugin of pytest imported NumPy before this file

# A loaded machine is slow, not wrong. On CI the same examples every time: red means broken there.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")

_MAIN = sys.modules["__main__"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Streamlit puts the script that it runs in the place of the main module, and leaves it there:
    a process that a later test spawns would run that script first, or look for it in vain."""
    sys.modules["__main__"] = _MAIN
