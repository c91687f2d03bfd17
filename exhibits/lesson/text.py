"""A lesson's Markdown as Streamlit gets it: links to lessons made, Streamlit's own marks disarmed.

`st.markdown` shows raw HTML as text by itself. Its directives (`:red[…]`) begin with a colon before
a letter; an escaped colon is only a colon. Its icons (`:smile:`, `:material/…:`) are looked for
after that; a word joiner, which has no width, keeps them text. Images, of which a lesson has none,
become links that nobody follows by looking. A formula in `$$` stands on lines of its own there.
"""

import re

from exhibits.lesson.links import PAGE
from exhibits.lesson.shelf import shelf

_KEPT = re.compile(
    r"(?P<marks>`+)(?!`).*?(?<!`)(?P=marks)(?!`)|~~~.*?(?:~~~|\Z)|\$\$.+?\$\$|\$[^$\n]+\$", re.S
)
_LESSON_LINK = re.compile(r"\]\(lesson:([a-z0-9-]+)\)")
_DIRECTIVE = re.compile(r"(?<!\\)((?:\\\\)*):(?=[\w+-])")
_ICON = re.compile(r":(?=[\w+/-]+:)")
_IMAGE = re.compile(r"(?<!\\)((?:\\\\)*)!\[")
_BLOCK_FORMULA = re.compile(r"^\$\$[ \t]*(\S.*?)[ \t]*\$\$[ \t]*$", re.M | re.S)


def for_page(markdown: str) -> str:
    """The same text; code and formulas are left as they are."""
    text = _BLOCK_FORMULA.sub(r"$$\n\1\n$$", markdown)
    parts, at = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_disarmed(text[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join(parts) + _disarmed(text[at:])


def _disarmed(text: str) -> str:
    text = _ICON.sub(":\N{WORD JOINER}", _LESSON_LINK.sub(_link, text))
    return _IMAGE.sub(r"\1\\![", _DIRECTIVE.sub(r"\1\\:", text))


def _link(found: re.Match[str]) -> str:
    lesson = shelf().named(found[1])
    name = lesson.name if lesson else found[1]
    return f"]({PAGE.removesuffix('.py')}?name={name})"
