"""Lesson 14, run: the GRU is PyTorch's, peepholes at 0 are none, the two directions mirror."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from exhibits.catalogue import declarations
from exhibits.compare import others, parameters
from exhibits.stage_measures import base_of, run_of
from lessons.lesson import Challenge, CurveAnswer, ExhibitBlock, NumberAnswer, Prediction
from lessons.reader import read_bytes
from rnn_core import GRUTrace, LSTMTrace, Network, Run, record, run
from rnn_core.make_weights import ALPHABET, LENGTH, read_texts, texts, train

FILE = Path(__file__).parents[2] / "lessons" / "14-the-family.md"
STAGE = declarations()["stage"]
OF_A_LAYER = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
PEEPHOLES = ("weight_ci_l0", "weight_cf_l0", "weight_co_l0")


@pytest.fixture(scope="module")
def lesson():
    return read_bytes(FILE.read_bytes(), FILE.name, declarations(), evaluate=True)


def values_of(lesson, exhibit: str, **changed) -> dict:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    return {**block.values, **changed}


def preset(lesson, exhibit: str, name: str) -> dict:
    block = next(b for b in lesson.blocks(ExhibitBlock) if b.id == exhibit)
    return {**block.values, **next(p for p in block.presets if p.name == name).changed}


def prediction(lesson, name: str) -> tuple[Prediction, dict]:
    one = next(p for p in lesson.blocks(Prediction) if p.id == name)
    return one, {**values_of(lesson, one.exhibit), **one.changed}


def asked(lesson, name: str) -> float:
    one, values = prediction(lesson, name)
    assert isinstance(one.answer, NumberAnswer)
    return STAGE.measure(one.answer.measure).value(values, one.answer.at)


def hits(lesson, challenge: str, measure: str, value: float) -> bool:
    one = next(c for c in lesson.blocks(Challenge) if c.id == challenge)
    bounds = next(when for when in one.when if when.name == measure)
    assert bounds.at_least is not None
    assert bounds.at_most is not None
    return bounds.at_least <= value <= bounds.at_most


def state_changes(values: dict) -> list[np.ndarray]:
    """‖Δh_t‖ for each record of the layers, from two runs."""
    now, before = run_of(values), run_of({**values, "changes": ()})
    pairs = zip(now.layers, before.layers, strict=True)
    return [np.linalg.norm((a.hidden - b.hidden)[:, 0], axis=-1) for a, b in pairs]


def by_hand(blocks: int, size: int, features: int = 14) -> int:
    return blocks * (size * features + size * size + 2 * size) + features * size + features


def torch_s(run: Run) -> tuple[torch.nn.GRU, torch.Tensor, torch.Tensor, float]:
    """The module with the run's weights, its input, its states and its loss, gone back through."""
    size = run.network.hidden_size
    gru = torch.nn.GRU(run.inputs.shape[-1], size, dtype=torch.float64)
    gru.load_state_dict({name: torch.tensor(run.weights[name]) for name in OF_A_LAYER})
    inputs = torch.tensor(run.inputs, requires_grad=True)
    states, _ = gru(inputs)
    states.retain_grad()
    output = states @ torch.tensor(run.weights["readout.weight"]).T
    output = output + torch.tensor(run.weights["readout.bias"])
    due = np.flatnonzero(run.loss_mask)
    targets = torch.tensor(run.targets[due, 0].astype(np.int64))
    loss = torch.nn.functional.cross_entropy(output[due, 0], targets, reduction="sum")
    loss.backward()
    return gru, inputs, states, loss.item()


@pytest.mark.parametrize("exhibit", ["sizes", "line"])
def test_the_gru_shown_is_torch_s_forward_and_back(lesson, exhibit: str) -> None:
    run = run_of(values_of(lesson, exhibit))
    gru, inputs, states, loss = torch_s(run)
    (layer,) = run.layers
    assert np.abs(layer.hidden - states.detach().numpy()).max() < 1e-10
    assert run.loss == pytest.approx(loss, abs=1e-10)
    assert layer.grad_hidden is not None
    for name in OF_A_LAYER:
        found = getattr(gru, name).grad
        assert np.abs(run.grad_weights[name] - found.numpy()).max() < 1e-10
    assert inputs.grad is not None
    assert np.abs(run.grad_inputs - inputs.grad.numpy()).max() < 1e-10
    assert states.grad is not None
    last = len(run.inputs) - 2  # of the last loss: there the read-out alone hands back
    assert np.abs(layer.grad_hidden[last] - states.grad[last].numpy()).max() < 1e-10


def test_parameters_are_counted_as_the_lesson_counts_them(lesson) -> None:
    assert [by_hand(blocks, 16) for blocks in (4, 3, 1)] == [2286, 1774, 750]
    assert asked(lesson, "fewer") == 1774
    rivals = others(base_of(values_of(lesson, "sizes")), "size")
    assert {r.setup.cell: parameters(r.setup) for r in rivals} == {"rnn_tanh": 750, "lstm": 2286}
    near = others(base_of(preset(lesson, "sizes", "Same parameters")), "parameters")
    assert {r.setup.cell: r.setup.hidden_size for r in near} == {"rnn_tanh": 30, "lstm": 13}
    fits = [size for size in range(1, 65) if hits(lesson, "match", "parameters", by_hand(3, size))]
    assert fits == [19]
    assert by_hand(3, 19) == 2275


def test_the_update_gate_keeps(lesson) -> None:
    one, values = prediction(lesson, "rise")
    assert isinstance(one.answer, CurveAnswer)
    asked_for = STAGE.curve(one.answer.curve).value(values, one.answer.at)
    steps = np.arange(22)
    assert np.allclose(asked_for.y, 1 - 0.8 ** (steps + 1), atol=1e-12)
    assert run_of(preset(lesson, "keeps", "z = 1")).layers[0].hidden[:, 0, 3].max() == 0.0
    assert (run_of(preset(lesson, "keeps", "z = 0")).layers[0].hidden[:, 0, 3] == 1.0).all()
    (free,) = run_of(preset(lesson, "keeps", "Free")).layers
    assert isinstance(free, GRUTrace)
    kept = free.update_gate[:, 0].mean(axis=0)
    assert kept[3] == pytest.approx(0.06, abs=0.005)
    assert kept[1] == pytest.approx(0.40, abs=0.005)
    assert int((kept < 0.25).sum()) == 15
    inside = [z for z in range(101) if hits(lesson, "half-way", "hidden", 1 - (z / 100) ** 4)]
    assert inside == [82, 83, 84, 85, 86]


def test_the_gru_is_bounded_and_the_cell_state_is_not(lesson) -> None:
    (gru,) = run_of(values_of(lesson, "line")).layers
    assert np.abs(gru.hidden).max() < 1
    (lstm,) = run_of(values_of(lesson, "line", cell="lstm")).layers
    assert isinstance(lstm, LSTMTrace)
    assert np.abs(lstm.cell).max() == pytest.approx(6.1, abs=0.05)


def test_the_losses_are_those_that_the_lesson_gives(lesson) -> None:
    runs = {c: run_of(values_of(lesson, "line", cell=c)) for c in ("rnn_tanh", "gru", "lstm")}
    total = {cell: float(run.loss) for cell, run in runs.items()}
    assert total == pytest.approx({"rnn_tanh": 23.54, "gru": 21.54, "lstm": 21.46}, abs=0.005)
    assert abs(total["gru"] / total["lstm"] - 1) < 0.005
    sizes = {cell: parameters(run.setup) for cell, run in runs.items()}
    assert sizes["lstm"] - sizes["gru"] == 1232
    each = np.stack([run.losses[:, 0] for run in runs.values()])
    assert (each.max(axis=0) - each.min(axis=0)).argmax() == 16
    assert each[:, 3] == pytest.approx([2.13, 2.16, 2.17], abs=0.005)
    assert each[:, 16] == pytest.approx([1.82, 1.22, 0.96], abs=0.005)
    read = runs["lstm"].setup.labels
    assert (read[12], read[16], read[17]) == ("(", "]", ",")
    rivals = others(base_of(preset(lesson, "line", "One of them trained")), "parameters")
    assert [rival.setup.weights for rival in rivals] == ["", ""]
    assert all(85 < float(run(rival.setup).loss) < 87 for rival in rivals)


def test_peepholes_at_0_are_the_plain_lstm(lesson) -> None:
    plain = run_of(values_of(lesson, "floors"))
    seeing = run_of(values_of(lesson, "floors", peepholes=True))
    assert asked(lesson, "peep") == by_hand(4, 16) + 3 * 16 == 2334
    assert [seeing.weights[name].shape for name in PEEPHOLES] == [(16,)] * 3
    assert np.abs(seeing.layers[0].hidden - plain.layers[0].hidden).max() > 1e-3
    shut = {name: np.zeros(16) for name in PEEPHOLES}
    found = record(
        seeing.network,
        {**seeing.weights, **shut},
        seeing.inputs,
        seeing.targets,
        loss="categorical",
        loss_mask=seeing.loss_mask,
    )
    assert np.abs(found.layers[0].hidden - plain.layers[0].hidden).max() < 1e-12
    for name, own in plain.grad_weights.items():
        assert np.abs(found.grad_weights[name] - own).max() < 1e-12


def test_a_second_layer_reads_the_states_of_the_first(lesson) -> None:
    values = preset(lesson, "floors", "Two layers")
    assert parameters(base_of(values)) == by_hand(4, 16) + 4 * (16 * 16 + 16 * 16 + 32) == 4462
    below, above = run_of(values).layers
    assert (above.inputs == below.hidden).all()


def test_the_backward_direction_has_read_the_rest(lesson) -> None:
    _, values = prediction(lesson, "backwards")
    forward, backward = state_changes(values)
    assert np.flatnonzero(forward).tolist() == list(range(5, 22))
    assert np.flatnonzero(backward).tolist() == list(range(6))
    assert asked(lesson, "backwards") == 6
    assert backward[4] == pytest.approx(0.09, abs=0.005)
    both, alone = (
        preset(lesson, "both", name) for name in ("Both, next character", "One direction")
    )
    moved = [
        np.abs(run_of(v).output[4] - run_of({**v, "changes": ()}).output[4]).max()
        for v in (both, alone)
    ]
    assert moved[0] > 1e-4
    assert moved[1] == 0.0
    first = [{"kind": "input", "place": [0], "value": "("}]
    at_first = {**both, "changes": STAGE.parameter("changes").check(first)}
    assert [int(np.count_nonzero(norms)) for norms in state_changes(at_first)] == [22, 1]


def test_a_bidirectional_network_learns_to_copy_the_next_character() -> None:
    pool = texts(np.random.default_rng(0), 1000)
    new, following = read_texts(texts(np.random.default_rng(9), 64))
    lost = []
    for both in (True, False):
        size = len(ALPHABET)
        network = Network("lstm", size, 16, output_size=size, bidirectional=both)
        with threadpool_limits(1):  # the matrices are small: threads cost more than they do
            weights = train(network, "categorical", pool, read_texts, 200, rate=0.02)
        found = record(network, weights, new, following, loss="categorical")
        lost.append(float(found.loss) / LENGTH)
    assert lost == pytest.approx([0.32, 1.54], abs=0.05)


def test_a_reversed_sequence_swaps_the_directions(lesson) -> None:
    run = run_of(values_of(lesson, "both"))
    swapped = {}
    for name, weight in run.weights.items():
        other = name.removesuffix("_reverse") if name.endswith("_reverse") else f"{name}_reverse"
        swapped[name if name.startswith("readout") else other] = weight
    size = run.network.hidden_size
    halves = run.weights["readout.weight"]
    swapped["readout.weight"] = np.concatenate([halves[:, size:], halves[:, :size]], axis=1)
    mirrored = record(
        run.network,
        swapped,
        run.inputs[::-1],
        run.targets[::-1],
        loss="categorical",
        loss_mask=run.loss_mask[::-1],
    )
    assert np.abs(mirrored.output[::-1] - run.output).max() < 1e-12
    for was, now in zip(run.layers, mirrored.layers[::-1], strict=True):
        assert np.abs(now.hidden[::-1] - was.hidden).max() < 1e-12
        assert now.grad_hidden is not None
        assert was.grad_hidden is not None
        assert np.abs(now.grad_hidden[::-1] - was.grad_hidden).max() < 1e-12
    unswapped = record(
        run.network,
        run.weights,
        run.inputs[::-1],
        run.targets[::-1],
        loss="categorical",
        loss_mask=run.loss_mask[::-1],
    )
    assert np.abs(unswapped.layers[1].hidden[::-1] - run.layers[0].hidden).max() > 1e-3


def test_each_direction_s_gradient_runs_against_its_reading(lesson) -> None:
    """A loss at one step reaches earlier forward states and later backward ones alone."""
    setup = replace(base_of(values_of(lesson, "both")), loss_steps=(10,))
    forward, backward = run(setup).layers
    assert forward.grad_hidden is not None
    assert backward.grad_hidden is not None
    reached = [
        np.flatnonzero(np.abs(g[:, 0]).sum(axis=-1)).tolist()
        for g in (forward.grad_hidden, backward.grad_hidden)
    ]
    assert reached == [list(range(11)), list(range(10, 22))]
