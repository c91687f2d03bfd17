"""Trace in, Plotly figure out: one module per subject, each with a pure `draw`.

    gates.draw        every gate and state of one layer, units by time
    trajectory.draw   the hidden state as a path in two dimensions
    gradients.draw    the size of the gradient at every step, and the losses
    jacobians.draw    how a small change of the state grows or shrinks on its way through time

Each returns a `Drawing`: the figure, its text alternative and the numbers that it shows.
Colours, ranges and fonts are those of `figures.style`.
"""

from figures import gates, gradients, jacobians, trajectory
from figures.drawing import Drawing
from figures.style import Style, style

__all__ = ["Drawing", "Style", "gates", "gradients", "jacobians", "style", "trajectory"]
