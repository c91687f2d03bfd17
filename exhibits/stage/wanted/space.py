"""The plane of a layer's states, and where the layer would stand still.

    space            the two principal components of the layer's hidden states: `directions`
                     (2, H), `mean` (H); facts: their shares of the variance, `explained`, and up
                     to how many units fixed points are searched for, `most_units`
    space:{step}     the fixed points with the input held at x_step, nearest to the run's own state
                     first: `states` (points, S), `real` and `imag` (points, S) of the eigenvalues
                     in falling modulus; facts: `kinds`, `radii` (the largest |λ|), `distances` to
                     the run's state, `step`, and how many of the `starts` `converged`

S is H, for the LSTM 2H: h and c side by side.
"""

import numpy as np

from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.words import whole_number
from rnn_core import Run
from rnn_core.components import principal_components
from rnn_core.fixed_points import MAX_HIDDEN_SIZE, fixed_points


def space(run: Run, layer: int, step: str | None = None) -> Extra:
    """What the panel "state space" draws. Raises ValueError for a step that the run lacks."""
    return _plane(run, layer) if step is None else _points(run, layer, step)


def _plane(run: Run, layer: int) -> Extra:
    found = principal_components(run.layers[layer].hidden[:, 0])
    return Extra(
        {"directions": found.directions, "mean": found.mean},
        {"explained": found.explained.tolist(), "most_units": MAX_HIDDEN_SIZE},
    )


def _points(run: Run, layer: int, step: str) -> Extra:
    at = whole_number("step", step, len(run.inputs))
    points, starts, converged = fixed_points(run, layer, at)
    states = np.array([point.state for point in points], np.float64)
    eigenvalues = np.array([point.eigenvalues for point in points], np.complex128)
    return Extra(
        {"states": states, "real": eigenvalues.real.copy(), "imag": eigenvalues.imag.copy()},
        {
            "step": at,
            "kinds": [point.kind for point in points],
            "radii": [point.spectral_radius for point in points],
            "distances": [point.distance for point in points],
            "starts": starts,
            "converged": converged,
        },
    )
