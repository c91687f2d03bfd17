"""The three optimisers, `torch.optim`'s update rules with its defaults.

    Adam      m ← β₁ m + (1-β₁) g        v ← β₂ v + (1-β₂) g²
              w ← w - η · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε) - η · λ w
    RMSprop   v ← α v + (1-α) g²         w ← w - η g / (√v + ε)
    SGD       u ← μ u + g                w ← w - η u

g is the gradient, η the learning rate, t the number of this update from 1 on; m, v, u start at 0.
Sources: Kingma & Ba 2015 (Adam, arXiv:1412.6980); Loshchilov & Hutter 2019 (the weight decay λ,
arXiv:1711.05101); Tieleman & Hinton 2012 (RMSprop, Coursera lecture 6.5); Sutskever et al. 2013
(SGD with momentum).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

import numpy as np

Arrays: TypeAlias = dict[str, np.ndarray]


@dataclass
class Adam:
    """`step` changes the weights in place; `first` and `second` are m and v.

    `weight_decay` λ shrinks matrices, never biases or peepholes.
    """

    slots: ClassVar[tuple[str, ...]] = ("first", "second")

    learning_rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    steps: int = 0
    first: Arrays = field(default_factory=dict)
    second: Arrays = field(default_factory=dict)

    def step(self, weights: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]) -> None:
        """One update, by the present `learning_rate`."""
        beta1, beta2 = self.betas
        self.steps += 1
        rate = self.learning_rate / (1.0 - beta1**self.steps)
        correction = 1.0 / math.sqrt(1.0 - beta2**self.steps)
        for name, g in gradients.items():
            m, v = _state(self.first, name, g), _state(self.second, name, g)
            m += (1.0 - beta1) * (g - m)
            v += (1.0 - beta2) * (g * g - v)
            if self.weight_decay and g.ndim == 2:
                weights[name][...] *= 1.0 - self.learning_rate * self.weight_decay
            weights[name][...] -= rate * m / (np.sqrt(v) * correction + self.epsilon)


@dataclass
class RMSprop:
    """`step` changes the weights in place; `second` is v."""

    slots: ClassVar[tuple[str, ...]] = ("second",)

    learning_rate: float
    alpha: float = 0.99
    epsilon: float = 1e-8
    steps: int = 0
    second: Arrays = field(default_factory=dict)

    def step(self, weights: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]) -> None:
        self.steps += 1
        for name, g in gradients.items():
            v = _state(self.second, name, g)
            v *= self.alpha
            v += (1.0 - self.alpha) * (g * g)
            weights[name][...] -= self.learning_rate * g / (np.sqrt(v) + self.epsilon)


@dataclass
class SGD:
    """`step` changes the weights in place; `velocity` is u."""

    slots: ClassVar[tuple[str, ...]] = ("velocity",)

    learning_rate: float
    momentum: float = 0.0
    steps: int = 0
    velocity: Arrays = field(default_factory=dict)

    def step(self, weights: Mapping[str, np.ndarray], gradients: Mapping[str, np.ndarray]) -> None:
        self.steps += 1
        for name, g in gradients.items():
            u = _state(self.velocity, name, g)
            u *= self.momentum
            u += g
            weights[name][...] -= self.learning_rate * u


Optimiser: TypeAlias = Adam | RMSprop | SGD
KINDS: dict[str, type[Adam] | type[RMSprop] | type[SGD]] = {
    "adam": Adam,
    "rmsprop": RMSprop,
    "sgd": SGD,
}


def optimiser(name: str, learning_rate: float, momentum: float = 0.0) -> Optimiser:
    """A new one, by its name in `KINDS`; the momentum is SGD's."""
    return SGD(learning_rate, momentum) if name == "sgd" else KINDS[name](learning_rate)


def slots_of(name: str) -> tuple[str, ...]:
    """What the optimiser called `name` remembers of each parameter."""
    return KINDS[name].slots


def _state(kept: Arrays, name: str, like: np.ndarray) -> np.ndarray:
    if name not in kept:
        kept[name] = np.zeros_like(like)
    return kept[name]
