"""What a change is, what it changes and leaves alone, and which are refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest

from rnn_core import (
    CELLS,
    Changes,
    Numbers,
    Setup,
    Text,
    run,
)
from rnn_core.propagate import forward
from rnn_core.trace import Clamps
from tests.test_core_changes import SERIES, a_setup, changes_for
from tests.test_core_setup import arrays_of

# What a change is


@pytest.mark.parametrize("cell", CELLS)
def test_without_changes_a_run_is_what_it_was(cell):
    plain, empty = Setup(SERIES, cell=cell), Setup(SERIES, cell=cell, changes=Changes())
    assert not Changes()
    assert plain == empty
    assert hash(plain) == hash(empty)
    first, second = run(plain), run(empty)
    assert all(layer.clamps.pins is layer.clamps.silenced is None for layer in second.layers)
    for name, values in arrays_of(first).items():
        np.testing.assert_array_equal(values, arrays_of(second)[name], err_msg=name)


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": ((0, "a"),)},
        {"weights": (("weight_hh_l0", 0, 0, 1.0),)},
        {"initial": (("hidden", 0, 0, 1.0),)},
        {"pins": ((0, "forget_gate", 0, 1.0),)},
        {"silenced": ((0, 0),)},
    ],
)
def test_every_kind_of_change_counts(change):
    changes = Changes(**change)
    assert changes
    assert changes != Changes()
    setup = Setup(Text("abab"), changes=changes)
    assert setup != Setup(Text("abab"))
    if "inputs" not in change:  # that one reads what was there before
        assert run(setup).loss != run(Setup(Text("abab"))).loss


def test_equal_changes_are_one_key_however_they_are_listed(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    one = Changes(silenced=((1, 0), (0, 2)), inputs=((3, 1), (0, 2.0)))
    other = Changes(silenced=[[0, 2], [np.int64(1), 0]], inputs=((0, 2), (3, np.float64(1.0))))  # type: ignore[arg-type]
    assert one == other
    assert hash(one) == hash(other)
    assert one.silenced == ((0, 2), (1, 0))


def test_a_changed_character_is_read_and_the_old_one_is_asked_for():
    setup = Setup(Text("abca"), changes=Changes(inputs=((2, "a"),)))
    recorded = run(setup)
    np.testing.assert_array_equal(recorded.inputs[:, 0], np.eye(3)[[0, 1, 0, 0]])
    np.testing.assert_array_equal(recorded.targets[:3, 0], [1, 2, 0])
    assert setup.labels == ["a", "b", "a", "a"]
    assert setup.sequence_read == Text("abaa")
    assert recorded.alphabet == "abc"
    assert Setup(Text("abca")).labels == ["a", "b", "c", "a"]


def test_a_changed_number_is_standardised_as_the_original_series_was():
    sequence = Numbers((1.0, 3.0, 5.0), standardise=True)
    setup = Setup(sequence, changes=Changes(inputs=((1, 7.0),)))
    recorded = run(setup)
    root = np.sqrt(1.5)
    np.testing.assert_allclose(recorded.inputs.ravel(), [-root, 2 * root, root])
    np.testing.assert_allclose(recorded.targets.ravel()[:2], [0.0, root], atol=1e-15)
    assert setup.labels == ["1", "7", "5"]
    assert setup.sequence_read == Numbers((1.0, 7.0, 5.0))
    plain = run(Setup(Numbers((1.0, 3.0, 5.0)), changes=Changes(inputs=((0, -4.0),))))
    np.testing.assert_array_equal(plain.inputs.ravel(), [-4.0, 3.0, 5.0])


def test_shipped_weights_can_be_changed_and_stay_as_they_are():
    setup = Setup(Text("f(a)"), weights="brackets-lstm")
    before = run(setup)
    changes = Changes(inputs=((1, "["),), weights=(("readout.bias", 50, 0, 4.0),))
    after = run(replace(setup, changes=changes))
    assert after.inputs[1, 0, after.alphabet.index("[")] == 1.0
    assert after.weights["readout.bias"][50] == 4.0
    np.testing.assert_array_equal(
        run(setup).weights["readout.bias"], before.weights["readout.bias"]
    )
    assert before.weights["readout.bias"][50] != 4.0


def test_in_float32_a_changed_run_stays_float32_and_near_the_float64_run():
    setup = a_setup("lstm", changes_for("lstm", 2), num_layers=2)
    small, large = arrays_of(run(setup, dtype=np.float32)), arrays_of(run(setup))
    for name, values in large.items():
        if values.dtype == np.float64:
            assert small[name].dtype == np.float32, name
            np.testing.assert_allclose(small[name], values, rtol=0, atol=5e-5, err_msg=name)


def test_a_changed_run_cannot_be_written_to():
    recorded = run(a_setup("lstm", changes_for("lstm")))
    clamps = recorded.layers[0].clamps
    for values in [*arrays_of(recorded).values(), clamps.pins, clamps.silenced]:
        assert values is not None
        assert not values.flags.writeable


# What is refused

TEXT, TWO = Text("abca"), {"num_layers": 2, "hidden_size": 4}


def of(cell: str = "lstm", sequence: Text | Numbers = TEXT, **change: Any) -> Callable[[], object]:
    return lambda: Setup(sequence, cell=cell, changes=Changes(**change), **TWO)  # type: ignore[arg-type]


BAD: list[tuple[str, type[Exception], Callable[[], object]]] = [
    ("changes must be a Changes; got", TypeError, lambda: Setup(TEXT, changes=())),  # type: ignore[arg-type]
    ("changes.pins must be a tuple of entries; got 3", TypeError, of(pins=3)),
    (r"changes.silenced, entry \(0,\): must be \(record, unit\)", TypeError, of(silenced=((0,),))),
    (r"changes.inputs, entry 'ab': must be \(step, input\)", TypeError, of(inputs=("ab",))),
    (
        r"inputs, entry \(4, 'a'\): step must be .* 0 to 3; got 4",
        ValueError,
        of(inputs=((4, "a"),)),
    ),
    (r"entry \(-1, 'a'\): step must be .* at least 0; got -1", ValueError, of(inputs=((-1, "a"),))),
    (r"entry \(0, 'x'\): the character 'x' is not .* 'abc'", ValueError, of(inputs=((0, "x"),))),
    (r"entry \(0, 'ab'\): input must be one character", ValueError, of(inputs=((0, "ab"),))),
    (r"entry \(0, 1.0\): .* a text must be a character; got 1.0", TypeError, of(inputs=((0, 1),))),
    (
        r"entry \(0, 'a'\): the new input of numbers must be a number .* got 'a'",
        TypeError,
        of(sequence=SERIES, inputs=((0, "a"),)),
    ),
    (
        r"entry \(0, nan\): input must be a number \(finite\); got nan",
        ValueError,
        of(sequence=SERIES, inputs=((0, float("nan")),)),
    ),
    (
        r"inputs, entry \(1, 'b'\): changes what \(1, 'a'\) changes",
        ValueError,
        of(inputs=((1, "a"), (1, "b"))),
    ),
    (
        r"weights, entry \('weight_xx', 0, .*: name must be one of weight_ih_l0.* got 'weight_xx'",
        ValueError,
        of(weights=(("weight_xx", 0, 0, 1.0),)),
    ),
    (
        r"weights, entry .*: row must be .* 0 to 15; got 16",
        ValueError,
        of(weights=(("weight_hh_l1", 16, 0, 1.0),)),
    ),
    (
        r"weights, entry .*: column must be .* 0 to 2; got 3",
        ValueError,
        of(weights=(("weight_ih_l0", 0, 3, 1.0),)),
    ),
    (
        r"weights, entry .*: column must be .* 0 to 0; got 1",
        ValueError,
        of(weights=(("readout.bias", 0, 1, 1.0),)),
    ),
    (
        r"weights, entry .*: value must be a number \(finite\); got inf",
        ValueError,
        of(weights=(("readout.bias", 0, 0, float("inf")),)),
    ),
    (
        r"weights, entry \(1, 0, 0, 1.0\): name must be a string; got 1",
        TypeError,
        of(weights=((1, 0, 0, 1.0),)),
    ),
    (
        r"initial, entry .*: state must be one of hidden, cell; got 'memory'",
        ValueError,
        of(initial=(("memory", 0, 0, 1.0),)),
    ),
    (
        r"initial, entry .*: the cell gru has a hidden state alone",
        ValueError,
        of("gru", initial=(("cell", 0, 0, 1.0),)),
    ),
    (
        r"initial, entry .*: record must be .* 0 to 1; got 2",
        ValueError,
        of(initial=(("hidden", 2, 0, 1.0),)),
    ),
    (
        r"initial, entry \('hidden', 1, 3, 1.0\): the unit is silenced",
        ValueError,
        of(initial=(("hidden", 1, 3, 1.0),), silenced=((1, 3),)),
    ),
    (
        r"pins, entry .*: gate must be one of input_gate, .* got 'update_gate'",
        ValueError,
        of(pins=((0, "update_gate", 0, 0.5),)),
    ),
    (
        r"pins, entry .*: gate must be one of .* got 'gate'",
        ValueError,
        of(pins=((0, "gate", 0, 0.5),)),
    ),
    (
        r"pins, entry .*: the cell rnn_tanh has no gates to pin",
        ValueError,
        of("rnn_tanh", pins=((0, "candidate", 0, 0.5),)),
    ),
    (
        r"pins, entry .*: value must be .* at least 0, at most 1\); got 1.5",
        ValueError,
        of(pins=((0, "forget_gate", 0, 1.5),)),
    ),
    (
        r"pins, entry .*: value must be .* at least -1, at most 1\); got -1.5",
        ValueError,
        of(pins=((0, "candidate", 0, -1.5),)),
    ),
    (
        r"pins, entry .*: changes what \(0, 'candidate', 0, 0.5\) changes",
        ValueError,
        of(pins=((0, "candidate", 0, 0.5), (0, "candidate", 0, 0.25))),
    ),
    (
        r"silenced, entry \(0, 4\): unit must be .* 0 to 3; got 4",
        ValueError,
        of(silenced=((0, 4),)),
    ),
    (
        r"silenced, entry \(2, 0\): record must be .* 0 to 1; got 2",
        ValueError,
        of(silenced=((2, 0),)),
    ),
    (
        r"silenced, entry \(0, 1\): changes what \(0, 1\) changes",
        ValueError,
        of(silenced=((0, 1), (0, 1))),
    ),
    (
        r"inputs, entry \(0, 'ß'\): the character 'ß' is not in the alphabet",
        ValueError,
        lambda: run(
            Setup(Text("(a)"), weights="brackets-lstm", changes=Changes(inputs=((0, "ß"),)))
        ),
    ),
    (
        r"weights, entry .*: row must be .* got 500",
        ValueError,
        lambda: run(
            Setup(
                Text("(a)"),
                weights="brackets-lstm",
                changes=Changes(weights=(("readout.weight", 500, 0, 1.0),)),
            )
        ),
    ),
]


@pytest.mark.parametrize(("message", "kind", "call"), BAD, ids=[message for message, _, _ in BAD])
def test_a_change_that_does_not_fit_is_refused_by_name(message, kind, call, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(kind, match=message):
        call()


@pytest.mark.parametrize(
    ("message", "cell", "clamps"),
    [
        ("clamps must hold 1, one for each record; got 2", "lstm", [Clamps(), Clamps()]),
        (r"clamps\[0\].silenced must have the shape \(3,\); got \(2,\)", "lstm", [(None, 2)]),
        (r"clamps\[0\].pins must have the shape \(12,\); got \(9,\)", "lstm", [(9, None)]),
        (r"clamps\[0\].pins: a rnn_tanh has no gates to pin", "rnn_tanh", [(3, None)]),
    ],
)
def test_clamps_that_do_not_fit_are_refused_by_name(message, cell, clamps):
    held = [
        c
        if isinstance(c, Clamps)
        else Clamps(
            None if c[0] is None else np.full(c[0], 0.5),
            None if c[1] is None else np.zeros(c[1], bool),
        )
        for c in clamps
    ]
    recorded = run(a_setup(cell, Changes()))
    with pytest.raises(ValueError, match=message):
        forward(recorded.network, recorded.weights, recorded.inputs, clamps=held)


# Numbers that no float can hold

HUGE = 1e300
OVERFLOWS = [
    {"weights": (("weight_hh_l0", 0, 0, HUGE), ("weight_ih_l0", 0, 0, HUGE))},
    {"weights": (("readout.weight", 0, 0, HUGE),)},
    {"inputs": ((1, HUGE), (2, -HUGE))},
    {"initial": (("hidden", 0, 0, HUGE),)},
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize("change", OVERFLOWS, ids=lambda change: next(iter(change)))
def test_what_outgrows_a_float_explodes_in_words_and_without_a_warning(change, standardise):
    base = Setup(Numbers((0.1, 0.5, -0.3, 0.9), standardise), cell="rnn_relu", hidden_size=2)
    changed = replace(base, init_scale=2.0, forget_bias=None, changes=Changes(**change))
    changed = replace(changed, seed=next(s for s in range(99) if _grows(replace(base, seed=s))))
    with pytest.raises(ValueError, match=r"the numbers explode: .* leaves the range of float64"):
        run(changed)


def _grows(setup: Setup) -> bool:
    """Whether the first relu unit is open, so that what enters it goes on."""
    return bool((run(setup).layers[0].hidden[:3, 0, 0] > 0).all())
