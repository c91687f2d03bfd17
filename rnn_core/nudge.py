"""The ripple of a nudged input: what really changes, against what the Jacobians say.

    real        Δh_t = h_t(x + size · direction at one step) - h_t(x), a second forward pass
    predicted   (∂h_t/∂x_step) · direction · size, an exact tangent (`rnn_core.tangent`)

The prediction is the first-order term of the real change, so they part as the nudge grows:
relative_error_t = ‖real_t - predicted_t‖ / ‖real_t‖ is proportional to a small size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnn_core import readout
from rnn_core.checks import array, one_of, real, whole
from rnn_core.propagate import forward, top_of
from rnn_core.record import Record
from rnn_core.run import Run
from rnn_core.tangent import tangents
from rnn_core.trace import LayerTrace

TOLERANCE = 0.1
SMALLEST, LARGEST, PER_DECADE = 1e-4, 1e3, 4
SECTIONS, ROUNDS = 16, 2  # each round divides the bracket's logarithm by SECTIONS
NOISE = 128  # in units of ε and of the state: changes below it are rounding


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerNudge:
    """One record's ripple; row t is the step of the input, 0 where it does not reach.

    `relative_error` is NaN where both changes are too small to tell from rounding, infinite
    where the real one alone is 0, or overflows. `breaks_at` is the first step, in the order in
    which the layer reads, whose error exceeds the tolerance (None: no step). `linear_up_to` is the
    largest size, in `size`'s direction and unsigned, up to which no step's error exceeds it: found
    on sizes from 1e-4 to 1e3 to a part in 300; 0 where the smallest already exceeds it,
    infinite where none does.
    """

    real: Float[np.ndarray, "time hidden"]
    predicted: Float[np.ndarray, "time hidden"]
    relative_error: Float[np.ndarray, " time"]
    breaks_at: int | None
    linear_up_to: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Nudge:
    """What x_step + size · direction does; `layers` in the order of `run.layers`.

    The losses' changes are of L_t of the nudged sequence, 0 where the step has no loss.
    """

    step: int
    direction: Float[np.ndarray, " features"]
    size: float
    tolerance: float
    layers: tuple[LayerNudge, ...]
    loss_real: Float[np.ndarray, " time"]
    loss_predicted: Float[np.ndarray, " time"]


@np.errstate(over="ignore", invalid="ignore")  # what overflows is infinitely far off, and said so
def nudge(
    run: Record,
    step: int,
    direction: Sequence[float] | Float[np.ndarray, " features"],
    size: float,
    *,
    tolerance: float = TOLERANCE,
    sample: int = 0,
) -> Nudge:
    """Nudge the input of one sequence at `step` by `size` times `direction`.

    `direction` is in the units that the network reads: `(1.0,)` for a series, a change of the
    one-hot vector for a text (`toward`).
    """
    whole("step", step, 0, len(run.inputs) - 1)
    whole("sample", sample, 0, run.inputs.shape[1] - 1)
    size, tolerance = real("size", size), real("tolerance", tolerance, 0.0)
    if not size:
        raise ValueError(f"size must not be 0, a nudge that changes nothing; got {size}")
    features = run.network.input_size
    along = array("direction", np.asarray(direction, run.inputs.dtype), (features,), "features")
    if not along.any():
        raise ValueError("direction must have an entry that is not 0; got zeros")
    furthest = max(abs(size), LARGEST) * np.abs(along) + np.abs(run.inputs[step, sample])
    if not np.isfinite(furthest).all():
        raise ValueError(
            f"size times direction must leave the input within the range of {along.dtype}; "
            f"got {size:g} times up to {np.abs(along).max():g}"
        )

    moved = np.zeros_like(run.inputs)
    moved[step, sample] = along
    slopes = [tangent[:, sample] for tangent in tangents(run, moved)]
    probe = _Probe(run, step, sample, along)
    nudged = probe.passes(np.array([size], run.inputs.dtype))
    limits = _linear_up_to(probe, slopes, float(np.sign(size)), tolerance)
    layers = tuple(
        _compared(trace, again, slope * size, sample, tolerance, limit)
        for trace, again, slope, limit in zip(run.layers, nudged, slopes, limits, strict=True)
    )
    loss_real, loss_predicted = _losses(run, nudged, slopes, size, sample)
    return Nudge(
        step=step,
        direction=along,
        size=size,
        tolerance=tolerance,
        layers=layers,
        loss_real=loss_real,
        loss_predicted=loss_predicted,
    )


def toward(run: Run, step: int, character: str) -> Float[np.ndarray, " features"]:
    """The direction from what a text's network reads at `step` to `character`: size 1 swaps them.

    Raises ValueError where the run reads numbers, or reads `character` at `step` already.
    """
    if not run.alphabet:
        raise ValueError("run must read a text; got one that reads numbers")
    one_of("character", character, run.alphabet)
    whole("step", step, 0, len(run.inputs) - 1)
    direction = 0.0 - run.inputs[step, 0]
    direction[run.alphabet.index(character)] += 1.0
    if not direction.any():
        raise ValueError(f"character must differ from the one read at step {step}; got it again")
    return direction


class _Probe(NamedTuple):
    """The one input that is nudged, and which way."""

    run: Record
    step: int
    sample: int
    direction: Float[np.ndarray, " features"]

    def passes(self, sizes: Float[np.ndarray, " sizes"]) -> tuple[LayerTrace, ...]:
        """Forward passes of the one sequence, nudged by each of the sizes: they are the batch."""
        run, sample = self.run, self.sample
        inputs = np.repeat(run.inputs[:, sample, None], len(sizes), axis=1)
        inputs[self.step] += sizes[:, None].astype(inputs.dtype) * self.direction
        hidden = np.stack([trace.initial_hidden[sample] for trace in run.layers])
        cells = [getattr(trace, "initial_cell", trace.initial_hidden) for trace in run.layers]
        cell = np.stack([values[sample] for values in cells])
        hidden, cell = (np.repeat(s[:, None], len(sizes), axis=1) for s in (hidden, cell))
        clamps = [trace.clamps for trace in run.layers]
        return forward(run.network, run.weights, inputs, hidden, cell, clamps)


def _compared(
    trace: LayerTrace,
    nudged: LayerTrace,
    predicted: Float[np.ndarray, "time hidden"],
    sample: int,
    tolerance: float,
    limit: float,
) -> LayerNudge:
    before = trace.hidden[:, sample]
    change = nudged.hidden[:, 0] - before
    errors = _relative_errors(change[:, None], predicted[:, None], before)[:, 0]
    broken = np.flatnonzero(errors > tolerance)
    first = None if not len(broken) else int(broken[-1 if trace.reverse else 0])
    return LayerNudge(
        real=change,
        predicted=predicted,
        relative_error=errors,
        breaks_at=first,
        linear_up_to=limit,
    )


def _relative_errors(
    change: Float[np.ndarray, "time sizes hidden"],
    predicted: Float[np.ndarray, "time sizes hidden"],
    before: Float[np.ndarray, "time hidden"],
) -> Float[np.ndarray, "time sizes"]:
    """‖change - predicted‖ / ‖change‖; a change that overflows is infinitely far off."""
    apart, size = (np.linalg.norm(v, axis=-1) for v in (change - predicted, change))
    expected = np.linalg.norm(predicted, axis=-1)
    floor = NOISE * np.finfo(change.dtype).eps * np.maximum(1.0, np.linalg.norm(before, axis=-1))
    told, overflows = np.maximum(size, expected) > floor[:, None], ~np.isfinite(size)
    errors = np.where(told | overflows, np.inf, np.nan)
    np.divide(apart, size, out=errors, where=told & (size > 0.0) & ~overflows)
    return errors


def _linear_up_to(
    probe: _Probe,
    slopes: Sequence[Float[np.ndarray, "time hidden"]],
    sign: float,
    tolerance: float,
) -> list[float]:
    """For each record the size up to which its errors stay within `tolerance`.

    Bisection on the logarithm, many sizes to a pass: the first of a grid that breaks, then
    the section before it divided again.
    """
    count = round(np.log10(LARGEST / SMALLEST) * PER_DECADE) + 1
    sizes = np.tile(np.geomspace(SMALLEST, LARGEST, count), (len(slopes), 1))
    broken = _first_broken(probe, slopes, sign, sizes, tolerance)
    never, at_once = broken == count, broken == 0
    every = np.arange(len(slopes))
    for _ in range(ROUNDS):
        end = np.clip(broken, 1, sizes.shape[1] - 1)
        sizes = np.geomspace(sizes[every, end - 1], sizes[every, end], SECTIONS + 1, axis=1)
        broken = _first_broken(probe, slopes, sign, sizes, tolerance)
    reached = sizes[every, np.clip(broken, 1, SECTIONS) - 1]
    return np.where(never, np.inf, np.where(at_once, 0.0, reached)).tolist()


def _first_broken(
    probe: _Probe,
    slopes: Sequence[Float[np.ndarray, "time hidden"]],
    sign: float,
    sizes: Float[np.ndarray, "records sizes"],
    tolerance: float,
) -> Int[np.ndarray, " records"]:
    """The place of each record's first size that breaks in its row of `sizes`, else its end."""
    nudged, found = probe.passes(sign * sizes.ravel()), []
    for place, (trace, slope) in enumerate(zip(probe.run.layers, slopes, strict=True)):
        before = trace.hidden[:, probe.sample]
        signed = (sign * sizes[place, :, None]).astype(before.dtype)
        own = slice(place * sizes.shape[1], (place + 1) * sizes.shape[1])
        change = nudged[place].hidden[:, own] - before[:, None]
        broken = _relative_errors(change, slope[:, None] * signed, before) > tolerance
        found.append(np.append(broken.any(axis=0), True).argmax())
    return np.array(found)


def _losses(
    run: Record,
    nudged: tuple[LayerTrace, ...],
    slopes: Sequence[Float[np.ndarray, "time hidden"]],
    size: float,
    sample: int,
) -> tuple[Float[np.ndarray, " time"], Float[np.ndarray, " time"]]:
    """The real and the predicted change of L_t of the nudged sequence."""
    output = readout.forward(run.weights, top_of(run.network, nudged))
    targets = run.targets[:, sample : sample + 1]
    after = readout.compare(_loss_of(run), output, targets, run.loss_mask).losses[:, 0]
    after = np.where(run.loss_mask, after, 0.0)  # an infinite loss that does not count is NaN
    top = np.concatenate(slopes[-run.network.directions :], axis=-1)
    # `grad_output` is of the mean over the batch; L_t is of one sequence.
    grad_output = run.grad_output[:, sample] * run.inputs.shape[1]
    predicted = (grad_output * (top @ run.weights["readout.weight"].T)).sum(axis=-1)
    return after - run.losses[:, sample], predicted * size


def _loss_of(run: Record) -> str:
    if np.issubdtype(run.targets.dtype, np.integer):
        return "categorical"
    return "squared" if np.array_equal(run.prediction, run.output) else "binary"
