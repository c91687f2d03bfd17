"""The one cache of runs: shared by all learners, bounded, keyed by the setup."""

from functools import lru_cache

from rnn_core import Run, Setup, run


@lru_cache(maxsize=128)
def traced(setup: Setup) -> Run:
    """The run of a setup. Its arrays are shared: they are read, never written.

    Raises:
        ValueError: the setup cannot run (the message is for the learner).
    """
    return run(setup)
