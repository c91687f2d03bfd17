"""What a lesson's file may say of the exhibits: all that they declare, as one table each."""

import html
from collections.abc import Iterator, Sequence

import streamlit as st

from exhibits.catalogue import declarations
from lessons.declared import CurveMeasure, Declaration, Measure, Parameter


def reference() -> None:
    """One closed entry for each exhibit."""
    for name, declared in declarations().items():
        with st.expander(f"`{name}`", icon=":material/widgets:"):
            st.html(f'<div class="reference">{"".join(_entry(declared))}</div>')


def _entry(declared: Declaration) -> Iterator[str]:
    yield f"<p>{html.escape(declared.about)}</p>"
    if declared.parameters:
        yield _table("Parameters", [_parameter(one) for one in declared.parameters])
    if declared.places:
        yield _table("Places", [_parameter(one) for one in declared.places])
    if declared.measures:
        yield _table("Measures", [_measure(one) for one in declared.measures])
    if declared.curves:
        yield _table("Curves", [_measure(one) for one in declared.curves])


def _table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    body = "".join(
        f'<tr><th scope="row"><code>{html.escape(name)}</code></th>'
        f"<td>{html.escape(says)}</td></tr>"
        for name, says in rows
    )
    return f"<table><caption>{title}</caption><tbody>{body}</tbody></table>"


def _parameter(one: Parameter) -> tuple[str, str]:
    default = repr(one.default) if not isinstance(one.default, str) else f'"{one.default}"'
    default = {"True": "true", "False": "false"}.get(default, default)
    about = f" {one.about}" if one.about else ""
    return one.name, f"{one.label}: {one.form}; without it {default}.{about}"


def _measure(one: Measure | CurveMeasure) -> tuple[str, str]:
    at = "; ".join(f"{argument.name}: {argument.form}" for argument in one.arguments)
    return one.name, f"{one.about}" + (f" at = {{ {at} }}" if at else "")
