"""Adding, copying, order, parity and waves: what is due, found again without the drawing code."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_core.adding import adding
from rnn_core.tasks.adding import Adding
from rnn_core.tasks.copy import Copy
from rnn_core.tasks.parity import Parity
from rnn_core.tasks.temporal_order import TemporalOrder
from rnn_core.tasks.wave import Wave

SEEDS = st.integers(0, 2**32)


def drawn(task, seed: int, size: int = 3):
    return task.batch(np.random.default_rng(seed), size)


def symbols(batch, sequence: int) -> list[int]:
    """The class read at each step, after a look that exactly one is."""
    rows = batch.inputs[:, sequence].tolist()
    assert all(sorted(row) == [0.0] * (len(row) - 1) + [1.0] for row in rows)
    return [row.index(1.0) for row in rows]


def lines_of(task) -> dict[str, float]:
    return {line.name: line.value for line in task.lines()}


class TestAdding:
    @given(length=st.integers(2, 60), seed=SEEDS)
    def test_the_sum_of_one_number_of_each_half_is_due_at_the_end(self, length, seed):
        task = Adding(length=length)
        batch = drawn(task, seed)
        for n in range(3):
            values, markers = batch.inputs[:, n].T.tolist()
            early, late = (t for t, mark in enumerate(markers) if mark == 1.0)
            assert markers.count(0.0) == length - 2
            assert early < length // 2 <= late
            assert batch.targets[-1, n, 0] == pytest.approx(values[early] + values[late])
            assert batch.mask[:, n].tolist() == [False] * (length - 1) + [True]
            assert task.lags(batch)[-1, n] == length - 1 - early
            assert all(0.0 <= value < 1.0 for value in values)

    def test_it_is_the_lessons_adding_problem(self):
        assert Adding(length=9).example(5) == adding(9, 5)

    def test_every_step_of_a_half_is_marked_as_often(self):
        markers = drawn(Adding(length=7), 0, 20_000).inputs[:, :, 1]
        due = [1 / 3] * 3 + [1 / 4] * 4
        np.testing.assert_allclose(markers.mean(axis=1), due, atol=0.02)

    def test_chance_is_a_sixth_and_knowing_one_number_a_twelfth(self):
        task = Adding(length=8)
        assert list(lines_of(task).values()) == pytest.approx([1 / 6, 1 / 12])
        batch = drawn(task, 0, 40_000)
        values, markers = batch.inputs[:, :, 0], batch.inputs[:, :, 1]
        late = (values * markers)[4:].sum(axis=0)
        cost = np.mean((batch.targets[-1, :, 0] - late - 0.5) ** 2)
        assert lines_of(task)["naive"] == pytest.approx(cost, rel=0.02)


class TestCopy:
    @given(lag=st.integers(1, 40), count=st.integers(1, 8), kinds=st.integers(2, 9), seed=SEEDS)
    def test_the_symbols_are_due_again_after_the_wait(self, lag, count, kinds, seed):
        task = Copy(lag=lag, symbols=count, kinds=kinds)
        batch = drawn(task, seed)
        blank, now = kinds, kinds + 1
        for n in range(3):
            read = symbols(batch, n)
            assert all(symbol < kinds for symbol in read[:count])
            assert read[count:] == [blank] * (lag - 1) + [now] + [blank] * count
            due = batch.targets[:, n][batch.mask[:, n]].tolist()
            assert due == read[:count]
            assert np.flatnonzero(batch.mask[:, n]).tolist() == [
                count + lag + k for k in range(count)
            ]
            lags = task.lags(batch)[:, n]
            for t in np.flatnonzero(batch.mask[:, n]):
                assert read[t - lags[t]] == batch.targets[t, n]
                assert t - lags[t] == t - count - lag

    def test_the_length_follows_from_the_settings(self):
        assert Copy(lag=10, symbols=3).length == 16

    def test_chance_is_the_logarithm_of_the_kinds(self):
        task = Copy(symbols=3, kinds=4)
        assert list(lines_of(task).values()) == pytest.approx([math.log(4), math.log(4) / 3])

    def test_a_wait_that_makes_it_too_long_is_refused(self):
        with pytest.raises(ValueError, match=r"lag must be a whole number, 1 to 994; got 995"):
            Copy(lag=995, symbols=3)


class TestTemporalOrder:
    @given(length=st.integers(5, 120), seed=SEEDS)
    def test_two_symbols_in_their_places_decide_the_class(self, length, seed):
        task = TemporalOrder(length=length)
        batch = drawn(task, seed)
        for n in range(3):
            read = symbols(batch, n)
            (first, second) = (t for t, symbol in enumerate(read) if symbol < 2)
            assert math.floor(length / 10) <= first <= math.floor(length / 5)
            assert math.floor(length / 2) <= second <= math.floor(3 * length / 5)
            word = "".join("XY"[read[t]] for t in (first, second))
            assert ["XX", "XY", "YX", "YY"][batch.targets[-1, n]] == word
            assert np.flatnonzero(batch.mask[:, n]).tolist() == [length - 1]
            assert task.lags(batch)[-1, n] == length - 1 - first

    def test_the_places_and_the_distractors_are_as_likely(self):
        batch = drawn(TemporalOrder(length=20), 0, 20_000)
        relevant = batch.inputs[:, :, :2].sum(axis=2).mean(axis=1)
        due = {2: 1 / 3, 3: 1 / 3, 4: 1 / 3, 10: 1 / 3, 11: 1 / 3, 12: 1 / 3}
        np.testing.assert_allclose(relevant, [due.get(t, 0.0) for t in range(20)], atol=0.02)
        np.testing.assert_allclose(batch.inputs[0].mean(axis=0), [0, 0, *[0.25] * 4], atol=0.02)

    def test_chance_is_ln_4_and_knowing_the_later_symbol_leaves_ln_2(self):
        values = list(lines_of(TemporalOrder()).values())
        assert values == pytest.approx([math.log(4), math.log(2)])

    def test_a_row_too_short_for_its_places_is_refused(self):
        with pytest.raises(ValueError, match=r"length must be .* 5 to 1000; got 4"):
            TemporalOrder(length=4)


class TestParity:
    @given(length=st.integers(2, 80), seed=SEEDS)
    def test_each_answer_is_the_number_of_ones_so_far_modulo_two(self, length, seed):
        task = Parity(length=length)
        batch = drawn(task, seed)
        for n in range(3):
            bits = batch.inputs[:, n, 0].tolist()
            assert set(bits) <= {0.0, 1.0}
            due = [sum(bits[: t + 1]) % 2 for t in range(length)]
            assert batch.targets[:, n].tolist() == due
        assert batch.mask.all()
        assert task.lags(batch)[:, 0].tolist() == list(range(length))

    def test_the_present_bit_says_little_and_that_is_the_naive_line(self):
        """Written out for length 2: of 8 answers 6 equal their bit."""
        due = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
        found = lines_of(Parity(length=2))
        assert found == pytest.approx({"chance": math.log(2), "naive": due})

    def test_the_naive_line_is_what_counting_finds(self):
        task = Parity(length=5)
        batch = drawn(task, 0, 40_000)
        seen = Counter(
            zip(batch.inputs.ravel().tolist(), batch.targets.ravel().tolist(), strict=True)
        )
        assert lines_of(task)["naive"] == pytest.approx(conditional_entropy(seen), rel=0.01)


def conditional_entropy(seen: Counter) -> float:
    """H(second | first), by counting."""
    first: Counter = Counter()
    for (one, _), count in seen.items():
        first[one] += count
    total = sum(seen.values())
    return -sum(c / total * math.log(c / first[one]) for (one, _), c in seen.items())


class TestWave:
    @given(
        kind=st.sampled_from(["sine", "damped", "sum", "sawtooth", "square"]),
        length=st.integers(2, 80),
        seed=SEEDS,
    )
    def test_each_target_is_the_next_input(self, kind, length, seed):
        batch = drawn(Wave(kind=kind, length=length, noise=0.3), seed)
        assert np.array_equal(batch.inputs[1:], batch.targets[:-1])
        assert batch.mask.all()

    @given(seed=SEEDS)
    def test_a_sine_keeps_its_recurrence_with_a_period_in_range(self, seed):
        """x_{t+1} + x_{t-1} = 2 cos(ω) x_t, and so for a damped one, multiplied by its decay."""
        for kind, decay in (("sine", 1.0), ("damped", math.exp(-2.0 / 60))):
            series = drawn(Wave(kind=kind, length=60), seed).inputs[:, 0, 0]
            left = series[2:] + decay**2 * series[:-2]
            twice_cos = float(left @ series[1:-1] / (series[1:-1] @ series[1:-1])) / decay
            np.testing.assert_allclose(left, decay * twice_cos * series[1:-1], atol=1e-9)
            assert 10.0 <= 2.0 * math.pi / math.acos(twice_cos / 2.0) <= 25.0
            assert np.abs(series).max() <= 1.0

    @given(seed=SEEDS)
    def test_a_sum_has_two_sines_of_the_stated_sizes(self, seed):
        """Two frequencies: a linear recurrence over five values, the same forwards and back."""
        series = drawn(Wave(kind="sum", length=200), seed).inputs[:, 0, 0]
        a, b, c, d, e = (series[k : len(series) - 4 + k] for k in range(5))
        seen = np.stack([b + d, c], axis=1)
        fitted, *_ = np.linalg.lstsq(seen, a + e, rcond=None)
        np.testing.assert_allclose(seen @ fitted, a + e, atol=1e-7)
        assert np.abs(series).max() <= 1.0

    @given(seed=SEEDS)
    def test_a_sawtooth_climbs_by_one_slope_and_falls_by_two(self, seed):
        series = drawn(Wave(kind="sawtooth", length=80), seed).inputs[:, 0, 0]
        steps = np.diff(series)
        slope = steps.max()
        assert 2 / 25 <= slope <= 2 / 10
        np.testing.assert_allclose(np.where(steps > 0, steps, steps + 2.0), slope, atol=1e-9)
        assert (np.abs(series) <= 1.0).all()

    @given(seed=SEEDS)
    def test_a_square_wave_stays_for_half_a_period(self, seed):
        series = drawn(Wave(kind="square", length=80), seed).inputs[:, 0, 0]
        assert set(series.tolist()) == {-1.0, 1.0}
        jumps = np.flatnonzero(np.diff(series))
        stays = np.diff(jumps)
        assert (stays >= 5).all()
        assert (stays <= 13).all()
        assert stays.max() - stays.min() <= 1

    @pytest.mark.parametrize("kind", ["sine", "damped", "sum", "sawtooth", "square"])
    @pytest.mark.parametrize("noise", [0.0, 0.4])
    def test_both_lines_are_what_measuring_finds(self, kind, noise):
        task = Wave(kind=kind, noise=noise, length=20)
        batch = drawn(task, 1, 40_000)
        chance = float(np.mean(batch.targets**2))
        naive = float(np.mean((batch.targets - batch.inputs) ** 2))
        assert lines_of(task) == pytest.approx({"chance": chance, "naive": naive}, rel=0.02)

    def test_the_lines_of_a_sine_are_a_half_and_a_known_integral(self):
        """∫ (1 - cos 2π/P) dP over [10, 25] / 15, by a fine sum."""
        periods = 10.0 + 15.0 * (np.arange(100_000) + 0.5) / 100_000
        due = float(np.mean(1.0 - np.cos(2.0 * np.pi / periods)))
        found = lines_of(Wave())
        assert found == pytest.approx({"chance": 0.5, "naive": due}, rel=1e-9)

    def test_noise_is_new_at_each_step_and_of_the_stated_size(self):
        clean, noisy = (drawn(Wave(noise=noise), 2, 2000).inputs for noise in (0.0, 0.5))
        noise = noisy - clean
        assert noise.std() == pytest.approx(0.5, rel=0.01)
        assert abs(np.mean(noise[1:] * noise[:-1])) < 0.005

    def test_the_score_is_that_of_the_second_half(self):
        task = Wave(length=10)
        batch = drawn(task, 0)
        output = batch.targets.copy()
        output[:5] += 3.0
        assert task.score(batch, output) == 0.0
        output[5] += 2.0
        assert task.score(batch, output) == pytest.approx(4 / 5)

    def test_no_goal_lies_under_the_noise_or_above_what_saying_nothing_costs(self):
        for kind in ("sine", "damped", "sum", "sawtooth", "square"):
            for noise in (0.0, 0.2, 1.0):
                task = Wave(kind=kind, noise=noise)
                late = task.batch(np.random.default_rng(0), 4000).targets[25:]
                assert noise**2 < task.goal < min(lines_of(task)["naive"], np.mean(late**2))

    def test_a_bad_kind_or_noise_is_refused(self):
        with pytest.raises(ValueError, match=r"kind must be one of sine, .*; got 'cosine'"):
            Wave(kind="cosine")
        with pytest.raises(ValueError, match=r"noise must be .*at least 0, at most 1\); got -0.1"):
            Wave(noise=-0.1)
