"""Figures in a file of their own: Plotly's code, to stand there once, and each figure's data."""

from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

from figures.drawing import Drawing


def plotly_code() -> str:
    """All of plotly.js (4.8 MB); it may stand between script tags as it is."""
    return str(get_plotlyjs())


def figure_json(drawing: Drawing) -> str:
    """The figure's data and layout as JSON in which no `<` stands: it may stand in a script tag."""
    text: str = to_json_plotly(drawing.figure.to_dict())
    return text.replace("<", "\\u003c")
