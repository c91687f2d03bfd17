"""Reads the arguments of what is wanted: text from the browser, hostile until it is parsed."""


def whole_number(name: str, word: str, count: int) -> int:
    """A number 0 … count - 1 in plain digits, as JavaScript writes it; ValueError otherwise."""
    plain = word.isascii() and word.isdigit() and len(word) <= 9
    if not plain or int(word) >= count:
        raise ValueError(f"{name} must be a whole number from 0 to {count - 1}; got {word!r}")
    return int(word)
