"""Numbers as people type them, and as they are shown to people. No expression is evaluated."""

import math
import re

LONGEST = 60  # characters that are read
_SIGNS = str.maketrans(
    {"−": "-", "–": "-", "＋": "+", "×": "*", "·": "*", "⋅": "*", "÷": "/", "∕": "/", "⁄": "/"}
    | dict.fromkeys("\u00a0\u202f\u2009\t", " ")
)
_RAISED = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(_RAISED, "-+0123456789")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?"
_FACTOR = re.compile(rf"([-+]?)({_DECIMAL})(?:\^\(?([-+]?{_DECIMAL})\)?)?")
_GROUPED = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2}(?:[ ,'’][0-9]{3})+(?![0-9])")
_EITHER = re.compile(r"(?<![0-9.,])[1-9][0-9]{0,2},[0-9]{3}(?![0-9.,])")
_EXAMPLES = "Write a number such as 0.25, 3/4, 2^-7, 1e-3 or −1.5."


def parse_number(text: str, unit: str = "") -> float:
    """The number that a person typed, with or without its unit.

    Read are 0.5, 0,5, .5, 1e-3, 3/4, 2^-7, 10⁻³, 1.5×10^-3, 16 123, 12 % (which is 0.12, unless the
    unit is %), with any of the usual minus signs. A power comes before the sign: -2^2 is -4.

    Raises:
        ValueError: it is empty, no number, not finite, or can be read in two ways; says so.
    """
    shown = text.strip()
    plain = shown.removeprefix("≈").removeprefix("~").removesuffix(unit).strip()
    if not plain:
        raise ValueError(f"Nothing is entered yet. {_EXAMPLES}")
    if len(plain) > LONGEST:
        raise ValueError(f"That is longer than {LONGEST} characters. {_EXAMPLES}")
    percent = plain.endswith("%")
    try:
        value = _product(_marks(plain.removesuffix("%").strip().translate(_SIGNS), shown))
    except OverflowError:
        raise ValueError(f"“{shown}” is larger than any number that is computed here.") from None
    except ZeroDivisionError:
        raise ValueError(f"“{shown}” divides by zero.") from None
    if value is None:
        raise ValueError(f"“{shown[:LONGEST]}” is not a number. {_EXAMPLES}")
    if not math.isfinite(value):
        raise ValueError(f"“{shown}” is larger than any number that is computed here.")
    return value / 100 if percent else value


def _marks(text: str, shown: str) -> str:
    """The same with a point as decimal mark, no marks between thousands, and `^` for powers.

    Raises:
        ValueError: a comma may be either: 16,123.
    """
    text = re.sub(rf"[{_RAISED}]+", lambda found: "^" + found[0].translate(_LOWERED), text)
    text = re.sub(r"(?<=[0-9.])\s*[xX]\s*(?=10\b)", "*", text).replace("**", "^")
    if _EITHER.search(text):
        point, none = text.replace(",", "."), text.replace(",", "")
        raise ValueError(f"“{shown}” may be {point} or {none}: write one of these.")
    if re.search(r"[0-9]\.[0-9]{3}(\.[0-9]{3})*,[0-9]", text):
        text = text.replace(".", "").replace(",", ".")
    text = _GROUPED.sub(lambda found: re.sub(r"[ ,'’]", "", found[0]), text)
    text = re.sub(r"\s*([*/^])\s*|(?<=[-+])\s+", lambda found: found[1] or "", text)
    return text.replace(",", ".")


def _product(text: str) -> float | None:
    """Factors with `*` and `/` between them, from the left; None where it is nothing such."""
    value = 1.0
    for sign, part in zip(["*", *re.findall(r"[*/]", text)], re.split(r"[*/]", text), strict=True):
        found = _FACTOR.fullmatch(part)
        if not found:
            return None
        factor = float(found[2]) ** float(found[3]) if found[3] else float(found[2])
        factor = -factor if found[1] == "-" else factor
        value = value * factor if sign == "*" else value / factor
    return value


def rounded(value: float, digits: int) -> float:
    """To so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


def number_text(value: float, digits: int = 4) -> str:
    """To so many significant digits: 0.3487, −2, 16,123 (whole numbers in full), 1.2 × 10⁻⁶."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}".replace("-", "−")
    value = rounded(value, digits)
    power = math.floor(math.log10(abs(value)))
    if not -4 <= power < 9:
        front = f"{value / 10.0**power:.{digits - 1}f}".rstrip("0").rstrip(".")
        return f"{front} × 10{str(power).translate(_SUPERSCRIPTS)}".replace("-", "−")
    decimals = max(0, digits - 1 - power)
    text = f"{value:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if decimals else text).replace("-", "−")
