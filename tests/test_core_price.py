"""What a training step costs: what is measured, how it is read back, and that it is not made up."""

import json
import math

import pytest

from rnn_core import price
from rnn_core.price import ALONG, BASE, ENGINES, GRID, Prices, Size, fastest, main, table


def made(seconds: dict[str, tuple[float, ...]] | None = None) -> Prices:
    """Seconds that can be told by hand: T · B · H microseconds."""
    plain = tuple(1e-6 * size.length * size.batch * size.hidden_size for size in GRID)
    return Prices(seconds or {"numpy": plain}, {"numpy": "a machine"}, {"torch-cuda": "no CUDA"})


def test_each_axis_changes_one_thing_and_the_shape_keeps_the_work():
    for axis, field in (("T", "length"), ("B", "batch"), ("H", "hidden_size")):
        others = {"length", "batch", "hidden_size"} - {field}
        sizes = ALONG[axis]
        assert len({getattr(size, field) for size in sizes}) == len(sizes) >= 5
        for other in others:
            assert {getattr(size, other) for size in sizes} == {getattr(BASE, other)}
    assert {size.length * size.batch for size in ALONG["shape"]} == {256}
    assert ALONG["shape"][0].length == 1
    assert ALONG["shape"][-1].batch == 1


def test_growth_and_gain_are_ratios_of_what_was_measured():
    prices = made()
    assert prices.growth("numpy", "T") == pytest.approx(200 / 10)
    assert prices.growth("numpy", "B") == pytest.approx(64.0)
    assert prices.growth("numpy", "H") == pytest.approx(128 / 8)
    assert prices.growth("numpy", "shape") == pytest.approx(1.0)
    assert prices.gain("numpy", 16) == pytest.approx(1.0)  # 16 times the rows, 16 times the time
    flat = made({"numpy": (2e-3,) * len(GRID)})
    assert flat.gain("numpy", 64) == pytest.approx(64.0)
    assert prices.of("numpy", Size(50, 16, 32)) == pytest.approx(50 * 16 * 32 * 1e-6)


def test_what_was_not_measured_is_said():
    with pytest.raises(ValueError, match="torch-cuda was not measured: no CUDA"):
        made().of("torch-cuda", BASE)
    with pytest.raises(ValueError, match="was not measured"):
        made().of("numpy", Size(51, 16, 32))
    for wrong in ((1.0,), (0.0,) * len(GRID), (math.nan,) * len(GRID)):
        with pytest.raises(ValueError, match="must have 20 times above 0"):
            made({"numpy": wrong})


def test_prices_travel_as_json_and_stand_in_a_table():
    prices = made()
    back = Prices.from_json(prices.to_json())
    assert dict(back.seconds) == dict(prices.seconds)
    assert back.absent == {"torch-cuda": "no CUDA"}
    lines = table(prices).splitlines()
    assert f"| 50 | 16 | 32 | {25.6:.3g} |" in lines
    assert lines[-1].endswith("no CUDA")


def test_the_fastest_of_the_runs_counts_and_the_first_does_not():
    now, took = [0.0], iter([9.0, 3.0, 1.0, 2.0, *[5.0] * 100])

    def step() -> None:
        now[0] += next(took)

    assert fastest(step, lambda: now[0]) == 1.0


def test_a_measurement_says_how_far_it_is_and_then_what_it_found(capsys, monkeypatch):
    monkeypatch.setattr(price, "ROUNDS", 1)
    main(["--json", "--engines", "numpy"])
    *steps, last = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["done"] for row in steps] == list(range(len(steps)))
    assert {row["of"] for row in steps} == {len(steps)}
    assert steps[0]["what"].startswith("NumPy core: T ")
    prices = Prices.from_json(last["prices"])
    assert prices.engines == ("numpy",)
    assert prices.machine["numpy"]
    assert prices.of("numpy", Size(200, 16, 32)) > prices.of("numpy", Size(10, 16, 32))


def test_engines_are_known_by_their_names():
    with pytest.raises(ValueError, match="engines must be one of numpy, torch-cpu"):
        main(["--engines", "tpu"])
    assert ENGINES[0] == "numpy"
