"""Which pieces there are: the modules of `exhibits.pieces`, each under its declared name."""

import functools
import importlib
import pkgutil

from exhibits import pieces
from exhibits.piece import Piece
from lessons.declared import Declaration


@functools.cache
def catalogue() -> dict[str, Piece]:
    """Every piece by its name, in the order of their names."""
    found: dict[str, Piece] = {}
    for module in pkgutil.iter_modules(pieces.__path__, f"{pieces.__name__}."):
        piece: Piece = importlib.import_module(module.name).PIECE
        found[piece.declaration.name] = piece
    return dict(sorted(found.items()))


def declarations() -> dict[str, Declaration]:
    """What the loader of lessons is told."""
    return {name: piece.declaration for name, piece in catalogue().items()}
