"""The LSTM's two ways back to the cell state, as norms per step.

    paths            ∂L/∂c_t, all losses together
    paths:{source}   ∂L_source/∂c_t, the loss of one step alone

`straight` (time): along the conveyor, from cell state to cell state by the forget gates alone;
`gates` (time): everything else. The two vectors sum to the gradient, their norms do not.
Fact: `source`, null for all losses.
"""

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.sources import norms
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run, path_split
from rnn_core.paths import total_path_split


def paths(run: Run, layer: int, source: str | None = None) -> Extra:
    """What is drawn below the triangle. Raises ValueError without an LSTM, or a step it lacks."""
    if source is None:
        total = total_path_split(run, layer)
        straight, gates, at = total.straight[:, 0], total.gates[:, 0], None
    else:
        at = whole_number("source", source, len(run.inputs))
        straight, gates = path_split(run, layer, at)
    return Extra({"straight": norms(straight), "gates": norms(gates)}, {"source": at})
