"""What a payload holds only when the browser asks for it, because it is large or takes a while.

The browser names what it wants as `name` or `name:argument:…`; each is one function of a run, the
index of the layer that is seen and the arguments as text, in a module of its own under `wanted/`.
In the payload its arrays are called `want.name`, and its plain values stand in the header's
`facts` under the whole word that was wanted.
"""

from collections.abc import Callable

from exhibits.stage.wanted.alone import alone
from exhibits.stage.wanted.extra import Extra
from exhibits.stage.wanted.lines import lines
from exhibits.stage.wanted.nudge import nudge
from exhibits.stage.wanted.paths import paths
from exhibits.stage.wanted.sources import sources
from exhibits.stage.wanted.space import space
from rnn_core import Run

Maker = Callable[..., Extra]
MAKERS: dict[str, Maker] = {
    "alone": alone,
    "sources": sources,
    "paths": paths,
    "space": space,
    "nudge": nudge,
    "lines": lines,
}
LONGEST = 120  # characters of a word from the browser
MOST_WANTS = 8  # words that are answered at once


def is_known(want: str) -> bool:
    """Whether a word from the browser names something that can be sent."""
    return len(want) <= LONGEST and want.partition(":")[0] in MAKERS


def on_demand(run: Run, layer: int, want: str) -> Extra:
    """What `want` names. Where the core cannot answer, its fact `problem` says why."""
    name, *arguments = want.split(":")
    try:
        made = MAKERS[name](run, layer, *arguments)
    except (ValueError, TypeError) as problem:
        return Extra(facts={want: {"problem": str(problem)}})
    arrays = {f"{want}.{key}": value for key, value in made.arrays.items()}
    return Extra(arrays, {want: made.facts})
