"""Weights that are held under a name: the name follows from them, and no more are held than fit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from rnn_core import (
    Changes,
    Network,
    Setup,
    Text,
    Vectors,
    hold,
    hold_file,
    load_weights,
    named,
    network_of,
    nudge,
    numpy_lines,
    run,
    setup_expression,
    setup_with,
    state_jacobians,
    torch_lines,
)
from rnn_core.held import Shelf, file_name_of, file_of, is_held
from rnn_core.reproduce import lines_before

NETWORK = Network("lstm", 2, 3, num_layers=2, output_size=2)
SEQUENCE = Vectors(((0.5, 1.0), (-0.25, 0.0), (0.75, 1.0)), (None, 1, 0), classes=("even", "odd"))


def weights(seed: int = 0, network: Network = NETWORK) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {name: generator.normal(size=shape) for name, shape in network.shapes().items()}


def test_a_module_s_state_dict_is_held_and_its_run_is_the_module_s() -> None:
    torch.manual_seed(0)
    module = torch.nn.LSTM(2, 3, num_layers=2).double()
    readout = torch.nn.Linear(3, 2).double()
    given = {name: value.numpy() for name, value in module.state_dict().items()}
    given |= {f"readout.{name}": value.numpy() for name, value in readout.state_dict().items()}
    name = hold(network_of("lstm", given), given)
    recorded = run(setup_with(name, SEQUENCE))
    states, _ = module(torch.tensor(SEQUENCE.inputs).double()[:, None])
    output = readout(states)[:, 0]
    loss = torch.nn.functional.cross_entropy(output[1:], torch.tensor([1, 0]), reduction="sum")
    np.testing.assert_allclose(recorded.layers[1].hidden, states.detach().numpy(), atol=1e-12)
    assert recorded.loss == pytest.approx(loss.item(), abs=1e-12)
    loss.backward()
    gradient = module.weight_hh_l0.grad
    np.testing.assert_allclose(recorded.grad_weights["weight_hh_l0"], gradient, atol=1e-12)


def test_equal_weights_have_one_name_whatever_their_dtype_and_others_another() -> None:
    single = {name: value.astype(np.float32) for name, value in weights().items()}
    double = {name: value.astype(np.float64) for name, value in single.items()}
    assert hold(NETWORK, single) == hold(NETWORK, double)
    moved = {**double, "bias_hh_l1": double["bias_hh_l1"] + 1e-12}
    assert hold(NETWORK, moved) != hold(NETWORK, double)
    letters = Network("gru", 2, 3, output_size=2)
    assert hold(letters, weights(0, letters)) != hold(letters, weights(0, letters), alphabet="ab")


def test_what_is_held_stays_as_it_was_given() -> None:
    given = weights(1)
    name = hold(NETWORK, given, about={"title": "mine"})
    before = given["bias_ih_l0"].copy()
    given["bias_ih_l0"][:] = 7.0
    known = load_weights(name)
    np.testing.assert_array_equal(known.weights["bias_ih_l0"], before)
    assert known.metadata == {"title": "mine"}
    with pytest.raises(ValueError, match="read-only"):
        known.weights["bias_ih_l0"][0] = 1.0


def test_a_setup_takes_its_sizes_from_the_weights() -> None:
    setup = setup_with(hold(NETWORK, weights()), SEQUENCE, loss_steps="last")
    assert (setup.cell, setup.hidden_size, setup.num_layers) == ("lstm", 3, 2)
    assert run(setup).loss_mask.tolist() == [False, False, True]
    with pytest.raises(ValueError, match="hidden_size follows from the weights; leave it out"):
        setup_with(setup.weights, SEQUENCE, hidden_size=4)
    other = replace(SEQUENCE, inputs=((1.0,), (2.0,), (3.0,)))
    with pytest.raises(ValueError, match="need input_size = 2; the setup says 1"):
        run(setup_with(setup.weights, other))


def test_the_oldest_go_first_what_was_used_stays_and_the_error_says_what_to_do() -> None:
    one, two, three = (named(NETWORK, weights(seed)) for seed in (1, 2, 3))
    size = 8 * sum(value.size for value in one.weights.values())
    shelf = Shelf(2 * size)
    shelf.put(one)
    shelf.put(two)
    shelf.put(two)
    shelf.get(one.name)
    shelf.put(three)
    assert shelf.get(one.name) is one
    assert shelf.get(three.name) is three
    with pytest.raises(ValueError, match="no longer held by this server; train or upload them"):
        shelf.get(two.name)
    with pytest.raises(ValueError, match=f"must fit into {size - 1:,} bytes"):
        Shelf(size - 1).put(one)


def test_many_threads_never_hold_more_than_fits() -> None:
    all_of_them = [named(NETWORK, weights(seed)) for seed in range(12)]
    size = 8 * sum(value.size for value in all_of_them[0].weights.values())
    shelf = Shelf(3 * size)

    def work(offset: int) -> None:
        for k in range(300):
            shelf.put(all_of_them[(k + offset) % 12])

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(work, range(6)))
    held = 0
    for known in all_of_them:
        try:
            held += shelf.get(known.name) is known
        except ValueError:
            continue
    assert held == 3


def test_weights_that_are_at_hand_need_not_be_held() -> None:
    known = named(NETWORK, weights(99))
    setup = setup_with(known, SEQUENCE)
    assert run(setup, known=known).known is known
    with pytest.raises(ValueError, match="no longer held"):
        run(setup)
    with pytest.raises(ValueError, match="known must be the weights"):
        run(setup, known=named(NETWORK, weights(98)))


@pytest.mark.parametrize(
    ("said", "network", "change"),
    [
        ("must have a read-out", replace(NETWORK, output_size=0), {}),
        ("bias_ih_l0 is missing", NETWORK, {"bias_ih_l0": None}),
        ("finite", NETWORK, {"bias_ih_l0": np.full(12, np.nan)}),
        ("alphabet must hold a different character for each of 2 inputs", NETWORK, {"": "abc"}),
        ("alphabet must hold a different character", NETWORK, {"": "aa"}),
    ],
)
def test_what_cannot_run_is_refused_in_words(
    said: str, network: Network, change: dict[str, Any]
) -> None:
    given = {name: change.get(name, value) for name, value in weights(0, network).items()}
    kept = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(ValueError, match=said):
        hold(network, kept, alphabet=change.get("", ""))


def test_a_text_is_read_with_the_alphabet_that_is_held_with_the_weights() -> None:
    network = Network("gru", 3, 4, output_size=3)
    name = hold(network, weights(5, network), alphabet="cab")
    recorded = run(setup_with(name, Text("abba")))
    assert recorded.alphabet == "cab"
    np.testing.assert_array_equal(recorded.inputs[:, 0].argmax(axis=-1), [1, 2, 2, 1])
    with pytest.raises(ValueError, match=r"reads? text"):
        run(setup_with(name, SEQUENCE))


def test_a_change_a_nudge_and_the_jacobians_are_of_the_held_weights() -> None:
    given = weights(6)
    name = hold(NETWORK, given)
    changed = {**given, "weight_hh_l1": given["weight_hh_l1"].copy()}
    changed["weight_hh_l1"][2, 1] = 0.5
    by_change = run(
        setup_with(name, SEQUENCE, changes=Changes(weights=(("weight_hh_l1", 2, 1, 0.5),)))
    )
    other = run(setup_with(hold(NETWORK, changed), SEQUENCE))
    np.testing.assert_array_equal(by_change.layers[1].hidden, other.layers[1].hidden)
    assert by_change.known is not None
    np.testing.assert_array_equal(by_change.known.weights["weight_hh_l1"], given["weight_hh_l1"])
    moved = replace(SEQUENCE, inputs=((0.5, 1.3), *SEQUENCE.inputs[1:]))
    ripple = nudge(other, 0, (0.0, 1.0), 0.3).layers[1].real
    after = run(setup_with(other.setup.weights, moved)).layers[1].hidden
    np.testing.assert_allclose(ripple, (after - other.layers[1].hidden)[:, 0], atol=1e-14)
    assert state_jacobians(other, 1, 2, of="hidden").singular_values.shape[0] == 3


def test_a_file_is_read_back_under_the_same_name_and_a_module_takes_it(tmp_path: Path) -> None:
    known = named(NETWORK, weights(7), about={"title": "trained for 3 steps"})
    path = tmp_path / file_name_of(known.name)
    path.write_bytes(file_of(known))
    assert hold_file(path) == known.name
    assert load_weights(known.name).metadata == {"title": "trained for 3 steps"}
    module = torch.nn.LSTM(2, 3, num_layers=2)
    state = {name: torch.tensor(value) for name, value in load_file(path).items()}
    module.load_state_dict({name: state[name] for name in module.state_dict()})


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "No such file"), (b"no safetensors", "weights.safetensors: "), (b"", "header")],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=said):
        hold_file(path)


@pytest.mark.parametrize("lines", [numpy_lines, torch_lines])
@pytest.mark.parametrize(("what", "gradient"), [("cell", False), ("hidden", True)])
def test_a_script_beside_the_file_gives_the_number_again(
    lines: Any, what: str, gradient: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = named(NETWORK, weights(8))
    recorded = run(setup_with(known, SEQUENCE), known=known)
    script = lines(recorded, 0, 1, 2, what, gradient)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=file_name_of(known.name)):
        exec(script, {})
    (tmp_path / file_name_of(known.name)).write_bytes(file_of(known))
    said: dict[str, Any] = {}
    exec(script, said)
    due = getattr(recorded.layers[0], "grad_hidden" if gradient else "cell")[1, 0, 2]
    assert said["value"] == pytest.approx(due, rel=1e-12)


def test_a_setup_says_first_where_held_weights_come_from_and_others_nothing() -> None:
    setup = setup_with(named(NETWORK, weights(8)), SEQUENCE)
    assert is_held(setup.weights)
    (line,) = lines_before(setup)
    assert line.startswith(f'hold_file("weights-{setup.weights[5:13]}.safetensors")')
    assert f'weights="{setup.weights}"' in setup_expression(setup)
    assert lines_before(Setup(SEQUENCE)) == []
