"""What a new visitor sees first: a trained network, half way through a line that it knows."""

from rnn_core import Setup, Text

TEXT = "if (x[i]) {f(a[b], c)}"
SETUP = Setup(sequence=Text(TEXT), weights="brackets-lstm")
# A bracket has just been closed, and half of the line is still to come.
STEP = 7
