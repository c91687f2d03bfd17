"""What stands side by side reads the same sequence and is as large as it is said to be."""

from dataclasses import replace

import pytest

from exhibits import opening
from exhibits.compare import others, parameters, tracks, untrained
from rnn_core import Changes, Numbers, Setup, Text, signal

RANDOM = Setup(sequence=Text("abcab"), cell="lstm", hidden_size=7)
WAVE = Setup(sequence=Numbers(signal("sine", 30)), cell="gru", hidden_size=8, weights="waves-gru")


def lstm_parameters(inputs, hidden, outputs):
    return 4 * hidden * (inputs + hidden + 2) + outputs * (hidden + 1)


def test_the_parameters_are_counted_as_pytorch_would():
    assert parameters(RANDOM) == lstm_parameters(3, 7, 3)
    assert parameters(opening.SETUP) == lstm_parameters(59, 16, 59)


def test_nothing_to_compare_is_one_track_without_a_ghost():
    (only,) = tracks("nothing", RANDOM, Changes())
    assert only.ghost is None
    assert only.run.setup == RANDOM


def test_a_change_leaves_the_run_before_it_as_a_ghost():
    changes = Changes(inputs=((0, "b"),))
    (only,) = tracks("nothing", RANDOM, changes)
    assert only.ghost
    assert only.ghost.setup == RANDOM
    assert only.run.setup.changes == changes


@pytest.mark.parametrize("cell", ["rnn_tanh", "rnn_relu", "gru", "lstm"])
def test_cells_stand_in_one_order_whichever_is_the_learners(cell):
    found = tracks("size", replace(RANDOM, cell=cell), Changes())
    assert [track.run.setup.cell.partition("_")[0] for track in found] == ["rnn", "gru", "lstm"]
    assert [track.run.setup.hidden_size for track in found] == [7, 7, 7]
    assert [track.editable for track in found] == [t.run.setup.cell == cell for t in found]


def test_trained_cells_stand_beside_trained_ones_of_the_same_size():
    found = tracks("size", opening.SETUP, Changes())
    names = [track.run.setup.weights for track in found]
    assert names == ["brackets-rnn_tanh", "brackets-gru", "brackets-lstm"]


def test_equal_parameters_come_as_near_as_a_whole_number_of_units_can():
    wanted = parameters(RANDOM)
    for rival in others(RANDOM, "parameters"):
        size = rival.setup.hidden_size
        beside = [replace(rival.setup, hidden_size=size + by) for by in (-1, 1)]
        least = min(abs(parameters(one) - wanted) for one in beside)
        assert abs(parameters(rival.setup) - wanted) <= least
        assert f"{parameters(rival.setup):,} parameters" in rival.note


def test_the_untrained_twin_has_the_same_classes():
    (twin,) = untrained(opening.SETUP)
    assert twin.setup.weights == ""
    found = tracks("training", opening.SETUP, Changes())
    assert found[0].run.alphabet == found[1].run.alphabet
    assert parameters(twin.setup) == parameters(opening.SETUP)


def test_the_trained_twin_of_a_random_network_has_its_own_size():
    (twin,) = untrained(replace(RANDOM, hidden_size=5))
    assert (twin.setup.weights, twin.setup.hidden_size) == ("brackets-lstm", 16)


def test_a_text_that_no_trained_network_knows_has_no_trained_twin():
    with pytest.raises(ValueError, match="no trained weights"):
        untrained(replace(RANDOM, sequence=Text("αβγ")))


def test_a_text_with_an_alphabet_of_its_own_has_no_trained_twin():
    """Its classes are not those that the trained weights tell apart."""
    with pytest.raises(ValueError, match="no trained weights"):
        untrained(replace(RANDOM, sequence=Text("(a)", alphabet="a()")))


def test_a_changed_input_is_read_by_all_and_a_changed_gate_by_the_learners_own():
    changes = Changes(inputs=((3, 0.5),), pins=((0, "reset_gate", 1, 0.0),))
    for track in tracks("size", WAVE, changes):
        assert track.run.inputs[3, 0, 0] == 0.5
        assert bool(track.run.setup.changes.pins) == track.editable


def test_before_and_after_are_the_same_network():
    changed, before = tracks("changes", WAVE, Changes(inputs=((3, 0.5),)))
    assert (changed.title, before.title) == ("changed", "as it was")
    assert before.run.setup == WAVE
    assert not before.editable
