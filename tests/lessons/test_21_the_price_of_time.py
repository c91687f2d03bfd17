"""Lesson 21, run: what it asks is measured on this machine, and comes out as the chain says."""

from typing import Any

import pytest

from background.price import pricing
from exhibits.catalogue import catalogue
from lessons.lesson import ExhibitBlock, NumberAnswer, Prediction, Prose
from rnn_core.price import BASE, Prices
from tests.lessons.reading import asked, block, met, prediction, read, shows_no_answer


@pytest.fixture(scope="module")
def lesson() -> Any:
    return read("21-the-price-of-time.md")


@pytest.fixture(scope="module")
def prices() -> Prices:
    return pricing().ask()


def test_the_rounds_are_twice_the_steps_whatever_the_batch(lesson):
    assert asked(lesson, "rounds") == 24
    assert asked(lesson, "rounds", beside=8) == 24
    assert prediction(lesson, "rounds").changed == {"chain": 12, "beside": 4}  # 96 cells
    assert met(lesson, "sixteen", chain=2, beside=8)
    assert not met(lesson, "sixteen", chain=4, beside=4)
    assert not met(lesson, "sixteen")


def test_it_is_measured_and_not_typed_in(lesson, prices):
    measured = {"longer": "T", "wider": "B", "shape": "shape", "units": "H"}
    for name, axis in measured.items():
        assert asked(lesson, name) == prices.growth("numpy", axis)
        answer = prediction(lesson, name).answer
        assert isinstance(answer, NumberAnswer)
        assert answer.within_factor is not None
        assert answer.within_factor >= 2
    kinds = [one for one in lesson.blocks(Prediction) if isinstance(one.answer, NumberAnswer)]
    assert len(kinds) == len(measured) + 1


def test_time_grows_with_the_length_and_far_less_with_the_batch(prices):
    """The chain's law with room for a busy machine: 20 times the length, 64 times the rows."""
    assert 7 < prices.growth("numpy", "T") < 60
    assert prices.growth("numpy", "B") < 45
    assert prices.growth("numpy", "B") / 64 < 0.8 * prices.growth("numpy", "T") / 20
    assert prices.gain("numpy", 16) > 2
    assert prices.growth("numpy", "shape") > 1.5
    assert prices.growth("numpy", "H") < 229 / 2


def test_the_products_of_128_units_are_229_times_those_of_8():
    def products(size: int) -> int:
        return 4 * size * size + 4 * size

    assert round(products(128) / products(8)) == 229
    assert (BASE.length, BASE.batch, BASE.hidden_size) == (50, 16, 32)


def test_without_a_gpu_it_says_so(prices):
    for engine in ("torch-cuda", "torch-mps"):
        assert (
            engine in prices.seconds
            or "finds no" in prices.absent[engine]
            or (prices.absent[engine] == "PyTorch is not installed")
        )


def test_the_challenge_of_the_batch_asks_what_was_measured(lesson):
    assert not met(lesson, "throughput")  # nobody has measured, as far as the page knows


def test_every_exhibit_has_a_picture_on_paper(lesson, prices):
    for one in lesson.blocks(ExhibitBlock):
        assert catalogue()[one.name].still(one.values, {})  # type: ignore[misc]
    assert block(lesson, "grid").values["show"] == "chain"


def test_no_picture_stands_beside_a_prediction_that_it_answers(lesson):
    assert shows_no_answer(lesson)


def test_no_word_promises_what_only_one_machine_has_shown(lesson):
    said = [one.why for one in lesson.blocks(Prediction)]
    said += [one.caption for one in lesson.blocks(ExhibitBlock)]
    said += [one.markdown for one in lesson.blocks(Prose)]
    said += [preset.why for one in lesson.blocks(ExhibitBlock) for preset in one.presets]
    for promise in ("Several times", "Nowhere near", "is cheap", "Far fewer"):
        assert not any(promise in text for text in said), promise
