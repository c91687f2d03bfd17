"""What one thing that is sent on demand adds to a payload."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Extra:
    """Arrays by name (the payload puts `want.` before it), and plain values for its header."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, object] = field(default_factory=dict)
