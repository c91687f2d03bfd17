"""What runs: the cell, its size and its start, and where the losses stand.

Trained weights have a fixed size, so the controls of a random start appear only with one.
"""

from typing import Any

import streamlit as st

from exhibits import parameters as declared
from exhibits.controls import control, is_hidden
from exhibits.setups import weights_name
from rnn_core import NamedWeights, Numbers, Run, Text, load_weights


def title_of(run: Run) -> str:
    """What a run is called above its picture: the cell and its size."""
    setup = run.setup
    units = f"{setup.hidden_size} unit{'' if setup.hidden_size == 1 else 's'}"
    layers = f" · {setup.num_layers} layers" if setup.num_layers > 1 else ""
    ways = " · both ways" if setup.bidirectional else ""
    return f"{declared.CELL.choices[setup.cell]} · {units}{layers}{ways}"


def network_controls(
    key: str, sequence_kind: type[Text] | type[Numbers], steps: int
) -> dict[str, Any]:
    """The values of the parameters that say what runs on `steps` steps, as the learner chose them.

    Raises:
        ValueError: the chosen loss steps are no step numbers.
    """
    values = {parameter.name: parameter.default for parameter in declared.NETWORK}
    values["cell"] = control(declared.CELL, key)
    values["weights"] = _weights(key, values["cell"], sequence_kind)
    if values["weights"] == "random":
        values |= _random_start(key, values["cell"])
    return values | _losses(key) | _truncation(key, steps)


def _weights(key: str, cell: str, sequence_kind: type) -> str:
    choice = control(declared.WEIGHTS, key)
    if choice == "random":
        return "random"
    name = weights_name(sequence_kind, cell)
    if is_hidden("weights", key):
        return "trained" if name else "random"
    if not name:
        shown = declared.CELL.choices[cell]
        st.caption(f"No trained {shown} comes with the app: its weights are random.")
        return "random"
    st.caption(
        f"{_described(load_weights(name))} Choose *Random* for your own size, seed and start."
    )
    return "trained"


def _described(model: NamedWeights) -> str:
    """Size and, measured on examples that it was not trained on, how well it does."""
    said, size = model.metadata, f"{model.network.hidden_size} units"
    if "closing_bracket_accuracy" in said:
        return (
            f"{size}, trained to predict the next character of bracketed code and short sentences. "
            f"On new lines {float(said['closing_bracket_accuracy']):.0%} of the closing brackets "
            "are of the right kind. It knows a few sentences by heart; on other English it is sure "
            "and wrong."
        )
    return (
        f"{size}, trained to predict the next value of a wave. On new waves its squared error is "
        f"{float(said['held_out_mse']):.3f}; repeating the last value gives "
        f"{float(said['naive_mse']):.3f}."
    )


def _random_start(key: str, cell: str) -> dict[str, Any]:
    values: dict[str, Any] = {
        "hidden_size": control(declared.HIDDEN_SIZE, key),
        "num_layers": control(declared.NUM_LAYERS, key),
        "bidirectional": control(declared.BIDIRECTIONAL, key),
        "seed": _seed(key),
        "start_by": control(declared.START_BY, key),
    }
    by_radius = values["start_by"] == "spectral radius"
    start = declared.SPECTRAL_RADIUS if by_radius else declared.INIT_SCALE
    values[start.name] = control(start, key)
    if cell == "lstm":
        values["forget_bias"] = control(declared.FORGET_BIAS, key)
        values["peepholes"] = control(declared.PEEPHOLES, key)
    return values


def _seed(key: str) -> int:
    seed_key = f"{key}_seed"

    def next_seed() -> None:
        st.session_state[seed_key] = (st.session_state[seed_key] + 1) % 10_000

    if is_hidden("seed", key):
        return int(control(declared.SEED, key))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed = control(declared.SEED, key)
        st.button(
            "Draw again",
            key=f"{key}_redraw",
            on_click=next_seed,
            help="The next seed: new weights.",
        )
    return int(seed)


def _losses(key: str) -> dict[str, Any]:
    where = control(declared.LOSS_AT, key)
    if where != "chosen steps":
        return {"loss_at": where}
    return {"loss_at": where, "loss_steps": control(declared.LOSS_STEPS, key)}


def _truncation(key: str, steps: int) -> dict[str, Any]:
    if not control(declared.TRUNCATED, key):
        return {"truncated": False}
    every, back = control(declared.K1, key), control(declared.K2, key)
    if back > steps:
        st.caption(f"The sequence has {steps} steps: k2 = {back} reaches all of it.")
    return {"truncated": True, "k1": every, "k2": back}
