"""How far back the gradient of one loss, or of the probe, is felt, in every layer."""

import numpy as np

from rnn_core import Run
from rnn_core.own_model import is_probe

FADED = 0.01


def where_it_dies(run: Run, reads: str) -> str:
    """Of every layer and direction, as Markdown; "" where not exactly one step has a loss.

    `reads` says what the network reads.
    """
    with_loss = np.flatnonzero(run.loss_mask)
    if len(with_loss) != 1:
        return ""
    at = int(with_loss[0])
    what = "probe ½‖ŷ‖²" if is_probe(run.setup.sequence) else "loss"
    steps = len(run.loss_mask)
    head = f"On {reads}, {steps} steps, going back from the {what} at step {at}:"
    lines = [_line(run, k, at) for k in range(len(run.layers))]
    return "\n".join([head, "", *(f"- {line}" for line in lines)])


def _line(run: Run, k: int, at: int) -> str:
    trace, name = run.layers[k], _name(run, k)
    assert trace.grad_hidden is not None
    norms = np.linalg.norm(trace.grad_hidden[:, 0], axis=-1)
    way = _way(run, k, norms, at)
    if not way[0] > 0.0:
        return f"{name}: ‖∂L/∂h‖ is exactly 0 where it sets out."
    if len(way) < 2:
        return f"{name}: step {at} is the first that it reads, so it has no way to go."
    faded = np.flatnonzero(way < FADED * way[0])
    if len(faded):
        count = f"{faded[0]} step{'' if faded[0] == 1 else 's'}"
        return f"{name}: ‖∂L/∂h‖ is under a hundredth of its size after **{count}**."
    change = way[-1] / way[0]
    how = "grows to" if change > 1.0 else "still has"
    far = len(way) - 1
    return (
        f"{name}: ‖∂L/∂h‖ {how} **{change:.2g} times** its size after all "
        f"{far} step{'' if far == 1 else 's'}."
    )


def _way(run: Run, k: int, norms: np.ndarray, at: int) -> np.ndarray:
    """Norms by the distance from the loss, on the way back that a layer reads from.

    Below the top of a network that reads both ways the gradient comes to steps on either side, by
    way of the layers above: then it is the larger of the two.
    """
    earlier, later = norms[at::-1], norms[at:]
    if run.network.bidirectional and k < len(run.layers) - run.network.directions:
        way = np.zeros(max(len(earlier), len(later)))
        for side in (earlier, later):
            way[: len(side)] = np.maximum(way[: len(side)], side)
        return way
    return later if run.layers[k].reverse else earlier


def _name(run: Run, k: int) -> str:
    directions = run.network.directions
    name = f"Layer {k // directions + 1}" if len(run.layers) > directions else "The layer"
    if directions == 1:
        return name
    return f"{name}, {'from the end' if run.layers[k].reverse else 'from the beginning'}"
