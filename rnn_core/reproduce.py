"""A run's numbers outside the app: its setup as an expression, one number as a short script.

    setup_expression(setup)                          a Python expression that equals the setup
    lines_before(setup)                              what must be said before it can be run
    numpy_lines(run, layer, step, unit, what, …)     the arithmetic of one unit at one step
    torch_lines(run, layer, step, unit, what, …)     the same number from torch.nn

The scripts need `rnn_core` and the library that they are named for, and where the setup names held
weights the file of those beside them, nothing else.
"""

from rnn_core.expression import lines_before, setup_expression
from rnn_core.reproduce_numpy import numpy_lines
from rnn_core.reproduce_torch import torch_lines

__all__ = ["lines_before", "numpy_lines", "setup_expression", "torch_lines"]
