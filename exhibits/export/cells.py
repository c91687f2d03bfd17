"""What every exported notebook is made of: cells, and the file that they make.

It is written as the JSON that it is (nbformat 4.5): four kinds of fields need no library. The tests
check it against nbformat's schema and run it in a real kernel.
"""

import json
from collections.abc import Sequence

Cell = dict[str, object]

FIND = """\
import importlib.util
import sys
from pathlib import Path

UNROLLED = Path()  # the folder that holds Unrolled's app.py
sys.path.insert(0, str(UNROLLED.resolve()))
if importlib.util.find_spec("rnn_core") is None:
    raise ModuleNotFoundError(f"no rnn_core in {UNROLLED.resolve()}: set UNROLLED to its folder")"""


def plain(text: str) -> str:
    """A learner's text as it is, whatever Markdown, HTML or TeX would make of it."""
    signs: dict[str, str | int | None] = {sign: f"\\{sign}" for sign in "\\`*_{}[]()#+-.!|~$"}
    signs |= {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "}
    return text.translate(str.maketrans(signs))


def prose(text: str) -> Cell:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def code_cell(text: str) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    """Only line feeds end a line: a learner's text may hold what Python calls line ends too."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [text.split("\n")[-1]]


def notebook_file(cells: Sequence[Cell]) -> bytes:
    whole = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()
