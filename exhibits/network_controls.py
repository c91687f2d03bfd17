"""What runs: the cell, its size and its start, and where the losses stand.

Trained weights have a fixed size, so the controls of a random start appear only with one.
"""

import re
from typing import Any

import streamlit as st

from exhibits.table import MAX_LENGTH
from rnn_core import MAX_LAYERS, Numbers, Run, ShippedWeights, Text, load_weights, weights_names

CELL_NAMES = {
    "rnn_tanh": "RNN tanh",
    "rnn_relu": "RNN relu",
    "gru": "GRU",
    "lstm": "LSTM",
}
TASK_OF = {Text: "brackets", Numbers: "waves"}
STEPS = re.compile(r"([0-9]{1,4})(?:-([0-9]{1,4}))?")


def title_of(run: Run) -> str:
    """What a run is called above its picture: the cell and its size."""
    setup = run.setup
    units = f"{setup.hidden_size} unit{'' if setup.hidden_size == 1 else 's'}"
    layers = f" · {setup.num_layers} layers" if setup.num_layers > 1 else ""
    return f"{CELL_NAMES[setup.cell]} · {units}{layers}"


def network_controls(
    key: str, sequence_kind: type[Text] | type[Numbers], steps: int
) -> dict[str, Any]:
    """The fields of a `Setup` that say what runs on `steps` steps, as the learner chose them.

    Raises:
        ValueError: the chosen loss steps are no step numbers.
    """
    cell = st.selectbox(
        "Cell",
        list(CELL_NAMES),
        index=list(CELL_NAMES).index("lstm"),
        format_func=CELL_NAMES.__getitem__,
        key=f"{key}_cell",
        bind="query-params",
    )
    fields: dict[str, Any] = {"cell": cell}
    fields |= _weights(key, cell, TASK_OF[sequence_kind])
    if not fields["weights"]:
        fields |= _random_start(key, cell)
    return fields | {"loss_steps": _loss_steps(key), "truncation": _truncation(key, steps)}


def _weights(key: str, cell: str, task: str) -> dict[str, Any]:
    choice = st.segmented_control(
        "Weights",
        ["trained", "random"],
        default="trained",
        required=True,
        format_func=str.capitalize,
        key=f"{key}_weights",
        bind="query-params",
        width="stretch",
    )
    name = f"{task}-{cell}"
    if choice == "random":
        return {"weights": ""}
    if name not in weights_names():
        st.caption(f"No trained {CELL_NAMES[cell]} comes with the app: its weights are random.")
        return {"weights": ""}
    model = load_weights(name)
    st.caption(f"{_described(model)} Choose *Random* for your own size, seed and start.")
    return {
        "weights": name,
        "hidden_size": model.network.hidden_size,
        "num_layers": model.network.num_layers,
    }


def _described(model: ShippedWeights) -> str:
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
    fields: dict[str, Any] = {
        "hidden_size": st.slider("Hidden size", 1, 64, 16, key=f"{key}_units", bind="query-params"),
        "num_layers": st.slider(
            "Layers", 1, MAX_LAYERS, 1, key=f"{key}_layers", bind="query-params"
        ),
        "seed": _seed(key),
    }
    scaled_by = st.segmented_control(
        "Initial weights",
        ["scale", "spectral radius"],
        default="scale",
        required=True,
        format_func=str.capitalize,
        key=f"{key}_start_by",
        bind="query-params",
        help="Scale multiplies PyTorch's own start, U(−1/√H, 1/√H). A spectral radius is set for "
        "every recurrent matrix: below 1 a signal through it fades, above 1 it can grow.",
        width="stretch",
    )
    if scaled_by == "scale":
        fields["init_scale"] = st.slider(
            "Initial scale", 0.0, 5.0, 1.0, 0.05, key=f"{key}_scale", bind="query-params"
        )
    else:
        fields["spectral_radius"] = st.slider(
            "Spectral radius", 0.05, 3.0, 1.0, 0.05, key=f"{key}_radius", bind="query-params"
        )
    if cell == "lstm":
        fields["forget_bias"] = st.slider(
            "Forget-gate bias",
            -6.0,
            6.0,
            1.0,
            0.25,
            key=f"{key}_forget_bias",
            bind="query-params",
            help="Its sigmoid is where the forget gate starts: −6 drops everything, 6 keeps it.",
        )
        fields["peepholes"] = st.toggle(
            "Peepholes",
            key=f"{key}_peepholes",
            bind="query-params",
            help="The gates also see the cell state (Gers & Schmidhuber 2000).",
        )
    return fields


def _seed(key: str) -> int:
    seed_key = f"{key}_seed"

    def next_seed() -> None:
        st.session_state[seed_key] = (st.session_state[seed_key] + 1) % 10_000

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        seed = st.number_input("Seed", 0, 9999, 0, key=seed_key, bind="query-params")
        st.button(
            "Draw again",
            key=f"{key}_redraw",
            on_click=next_seed,
            help="The next seed: new weights.",
        )
    return int(seed)


def _loss_steps(key: str) -> str | tuple[int, ...]:
    where = st.selectbox(
        "Loss counted at",
        ["every step", "the last step", "chosen steps"],
        key=f"{key}_loss",
        bind="query-params",
        help="A step without a loss still runs; it only sends no gradient of its own back.",
    )
    if where == "every step":
        return "all"
    if where == "the last step":
        return "last"
    typed = st.text_input(
        "Steps with a loss",
        value="0-3, 7",
        key=f"{key}_loss_steps",
        bind="query-params",
        help="Counted from 0, single or in ranges: 0-3, 7.",
    )
    return parse_steps(typed or "")


def _truncation(key: str, steps: int) -> tuple[int, int] | None:
    """(k1, k2) of truncated backpropagation through time, or None: all the way back."""
    cut = st.toggle(
        "Truncated backpropagation",
        key=f"{key}_cut",
        bind="query-params",
        help="The way back is cut: every k1 steps the gradient goes back through the last k2 "
        "steps, and no further. The state crosses the cut.",
    )
    if not cut:
        return None
    every = st.slider("Every k1 steps …", 1, MAX_LENGTH, 5, key=f"{key}_k1", bind="query-params")
    back = st.slider(
        "… back through k2 steps", 1, MAX_LENGTH, 10, key=f"{key}_k2", bind="query-params"
    )
    if back < every:
        raise ValueError(
            f"k2 must be at least k1, or some losses would go nowhere; got k1 = {every}, "
            f"k2 = {back}"
        )
    if back > steps:
        st.caption(f"The sequence has {steps} steps: k2 = {back} reaches all of it.")
    return min(every, steps), min(back, steps)


def parse_steps(text: str) -> tuple[int, ...]:
    """Step numbers such as `0-3, 7`, in order and without repeats.

    Raises:
        ValueError: an entry is neither a number nor a range (which one), or there is none.
    """
    steps: set[int] = set()
    for entry in text.replace(",", " ").split():
        found = STEPS.fullmatch(entry)
        if not found:
            raise ValueError(
                f"Steps with a loss: “{entry[:20]}” is neither a step nor a range. "
                "Write steps counted from 0, such as 0-3, 7."
            )
        first, last = int(found[1]), int(found[2] or found[1])
        if last < first:
            raise ValueError(f"Steps with a loss: the range {entry} runs backwards.")
        steps.update(range(first, last + 1))
    if not steps:
        raise ValueError("Steps with a loss: none given. Write at least one, such as 0-3, 7.")
    return tuple(sorted(steps))
