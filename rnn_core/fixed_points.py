"""Where a layer would stay: the fixed points of its state map while the input is held.

    s = F(s)        F: one step of the layer, x held at x_step; s = h, for the LSTM (h, c)

Newton's method, s ← s - λ (J - I)⁻¹ (F(s) - s) with the exact J = ∂F/∂s and λ halved while the
residual would grow, from many starts at once: the run's own states, random ones, and all of these
again after some steps of the map (which lead to what is stable). J's eigenvalues at a fixed point
say what a small distance from it becomes in one step.
Source: Sussillo & Barak 2013, Opening the black box, who minimise ½ ‖F(s) - s‖² instead.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Bool, Complex, Float

from rnn_core.adjoint import step_back
from rnn_core.checks import whole
from rnn_core.network import Network, layer_weights
from rnn_core.propagate import forward
from rnn_core.record import Record
from rnn_core.trace import Clamps, LayerTrace, LSTMTrace

MAX_HIDDEN_SIZE = 16
OWN, DRAWN = 24, 24  # starts, and as many again after SETTLE steps of the map
SETTLE, ITERATIONS, HALVINGS = 100, 40, 6
POLISHED, CONVERGED = 1e-14, 1e-10  # residuals, in units of the state's norm where that exceeds 1
SAME, MARGIN = 1e-5, 1e-6
REACH = 1e4  # |c| of an LSTM; farther than any run shown here can come

Points: TypeAlias = Float[np.ndarray, "many state"]
Norms: TypeAlias = Float[np.ndarray, " many"]
Jacobians: TypeAlias = Float[np.ndarray, "many state state"]


@dataclass(frozen=True, eq=False, kw_only=True)
class FixedPoint:
    """One state that the layer would keep; for the LSTM `state` is h and c side by side.

    `residual` is ‖F(s) - s‖; `eigenvalues` are in falling modulus, the largest is
    `spectral_radius`. `stable`: all lie inside the unit circle. `kind` is one of

        stable node, stable focus        all inside: every small distance dies out
        unstable node, unstable focus    none inside, some outside
        saddle                           some inside, some outside
        marginal                         the largest within 1e-6 of 1: J alone does not decide

    A focus turns: its largest eigenvalue, which rules in the long run, is one of a complex
    pair. One whose largest is negative changes sides at each step and is called a node.
    `distance` is that to the run's own state at the step.
    """

    state: Float[np.ndarray, " state"]
    residual: float
    eigenvalues: Complex[np.ndarray, " state"]
    spectral_radius: float
    stable: bool
    kind: str
    distance: float


class FixedPoints(NamedTuple):
    """The fixed points found, nearest first; how many starts there were, how many converged.

    Newton finds what its starts lead to: no list is proof that there are no others.
    """

    points: tuple[FixedPoint, ...]
    starts: int
    converged: int


def fixed_points(run: Record, layer: int, step: int, sample: int = 0) -> FixedPoints:
    """The fixed points of one record's layer with its input held at that of `step`.

    Deterministic: the random starts are drawn from a fixed seed. Raises ValueError for layers
    of more than 16 units.
    """
    whole("layer", layer, 0, len(run.layers) - 1)
    trace = run.layers[layer]
    whole("step", step, 0, len(trace.hidden) - 1)
    whole("sample", sample, 0, trace.hidden.shape[1] - 1)
    if trace.hidden.shape[2] > MAX_HIDDEN_SIZE:
        raise ValueError(
            f"layer must have at most {MAX_HIDDEN_SIZE} units for its fixed points; "
            f"got {trace.hidden.shape[2]}"
        )
    state_map, own = _StateMap.of(run, layer, step, sample), _own_states(trace, sample)
    with np.errstate(over="ignore", invalid="ignore"):
        starts = _starts(own, step, state_map)
        found = _newton(starts, state_map)
        points = _described(_distinct(found), own[step], state_map)
    return FixedPoints(points, len(starts), len(found))


class _StateMap(NamedTuple):
    """F of one layer for many states at once, the input held; float64."""

    network: Network
    weights: dict[str, np.ndarray]
    inputs: Float[np.ndarray, " features"]
    clamps: Clamps

    @classmethod
    def of(cls, run: Record, layer: int, step: int, sample: int) -> "_StateMap":
        trace, own = run.layers[layer], layer_weights(run.weights, run.network.suffixes[layer])
        inputs = trace.inputs[step, sample].astype(np.float64)
        network = Network(
            run.network.cell,
            len(inputs),
            run.network.hidden_size,
            peepholes=run.network.peepholes,
        )
        weights = {f"{name}_l0": value.astype(np.float64) for name, value in own.items()}
        return cls(network, weights, inputs, trace.clamps)

    def step(self, states: Points) -> tuple[Points, LayerTrace]:
        """F(s), and the record of that one step; NaN where s is not finite."""
        size, finite = self.network.hidden_size, np.isfinite(states).all(axis=1, keepdims=True)
        states = np.where(finite, states, 0.0)
        inputs = np.broadcast_to(self.inputs, (1, len(states), len(self.inputs)))
        hidden, cell = states[None, :, :size], states[None, :, size:]
        trace = forward(
            self.network, self.weights, inputs, hidden, cell if cell.size else None, [self.clamps]
        )[0]
        return np.where(finite, _state_of(trace, 0), np.nan), trace

    def bounded(self, states: Points) -> Points:
        """The states with h where it can be: beyond, a GRU's z rounds to 1 and any h stays."""
        if self.network.cell == "rnn_relu":
            return states.clip(0.0)
        if self.network.cell == "rnn_linear":
            return states
        size = self.network.hidden_size
        return np.concatenate([states[:, :size].clip(-1.0, 1.0), states[:, size:]], axis=1)

    def in_reach(self, states: Points) -> Bool[np.ndarray, " many"]:
        """Whether a run can come there: a step adds at most 1 to |c|.

        Far beyond, what a step adds is lost in the rounding of c, and any state seems to stand.
        """
        if self.network.cell != "lstm":
            return np.ones(len(states), bool)
        return np.abs(states[:, self.network.hidden_size :]).max(axis=1) <= REACH

    def jacobians(self, trace: LayerTrace) -> Jacobians:
        """∂F/∂s of a step that was recorded; rows are the parts of F(s)."""
        size, many = self.network.hidden_size, trace.hidden.shape[1]
        width = 2 * size if isinstance(trace, LSTMTrace) else size
        units = np.broadcast_to(np.eye(width)[:, None], (width, many, width))
        by_h = np.ascontiguousarray(units[..., :size])
        by_c = np.zeros_like(by_h) if width == size else np.ascontiguousarray(units[..., size:])
        back = step_back(trace, layer_weights(self.weights, "_l0"))
        _, to_h, to_c = back(0, by_h, by_c)
        rows = to_h if width == size else np.concatenate([to_h, to_c], axis=-1)
        return rows.transpose(1, 0, 2)


def _state_of(trace: LayerTrace, step: int) -> Points:
    """The states of the whole batch after one step: h, for the LSTM h and c side by side."""
    if isinstance(trace, LSTMTrace):
        return np.concatenate([trace.hidden[step], trace.cell[step]], axis=-1)
    return trace.hidden[step]


def _own_states(trace: LayerTrace, sample: int) -> Float[np.ndarray, "time state"]:
    """The states of one sequence, a row for each step."""
    parts = [trace.hidden] + ([trace.cell] if isinstance(trace, LSTMTrace) else [])
    return np.concatenate([part[:, sample] for part in parts], axis=-1).astype(np.float64)


def _starts(
    own: Float[np.ndarray, "time state"], step: int, state_map: _StateMap
) -> Float[np.ndarray, "starts state"]:
    """The run's state at `step` and others of its own, drawn ones, and where all of these lead."""
    spread = np.linspace(0, len(own) - 1, min(OWN, len(own))).round().astype(int)
    chosen = own[np.unique([step, *spread])]
    # Twice as far as the run went, and at least as far as a tanh can go.
    reach = 2.0 * np.maximum(0.5, np.abs(own).max(axis=0))
    drawn = (2.0 * np.random.default_rng(0).random((DRAWN, own.shape[1])) - 1.0) * reach
    settled = starts = state_map.bounded(np.concatenate([chosen, drawn]))
    for _ in range(SETTLE):
        settled, _ = state_map.step(settled)
    settled = settled[np.isfinite(settled).all(axis=1)]
    return np.concatenate([starts, settled])


def _newton(states: Points, state_map: _StateMap) -> Float[np.ndarray, "found state"]:
    """Where the starts converge to; those that do not are left out."""
    states, live = states.copy(), np.arange(len(states))
    for _ in range(ITERATIONS):
        after, trace = state_map.step(states[live])
        apart = after - states[live]
        errors = np.linalg.norm(apart, axis=1)
        moves = _solve(np.eye(states.shape[1]) - state_map.jacobians(trace), apart)
        moved, falls = _line_search(states[live], moves, errors, state_map)
        states[live[falls]] = moved[falls]
        live = live[falls & (errors > POLISHED * _scale(states[live]))]
        if not len(live):
            break
    residuals = _residuals(states, state_map)
    kept = np.isfinite(residuals) & (residuals <= CONVERGED * _scale(states))
    return states[kept & state_map.in_reach(states)]


def _line_search(
    states: Points, moves: Points, errors: Norms, state_map: _StateMap
) -> tuple[Points, Bool[np.ndarray, " many"]]:
    """Each state moved by the first of 1, ½, ¼, … of its move that lowers its residual, if any."""
    moved, falls = states + moves, np.zeros(len(states), bool)
    waiting = np.arange(len(states))
    for halving in range(HALVINGS + 1):
        moved[waiting] = state_map.bounded(states[waiting] + 0.5**halving * moves[waiting])
        # NaN and infinity do not lower anything.
        lower = _residuals(moved[waiting], state_map) < errors[waiting]
        falls[waiting[lower]] = True
        waiting = waiting[~lower]
        if not len(waiting):
            break
    return moved, falls


def _solve(matrices: Jacobians, right: Points) -> Points:
    # An infinite slope says nothing of where to go: the state stays, and is given up.
    finite = np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    matrices = np.where(finite[:, None, None], matrices, np.eye(right.shape[1]))
    right = np.where(finite[:, None], right, 0.0)
    try:
        return np.linalg.solve(matrices, right[..., None])[..., 0]
    except np.linalg.LinAlgError:  # one is singular: the shortest of the steps that fit best
        return (np.linalg.pinv(matrices) @ right[..., None])[..., 0]


def _residuals(states: Points, state_map: _StateMap) -> Norms:
    return np.linalg.norm(state_map.step(states)[0] - states, axis=1)


def _scale(states: Points) -> Norms:
    return np.maximum(1.0, np.linalg.norm(states, axis=1))


def _distinct(states: Points) -> Float[np.ndarray, "kept state"]:
    """The first of each group of states that differ by no more than Newton's accuracy."""
    kept: list[np.ndarray] = []
    for state, scale in zip(states, _scale(states), strict=True):
        if all(np.linalg.norm(state - other) > SAME * scale for other in kept):
            kept.append(state)
    return np.array(kept).reshape(len(kept), states.shape[1])


def _described(
    states: Points, near: Float[np.ndarray, " state"], state_map: _StateMap
) -> tuple[FixedPoint, ...]:
    """A record for each fixed point whose J is finite, nearest to `near` first."""
    if not len(states):
        return ()
    jacobians = state_map.jacobians(state_map.step(states)[1])
    told = np.isfinite(jacobians).all(axis=(1, 2))
    states, jacobians = states[told], jacobians[told]
    if not len(states):
        return ()
    distances = np.linalg.norm(states - near, axis=1)
    order = np.argsort(distances, kind="stable")
    states, distances = states[order], distances[order]
    residuals = _residuals(states, state_map)
    spectra = np.linalg.eigvals(jacobians[order])
    rows = zip(states, residuals, spectra.astype(np.complex128), distances, strict=True)
    return tuple(_point(*row) for row in rows)


def _point(
    state: Float[np.ndarray, " state"],
    residual: np.floating,
    values: Complex[np.ndarray, " state"],
    distance: np.floating,
) -> FixedPoint:
    values = values[np.lexsort((-values.imag, -np.abs(values)))]
    kind = _kind(values)
    return FixedPoint(
        state=state,
        residual=float(residual),
        eigenvalues=values,
        spectral_radius=float(np.abs(values[0])),
        stable=kind.startswith("stable"),
        kind=kind,
        distance=float(distance),
    )


def _kind(eigenvalues: Complex[np.ndarray, " state"]) -> str:
    """As `FixedPoint` says; `eigenvalues` in falling modulus."""
    moduli = np.abs(eigenvalues)
    if abs(moduli[0] - 1.0) <= MARGIN:
        return "marginal"
    if moduli[0] > 1.0 and moduli[-1] < 1.0 - MARGIN:
        return "saddle"
    # Rounding turns a double real eigenvalue into a pair that hardly turns.
    turns = abs(eigenvalues[0].imag) > 1e-6 * moduli[0]
    return f"{'stable' if moduli[0] < 1.0 else 'unstable'} {'focus' if turns else 'node'}"
