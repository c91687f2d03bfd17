"""How large a run may be: each is kept for everybody for a while, and the browser gets it whole."""

from exhibits.own.choice import Chosen

MOST_BYTES = 32 * 2**20
# Numbers that a record keeps of a unit at a step: states, gates, what enters them, gradients.
_ARRAYS = {"rnn": 8, "gru": 18, "lstm": 22}


def check_size(chosen: Chosen, steps: int) -> None:
    """Refuses a sequence that makes a larger run.

    Raises:
        ValueError: it does; says how many steps this network may read.
    """
    module = chosen.module
    inputs = module.input_size + module.width * (module.num_layers - 1) + 3 * chosen.outputs
    step = 8 * (_ARRAYS[module.family] * module.width * module.num_layers + 2 * inputs)
    if steps * step > MOST_BYTES:
        raise ValueError(
            f"{steps} steps of this network make {steps * step / 2**20:.0f} MB of numbers; at most "
            f"{MOST_BYTES // 2**20} MB are shown: {MOST_BYTES // step} steps."
        )
