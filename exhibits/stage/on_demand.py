"""What a payload holds only when the browser asks for it, because it is large or takes a while.

The browser names what it wants as `name` or `name:argument:…`; each is one function of a run and
the index of the layer that is seen, in a module of its own.
"""

from collections.abc import Callable

from exhibits.stage.extra import Extra
from rnn_core import Run

Maker = Callable[..., Extra]
MAKERS: dict[str, Maker] = {}


def is_known(want: str) -> bool:
    """Whether a word from the browser names something that can be sent."""
    return want.partition(":")[0] in MAKERS


def on_demand(run: Run, layer: int, want: str) -> Extra:
    """What `want` names, for one run. A ValueError of the core becomes the fact that says why."""
    name, *arguments = want.split(":")
    try:
        return MAKERS[name](run, layer, *arguments)
    except ValueError as problem:
        return Extra(facts={name: {"problem": str(problem)}})
