"""In one sentence, how far back the gradient of one loss is felt."""

import numpy as np

from rnn_core import Run

FADED = 0.01


def where_it_dies(run: Run, layer: int) -> str:
    """Of the layer's ∂L/∂h; "" where several steps have a loss, or none reaches the layer."""
    with_loss = np.flatnonzero(run.loss_mask)
    if len(with_loss) != 1 or not 0 <= layer < len(run.layers):
        return ""
    trace, at = run.layers[layer], int(with_loss[0])
    if trace.grad_hidden is None:
        return ""
    norms = np.linalg.norm(trace.grad_hidden[:, 0], axis=-1)
    # The way back: towards the first step, or for a layer that reads from the end to the last one.
    way = norms[at:] if trace.reverse else norms[at::-1]
    if not way[0] > 0.0 or len(way) < 2:
        return ""
    which = f" of layer {layer // run.network.directions + 1}" if len(run.layers) > 1 else ""
    end = len(norms) - 1 if trace.reverse else 0
    faded = np.flatnonzero(way < FADED * way[0])
    if len(faded):
        steps = f"{faded[0]} step{'' if faded[0] == 1 else 's'}"
        return (
            f"Going back from the loss at step {at}, ‖∂L/∂h‖{which} is under a hundredth of its "
            f"size after **{steps}**."
        )
    change = way[-1] / way[0]
    how = "grows to" if change > 1.0 else "still has"
    return (
        f"Going back from the loss at step {at} to step {end}, ‖∂L/∂h‖{which} {how} "
        f"**{change:.2g} times** its size."
    )
