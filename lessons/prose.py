"""Prose: what Markdown may hold, and what it is on paper.

Raw HTML is text. Links lead to https: or another lesson (`lesson:slug`), or in the page (`#`);
images are refused: prose fetches nothing. Streamlit's directives and icons stand for themselves.
"""

import html
import string
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

SLUG = frozenset(string.ascii_lowercase + string.digits + "-")
_UNSAFE_ATTRIBUTES = ("href", "src", "style", "class", "id", "action")


def is_slug(text: str, longest: int = 60) -> bool:
    return 0 < len(text) <= longest and SLUG.issuperset(text)


def markdown_parser() -> MarkdownIt:
    """CommonMark with tables and formulas; every address counts as a link, to be looked at."""
    parser = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def _tokens(parser: MarkdownIt, markdown: str) -> Iterator[tuple[int, Token]]:
    """Each inline token with the line, from 0, on which its block begins."""
    for block in parser.parse(markdown):
        for token in block.children or ():
            yield (block.map or [0])[0], token


_READER = markdown_parser()
_BARE = MarkdownIt("commonmark", {"html": False})  # what a reader without formulas or HTML sees
_BARE.validateLink = lambda url: True  # type: ignore[method-assign]


def problems(markdown: str) -> list[tuple[int, str]]:
    """What this prose may not hold, each with its line from 0."""
    found = []
    if "![" in markdown:
        images = [(line, t) for line, t in _tokens(_BARE, markdown) if t.type == "image"]
        found += [
            (line, f"the image {_short(token.attrs['src'])} is refused; a lesson shows exhibits")
            for line, token in images
        ]
    for line, token in _tokens(_READER, markdown):
        if token.type == "link_open" and (problem := link_problem(str(token.attrs["href"]))):
            found.append((line, problem))
        elif token.type == "text":
            found += [(line, p) for p in _bare_addresses(token.content)]
    return found


def _short(address: Any) -> str:
    text = str(address)
    return f"‘{text if len(text) <= 60 else text[:57] + '…'}’"


def link_problem(address: str) -> str:
    """Why an address may not stand in a lesson, or ""."""
    right = "links lead to https://… or lesson:slug"
    if address.startswith("#"):
        return ""
    scheme, colon, rest = address.partition(":")
    if colon and scheme.lower() == "lesson":
        return "" if is_slug(rest) else f"the link {_short(address)} names no lesson; {right}"
    if scheme.lower() == "http" and colon:
        return f"the link {_short(address)} is refused; write it with https:"
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"the link {_short(address)} is no address; {right}"
    if parts.scheme == "https" and parts.netloc:
        return ""
    return f"the link {_short(address)} is refused; {right}"


def _bare_addresses(text: str) -> Iterator[str]:
    """Addresses that the page would make links of, without https."""
    for word in text.split():
        if word.lower().lstrip("(*_~").startswith(("http://", "www.")):
            yield f"the address {_short(word)} is refused; write it with https:"


def lesson_links(markdown: str) -> list[tuple[int, str]]:
    """The slugs of the lessons that this prose links to, each with its line from 0."""
    if "lesson:" not in markdown:
        return []
    return [
        (line, str(token.attrs["href"]).removeprefix("lesson:"))
        for line, token in _tokens(_READER, markdown)
        if token.type == "link_open" and str(token.attrs["href"]).startswith("lesson:")
    ]


def to_html(markdown: str) -> str:
    """HTML of prose, for paper: raw HTML escaped, formulas as MathML, only https links live.

    A formula that latex2mathml cannot read stands as its source in <code>. Images are left as text.
    """
    return str(_PRINTER.render(markdown))


def _formula(latex: str, options: dict[str, Any]) -> str:
    display = "block" if options["display_mode"] else "inline"
    try:
        element = convert_to_element(latex.strip(), display=display)
        for part in element.iter():
            # It leaves entities in its texts and trusts \href and \style: neither is taken over.
            part.text = html.unescape(part.text) if part.text else part.text
            for name in list(part.attrib):
                if name.lower() in _UNSAFE_ATTRIBUTES or name.lower().startswith("on"):
                    del part.attrib[name]
                else:
                    part.attrib[name] = html.unescape(part.attrib[name])
        return ElementTree.tostring(element, encoding="unicode")
    except Exception:  # noqa: BLE001  the library fails in many ways on what it cannot read
        return f"<code>{html.escape(latex.strip())}</code>"


def _link_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A link to a lesson has nowhere to lead from paper: its text stands alone."""
    token = tokens[index]
    if not str(token.attrs["href"]).startswith(("https:", "#")):
        del token.attrs["href"]
    token.attrSet("rel", "noopener")
    return str(self.renderToken(tokens, index, options, env))


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return html.escape(tokens[index].content)


def _printer() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, renderer=_formula, allow_labels=False, double_inline=True)
    parser.validateLink = lambda url: not link_problem(url)  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("image", _image)
    return parser


_PRINTER = _printer()
