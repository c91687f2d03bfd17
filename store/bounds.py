"""What may be kept: ids of learners, names of lessons and their parts, answers. Else ValueError."""

import json
import math
import re
import secrets
from typing import Any

MOST_NAME = 80  # characters of the name of a lesson, step, prediction or challenge
MOST_ANSWER_BYTES = 8 * 1024  # of an answer as JSON
DEEPEST_ANSWER = 16  # lists and objects inside one another: far from what a JSON reader gives up at

_ID = re.compile(r"[0-9a-f]{32}")


def new_learner_id() -> str:
    """128 random bits. One case only: some databases take `a` and `A` for the same."""
    return secrets.token_hex(16)


def is_learner_id(text: object) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def check_learner(learner: str) -> None:
    """The id is as good as a password, so that no message repeats it."""
    if not is_learner_id(learner):
        raise ValueError("learner must be an id that new_learner_id made, got something else")


def check_name(what: str, name: object) -> str:
    """A name that every database keeps as it is: no control characters, no lone surrogates."""
    if not isinstance(name, str) or not 1 <= len(name) <= MOST_NAME or not name.isprintable():
        raise ValueError(f"{what} must be 1 to {MOST_NAME} printable characters, got {short(name)}")
    return name


def answer_text(answer: Any) -> str:
    """An answer as JSON, in ASCII."""
    _check_json(answer, DEEPEST_ANSWER)
    text = json.dumps(answer, separators=(",", ":"))
    if len(text) > MOST_ANSWER_BYTES:
        raise ValueError(
            f"an answer may take {MOST_ANSWER_BYTES} bytes as JSON, and this one takes {len(text)}"
        )
    return text


def _check_json(value: Any, deeper: int) -> None:
    """Raises ValueError for what JSON has no words for."""
    if isinstance(value, list | tuple | dict):
        if not deeper:
            raise ValueError(f"an answer may be nested {DEEPEST_ANSWER} deep, and this one is more")
        if len(value) > MOST_ANSWER_BYTES:
            raise ValueError(f"an answer may not hold {len(value)} values")
        if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
            raise ValueError("the keys of an answer must be texts")
        for inner in value.values() if isinstance(value, dict) else value:
            _check_json(inner, deeper - 1)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"the numbers of an answer must be finite, got {value}")
    elif isinstance(value, int):
        if abs(value) >= 10**MOST_NAME:
            raise ValueError(f"a whole number of an answer may have {MOST_NAME} digits")
    elif value is not None and not isinstance(value, str):
        raise ValueError(f"an answer must be a JSON value, got {type(value).__name__}")


def short(value: object) -> str:
    """A value in a message; what somebody else sent may be long."""
    if isinstance(value, str | bytes):
        value = value[:60]
    elif not isinstance(value, bool | int | float | None):
        return type(value).__name__
    text = ascii(value) if not isinstance(value, int) or abs(value) < 10**20 else "a huge number"
    return text if len(text) <= 80 else text[:80] + "…"
