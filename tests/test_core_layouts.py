"""Layouts, the adding problem and the number of parameters."""

from dataclasses import replace

import jaxtyping
import numpy as np
import pytest
import torch

from rnn_core import Network, run
from rnn_core.adding import adding
from rnn_core.layouts import LAYOUTS, Layout, layout_of, layout_setup, running_means
from rnn_core.parameters import free_parameters, stored_parameters


@pytest.fixture(autouse=True)
def as_people_run_it(monkeypatch):
    """Without beartype, which would refuse bad input before the core's own words are heard."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


class TestLayouts:
    @pytest.mark.parametrize(
        ("name", "reads", "losses"),
        [
            ("one-to-one", "x....", "L...."),
            ("one-to-many", "x....", "LLLLL"),
            ("many-to-one", "xxxxx", "....L"),
            ("aligned", "xxxxx", "LLLLL"),
            ("delayed", "xxx..", "..LLL"),
        ],
    )
    def test_what_each_reads_and_where_it_is_asked(self, name, reads, losses):
        layout = layout_of(name, 5, delay=2)
        assert "".join("x" if t in layout.reads else "." for t in range(5)) == reads
        assert "".join("L" if t in layout.losses else "." for t in range(5)) == losses

    def test_without_a_delay_the_delayed_one_is_the_aligned_one(self):
        assert layout_of("delayed", 7, 0) == layout_of("aligned", 7)

    def test_of_one_step_they_are_all_one(self):
        assert len({layout_of(name, 1) for name in LAYOUTS}) == 1

    def test_what_is_not_read_is_a_zero_and_the_targets_stay(self):
        few, all_read = (running_means(layout_of(n, 4), 3) for n in ("one-to-many", "aligned"))
        assert [x for (x,) in few.inputs] == [all_read.inputs[0][0], 0.0, 0.0, 0.0]
        assert few.targets == all_read.targets
        values = [x for (x,) in all_read.inputs]
        assert few.targets[2] == pytest.approx((sum(values[:3]) / 3,))

    @pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
    def test_with_one_sequence_the_loss_mask_alone_differs(self, cell):
        setups = [
            layout_setup(Layout(6, tuple(range(6)), layout_of(name, 6, 3).losses), cell)
            for name in LAYOUTS
        ]
        assert len({replace(setup, loss_steps="all") for setup in setups}) == 1
        runs = [run(setup) for setup in setups]
        for one in runs[1:]:
            np.testing.assert_array_equal(one.output, runs[0].output)
            np.testing.assert_array_equal(one.layers[0].hidden, runs[0].layers[0].hidden)
        gradients = [one.layers[0].grad_hidden.tobytes() for one in runs]  # type: ignore[union-attr]
        assert len(set(gradients)) == len({one.loss_mask.tobytes() for one in runs}) == 4

    def test_nothing_flows_back_from_beyond_the_last_loss(self):
        gradient = run(layout_setup(Layout(6, (0, 1, 2), (2, 3)))).layers[0].grad_hidden
        assert gradient is not None
        assert (gradient[4:] == 0).all()
        assert (np.linalg.norm(gradient[:4, 0], axis=-1) > 0).all()

    def test_a_bad_one_is_refused_by_name(self):
        with pytest.raises(ValueError, match=r"name must be one of one-to-one.*got 'many'"):
            layout_of("many", 4)
        with pytest.raises(ValueError, match=r"delay must be .* 0 to 3; got 4"):
            layout_of("delayed", 4, 4)
        with pytest.raises(ValueError, match=r"length must be .* at least 1; got 0"):
            layout_of("aligned", 0)


class TestAdding:
    def test_one_step_of_each_half_is_marked_and_their_sum_is_due_at_the_end(self):
        for seed in range(30):
            sequence = adding(11, seed)
            values, markers = map(np.array, zip(*sequence.inputs, strict=True))
            assert sorted(set(markers)) == [0.0, 1.0]
            assert (markers[:5].sum(), markers[5:].sum()) == (1.0, 1.0)
            assert ((values >= 0) & (values < 1)).all()
            assert sequence.targets[:-1] == (None,) * 10
            assert sequence.targets[-1] == pytest.approx((values @ markers,))
            assert sequence.names == ("value", "marker")

    def test_the_sum_so_far_can_be_asked_at_every_step(self):
        sequence = adding(6, 1, every_step=True)
        sums = [0.0]
        for (value, marker), due in zip(sequence.inputs, sequence.targets, strict=True):
            sums.append(sums[-1] + value * marker)
            assert due == pytest.approx((sums[-1],))
        assert sequence.inputs == adding(6, 1).inputs

    def test_always_saying_one_costs_a_sixth(self):
        """The sum of two uniform numbers has mean 1 and variance 1/6, the chance level."""
        due = np.array([adding(4, seed).targets[-1] for seed in range(4000)])
        assert np.mean((due - 1.0) ** 2) == pytest.approx(1 / 6, rel=0.05)

    def test_one_step_is_too_short(self):
        with pytest.raises(ValueError, match=r"length must be .* at least 2; got 1"):
            adding(1)


class TestParameters:
    def test_two_inputs_two_units_one_output_make_thirteen_or_fifteen_with_both_biases(self):
        network = Network("rnn_tanh", 2, 2, output_size=1)
        assert free_parameters(network) == 4 + 4 + 2 + 2 + 1 == 13
        assert stored_parameters(network) == 15

    @pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
    def test_pytorch_stores_as_many(self, cell):
        kind = {"rnn_tanh": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
        modules = kind(3, 5, num_layers=2, bidirectional=True), torch.nn.Linear(10, 4)
        stored = sum(p.numel() for module in modules for p in module.parameters())
        network = Network(cell, 3, 5, num_layers=2, bidirectional=True, output_size=4)
        assert stored_parameters(network) == stored

    @pytest.mark.parametrize("cell", ["rnn_tanh", "gru", "lstm"])
    def test_as_many_are_free_as_can_be_told_apart_by_what_they_do(self, cell):
        """The rank of the outputs' derivative by all stored numbers, over random sequences."""
        network = Network(cell, 2, 2, output_size=1)
        shapes = network.shapes()
        start = torch.tensor(np.random.default_rng(1).normal(0, 0.7, stored_parameters(network)))
        inputs = torch.tensor(np.random.default_rng(2).normal(0, 1, (12, 40, 2)))

        def outputs(flat: torch.Tensor) -> torch.Tensor:
            parts = flat.split([int(np.prod(shape)) for shape in shapes.values()])
            named = {n: part.reshape(s) for (n, s), part in zip(shapes.items(), parts, strict=True)}
            name = {"gru": "GRU", "lstm": "LSTM"}.get(cell, "RNN")
            net = getattr(torch.nn, name)(2, 2).double()
            own = {n: named[n] for n in net.state_dict()}
            states, _ = torch.func.functional_call(net, own, (inputs,))
            said = states @ named["readout.weight"].T + named["readout.bias"]
            return said.reshape(-1)

        slopes = torch.autograd.functional.jacobian(outputs, start).numpy()
        sizes = np.linalg.svd(slopes, compute_uv=False)
        assert int((sizes > 1e-9 * sizes[0]).sum()) == free_parameters(network)
