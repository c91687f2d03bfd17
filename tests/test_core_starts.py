"""The linear RNN, and the starts of W_hh: orthogonal, identity, drawn."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_core import CELLS, Numbers, Setup, Text, fixed_points, run, setup_expression
from rnn_core.initial import initial_weights
from rnn_core.network import GATES, Network
from tests.test_core_fixed_points import tanh_network

WAVE = Numbers((0.5, -1.0, 2.0, 0.25, 0.75))


def blocks_of(setup: Setup) -> list[np.ndarray]:
    weights = run(setup).weights
    names = [name for name in weights if name.startswith("weight_hh")]
    return [block for name in names for block in np.split(weights[name], GATES[setup.cell])]


def test_a_linear_unit_by_hand():
    """h_t = 2 h_{t-1} + x_t + 0.5 from x = 0, 0, 0, 0, 1."""
    recorded = tanh_network([[2.0]], 0.5, cell="rnn_linear")
    assert recorded.layers[0].hidden[:, 0, 0].tolist() == [0.5, 1.5, 3.5, 7.5, 16.5]
    np.testing.assert_array_equal(recorded.layers[0].hidden, recorded.layers[0].preactivation)


def test_a_linear_unit_has_one_fixed_point_wherever_it_lies():
    found = fixed_points(tanh_network([[0.5]], 3.0, cell="rnn_linear"), 0, 0)
    (only,) = found.points  # h = h/2 + 3
    assert only.state == pytest.approx([6.0])
    assert only.spectral_radius == pytest.approx(0.5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("radius", [None, 0.0, 0.7, 1.3])
def test_an_orthogonal_start_keeps_every_length_up_to_the_radius(cell, radius):
    setup = Setup(
        WAVE,
        cell=cell,
        hidden_size=7,
        num_layers=2,
        bidirectional=True,
        spectral_radius=radius,
        recurrent_init="orthogonal",
    )
    blocks = blocks_of(setup)
    assert len(blocks) == 4 * GATES[cell]
    scale = 1.0 if radius is None else radius
    for block in blocks:
        np.testing.assert_allclose(block @ block.T, scale**2 * np.eye(7), rtol=0, atol=1e-14)
    if radius != 0.0:
        assert all(not np.allclose(blocks[0], other) for other in blocks[1:])


@pytest.mark.parametrize("cell", CELLS)
def test_an_identity_start_is_the_identity_in_every_block(cell):
    for radius, due in ((None, 1.0), (0.25, 0.25)):
        setup = Setup(WAVE, cell=cell, hidden_size=3, spectral_radius=radius)
        for block in blocks_of(replace(setup, recurrent_init="identity")):
            np.testing.assert_array_equal(block, due * np.eye(3))


def test_the_orthogonal_draw_has_numpys_qr_with_a_positive_diagonal():
    """Gram and Schmidt by rows: block = L Q with the diagonal of L positive."""
    network = Network("rnn_linear", 1, 40)
    ours = initial_weights(network, 3, recurrent_init="orthogonal")["weight_hh_l0"]
    draw = np.random.default_rng([3, *b"weight_hh_l0"]).random((12, 1, 40, 40)).sum(axis=0)[0]
    q, r = np.linalg.qr((draw - 6.0).T)
    np.testing.assert_allclose(ours, (q * np.sign(np.diag(r))).T, rtol=0, atol=1e-12)


def test_the_orthogonal_draw_stays_what_it_was():
    """The literal numbers hold it in place: a link must show the same run tomorrow."""
    network = Network("rnn_tanh", 1, 3)
    drawn = initial_weights(network, 0, recurrent_init="orthogonal")["weight_hh_l0"]
    np.testing.assert_allclose(drawn, PINNED, rtol=0, atol=1e-14)


def test_the_other_weights_do_not_depend_on_the_start_of_w_hh():
    drawn, exact = (
        run(Setup(WAVE, recurrent_init=kind)).weights for kind in ("uniform", "orthogonal")
    )
    for name in drawn:
        assert (name == "weight_hh_l0") is not np.array_equal(drawn[name], exact[name]), name


def test_a_start_is_checked_and_stands_in_the_setups_expression():
    with pytest.raises(ValueError, match=r"recurrent_init must be .*'ones'"):
        Setup(Text("abc"), recurrent_init="ones")
    setup = Setup(Text("abc"), cell="rnn_linear", recurrent_init="identity", init_scale=0.0)
    assert 'recurrent_init="identity"' in setup_expression(setup)
    assert eval(setup_expression(setup), {"Setup": Setup, "Text": Text}) == setup
    assert run(replace(setup, spectral_radius=2.0)).weights["weight_hh_l0"][0, 0] == 2.0


PINNED = [
    [-0.723216185715271, 0.0765170606040406, -0.686369789658586],
    [-0.516200004299198, 0.600345169004997, 0.610838140274385],
    [0.458798326371143, 0.796072118271252, -0.394681236227616],
]
