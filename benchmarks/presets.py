"""What each preset of the page "Train" claims, measured.

    .venv/bin/python -m benchmarks.presets [a part of the preset's name] [seeds]

Prints Markdown: for each network and seed when it was solved, the lowest held-out loss and the
last one. The text's network trains for half a minute, most others for some seconds.
"""

import sys

from exhibits.training.configure import names_of, setups_of
from exhibits.training.controls import defaults
from exhibits.training.presets import PRESETS
from rnn_core import Trainer, TrainingSetup

LAST = 50  # training steps whose mean loss is told


def measured(setup: TrainingSetup) -> str:
    """A row's cells."""
    trainer = Trainer(setup)
    trainer.advance()
    step, loss, _ = min(trainer.held_out[1:], key=lambda one: one[1])
    solved = "–" if trainer.solved_at is None else f"{trainer.solved_at:,}"
    _, last, score = trainer.held_out[-1]
    training = trainer.losses[-LAST:].mean()
    return f"{solved} | {loss:.4f} at {step:,} | {last:.4f} | {score:.4f} | {training:.4f}"


def main(part: str = "", seeds: str = "1") -> None:
    print("| preset | network | seed | solved at | lowest held out | last | its score | training |")
    print("|---|---|---|---|---|---|---|---|")
    for preset in PRESETS:
        for seed in range(int(seeds) if part in preset.name else 0):
            values = {**defaults(), **preset.values, "against": preset.against, "seed": seed}
            setups = setups_of(values)
            for name, setup in zip(names_of(setups), setups, strict=True):
                print(f"| {preset.name} | {name} | {seed} | {measured(setup)} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
