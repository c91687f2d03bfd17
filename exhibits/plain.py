"""Texts of files and learners on a page, none of them taken for Markdown."""

_SIGNS: dict[str, str | int | None] = {sign: f"\\{sign}" for sign in "\\`*_[]#~$|<>:"}
_ESCAPED = str.maketrans(_SIGNS)


def plain(text: str) -> str:
    """The text as it is, whatever Markdown would make of it."""
    return text.translate(_ESCAPED)
