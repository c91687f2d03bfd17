"""What stands in the files in words: the setup in sentences, and the files' names."""

import re
import unicodedata

from exhibits.edits import in_words
from exhibits.parameters import CELL
from rnn_core import Numbers, Run, Setup, Vectors
from rnn_core.held import is_held
from rnn_core.own_model import is_probe

_LONGEST_TEXT = 200  # characters of a sequence in a sentence
_LONGEST_SLUG = 24


def sentences(run: Run) -> list[str]:
    """What runs, with which weights and losses, and what was changed of it."""
    setup = run.setup
    said = [_network(setup), _weights(run), _losses(setup)]
    if setup.truncation:
        every, back = setup.truncation
        said.append(f"Its gradients are truncated: every {every} steps, back through {back}.")
    if changed := in_words(setup.changes, setup):
        said.append(f"Changed: {'; '.join(changed)}.")
    return said


def _network(setup: Setup) -> str:
    layers = f" in {setup.num_layers} layers" if setup.num_layers > 1 else ""
    ways = ", read from both ends," if setup.bidirectional else ""
    peepholes = ", with peepholes," if setup.peepholes else ""
    units = f"{setup.hidden_size} unit{'' if setup.hidden_size == 1 else 's'}"
    article = "A" if setup.cell == "gru" else "An"
    what = f"{article} {CELL.choices[setup.cell]} with {units}{layers}{ways}{peepholes}"
    sequence = setup.sequence
    if isinstance(sequence, Numbers):
        scaled = ", standardised" if sequence.standardise else ""
        return f"{what} reads {len(sequence.values)} numbers{scaled}."
    if isinstance(sequence, Vectors):
        features = len(sequence.inputs[0])
        named = f" ({', '.join(sequence.names)})" if sequence.names else ""
        numbers = f"{features} number{'' if features == 1 else 's'}{named}"
        steps = f"{len(sequence.inputs)} step{'' if len(sequence.inputs) == 1 else 's'}"
        says = f" and says which of {len(sequence.classes)} classes" if sequence.classes else ""
        return f"{what} reads {numbers} at each of {steps}{says}."
    text = sequence.text
    short = text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"
    return f"{what} reads “{short}”."


def _weights(run: Run) -> str:
    setup = run.setup
    if is_held(setup.weights):
        title = run.known.metadata.get("title") if run.known else None
        return f"Its weights are {title or f'trained or uploaded here ({setup.weights})'}."
    if setup.weights:
        return f"Its weights are trained ({setup.weights})."
    special = [f"seed {setup.seed}"]
    if setup.init_scale != 1.0:
        special.append(f"scale {setup.init_scale:g}")
    if setup.recurrent_init != "uniform":
        special.append(f"recurrent weights {setup.recurrent_init}")
    if setup.spectral_radius is not None:
        special.append(f"spectral radius {setup.spectral_radius:g}")
    if setup.cell == "lstm" and setup.forget_bias is not None:
        special.append(f"forget bias {setup.forget_bias:g}")
    return f"Its weights are random ({', '.join(special)})."


def _losses(setup: Setup) -> str:
    if is_probe(setup.sequence):
        return f"No target is known: {_where(setup)} the probe ½‖ŷ‖² stands in for a loss."
    if setup.loss_steps == "all":
        return "Every step that has a target has a loss."
    if setup.loss_steps == "last":
        return "The last step that has a target has the only loss."
    steps = [str(step) for step in setup.loss_steps]
    plural = "Steps" if len(steps) > 1 else "Step"
    return f"{plural} {', '.join(steps)} {'have' if len(steps) > 1 else 'has'} a loss."


def _where(setup: Setup) -> str:
    if setup.loss_steps in ("all", "last"):
        return "at every step" if setup.loss_steps == "all" else "at the last step"
    return f"at step {', '.join(map(str, setup.loss_steps))}"


def file_name(run: Run, ending: str, *more: str) -> str:
    """A name of small letters, digits and hyphens, whatever the learner typed."""
    sequence = run.setup.sequence_read
    if isinstance(sequence, Vectors):
        reads = f"{len(sequence.inputs)}-vectors"
    elif isinstance(sequence, Numbers):
        reads = f"{len(sequence.values)}-numbers"
    else:
        reads = sequence.text
    parts = ["unrolled", run.setup.cell, str(run.setup.hidden_size), _plain(reads)[:_LONGEST_SLUG]]
    return f"{_plain('-'.join([*parts, *more]))}.{ending}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", text).lower()).strip("-")
