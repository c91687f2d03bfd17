"""Parameters side by side in one vector, so that an optimiser's step is a few long operations."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float


class Flat:
    """`vector` holds every parameter; `views` are its pieces in their shapes, the same memory."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], dtype: np.dtype) -> None:
        self.vector: Float[np.ndarray, " parameters"] = np.zeros(
            sum(int(np.prod(shape)) for shape in shapes.values()), dtype
        )
        self.views: dict[str, np.ndarray] = {}
        start = 0
        for name, shape in shapes.items():
            stop = start + int(np.prod(shape))
            self.views[name] = self.vector[start:stop].reshape(shape)
            start = stop

    def take(self, values: Mapping[str, np.ndarray]) -> None:
        """Copy all of `values` in, under their names."""
        np.concatenate(
            [values[name].reshape(-1) for name in self.views], out=self.vector, casting="same_kind"
        )

    def copies(self) -> dict[str, np.ndarray]:
        return {name: view.copy() for name, view in self.views.items()}
