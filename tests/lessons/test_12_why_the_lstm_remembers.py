"""Lesson 12, run: what passes straight, what comes by the gates, and what f = 1 does."""

from pathlib import Path

import numpy as np
import pytest

from exhibits.catalogue import declarations
from exhibits.lesson import challenge as challenges
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, Prediction
from lessons.reader import read_bytes
from rnn_core import LSTMTrace, Run, run
from rnn_core.path_course import path_course, path_setup
from tests.lessons.test_07_vanishing_and_exploding import at_snapshot, learned
from tests.torch_paths import cell_gradients

FILE = Path(__file__).parents[2] / "lessons" / "12-why-the-lstm-remembers.md"
BACK = {"back": 39}


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def block_of(lesson, name: str) -> ExhibitBlock:
    return next(block for block in lesson.blocks(ExhibitBlock) if block.id == name)


def run_of(lesson, name: str, **changed) -> Run:
    values = {**block_of(lesson, name).values, **changed}
    forget = values["forget"] if values["gate"] == "pinned" else None
    size, seed = values["hidden_size"], values["seed"]
    return run(path_setup(values["length"], size, seed, values["forget_bias"], forget))


def both(made: Run) -> tuple[np.ndarray, np.ndarray]:
    """∂L/∂c_t whole and straight, by autograd, over ‖∂L/∂c‖ at the last step."""
    whole, straight = (cell_gradients(made, straight=only) for only in (False, True))
    last = np.linalg.norm(whole[-1])
    return whole / last, straight / last


def asked(lesson, name: str, measure: str, at, **changed) -> float:
    values = {**block_of(lesson, name).values, **changed}
    return declarations()["path_split"].measure(measure).value(values, at)


def test_the_shares_of_the_lesson_sum_to_the_whole(lesson):
    whole, straight = both(run_of(lesson, "both"))
    share = (straight * whole).sum(axis=1) / (whole**2).sum(axis=1)
    one = next(p for p in lesson.blocks(Prediction) if p.id == "share")
    assert isinstance(one.answer, CurveAnswer)
    values = {**block_of(lesson, one.exhibit).values, **one.changed}
    curve = declarations()["path_split"].curve(one.answer.curve).value(values, one.answer.at)
    np.testing.assert_allclose(curve.y, share, rtol=1e-9)
    for back in (1, 10, 39):
        parts = [
            asked(lesson, "both", f"{way}_share", {"back": back}) for way in ("direct", "gates")
        ]
        assert sum(parts) == pytest.approx(1.0, abs=1e-12)
    assert share[19] == pytest.approx(1 / 3, abs=0.04)
    assert share[0] == pytest.approx(0.07, abs=0.005)
    flat = np.abs(np.asarray(curve.y) - 1.0).mean() / (curve.high - curve.low)
    assert flat > 2 * one.answer.within  # "all of it, everywhere" is told to be wrong


def test_with_f_one_the_straight_path_is_exactly_one_and_the_whole_is_not(lesson):
    whole, straight = both(run_of(lesson, "open"))
    np.testing.assert_allclose(np.linalg.norm(straight, axis=1), 1.0, rtol=1e-14)
    assert all(asked(lesson, "open", "direct", {"back": n}) == 1.0 for n in range(1, 40))
    assert np.linalg.norm(whole[0]) == pytest.approx(2.1, abs=0.05)
    sizes = [path_course(path_setup(seed=seed, forget=1.0)).whole[0] for seed in range(30)]
    assert min(sizes) == pytest.approx(0.5, abs=0.05)
    assert max(sizes) == pytest.approx(17, abs=0.5)


def test_what_passes_straight_is_the_power_of_the_pinned_gate(lesson):
    assert asked(lesson, "conveyor", "kept", {"back": 20}) == pytest.approx(0.9**20, rel=1e-12)
    for forget, said in ((0.9, 0.016), (0.98, 0.45), (0.99, 0.68)):
        found = asked(lesson, "conveyor", "direct", BACK, forget=forget)
        assert found == pytest.approx(forget**39, rel=1e-9)
        assert found == pytest.approx(said, rel=0.03)
    assert asked(lesson, "conveyor", "direct", {"back": 20}, forget=0.5) == pytest.approx(2**-20)


def test_with_bias_zero_the_straight_path_keeps_no_more_than_the_rnn(lesson):
    _, straight = both(run_of(lesson, "bias"))
    kept, rnn = np.linalg.norm(straight[0]), asked(lesson, "bias", "rnn", BACK)
    assert kept == pytest.approx(1e-11, rel=0.15)
    assert rnn == pytest.approx(1.6e-11, rel=0.05)
    assert asked(lesson, "bias", "forget", {}) == pytest.approx(0.5, abs=0.005)
    open_one = asked(lesson, "bias", "direct", BACK, forget_bias=1.0)
    assert open_one / rnn == pytest.approx(1e6, rel=0.5)
    assert asked(lesson, "bias", "direct", BACK, forget_bias=4.0) == pytest.approx(0.4, abs=0.05)
    assert asked(lesson, "bias", "direct", BACK, forget_bias=-2.0) < 1e-20 * rnn
    for bias, gate in ((-2.0, 0.12), (1.0, 0.73), (4.0, 0.98)):
        assert asked(lesson, "bias", "forget", {}, forget_bias=bias) == pytest.approx(
            gate, abs=0.005
        )


def test_a_closed_gate_starves_the_path_by_the_gates_too(lesson):
    whole, straight = both(run_of(lesson, "shut"))
    arrives, rnn = np.linalg.norm(whole[0]), asked(lesson, "shut", "rnn", BACK)
    assert arrives == pytest.approx(3e-25, rel=0.1)
    assert arrives < 1e-10 * rnn
    assert np.linalg.norm(straight[0]) < 1e-9 * arrives
    usual = asked(lesson, "shut", "whole", BACK, forget_bias=1.0)
    assert usual == pytest.approx(4e-4, rel=0.05)
    assert usual / rnn == pytest.approx(2e7, rel=0.25)
    share = asked(lesson, "shut", "direct_share", BACK, forget_bias=1.0)
    assert share == pytest.approx(0.04, abs=0.005)


def test_with_f_one_the_cell_state_grows_in_a_line_and_with_less_it_settles(lesson):
    def sizes(forget: float, length: int = 40) -> np.ndarray:
        trace = run_of(lesson, "stream", forget=forget, length=length).layers[0]
        assert isinstance(trace, LSTMTrace)
        return np.abs(trace.cell[:, 0])

    grown = sizes(1.0).mean(axis=1)
    steps = np.arange(40)
    assert np.corrcoef(steps, grown)[0, 1] > 0.999
    assert grown[-1] == pytest.approx(5, abs=0.5)
    assert sizes(1.0, 100).mean(axis=1)[-1] == pytest.approx(14, abs=0.5)
    settled = sizes(0.9, 100).mean(axis=1)
    np.testing.assert_allclose(settled[40:], 1.4, atol=0.05)
    assert (sizes(1.0)[-1] > 5).sum() == 8  # half of 16
    assert 1 - np.tanh(5.0) ** 2 < 0.0002


def test_with_f_one_less_of_the_loss_enters_the_cell_state(lesson):
    def enters(forget: float, length: int) -> float:
        made = run_of(lesson, "stream", forget=forget, length=length)
        return float(np.linalg.norm(cell_gradients(made, straight=False)[-1]))

    assert enters(1.0, 40) / enters(0.9, 40) == pytest.approx(1 / 5, rel=0.1)
    assert enters(1.0, 100) / enters(0.9, 100) == pytest.approx(1 / 40, rel=0.1)


def test_each_challenge_is_met_by_what_its_text_says_and_not_at_the_start(lesson):
    def met(challenge: Challenge, **changed) -> bool:
        values = {**block_of(lesson, challenge.exhibit).values, **changed}
        for when in challenge.when:
            if when.kind == "measure":
                found = asked(lesson, challenge.exhibit, when.name, when.at, **changed)
            else:
                found = values[when.name]
            low = -np.inf if when.at_least is None else when.at_least
            high = np.inf if when.at_most is None else when.at_most
            if not low <= found <= high:
                return False
        return True

    half, smallest, against, _ = lesson.blocks(Challenge)
    assert [met(half, forget=f) for f in (0.9, 0.98, 0.99, 1.0)] == [False, False, True, False]
    biases = (0.0, 2.0, 2.5, 3.0, 3.5)
    assert [met(smallest, forget_bias=b) for b in biases] == [False, False, False, True, False]
    found = [seed for seed in range(12) if met(against, seed=seed)]
    assert found
    for seed in found:
        shares = path_course(path_setup(seed=seed, forget=1.0)).gates_share
        assert (shares < 0).mean() > 0.5


def test_bias_two_and_a_half_is_solved_before_one_and_minus_two_is_not(lesson):
    closed, usual, fitting = learned(lesson, "trained")
    assert [one.setup.forget_bias for one in (closed, usual, fitting)] == [-2.0, 1.0, 2.5]
    assert np.log(13) == pytest.approx(2.56, abs=0.005)
    assert (1 / (1 + np.exp(2.0))) ** 13 == pytest.approx(1e-12, rel=0.05)
    assert closed.solved_at is None
    assert len(closed.losses) == 1000
    assert closed.held_out[-1][2] == pytest.approx(1 / 4, abs=0.05)
    assert fitting.solved_at is not None
    assert usual.solved_at is not None
    assert 400 <= fitting.solved_at <= 530 < 590 <= usual.solved_at <= 730


def test_the_gate_that_starts_closed_closes_further(lesson):
    closed = learned(lesson, "trained")[0]
    first, last = (at_snapshot(closed, step) for step in (0, 1000))
    gates = [found.gates["forget_gate"].mean() for found in (first, last)]
    assert gates == pytest.approx([0.12, 0.07], abs=0.01)
    assert last.grad_hidden[0] < 1e-3 * first.grad_hidden[0]


def test_chrono_solves_what_the_usual_bias_does_not(lesson):
    (chrono,) = (p for p in block_of(lesson, "trained").presets if p.name.startswith("Chrono"))
    spread, usual = learned(lesson, "trained", **chrono.changed)
    assert (spread.setup.start, usual.setup.start) == ("chrono", "uniform")
    assert usual.setup.forget_bias == 1.0
    assert usual.setup.task.length == 100
    assert spread.solved_at is not None
    assert spread.solved_at <= 600
    assert usual.held_out[-1][2] == pytest.approx(1 / 4, abs=0.06)


def test_for_a_longer_lag_a_larger_bias(lesson):
    lone = {"against": (), "lag": 20}
    (usual,) = learned(lesson, "trained", forget_bias=1.0, max_steps=1000, **lone)
    (fitting,) = learned(lesson, "trained", forget_bias=3.0, max_steps=1500, **lone)
    assert at_snapshot(usual, 0).lags.tolist() == [[23, 23]]
    assert np.log(23) == pytest.approx(3.1, abs=0.05)
    assert usual.solved_at is None
    assert fitting.solved_at is not None
    (one,) = (c for c in lesson.blocks(Challenge) if c.id == "longer")
    declared = declarations()["training"]
    values = block_of(lesson, "trained").values
    for lag, done in ((20, True), (10, False)):
        assert challenges.met(one, declared, {**values, "lag": lag}, {"solved": True}) is done
    assert not challenges.met(one, declared, {**values, "lag": 20}, {})
