"""What a training loop needs beyond a record's gradients: Adam and clipping by the norm.

    m ← β₁ m + (1-β₁) g        v ← β₂ v + (1-β₂) g²
    w ← w - lr · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε) - lr · λ w

Sources: Kingma & Ba 2015 (Adam, arXiv:1412.6980); Loshchilov & Hutter 2019 (the weight decay λ,
arXiv:1711.05101); Pascanu et al. 2013 (clipping).
"""

import math
from dataclasses import dataclass, field

import numpy as np

Gradients = dict[str, np.ndarray]


@dataclass
class Adam:
    """The optimiser's own state; `step` changes the weights in place.

    `weight_decay` λ shrinks matrices, never biases or peepholes.
    """

    learning_rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    steps: int = 0
    first: Gradients = field(default_factory=dict)
    second: Gradients = field(default_factory=dict)

    def step(self, weights: Gradients, gradients: Gradients) -> None:
        """One update, by the present `learning_rate`."""
        beta1, beta2 = self.betas
        self.steps += 1
        rate = self.learning_rate / (1.0 - beta1**self.steps)
        correction = 1.0 / math.sqrt(1.0 - beta2**self.steps)
        for name, g in gradients.items():
            m = self.first.setdefault(name, np.zeros_like(g))
            v = self.second.setdefault(name, np.zeros_like(g))
            m += (1.0 - beta1) * (g - m)
            v += (1.0 - beta2) * (g * g - v)
            if self.weight_decay and g.ndim == 2:
                weights[name] *= 1.0 - self.learning_rate * self.weight_decay
            weights[name] -= rate * m / (np.sqrt(v) * correction + self.epsilon)


def clip_norm(gradients: Gradients, largest: float) -> float:
    """Scale all gradients in place so that their joint norm is at most `largest`.

    Returns the norm before. The direction stays.
    """
    norm = math.sqrt(sum(float(np.vdot(g, g)) for g in gradients.values()))
    if norm > largest:
        for g in gradients.values():
            g *= largest / norm
    return norm
