"""The tokens that a network reads, by their numbers: as an alphabet, as JSON, or as bare ids."""

import json
import re
from collections.abc import Sequence
from typing import Any

from exhibits.table import MAX_LENGTH

_ESCAPED = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}


class Waiting(ValueError):
    """Nothing is wrong: the learner has not given something yet. The message says what."""


def unescaped(typed: str) -> str:
    """With \\n, \\t and \\\\ as the characters that they stand for: a field has one line."""
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPED[found[0]], typed)


def vocabulary(typed: str, features: int) -> tuple[str, ...]:
    """The tokens in their order: characters in a row, a JSON list, or JSON with each one's number.

    Raises:
        ValueError: there is not a different token for each input; says which is wrong.
    """
    if not typed:
        raise Waiting(
            f"Alphabet: write the {features} characters that the model's inputs stand for, in "
            "their order; \\n is a line's end. A vocabulary as JSON is taken too."
        )
    given = _as_json(typed, features)
    words = tuple(unescaped(typed)) if given is None else _words(given, features)
    what = "character" if given is None else "token"
    if len(words) != features:
        raise ValueError(
            f"Alphabet: {len(words)} {what}{'' if len(words) == 1 else 's'} given; the model has "
            f"{features} inputs. Write the {what} of each, in their order."
        )
    for word in words:
        if words.count(word) > 1:
            raise ValueError(f"Alphabet: {word!r} stands in it more than once.")
    return words


def _as_json(typed: str, features: int) -> Any:
    """A JSON list or table; None where it is an alphabet, which may begin with a bracket too."""
    if typed.strip()[:1] not in ("[", "{") or len(unescaped(typed)) == features:
        return None
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        return None


def _words(given: Any, features: int) -> tuple[str, ...]:
    if isinstance(given, dict):
        numbers = list(given.values())
        for word, number in given.items():
            if type(number) is not int or not 0 <= number < features:
                raise ValueError(f"Alphabet: {word!r} has the number {number!r}; those of the "
                                 f"model's inputs are 0 to {features - 1}.")  # fmt: skip
            if numbers.count(number) > 1:
                raise ValueError(f"Alphabet: the number {number} stands in it more than once.")
        given = sorted(given, key=given.__getitem__)
    for place, word in enumerate(given):
        if not isinstance(word, str) or not word:
            raise ValueError(f"Alphabet: entry {place} is {word!r}; it must be a text, not empty.")
    return tuple(given)


def split(text: str, words: Sequence[str]) -> list[int]:
    """The numbers of a text's tokens, at each place the longest that fits.

    Blanks between tokens are passed over where no token is one.

    Raises:
        ValueError: no token fits somewhere; says where.
    """
    number = {word: k for k, word in enumerate(words)}
    lengths = sorted({len(word) for word in words}, reverse=True)
    found, at = [], 0
    while at < len(text):
        fits = (text[at : at + n] for n in lengths if text[at : at + n] in number)
        if word := next(fits, ""):
            found.append(number[word])
        elif lengths[0] == 1 or not text[at].isspace():
            raise ValueError(f"Text: {text[at]!r} (character {at + 1}) is not in the alphabet.")
        at += len(word) or 1
    return found


def token_ids(typed: str, features: int) -> list[int]:
    """Whole numbers, set apart by blanks, commas or lines, in brackets or not.

    Raises:
        ValueError: one is no number of a token, or there are fewer than 2 or more than 200.
    """
    found = []
    inner = re.sub(r"^[\s\[(]+|[\s\]),;]+$", "", typed)
    for place, word in enumerate(re.split(r"[\s,;]+", inner), start=1):
        if not word and place == 1:
            raise Waiting(f"Token ids: write numbers from 0 to {features - 1}, one for each step.")
        if not re.fullmatch(r"[0-9]{1,9}", word) or int(word) >= features:
            raise ValueError(
                f"Token ids: {word[:20]!r} (number {place}) is no whole number from 0 to "
                f"{features - 1}, as the embedding has {features} rows."
            )
        found.append(int(word))
    if not 2 <= len(found) <= MAX_LENGTH:
        raise ValueError(f"Token ids: {len(found)} given; 2 to {MAX_LENGTH} are read.")
    return found
