"""What a training step costs on this machine: the serial chain, and time against T, B and H."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from background.price import Pricing, pricing
from exhibits.charts import chart, theme
from exhibits.piece import Piece
from figures import price as pictures
from figures.drawing import Drawing
from figures.style import Theme
from lessons.declared import Choice, Declaration, Flag, Measure, Real, Values, Whole
from rnn_core.price import AXES, BASE, BATCHES, ENGINES, LENGTHS, NAMES, SIZES, Prices, Size

EVERY = 0.15  # seconds between two looks at the measurement
ENGINE = Choice(name="engine", label="Engine", default="numpy", choices=NAMES)
AXIS = Choice(name="axis", label="Axis", default="T", choices={axis: axis for axis in AXES})
LENGTH = Whole(name="length", label="T", default=BASE.length, low=1, high=max(LENGTHS))
BATCH = Whole(name="batch", label="B", default=BASE.batch, low=1, high=max(BATCHES))
SIZE = Whole(name="hidden_size", label="H", default=BASE.hidden_size, low=1, high=max(SIZES))


def _ahead(values: Values, at: Values) -> None:
    if pricing().prices is None:
        pricing().start()


def _milliseconds(values: Values, at: Values) -> float:
    size = Size(at["length"], at["batch"], at["hidden_size"])
    return 1000 * pricing().ask().of(at["engine"], size)


def _growth(values: Values, at: Values) -> float:
    return pricing().ask().growth(at["engine"], at["axis"])


def _gain(values: Values, at: Values) -> float:
    return pricing().ask().gain(at["engine"], _rows(values))


def _rows(values: Values) -> int:
    return int(values["rows"])


def _drawings(values: Values, prices: Prices | None, shown_in: Theme) -> list[Drawing]:
    """The chain needs no measurement; without one, nothing else has a picture."""
    show = values["show"]
    if show == "chain":
        return [pictures.draw_chain(values["chain"], values["beside"], theme=shown_in)]
    if prices is None:
        return []
    if show == "shape":
        return [pictures.draw_shape(prices, theme=shown_in)]
    chosen = _rows(values) if show == "B" else None
    return [pictures.draw_along(prices, show, chosen=chosen, theme=shown_in)]


def _draw(values: Values, key: str, place: Mapping[str, Any]) -> Mapping[str, Any]:
    at = pricing()
    if values["show"] != "chain":
        _measure(at, key)
    for drawing in _drawings(values, at.prices, theme()):
        chart(drawing, key)
    if values["show"] == "chain" or at.prices is None:
        return {"measured": at.prices is not None}
    _told(at.prices, values)
    return {"measured": True, "gain": at.prices.gain("numpy", _rows(values))}


def _measure(at: Pricing, key: str) -> None:
    """The button, and the progress of a measurement that is under way, whoever asked for it."""
    with st.empty():
        if at.running:
            _wait(at)
        again = at.prices is not None
        st.button(
            "Measure again" if again else "Measure on this machine",
            key=f"{key}_measure",
            icon=":material/timer:",
            type="secondary" if again else "primary",
            on_click=at.start,
            help="A few seconds, in a process of its own; the same for everybody on this server.",
        )
    if at.problem:
        st.error(f"The measurement failed: {at.problem}. Press the button to try again.")


def _wait(at: Pricing) -> None:
    """Until the measurement has ended; what is being done meanwhile is said."""
    with st.container():
        bar = st.empty()
        with st.spinner("Measuring training steps on this machine, a few seconds …"):
            while not at.wait(EVERY):
                if now := at.progress:
                    bar.progress(now.done / now.of, f"{now.done} of {now.of}: {now.what}")


def _told(prices: Prices, values: Values) -> None:
    """What was measured, on what, and why the rest was not."""
    lines = [f"{NAMES[engine]}: {prices.machine[engine]}" for engine in prices.engines]
    lines += [
        f"{NAMES[engine]}: not measured, {prices.absent[engine]}"
        for engine in ENGINES
        if engine in prices.absent
    ]
    if values["show"] == "B":
        lines.insert(0, _throughput(prices, _rows(values)))
    lines.append("The latest measurement. A prediction keeps the number of when it was committed.")
    st.caption("  \n".join(lines))


def _throughput(prices: Prices, rows: int) -> str:
    """Sequences per second of the first engine, and over those of one row alone."""
    each = rows / prices.of("numpy", Size(BASE.length, rows, BASE.hidden_size))
    over = "" if rows == 1 else f", {prices.gain('numpy', rows):.2g} times those of B = 1"
    return f"**B = {rows}: {each:,.0f} sequences per second{over}** ({NAMES['numpy']})"


def _still(values: Values, place: Mapping[str, Any]) -> Sequence[Drawing]:
    """On paper what was measured last; where nothing was, the chain."""
    found = _drawings(values, pricing().prices, "light")
    return found or _drawings({**values, "show": "chain"}, None, "light")


PIECE = Piece(
    Declaration(
        name="price",
        about="What a training step costs on this machine, measured when asked.",
        parameters=(
            Choice(
                name="show",
                label="Show",
                default="chain",
                choices={
                    "chain": "The chain",
                    "T": "Length T",
                    "B": "Batch B",
                    "H": "Units H",
                    "shape": "Same work, other shape",
                },
                segmented=True,
            ),
            Whole(name="chain", label="Sequence length T", default=8, low=1, high=16),
            Whole(name="beside", label="Batch B", default=3, low=1, high=8),
            Choice(
                name="rows",
                label="Batch B",
                default="1",
                choices={str(rows): str(rows) for rows in BATCHES},
                about="How many sequences are trained on side by side.",
            ),
        ),
        places=(
            Flag(name="measured", label="Measured", default=False),
            Real(name="gain", label="Sequences per second over B = 1", default=1, low=0, high=1e6),
        ),
        measures=(
            Measure(
                name="rounds",
                about="Rounds of the chain, forward and back, that must wait for one another.",
                value=lambda values, at: 2.0 * values["chain"],
                unit="rounds",
            ),
            Measure(
                name="milliseconds",
                about="Of one training step of a size that is on an axis; measures if need be.",
                value=_milliseconds,
                ahead=_ahead,
                arguments=(ENGINE, LENGTH, BATCH, SIZE),
                unit="ms",
            ),
            Measure(
                name="growth",
                about="Time at an axis's last value over that at its first; measures if need be.",
                value=_growth,
                ahead=_ahead,
                arguments=(ENGINE, AXIS),
                unit="times",
            ),
            Measure(
                name="gain",
                about="Sequences per second at `rows` over those at 1; measures if need be.",
                value=_gain,
                ahead=_ahead,
                arguments=(ENGINE,),
                unit="times",
            ),
        ),
    ),
    _draw,
    still=_still,
)
