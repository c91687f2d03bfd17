"""A training, to take out: its weights, the PyTorch script that makes it again, a notebook."""

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

import figures
from exhibits.take_along import File, offer_file
from exhibits.training.take_out_notebook import notebook
from rnn_core.network import Weights
from rnn_core.reproduce_training import TASK_FILE, Losses, script, sources, task_file, weights_file
from rnn_core.train import TrainingSetup

README = """\
train.py           the training in plain PyTorch: python train.py
{weights}
                   what was learned; load_state_dict of train.py's Model takes it as it is
training.ipynb     a notebook that loads it, draws the losses and traces one sequence
rnn_core, figures  the parts of Unrolled that they import

They need Python 3.11 or newer with torch, NumPy, safetensors, jaxtyping; the notebook Plotly too.
"""


def offer(
    setup: TrainingSetup,
    weights: Weights,
    key: str,
    *,
    losses: Losses = (),
    step: int | None = None,
) -> None:
    """A button that offers the files; each is made when it is clicked.

    `weights` are those after `step` updates, by default as many as `losses` says, one for each.
    """
    popover = st.popover(
        "Take it out", icon=":material/download:", key=f"{key}_take_out", on_change="rerun"
    )
    if not popover.open:
        return
    with popover:
        for file in files_of(setup, weights, losses=losses, step=step):
            offer_file(file, f"{key}_take_out")


def files_of(
    setup: TrainingSetup,
    weights: Weights,
    *,
    losses: Losses = (),
    step: int | None = None,
) -> list[File]:
    """The files of the training up to `step`."""
    steps = step if step is not None else (len(losses) or setup.max_steps)
    told = tuple(float(loss) for loss in losses[:steps])
    stem = file_stem(setup, steps)
    files = [
        File(
            f"{stem}.safetensors",
            "Weights (.safetensors)",
            "For load_state_dict of the script's Model, as they are; *Your model* opens them too.",
            ":material/database:",
            "application/octet-stream",
            lambda: weights_file(setup, weights, {"steps": str(steps)}),
        ),
        File(
            f"{stem}.py",
            "PyTorch script (.py)",
            "The whole training in plain PyTorch. It takes data and first weights from a copy of "
            "Unrolled's folder rnn_core beside it: with *Everything* it comes along.",
            ":material/terminal:",
            "text/x-python",
            lambda: script(setup, told, steps).encode(),
        ),
        File(
            f"{stem}.ipynb",
            "Notebook (.ipynb)",
            "For Jupyter, beside the weights and a copy of Unrolled: the losses, and one sequence "
            "traced.",
            ":material/menu_book:",
            "application/x-ipynb+json",
            lambda: notebook(setup, told, steps, f"{stem}.safetensors"),
        ),
    ]
    if written := task_file(setup):
        files.append(
            File(
                TASK_FILE,
                "Task's settings (.json)",
                "Script and notebook read them from this file beside them.",
                ":material/data_object:",
                "application/json",
                written.encode,
            )
        )
    everything = File(
        f"{stem}.zip",
        "Everything (.zip)",
        "All of these, with the parts of Unrolled that they import: runs with Python, PyTorch, "
        "NumPy, safetensors and jaxtyping alone.",
        ":material/folder_zip:",
        "application/zip",
        lambda: _zipped(files, stem),
    )
    return [*files, everything]


def file_stem(setup: TrainingSetup, steps: int) -> str:
    """Of small letters, digits and hyphens: `unrolled-adding-lstm-32-400-steps`."""
    said = f"unrolled {setup.task.name} {setup.cell} {setup.hidden_size} {steps} steps"
    return re.sub(r"[^a-z0-9]+", "-", said.lower())


def _zipped(files: Sequence[File], stem: str) -> bytes:
    named = {"py": "train.py", "ipynb": "training.ipynb"}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{stem}/README.txt", README.format(weights=f"{stem}.safetensors"))
        for file in files:
            name = named.get(file.name.rpartition(".")[2], file.name)
            archive.writestr(f"{stem}/{name}", file.make())
        for path, content in sources().items():
            archive.writestr(f"{stem}/{path}", content)
        for source in sorted(Path(figures.__file__).parent.glob("*.py")):
            archive.write(source, f"{stem}/figures/{source.name}")
    return whole.getvalue()
