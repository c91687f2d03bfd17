"""One measurement at a time, in a process of its own, and what is said when it fails."""

import json
import sys
import threading
from pathlib import Path

import pytest

from background import price as room
from background.price import Pricing
from rnn_core.price import GRID, Prices

PRICES = Prices({"numpy": tuple(1e-3 for _ in GRID)}, {"numpy": "a machine"}, {})


def pricing(tmp_path: Path, *lines: str) -> Pricing:
    """A measurement that says these lines of Python."""
    script = tmp_path / "measure.py"
    script.write_text("\n".join(["import json, sys, time", *lines]), "utf-8")
    return Pricing((str(script),))


def told(prices: Prices) -> str:
    return f"print({json.dumps(json.dumps({'prices': prices.to_json()}))}, flush=True)"


def test_what_the_process_says_is_what_is_known(tmp_path):
    at = pricing(tmp_path, "print(json.dumps({'done': 1, 'of': 4, 'what': 'T 10'}))", told(PRICES))
    assert at.prices is None
    assert not at.running
    found = at.ask()
    assert dict(found.seconds) == dict(PRICES.seconds)
    assert at.ask() is found  # not measured again
    assert at.problem == ""


def test_a_second_start_joins_the_measurement_that_is_under_way(tmp_path):
    count = tmp_path / "count"
    at = pricing(
        tmp_path,
        f"open({str(count)!r}, 'a').write('x')",
        "time.sleep(0.5)",
        told(PRICES),
    )
    at.start()
    assert at.running
    askers = [threading.Thread(target=at.ask) for _ in range(4)]
    for one in askers:
        one.start()
    at.start()
    for one in askers:
        one.join()
    assert at.prices is not None
    assert count.read_text() == "x"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sys.exit('no numbers today')", "no numbers today"),
        ("print('{not json')", "measurement failed"),
        ('print(\'{"prices": "{}"}\')', "measurement failed"),
        ("pass", "it took longer than"),
    ],
)
def test_a_measurement_that_fails_is_said_and_can_be_tried_again(tmp_path, line, said):
    at = pricing(tmp_path, line)
    with pytest.raises(ValueError, match=said):
        at.ask()
    assert not at.running
    assert at.prices is None
    (tmp_path / "measure.py").write_text(told(PRICES), "utf-8")
    assert at.ask().engines == ("numpy",)
    assert at.problem == ""


def test_one_that_does_not_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "LONGEST", 0.5)
    at = pricing(tmp_path, "time.sleep(60)")
    with pytest.raises(ValueError, match=r"longer than 0\.5 seconds"):
        at.ask()


def test_the_server_measures_in_a_python_of_its_own(tmp_path):
    marker = tmp_path / "who"
    at = pricing(tmp_path, f"open({str(marker)!r}, 'w').write(sys.executable)", told(PRICES))
    at.ask()
    assert marker.read_text() == sys.executable
