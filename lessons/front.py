"""A lesson's front matter: TOML between two lines of +++."""

from lessons.declared import Whole
from lessons.errors import Report
from lessons.prose import is_slug, problems
from lessons.tables import Source, parse, shown

MARK = "+++"
BLOCK = "front matter"
MINUTES = Whole(name="minutes", label="Minutes", default=5, low=5, high=30)


def split(text: str, report: Report) -> tuple[Source | None, str]:
    """The front matter, and the rest with empty lines in its place, so that lines keep numbers."""
    lines = text.split("\n")
    if lines[0].rstrip() != MARK:
        report.add(BLOCK, f"the file must begin with a line {MARK}; got {shown(lines[0])}", 1)
        return None, ""
    ends = [k for k, line in enumerate(lines) if k and line.rstrip() == MARK]
    if not ends:
        report.add(BLOCK, f"the second line {MARK}, which ends it, is missing", 1)
        return None, ""
    end = ends[0]
    rest = "\n".join([""] * (end + 1) + lines[end + 1 :])
    return Source(report, BLOCK, "\n".join(lines[1:end]), 2), rest


def read(source: Source) -> dict[str, object]:
    """Title, part and the rest, checked; what is wrong is noted."""
    table = parse(source)
    if table is None:
        return {}
    fields: dict[str, object] = {
        "title": table.text("title", 120, required=True),
        "part": table.text("part", 60, required=True),
        "summary": table.text("summary", 300, required=True),
        "minutes": table.parameter(MINUTES, required=True),
        "objectives": table.texts("objectives", 1, 6),
        "prerequisites": table.texts("prerequisites", 0, 12, 60),
        "sources": table.texts("sources", 0, 30, 400),
    }
    for slug in fields["prerequisites"]:  # type: ignore[attr-defined]
        if not is_slug(slug):
            says = "must name lessons by their slug, of a-z, 0-9 and -"
            table.wrong("prerequisites", f"prerequisites {says}; got {shown(slug)}")
    for key in ("objectives", "sources"):
        for entry in fields[key]:  # type: ignore[attr-defined]
            for _, problem in problems(entry):
                table.wrong(key, f"{key}: {problem}")
    table.refuse_rest()
    return fields
