"""What the units of a character model keep track of: each one's h against a property of the text.

    tracking(name, text, trait) -> Tracking

A correlation is Pearson's r over all characters. Beside it stand those of a network of the same
sizes with random weights: among many units some pair always goes together.

Source: Karpathy, Johnson & Fei-Fei 2016 (arXiv:1506.02078: units that track quotes and brackets).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from rnn_core.checks import one_of
from rnn_core.initial import initial_weights
from rnn_core.sampling import classes_of, model_of_text, read

TRAITS = {"quotes": "inside quotes", "brackets": "inside brackets", "words": "place in the word"}
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, eq=False)
class Tracking:
    """How each unit's h goes with a trait of the text.

    `correlations` are Pearson's r over all characters; `untrained` those of a network of the same
    sizes with random weights, on the same text: what a unit shows without having learned it.
    """

    text: str
    trait: Float[np.ndarray, " time"]
    hidden: Float[np.ndarray, "time hidden"]
    correlations: Float[np.ndarray, " hidden"]
    untrained: Float[np.ndarray, " hidden"]

    @property
    def best(self) -> int:
        """The unit whose correlation is the largest in size."""
        return int(np.abs(self.correlations).argmax())

    def told_apart(self, unit: int) -> float:
        """The share of characters that the best threshold on h puts on the right side of the trait.

        Of a trait that is 0 or more: inside against outside. Never below the share of the larger.
        """
        inside = self.trait[np.argsort(self.hidden[:, unit], kind="stable")] > 0.0
        # Below the threshold stand the first k: outside ones are right there, inside ones above.
        below = np.concatenate([[0], np.cumsum(~inside)])
        above = inside.sum() - np.concatenate([[0], np.cumsum(inside)])
        right = below + above
        return float(max(right.max(), len(inside) - right.min()) / len(inside))


@lru_cache(maxsize=16)
def tracking(name: str, text: str, trait: str) -> Tracking:
    """Every unit of the last layer against a trait of the text.

    Raises:
        ValueError: as `reading`; or the trait is the same everywhere in this text.
    """
    known = model_of_text(name)
    wanted = traits_of(text, trait)
    if np.ptp(wanted) == 0.0:
        raise ValueError(f"{TRAITS[trait]}: the text is the same in this everywhere")
    numbers = classes_of(known.alphabet, text, "text", 2)
    hidden, _ = read(known.network, known.weights, numbers)
    random, _ = read(known.network, initial_weights(known.network, seed=0), numbers)
    return Tracking(
        text, wanted, hidden, _correlations(hidden, wanted), _correlations(random, wanted)
    )


def traits_of(text: str, trait: str) -> Float[np.ndarray, " time"]:
    """After each character: 1 inside quotes or brackets and 0 outside; or the letters so far.

    An opening mark counts as inside, its closing one as outside. Quotes are `…' as plain texts
    have them, or "…"; a ' before a letter is an apostrophe. A quote ends with its paragraph.
    """
    one_of("trait", trait, TRAITS)
    if trait == "quotes":
        return _quoted(text)
    if trait == "brackets":
        return _bracketed(text)
    letters, found = 0, []
    for character in text:
        letters = letters + 1 if character.isalpha() else 0
        found.append(float(letters))
    return np.array(found)


def _quoted(text: str) -> Float[np.ndarray, " time"]:
    closing, found = "", []
    for k, character in enumerate(text):
        after = text[k + 1 : k + 2]
        if character == closing and not (character == "'" and after.isalpha()):
            closing = ""
        elif not closing and character in '`"':
            closing = {"`": "'", '"': '"'}[character]
        elif character == "\n" and after == "\n":
            closing = ""
        found.append(float(bool(closing)))
    return np.array(found)


def _bracketed(text: str) -> Float[np.ndarray, " time"]:
    open_now: list[str] = []
    found = []
    for character in text:
        if character in _PAIRS:
            open_now.append(_PAIRS[character])
        elif open_now and character == open_now[-1]:
            open_now.pop()
        found.append(float(bool(open_now)))
    return np.array(found)


def _correlations(
    hidden: Float[np.ndarray, "time hidden"], trait: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " hidden"]:
    """Pearson's r of each column with the trait; 0 for a unit that never moves."""
    apart = hidden - hidden.mean(axis=0)
    wanted = trait - trait.mean()
    scale = np.sqrt((apart**2).sum(axis=0) * (wanted @ wanted))
    moves = scale > 0.0
    return np.where(moves, (wanted @ apart) / np.where(moves, scale, 1.0), 0.0)
