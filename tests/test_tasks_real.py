"""Text, sunspots and one's own series: what is held out, the scale, and lines counted anew."""

import csv
import math
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.tasks.series import Series
from rnn_core.tasks.sunspots import Sunspots
from rnn_core.tasks.text import TEXTS, NextCharacter

DATA = Path(__file__).parents[1] / "rnn_core" / "tasks" / "data"
SEEDS = st.integers(0, 2**32)


@pytest.fixture
def as_for_people(monkeypatch):
    """The tests' type checker off, so that the errors are the ones that people see."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def lines_of(task) -> dict[str, float]:
    return {line.name: line.value for line in task.lines()}


def decoded(task, batch) -> list[str]:
    """What each sequence reads, and the last character that is due."""
    return [
        "".join(task.alphabet[row.index(1.0)] for row in batch.inputs[:, n].tolist())
        + task.alphabet[batch.targets[-1, n]]
        for n in range(batch.inputs.shape[1])
    ]


class TestText:
    @given(length=st.integers(2, 90), source=st.sampled_from(sorted(TEXTS)), seed=SEEDS)
    def test_windows_are_of_the_text_and_each_target_is_the_next_character(
        self, length, source, seed
    ):
        task = NextCharacter(length=length, source=source)
        content = (DATA / f"{source}.txt").read_text("ascii")
        batch = task.batch(np.random.default_rng(seed), 3)
        for n, window in enumerate(decoded(task, batch)):
            assert len(window) == length + 1
            assert window in content
            due = "".join(task.alphabet[k] for k in batch.targets[:, n])
            assert due == window[1:]
        assert batch.mask.all()

    def test_training_never_sees_the_last_tenth(self):
        own = "ab" * 450 + "xy" * 50
        task = NextCharacter(source="own", text=own, length=20)
        seen = "".join(decoded(task, task.batch(np.random.default_rng(0), 2000)))
        assert set(seen) == {"a", "b"}
        assert set("".join(decoded(task, task.held_out(50)))) == {"x", "y"}
        assert set(task.example(0).text) == {"x", "y"}

    def test_held_out_windows_stand_side_by_side_and_are_spread_where_fewer_are_wanted(self):
        own = "".join(chr(0x4E00 + k % 200) for k in range(1000))
        task = NextCharacter(source="own", text=own, length=11)
        every = decoded(task, task.held_out(1000))
        assert every == [own[900 + k : 912 + k] for k in range(0, 99, 11)]
        assert decoded(task, task.held_out(3)) == [every[0], every[4], every[8]]

    @pytest.mark.parametrize("source", [*TEXTS, "own"])
    def test_both_lines_are_what_counting_by_hand_gives(self, source):
        own = "to be or not to be, that is the question. " * 20
        if source == "own":
            task, content = NextCharacter(source="own", text=own), own
        else:
            task = NextCharacter(source=source)
            content = (DATA / f"{source}.txt").read_text("ascii")
        cut = len(content) - len(content) // 10
        training, held = content[:cut], content[cut:]
        counts = Counter(training)
        followers: defaultdict[str, Counter] = defaultdict(Counter)
        for one, two in pairwise(training):
            followers[one][two] += 1
        size = len(set(content))
        chance = bigram = 0.0
        for one, two in pairwise(held):
            alone = (counts[two] + 1) / (len(training) + size)
            different, total = len(followers[one]), sum(followers[one].values())
            pair = (followers[one][two] + different * alone) / (total + different)
            chance -= math.log(alone) / (len(held) - 1)
            bigram -= math.log(pair) / (len(held) - 1)
        assert lines_of(task) == pytest.approx({"chance": chance, "bigram": bigram})
        assert task.goal == pytest.approx(bigram)

    def test_the_score_is_the_mean_nats_of_the_right_character(self):
        task = NextCharacter(length=5)
        batch = task.held_out(2)
        assert task.score(batch, np.zeros((5, 2, 67))) == pytest.approx(math.log(67))
        logits = np.zeros((5, 2, 67))
        logits[..., 3] = math.log(10.0)  # 10/76 for class 3, 1/76 for each other
        threes = int((batch.targets == 3).sum())
        due = math.log(76) - threes / 10 * math.log(10.0)
        assert task.score(batch, logits) == pytest.approx(due)

    def test_one_text_has_quotes_and_brackets_and_enough_to_learn_from(self):
        alice = NextCharacter().content
        assert len(alice) >= 30_000
        assert alice.count("`") > 100
        assert min(alice.count("("), alice.count(")")) > 20  # the edition leaves one open
        assert all(32 <= ord(c) < 127 or c == "\n" for c in alice)
        assert all((DATA / f"{source}.txt").is_file() for source in TEXTS)

    @pytest.mark.usefixtures("as_for_people")
    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"source": "bible"}, r"source must be one of alice, .* own; got 'bible'"),
            ({"text": "abc"}, r"text must be empty unless source is 'own'; got 'alice'"),
            ({"source": "own"}, r"characters of text must be .* 510 to 1000000; got 0"),
            (
                {"source": "own", "text": "".join(map(chr, range(40, 1040)))},
                r"at most 256 different characters; got 1000",
            ),
            ({"source": "own", "text": 5}, r"text must be a string; got 5"),
        ],
    )
    def test_a_bad_text_is_refused(self, settings, message):
        with pytest.raises((ValueError, TypeError), match=message):
            NextCharacter(**settings)


class TestSunspots:
    def test_the_numbers_are_the_public_ones(self):
        """From the record: the lowest years of the Dalton minimum, the highest maximum of all."""
        task = Sunspots()
        table = dict(zip(task.years, task.numbers, strict=True))
        assert (task.years[0], task.years[-1]) == (1700, 2008)
        assert list(task.years) == list(range(1700, 2009))
        assert (table[1700], table[1810], table[1957], table[2008]) == (5.0, 0.0, 190.2, 2.9)
        assert max(table.values()) == 190.2

    def test_lines_are_what_plain_loops_over_the_file_give(self):
        with (DATA / "sunspots.csv").open(newline="") as file:
            x = [float(row["sunspots"]) for row in csv.DictReader(file)]
        n, last = len(x), 60
        training = x[:-last]
        mean = sum(training) / len(training)
        variance = sum((v - mean) ** 2 for v in training) / len(training)

        def mse(said) -> float:
            return sum((x[t] - said(t)) ** 2 for t in range(n - last, n)) / last / variance

        rows = np.array([[1.0, x[t - 1], x[t - 2]] for t in range(2, n - last)])
        due = np.array(x[2 : n - last])
        a, b, c = np.linalg.solve(rows.T @ rows, rows.T @ due)  # the normal equations
        found = lines_of(Sunspots(last=last))
        assert found == pytest.approx(
            {
                "chance": mse(lambda t: mean),
                "naive": mse(lambda t: x[t - 1]),
                "seasonal naive": mse(lambda t: x[t - 11]),
                "linear": mse(lambda t: a + b * x[t - 1] + c * x[t - 2]),
            }
        )
        assert found["linear"] < found["naive"] < found["seasonal naive"] < found["chance"]

    def test_years_that_leave_nothing_to_train_on_are_refused(self):
        with pytest.raises(ValueError, match=r"last must be .* 1 to 150; got 300"):
            Sunspots(last=300)


class TestSeries:
    VALUES = tuple(float(k * k) for k in range(40))  # all different: a value tells its place

    def task(self, **changes):
        settings: dict[str, Any] = {"values": self.VALUES, "length": 6, "last": 9}
        return Series(**settings | changes)

    def unscaled(self, task, z):
        mean, deviation = task.scale
        return np.rint(mean + deviation * np.asarray(z)).tolist()

    @given(seed=SEEDS, last=st.integers(1, 33))
    def test_training_sees_no_value_held_out(self, seed, last):
        task = self.task(last=last)
        batch = task.batch(np.random.default_rng(seed), 4)
        for n in range(4):
            read = self.unscaled(task, batch.inputs[:, n, 0])
            start = self.VALUES.index(read[0])
            assert read == list(self.VALUES[start : start + 6])
            assert self.unscaled(task, batch.targets[:, n, 0]) == list(
                self.VALUES[start + 1 : start + 7]
            )
            assert start + 6 < 40 - last
        assert batch.mask.all()

    def test_every_training_window_comes(self):
        task = self.task()
        batch = task.batch(np.random.default_rng(0), 2000)
        firsts = set(self.unscaled(task, batch.inputs[0, :, 0]))
        assert firsts == set(self.VALUES[: 40 - 9 - 6])

    def test_each_value_held_out_is_foretold_once_from_those_before_it(self):
        task = self.task()
        batch = task.held_out(100)
        assert self.unscaled(task, batch.targets[-1, :, 0]) == list(self.VALUES[-9:])
        assert batch.mask.sum(axis=0).tolist() == [1] * 9
        assert batch.mask[-1].all()
        for n in range(9):
            read = self.unscaled(task, batch.inputs[:, n, 0])
            assert read == list(self.VALUES[31 + n - 6 : 31 + n])
        few = self.unscaled(task, task.held_out(3).targets[-1, :, 0])
        assert few == [self.VALUES[-9], self.VALUES[-5], self.VALUES[-1]]

    def test_the_scale_is_that_of_the_training_values(self):
        task = self.task()
        assert task.scale == pytest.approx((np.mean(self.VALUES[:31]), np.std(self.VALUES[:31])))
        assert task.scaled[:31].mean() == pytest.approx(0.0, abs=1e-12)
        assert task.scaled[:31].std() == pytest.approx(1.0)

    def test_lines_worked_by_hand(self):
        """Training 0 2 0 2 0 2 (mean 1, deviation 1), held out 4 0: z = 3, -1."""
        task = self.task(values=(0.0, 2.0) * 3 + (4.0, 0.0), length=2, last=2, season=2)
        found = lines_of(task)
        assert found["chance"] == pytest.approx((9 + 1) / 2)
        assert found["naive"] == pytest.approx(((3 - 1) ** 2 + (-1 - 3) ** 2) / 2)
        assert found["seasonal naive"] == pytest.approx(((3 - -1) ** 2 + (-1 - 1) ** 2) / 2)
        assert list(found) == ["chance", "naive", "seasonal naive", "linear"]

    def test_without_a_season_there_is_no_seasonal_line(self):
        assert list(lines_of(self.task())) == ["chance", "naive", "linear"]

    def test_a_series_that_a_line_foretells_exactly_still_has_a_goal_within_reach(self):
        task = self.task(values=tuple(float(k % 4) for k in range(80)), season=4)
        assert lines_of(task)["seasonal naive"] == 0.0
        assert task.goal == 0.01

    @pytest.mark.usefixtures("as_for_people")
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"values": ()}, r"values must hold at least 16 numbers, .* last 9 held out; got 0"),
            ({"values": (1.0,) * 30}, r"values: all training values are the same"),
            ({"values": (1.0, math.nan)}, r"values\[1\] must be a number .* got nan"),
            ({"values": (1.0, "two")}, r"values\[1\] must be a number .* got 'two'"),
            ({"values": "1 2 3"}, r"values must be a sequence of numbers; got '1 2 3'"),
            ({"last": 0}, r"last must be a whole number, at least 1; got 0"),
            ({"last": 34}, r"values must hold at least 41 numbers"),
            ({"season": 32}, r"season must be a whole number, 0 to 31; got 32"),
        ],
    )
    def test_bad_numbers_are_refused(self, changes, message):
        with pytest.raises((ValueError, TypeError), match=message):
            self.task(**changes)
