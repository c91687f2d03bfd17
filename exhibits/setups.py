"""From values of declared parameters (`exhibits.parameters`) to the setup that the core runs."""

from typing import Any

from lessons.declared import Values
from rnn_core import Numbers, Setup, Text, load_weights, signal, weights_names

TASK_OF: dict[type, str] = {Text: "brackets", Numbers: "waves"}


def weights_name(kind: type, cell: str) -> str:
    """The weights that come with the app for this cell and kind of sequence, or ""."""
    name = f"{TASK_OF.get(kind, '')}-{cell}"
    return name if name in weights_names() else ""


def sequence_of(values: Values) -> Text | Numbers:
    """What is read: the text, the typed numbers, or a signal of some length.

    Raises:
        ValueError: it is no sequence.
    """
    if values["source"] == "text":
        return Text(values["text"])
    if values["shape"] == "typed":
        return Numbers(values["numbers"])
    return Numbers(signal(values["shape"], values["length"], values["noise_seed"]))


def setup_of(values: Values, sequence: Text | Numbers) -> Setup:
    """The setup of these values on a sequence; weights that do not exist are random.

    Raises:
        ValueError: the values do not fit each other, or the sequence.
    """
    lstm = values["cell"] == "lstm"
    fields: dict[str, Any] = {
        "cell": values["cell"],
        "loss_steps": _loss_steps(values),
        "truncation": truncation_of(values, len(sequence.labels)),
    }
    name = weights_name(type(sequence), values["cell"]) if values["weights"] == "trained" else ""
    if name:
        network = load_weights(name).network
        fields |= {"hidden_size": network.hidden_size, "num_layers": network.num_layers}
        return Setup(sequence, weights=name, **fields)
    by_radius = values["start_by"] == "spectral radius"
    return Setup(
        sequence,
        hidden_size=values["hidden_size"],
        num_layers=values["num_layers"],
        bidirectional=values["bidirectional"],
        seed=values["seed"],
        init_scale=1.0 if by_radius else values["init_scale"],
        spectral_radius=values["spectral_radius"] if by_radius else None,
        forget_bias=values["forget_bias"] if lstm else 1.0,
        peepholes=lstm and values["peepholes"],
        **fields,
    )


def _loss_steps(values: Values) -> str | tuple[int, ...]:
    if values["loss_at"] == "chosen steps":
        return tuple(values["loss_steps"])
    return "all" if values["loss_at"] == "every step" else "last"


def truncation_of(values: Values, steps: int) -> tuple[int, int] | None:
    """(k1, k2) of truncated backpropagation through time, or None: all the way back.

    Raises:
        ValueError: k2 is less than k1.
    """
    if not values["truncated"]:
        return None
    every, back = values["k1"], values["k2"]
    if back < every:
        raise ValueError(
            f"k2 must be at least k1, or some losses would go nowhere; got k1 = {every}, "
            f"k2 = {back}"
        )
    return min(every, steps), min(back, steps)
