"""A training taken out: PyTorch takes its weights as they are, and its script trains alike."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from safetensors.numpy import load

from exhibits.training.take_out import files_of
from exhibits.training.take_out_notebook import thinned
from rnn_core.own_model import read_model
from rnn_core.reproduce_training import module, script, sources, task_file, weights_file
from rnn_core.tasks import task_of
from rnn_core.train import Trainer, TrainingSetup
from rnn_core.train.start import starting_weights

ROOT = Path(__file__).resolve().parents[1]
STEPS = 12
TRAININGS = {
    "lstm": TrainingSetup(
        task_of("adding", {"length": 12}),
        hidden_size=6,
        num_layers=2,
        forget_bias=0.5,
        clip_norm=0.05,
        seed=3,
        max_steps=STEPS,
        stop_when_solved=False,
    ),
    "gru": TrainingSetup(
        task_of("temporal_order", {"length": 11}),
        cell="gru",
        hidden_size=6,
        start="chrono",
        truncation=4,
        optimiser="rmsprop",
        learning_rate=0.003,
        max_steps=STEPS,
        stop_when_solved=False,
    ),
    "rnn": TrainingSetup(
        task_of("wave", {"length": 12}),
        cell="rnn_relu",
        hidden_size=6,
        start="identity",
        optimiser="sgd",
        learning_rate=0.02,
        momentum=0.5,
        clip_norm=None,
        max_steps=STEPS,
        stop_when_solved=False,
    ),
    "window": TrainingSetup(
        task_of("series", {"length": 12, "last": 3, "values": [float(k % 7) for k in range(600)]}),
        cell="window",
        window=4,
        hidden_size=5,
        max_steps=STEPS,
        stop_when_solved=False,
    ),
}


@pytest.fixture(scope="module")
def trained() -> dict[str, Trainer]:
    trainers = {name: Trainer(setup) for name, setup in TRAININGS.items()}
    for trainer in trainers.values():
        trainer.advance()
    return trainers


def model_of(setup: TrainingSetup) -> torch.nn.Module:
    """The script's own module."""
    names: dict = {"nn": torch.nn, "torch": torch}
    exec(module(setup), names)
    return names["Model"]()


def test_the_scripts_reproduce_the_losses(trained: dict[str, Trainer], tmp_path: Path) -> None:
    """In one process of its own, each script with nothing but the copied sources beside it."""
    for path, content in sources().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for name, trainer in trained.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "train.py").write_text(script(trainer.setup, trainer.losses), "utf-8")
        (folder / "trained.safetensors").write_bytes(weights_file(trainer.setup, trainer.weights))
        if settings := task_file(trainer.setup):
            (folder / "task.json").write_text(settings, "utf-8")
    runner = """
import json, os, runpy, sys
from safetensors.torch import load_file
for name in sys.argv[1:]:
    os.chdir(os.path.join(sys.path[0], name))
    made = runpy.run_path("train.py")
    model = made["model"]
    again = {k: v.clone() for k, v in model.state_dict().items()}
    model.load_state_dict(load_file("trained.safetensors"), strict=True)
    apart = max((again[k] - v).abs().max().item() for k, v in model.state_dict().items())
    print("RESULT", json.dumps([name, made["losses"], apart]))
"""
    (tmp_path / "runner.py").write_text(runner)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "runner.py", *trained],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    results = [json.loads(line[7:]) for line in done.stdout.splitlines() if "RESULT" in line]
    assert [name for name, _, _ in results] == list(trained)
    for name, losses, apart in results:
        np.testing.assert_allclose(losses, trained[name].losses, rtol=1e-4, err_msg=name)
        assert apart < 1e-5, name
    # It says the app's losses beside its own.
    assert f"in the app {trained['lstm'].losses[10]:.6g}" in done.stdout


@pytest.mark.parametrize("name", TRAININGS)
def test_the_module_takes_the_file_strictly_and_says_what_the_network_says(
    name: str, trained: dict[str, Trainer]
) -> None:
    trainer = trained[name]
    model = model_of(trainer.setup)
    tensors = {
        key: torch.from_numpy(value)
        for key, value in load(weights_file(trainer.setup, trainer.weights)).items()
    }
    model.load_state_dict(tensors, strict=True)
    batch = trainer.setup.task.held_out(4)
    with torch.no_grad():
        said = model(torch.tensor(batch.inputs, dtype=torch.float32)).numpy()
    np.testing.assert_allclose(said, trainer._engine.output(batch.inputs), rtol=1e-4, atol=1e-6)


def test_weights_of_another_network_are_refused() -> None:
    weights = starting_weights(TRAININGS["lstm"])
    del weights["weight_hh_l1"]
    with pytest.raises(ValueError, match="weights must have the names weight_ih_l0"):
        weights_file(TRAININGS["lstm"], weights)


def test_the_file_opens_as_an_own_model(trained: dict[str, Trainer]) -> None:
    trainer = trained["gru"]
    own = read_model(weights_file(trainer.setup, trainer.weights), "trained.safetensors")
    (found,) = own.modules
    assert (found.prefix, found.family, found.hidden_size) == ("rnn.", "gru", 6)
    network, weights = own.weights(found, own.readouts(found)[0])
    assert network == trainer.network
    for name, value in trainer.weights.items():
        np.testing.assert_array_equal(weights[name], value)


@pytest.mark.parametrize("name", TRAININGS)
def test_the_notebook_is_valid_and_its_cells_run(
    name: str, trained: dict[str, Trainer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trained[name]
    files = files_of(trainer.setup, trainer.weights, losses=trainer.losses)
    for file in files[:-1]:
        (tmp_path / file.name).write_bytes(file.make())
    book = nbformat.reads((tmp_path / files[2].name).read_text("utf-8"), as_version=4)
    nbformat.validate(book)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(ROOT))
    space: dict = {}
    for cell in book.cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
    np.testing.assert_allclose(space["losses"], trainer.losses, rtol=1e-4)
    if name == "window":
        expected = trainer._engine.output(trainer.setup.task.held_out(1).inputs)
        np.testing.assert_allclose(space["trace"].output, expected, rtol=1e-4, atol=1e-6)
    else:
        np.testing.assert_allclose(
            space["result"].weights["weight_hh_l0"], trainer.weights["weight_hh_l0"]
        )


def test_everything_in_one_file_holds_what_the_script_imports(
    trained: dict[str, Trainer],
) -> None:
    trainer = trained["window"]
    everything = files_of(trainer.setup, trainer.weights, losses=trainer.losses)[-1]
    with zipfile.ZipFile(io.BytesIO(everything.make())) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
    due = {"README.txt", "train.py", "training.ipynb", "task.json", "rnn_core/tasks/data/alice.txt",
           "rnn_core/train/setup.py", "figures/gates.py"}  # fmt: skip
    assert due <= names
    assert not [name for name in names if "__pycache__" in name]


def test_long_courses_are_thinned_by_their_means() -> None:
    at, mean = thinned([float(k) for k in range(1000)])
    assert at[:3] == [0, 3, 6]
    assert mean[:2] == [1.0, 4.0]
    assert (at[-1], mean[-1]) == (999, 999.0)
    assert thinned([0.5, 0.25]) == ([0, 1], [0.5, 0.25])
