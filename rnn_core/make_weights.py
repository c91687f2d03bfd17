"""Train the small networks that the product ships: `python -m rnn_core.make_weights [name …]`.

brackets-<cell>   a character model of nested code and a few English sentences, which learns to
                  close what was opened; measured by how often it ranks the right closing bracket
                  above the two wrong ones, on lines that it has not seen.
waves-<cell>      the next value of sines, damped sines, steps, pulses and squares; measured by
                  its mean squared error against the naive forecast x̂_{t+1} = x_t.

Everything is seeded and trained by this package's own NumPy core in float32.
"""

import math
import string
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from rnn_core.initial import initial_weights
from rnn_core.make_lesson_weights import ALICE, make_alice, make_sunspots
from rnn_core.network import Network
from rnn_core.run import record
from rnn_core.shipped import FOLDER
from rnn_core.train.optimisers import Adam

CELLS = ("lstm", "gru", "rnn_tanh")
ALPHABET = string.ascii_lowercase + string.digits + " ()[]{}.,;:=<>+-*/'\"!?_"
PAIRS = {"(": ")", "[": "]", "{": "}"}
SENTENCES = (
    "call me ishmael.",
    "to be, or not to be: that is the question.",
    "it was the best of times, it was the worst of times.",
    "what's in a name?",
)
LENGTH, BATCH, POOL, STEPS = 64, 32, 10_000, 10_000
Batch = tuple[np.ndarray, np.ndarray]
LESSONS = {"sunspots": make_sunspots} | dict.fromkeys(ALICE, make_alice)


def expression(rng: np.random.Generator, depth: int) -> str:
    """A random expression whose brackets nest at most `depth` deep."""
    name = str(rng.choice([*"abcfxyi"]))
    if not depth or rng.random() < 0.45:
        return name
    inner = expression(rng, depth - 1)
    second = f"{inner}, {expression(rng, depth - 1)}"
    forms = [f"{name}({inner})", f"{name}[{inner}]"]
    forms += [f"{{{second}}}", f"[{second}]", f"{name}({second})"]
    return str(rng.choice(forms))


def statement(rng: np.random.Generator) -> str:
    """A line of code, or now and then a sentence."""
    kind = rng.integers(8)
    if kind == 0:
        return str(rng.choice(SENTENCES))
    if kind <= 4:
        return f"if ({expression(rng, 2)}) {{{expression(rng, 3)}}}"
    if kind == 5:
        return f"{rng.choice([*'xyz'])} = {expression(rng, 3)};"
    return expression(rng, 4)


def texts(rng: np.random.Generator, count: int) -> np.ndarray:
    """Character classes (time, count), one more step than is read."""
    lines = []
    for _ in range(count):
        line = statement(rng)
        while len(line) <= LENGTH:
            line += " " + statement(rng)
        lines.append([ALPHABET.index(character) for character in line[: LENGTH + 1]])
    return np.array(lines).T


def read_texts(lines: np.ndarray) -> Batch:
    """One-hot characters, and the class of the one that follows each."""
    return np.eye(len(ALPHABET), dtype=np.float32)[lines[:-1]], lines[1:]


def waves(rng: np.random.Generator, count: int) -> np.ndarray:
    """Waves (time, count, 1) of random kind, frequency, phase and size, one step more than read."""
    t = np.arange(LENGTH + 1)[:, None, None]
    draw = lambda low, high: rng.uniform(low, high, size=(1, count, 1))  # noqa: E731
    turns = t / draw(8, 40) + draw(0, 1)
    sine = np.sin(2 * np.pi * turns)
    second = np.sin(2 * np.pi * (t / draw(8, 40) + draw(0, 1)))
    start, width = draw(5, LENGTH - 10), draw(2, 12)
    kinds = [
        sine,
        0.6 * sine + 0.4 * second,
        sine * np.exp(-t / draw(15, 60)),
        np.sign(sine),
        2 * (turns % 1) - 1,
        (t >= start) * 1.0,
        ((t >= start) & (t < start + width)) * 1.0,
    ]
    kind = rng.choice(len(kinds), size=count, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.05, 0.05])
    chosen = np.stack([kinds[k][:, place] for place, k in enumerate(kind)], axis=1)
    return (chosen * draw(0.5, 1.5)).astype(np.float32)


def read_waves(series: np.ndarray) -> Batch:
    """Each value, and the one that follows it."""
    return series[:-1], series[1:]


def train(
    network: Network,
    loss: str,
    pool: np.ndarray,
    read: Callable[[np.ndarray], Batch],
    steps: int,
    rate: float,
    decay: float = 0.0,
) -> dict[str, np.ndarray]:
    """Adam with the rate falling to a hundredth along a cosine; gradients clipped at norm 1.

    A weight `decay` keeps gates off their stops, and with them the cell state small enough to
    be seen: without it one unit of the brackets' LSTM counts steps up to 30.
    """
    rng = np.random.default_rng(0)
    drawn = initial_weights(network, seed=0)
    weights = {name: value.astype(np.float32) for name, value in drawn.items()}
    optimiser, recent = Adam(rate, weight_decay=decay), 0.0
    for step in range(steps):
        inputs, targets = read(pool[:, rng.integers(pool.shape[1], size=BATCH)])
        result = record(network, weights, inputs, targets, loss=loss)
        gradients = {name: g / LENGTH for name, g in result.grad_weights.items()}
        clip_norm(gradients, 1.0)
        optimiser.learning_rate = rate * (0.505 + 0.495 * float(np.cos(np.pi * step / steps)))
        optimiser.step(weights, gradients)
        recent += 0.01 * (result.loss / LENGTH - recent) if step else result.loss / LENGTH
        if step % max(1, steps // 10) == 0 or step == steps - 1:
            print(f"    step {step:6d}  loss per step {recent:.4f}", flush=True)
    return weights


def clip_norm(gradients: dict[str, np.ndarray], largest: float) -> float:
    """Scale all gradients in place so that their joint norm is at most `largest`.

    Returns the norm before. The direction stays.
    """
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values()))
    if norm > largest:
        for g in gradients.values():
            g *= largest / norm
    return norm


def bracket_scores(network: Network, weights: dict[str, np.ndarray]) -> dict[str, str]:
    """How well the closing brackets of unseen lines are foretold."""
    inputs, targets = read_texts(texts(np.random.default_rng(1), 500))
    result = record(network, weights, inputs, targets, loss="categorical")
    closing = [ALPHABET.index(character) for character in PAIRS.values()]
    at_closing = np.isin(targets, closing)
    guess = np.array(closing)[result.output[at_closing][:, closing].argmax(axis=-1)]
    right = guess == targets[at_closing]
    return {
        "closing_bracket_accuracy": f"{right.mean():.4f}",
        "closing_brackets_tested": str(right.size),
        "held_out_nats_per_character": f"{result.loss / LENGTH:.4f}",
    }


def wave_scores(network: Network, weights: dict[str, np.ndarray]) -> dict[str, str]:
    """The mean squared error on unseen waves, and that of saying the last value again."""
    inputs, targets = read_waves(waves(np.random.default_rng(1), 500))
    result = record(network, weights, inputs, targets, loss="squared")
    return {
        "held_out_mse": f"{float(((result.output - targets) ** 2).mean()):.6f}",
        "naive_mse": f"{float(((inputs - targets) ** 2).mean()):.6f}",
    }


def make(name: str, folder: Path = FOLDER) -> dict[str, str]:
    """Train, measure and write one file; returns its metadata."""
    task, _, cell = name.partition("-")
    rng = np.random.default_rng(0)
    if task == "brackets":
        network = Network(cell, len(ALPHABET), 16, output_size=len(ALPHABET))
        weights = train(
            network, "categorical", texts(rng, POOL), read_texts, STEPS, rate=0.02, decay=0.1
        )
        scores = bracket_scores(network, weights)
    elif task in LESSONS:
        network, weights, scores = LESSONS[task](task, cell)
    else:
        network = Network(cell, 1, 8, output_size=1)
        weights = train(network, "squared", waves(rng, POOL), read_waves, STEPS, rate=0.02)
        scores = wave_scores(network, weights)
    metadata = {
        "cell": cell,
        "hidden_size": str(network.hidden_size),
        "alphabet": ALPHABET if task == "brackets" else "",
        "made_by": f"python -m rnn_core.make_weights {name}",
        **scores,
    }
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file(weights, path, metadata=metadata)
    path.chmod(0o644)  # safetensors writes for the owner alone
    return metadata


if __name__ == "__main__":
    names = [f"{task}-{cell}" for task in ("brackets", "waves", "sunspots") for cell in CELLS]
    names += [f"{task}-lstm" for task in ALICE]
    chosen = sys.argv[1:] or names
    if unknown := set(chosen) - set(names):
        sys.exit(f"names must be of {', '.join(names)}; got {', '.join(sorted(unknown))}")
    for name in chosen:
        print(name)
        print("   ", make(name))
