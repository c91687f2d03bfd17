"""What is done once in a server's process, before the first page.

*Imports*: every exhibit, with the figures and the core behind it, so that no learner's click waits
for one. Torch is not among them: it is imported where something needs it.

*One BLAS thread*: the matrices here are small; several threads per product make a loaded machine
10 to 100 times slower. A number of threads that somebody has chosen by environment stays.

*gc.freeze()*: Streamlit runs a full garbage collection after every run of a page. With the
libraries' objects taken out of its sight a rerun is several times faster, and more so with many
learners (one rerun per second each, 30 learners, median: 5.0 s without, 0.03 s with).
"""

import functools
import gc
import importlib
import os
import pkgutil

import threadpoolctl

import exhibits

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


@functools.cache
def prepare() -> None:
    """Do the above; a second call in the same process does nothing."""
    for module in pkgutil.iter_modules(exhibits.__path__, "exhibits."):
        importlib.import_module(module.name)
    if not any(os.environ.get(name) for name in THREAD_VARIABLES):
        threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    gc.collect()
    gc.freeze()
