"""What is done once in a server's process, before the first page.

*Imports*: every exhibit, with the figures and the core behind it, and the lessons, which are read
and checked, so that no learner's click waits for one. Torch is not among them: it is imported where
something needs it.

*One BLAS thread*: the matrices here are small; several threads per product make a loaded machine
10 to 100 times slower. A number of threads that somebody has chosen by environment stays.

*A short turn for each thread*: Python lets a thread run for 5 ms before another gets its turn, and
the one that sends what a page has drawn waits so long for every message. With 1 ms a page's picture
is on its way some 8 ms sooner.

*gc.freeze()*: takes the libraries' objects out of the garbage collector's sight, so that a
collection costs little. The one that Streamlit forces after every run of a page is off besides
(`.streamlit/config.toml`, where it says what that was measured to save).
"""

import functools
import gc
import importlib
import os
import pkgutil
import sys

import threadpoolctl

import exhibits
from exhibits.lesson.shelf import shelf

TURN = 0.001  # seconds
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@functools.cache
def prepare() -> None:
    """Do the above; a second call in the same process does nothing."""
    for module in pkgutil.walk_packages(exhibits.__path__, "exhibits."):
        importlib.import_module(module.name)
    shelf()
    if not any(os.environ.get(name) for name in THREAD_VARIABLES):
        threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()
