"""Layouts of a recurrent network: at which steps it reads, and at which it is asked.

    one-to-one     reads x_0                 is asked at step 0
    one-to-many    reads x_0                 is asked at every step
    many-to-one    reads every step          is asked at the last step
    aligned        reads every step          is asked at every step
    delayed        reads all but the last d  is asked from step d on: y_t is about x_{t-d}

All five are one network on one unrolled graph; what differs between two setups of one sequence is
`loss_steps` alone. Where a layout reads nothing, the sequence holds a 0 there: another sequence,
still the same network.
Source of the five: Karpathy 2015, The Unreasonable Effectiveness of Recurrent Neural Networks.
"""

from dataclasses import dataclass

from rnn_core.checks import one_of, whole
from rnn_core.sequences import Vectors, signal
from rnn_core.setup import Setup

LAYOUTS = ("one-to-one", "one-to-many", "many-to-one", "aligned", "delayed")


@dataclass(frozen=True)
class Layout:
    """Which of `length` steps read an input, and which have a loss; both in order."""

    length: int
    reads: tuple[int, ...]
    losses: tuple[int, ...]


def layout_of(name: str, length: int, delay: int = 0) -> Layout:
    """One of `LAYOUTS` over `length` steps; `delay` matters to "delayed" alone.

    Raises:
        ValueError: the name is unknown, or `delay` leaves no step to read.
    """
    one_of("name", name, LAYOUTS)
    every = tuple(range(whole("length", length, 1)))
    if name == "delayed":
        delay = whole("delay", delay, 0, length - 1)
        return Layout(length, every[: length - delay], every[delay:])
    first, last = every[:1], every[-1:]
    reads = first if name.startswith("one") else every
    losses = {"one-to-one": first, "many-to-one": last}.get(name, every)
    return Layout(length, reads, losses)


def running_means(layout: Layout, seed: int = 0) -> Vectors:
    """A noise x_t in [-1, 1], 0 where the layout reads nothing; at every step the mean so far.

    The mean is that of the noise itself, so that the targets do not depend on what is read.
    """
    noise = signal("noise", max(2, layout.length), seed)[: layout.length]
    inputs = tuple((x if t in layout.reads else 0.0,) for t, x in enumerate(noise))
    targets = tuple((sum(noise[: t + 1]) / (t + 1),) for t in range(layout.length))
    return Vectors(inputs, targets)


def layout_setup(
    layout: Layout, cell: str = "rnn_tanh", hidden_size: int = 8, seed: int = 0
) -> Setup:
    """A network that reads and is asked as the layout says; its weights know nothing of it."""
    return Setup(
        running_means(layout, seed),
        cell=cell,
        hidden_size=hidden_size,
        seed=seed,
        loss_steps=layout.losses,
    )
