"""The body of a lesson, cut where CommonMark cuts it: steps, their prose and their blocks."""

import unicodedata
from dataclasses import dataclass, field
from itertools import zip_longest

from markdown_it.token import Token

from lessons.errors import Report
from lessons.prose import markdown_parser, problems
from lessons.tables import nearest

KINDS = ("exhibit", "predict", "challenge")
MOST_BLOCKS = 100
MOST_STEPS = 20
_PARSER = markdown_parser()


@dataclass(frozen=True)
class Piece:
    """A stretch of the file: prose (`kind` is "") or the TOML of a block; `line` counts from 1."""

    kind: str
    text: str
    line: int


@dataclass
class Section:
    title: str
    slug: str
    line: int
    pieces: list[Piece] = field(default_factory=list)


def sections(body: str, report: Report) -> list[Section]:
    """The `##` sections; what stands wrong in them is noted."""
    lines = body.split("\n")
    tokens = _PARSER.parse(body)
    found = [Section("", "", 1)]
    done = 0
    for token, title in zip_longest(tokens, tokens[1:]):
        if not _cuts(token, lines, report, f"step {len(found) - 1}") or token.map is None:
            continue
        first, last = token.map
        _prose(found[-1], lines, done, first)
        done = last
        if token.type == "fence":
            found[-1].pieces.append(Piece(token.info.split()[0], token.content, first + 2))
        elif title is not None:
            found.append(Section(title.content, slug_of(title.content), first + 1))
    _prose(found[-1], lines, done, len(lines))
    return _checked(found, report)


def _prose(section: Section, lines: list[str], first: int, last: int) -> None:
    """The lines from `first` up to `last`, less empty ones at both ends, if any are left."""
    while first < last and not lines[first].strip():
        first += 1
    while first < last and not lines[last - 1].strip():
        last -= 1
    if first < last:
        section.pieces.append(Piece("", "\n".join(lines[first:last]), first + 1))


def _cuts(token: Token, lines: list[str], report: Report, step: str) -> bool:
    """Whether a step or a block begins here."""
    line = (token.map or [0])[0] + 1
    if token.type == "heading_open" and token.level == 0:
        if token.markup == "-":
            report.add(step, "a step's title is written ## Title, not underlined", line)
        elif token.tag == "h1":
            report.add(step, "# is the lesson's own title; steps begin with ##", line)
        return token.tag == "h2"
    if token.type != "fence" or not token.info.split():
        return False
    name, *more = token.info.split()
    if name not in KINDS:
        guess = nearest(name.lower(), KINDS)
        if guess.startswith("did") and abs(len(name) - len(guess.split()[-1]) + 1) < 3:
            report.add(step, f"there is no block {name}; {guess}", line)
        return False
    if token.level:
        report.add(step, f"a block {name} stands at the left margin, in no list or quote", line)
        return False
    if more:
        report.add(step, f"nothing may stand behind {name} on its line; got {more[0][:40]}", line)
    if not _closed(token, lines):
        report.add(step, f"the block {name} is not closed; end it with {token.markup}", line)
    return True


def _closed(token: Token, lines: list[str]) -> bool:
    assert token.map is not None
    end = lines[token.map[1] - 1].strip()
    return (
        token.map[1] - token.map[0] > 1
        and len(end) >= len(token.markup)
        and set(end) == {token.markup[0]}
    )


def _checked(found: list[Section], report: Report) -> list[Section]:
    before, *steps = found
    if before.pieces:
        says = "everything stands in steps; write a line ## Title before it"
        report.add("step 0", says, before.pieces[0].line)
    if not steps:
        report.add("body", "there are no steps; each begins with a line ## Title")
    if len(steps) > MOST_STEPS:
        says = f"a lesson has at most {MOST_STEPS} steps; got {len(steps)}"
        report.add("body", says, steps[MOST_STEPS].line)
    count = sum(piece.kind != "" for step in steps for piece in step.pieces)
    if count > MOST_BLOCKS:
        report.add("body", f"a lesson has at most {MOST_BLOCKS} blocks; got {count}")
    slugs: dict[str, int] = {}
    for number, step in enumerate(steps, start=1):
        _check_title(step, number, slugs, report)
        for piece in step.pieces:
            if piece.kind == "":
                for line, problem in problems(piece.text):
                    report.add(f"step {number}", problem, piece.line + line)
    return steps


def _check_title(step: Section, number: int, slugs: dict[str, int], report: Report) -> None:
    block = f"step {number}"
    if not step.slug or len(step.title) > 120:
        report.add(block, "a step's title must have letters, and 120 characters at most", step.line)
    elif step.slug in slugs:
        says = f"its title reads like that of step {slugs[step.slug]}: {step.title}"
        report.add(block, says, step.line)
    for _, problem in problems(step.title):
        report.add(block, problem, step.line)
    slugs.setdefault(step.slug, number)
    if not step.pieces:
        report.add(block, "it is empty", step.line)


def slug_of(title: str) -> str:
    """Letters and digits of the title, other letters as their nearest of a-z, with - between."""
    plain = unicodedata.normalize("NFKD", title.lower()).encode("ascii", "ignore").decode()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return "-".join(words)[:60].strip("-")
