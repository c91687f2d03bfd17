"""Blocks of a lesson: exhibits, predictions and challenges against what is declared."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lessons.declared import (
    Catalogue,
    CurveMeasure,
    Declaration,
    Flag,
    Measure,
    Parameter,
    Real,
    Whole,
)
from lessons.lesson import (
    Challenge,
    ChoiceAnswer,
    Condition,
    CurveAnswer,
    ExhibitBlock,
    NumberAnswer,
    Prediction,
    Preset,
)
from lessons.prose import problems
from lessons.tables import MISSING, Table, checked, nearest

LONGEST = 2000  # characters of a question, a reason
_EXHIBIT = ("id", "name", "controls", "caption", "after", "place", "preset")
_KINDS = ("choices", "measure", "curve")
_TOLERANCES = ("within", "within_percent", "within_factor")
_GOOD = Flag(name="good", label="", default=True)

# exhibit id → its block and declaration; None where the exhibit itself is wrong.
Known = Mapping[str, tuple[ExhibitBlock, Declaration] | None]


def markdown(table: Table, key: str, required: bool = True) -> str:
    """A text in which Markdown may stand."""
    text = table.text(key, LONGEST, required)
    for _, problem in problems(text):
        table.wrong(key, f"{key}: {problem}")
    return text


def _fits(table: Table, declared: Declaration, values: Mapping[str, Any], key: str = "") -> None:
    """Notes where values do not fit together; not asked where one alone is wrong already."""
    if table.source.report.errors and any(
        error.block == table.source.block for error in table.source.report.errors
    ):
        return
    try:
        declared.fits(values)
    except ValueError as problem:
        table.wrong(key, str(problem))


def _place(table: Table, declared: Declaration) -> dict[str, Any]:
    place = table.table("place")
    return place.values(declared.places, "place") if place else {}


def _changed(table: Table, declared: Declaration) -> dict[str, Any]:
    changed = table.table("set")
    return changed.values(declared.parameters, "parameter") if changed else {}


def exhibit(table: Table, name: str, catalogue: Catalogue) -> ExhibitBlock | None:
    """`name` is the block's id."""
    kind = table.text("name", 60, required=True)
    if kind not in catalogue:
        if kind:
            says = f"there is no exhibit {kind}; {nearest(kind, catalogue, 'exhibits')}"
            table.wrong("name", says)
        return None
    declared = catalogue[kind]
    given = table.values(declared.parameters, "parameter", _EXHIBIT)
    values = {**declared.defaults(), **given}
    _fits(table, declared, values)
    return ExhibitBlock(
        id=name,
        name=kind,
        values=values,
        controls=_controls(table, declared),
        place=_place(table, declared),
        presets=tuple(_preset(t, declared, values) for t in table.tables("preset", 8)),
        caption=markdown(table, "caption", required=False),
        after=table.text("after", 60),
    )


def _controls(table: Table, declared: Declaration) -> tuple[str, ...]:
    names = [parameter.name for parameter in declared.parameters]
    controls = table.texts("controls", 0, 40, 60)
    for name in controls:
        if name not in names:
            says = f"controls: {name} is no parameter of {declared.name}"
            table.wrong("controls", f"{says}; {nearest(name, names, 'parameters')}")
    if len(set(controls)) < len(controls):
        table.wrong("controls", "controls must name each parameter once")
    return controls


def _preset(table: Table, declared: Declaration, values: Mapping[str, Any]) -> Preset:
    name = table.text("name", 40, required=True)
    good = table.parameter(_GOOD, required=True)
    why = markdown(table, "why")
    if "set" not in table.found:
        table.wrong("", "set is missing; it must be a table of the parameters that change")
    changed, place = _changed(table, declared), _place(table, declared)
    table.refuse_rest()
    _fits(table, declared, {**values, **changed}, "set")
    return Preset(name, good, why, changed, place)


def _subject(
    table: Table, default: str, known: Known
) -> tuple[str, tuple[ExhibitBlock, Declaration] | None]:
    """The id of the exhibit that a block is about, and that exhibit."""
    name = table.text("exhibit", 60) or default
    if name and name not in known:
        says = f"there is no exhibit with the id {name}"
        table.wrong("exhibit", f"{says}; {nearest(name, known, 'ids')}")
    return name, known.get(name)


def prediction(
    table: Table, name: str, default: str, known: Known, evaluate: bool
) -> Prediction | None:
    """`name` is the block's id, `default` the exhibit's where the block names none."""
    about, subject = _subject(table, default, known)
    ask, why = markdown(table, "ask"), markdown(table, "why")
    kind = table.one_of(_KINDS)
    answer: ChoiceAnswer | NumberAnswer | CurveAnswer | None = None
    changed: dict[str, Any] = {}
    place: dict[str, Any] = {}
    if kind == "choices":
        answer = _choice(table)
    if subject is None:
        asks = [key for key in (*_KINDS[1:], "set", "place") if key in table.found]
        if asks and about == "":
            table.wrong(asks[0], f"{asks[0]} needs an exhibit; there is none in the file before it")
        table.taken += ["at", "set", "place", *_KINDS, *_TOLERANCES, "answer"]
    else:
        block, declared = subject
        changed, place = _changed(table, declared), _place(table, declared)
        values = {**block.values, **changed}
        _fits(table, declared, values, "set")
        if kind == "measure":
            answer = _number(table, declared, values, evaluate)
        elif kind == "curve":
            answer = _curve(table, declared, values, evaluate)
    table.refuse_rest(("at", "set", "place", *_KINDS, *_TOLERANCES, "answer"))
    if answer is None:
        return None
    return Prediction(name, ask, answer, why, about, changed, place)


def _choice(table: Table) -> ChoiceAnswer | None:
    choices = table.texts("choices", 2, 6, 400)
    table.taken.append("answer")
    if not choices:
        return None
    for choice in choices:
        for _, problem in problems(choice):
            table.wrong("choices", f"choices: {problem}")
    if len(set(choices)) < len(choices):
        table.wrong("choices", "choices must differ from one another")
    last = len(choices) - 1
    answer = Whole(name="answer", label="", default=0, low=0, high=last)
    return ChoiceAnswer(choices, table.parameter(answer, required=True))


def _asked(table: Table, key: str, entries: Sequence[Measure | CurveMeasure], of: str) -> Any:
    """The measure or curve that `key` names, and its checked arguments; None where it is wrong."""
    name = table.text(key, 60, required=True)
    entry = next((entry for entry in entries if entry.name == name), None)
    at = table.table("at")
    if entry is None:
        if name:
            names = [e.name for e in entries]
            says = f"{of} has no {key} {name}; {nearest(name, names, f'{key}s')}"
            table.wrong(key, says)
        return None
    given = at.values(entry.arguments, "argument") if at else {}
    for argument in entry.arguments:
        if argument.name not in given and not (at and argument.name in at.found):
            if argument.default is None:
                says = f"at: {argument.name} is missing; it must be {argument.form}"
                table.wrong("at" if at else key, says)
            given[argument.name] = argument.default
    return entry, given


def _number(
    table: Table, declared: Declaration, values: Mapping[str, Any], evaluate: bool
) -> NumberAnswer | None:
    asked = _asked(table, "measure", declared.measures, declared.name)
    tolerance = table.one_of(_TOLERANCES)
    least = 1 if tolerance == "within_factor" else 0
    right: Callable[[float], bool] = lambda v: v > least  # noqa: E731
    width = table.number(tolerance, f"a number above {least}", right) if tolerance else None
    if asked is None or width is None:
        return None
    measure, at = asked
    if evaluate and (true := _value(table, "measure", measure, values, at)) is not None:
        if not math.isfinite(true):
            table.wrong("measure", f"{measure.name} is {true} here; nobody can predict that")
        elif tolerance == "within_percent" and true == 0:
            table.wrong(tolerance, f"{measure.name} is 0 here; give within instead")
        elif tolerance == "within_factor" and true <= 0:
            table.wrong(tolerance, f"{measure.name} is {true:g} here; a factor needs more than 0")
    return NumberAnswer(measure.name, at, **{tolerance: width})


def _curve(
    table: Table, declared: Declaration, values: Mapping[str, Any], evaluate: bool
) -> CurveAnswer | None:
    asked = _asked(table, "curve", declared.curves, declared.name)
    within = table.number("within", "a number above 0, at most 1", lambda v: 0 < v <= 1)
    if "within" not in table.found:
        table.wrong("", "within is missing; it must be a number above 0, at most 1")
    if asked is None or within is None:
        return None
    curve, at = asked
    if evaluate:
        _value(table, "curve", curve, values, at)
    return CurveAnswer(curve.name, at, within)


def _value(table: Table, key: str, entry: Any, values: Any, at: Any) -> Any:
    """What the exhibit gives for these values; None where it gives nothing, or they are wrong."""
    if any(error.block == table.source.block for error in table.source.report.errors):
        return None
    try:
        return entry.value(values, at)
    except ValueError as problem:
        table.wrong(key, f"{entry.name} has no value here: {problem}")
        return None


def challenge(table: Table, name: str, default: str, known: Known) -> Challenge | None:
    """`name` and `default` as for a prediction."""
    about, subject = _subject(table, default, known)
    do, done = markdown(table, "do"), markdown(table, "done")
    conditions = table.tables("when", 6)
    table.refuse_rest()
    if not conditions and not isinstance(table.found.get("when"), list):
        table.wrong("", "when is missing; write at least one [[when]]")
    if about == "":
        table.wrong("", "a challenge needs an exhibit; there is none in the file before it")
    if subject is None:
        return None
    if table.found.get("when") == []:
        table.wrong("when", "when must hold at least one condition")
    when = [_condition(t, subject[1]) for t in conditions]
    if any(condition is None for condition in when):
        return None
    return Challenge(name, do, done, about, tuple(c for c in when if c is not None))


def _condition(table: Table, declared: Declaration) -> Condition | None:
    kind = table.one_of(("parameter", "measure", "place"))
    named: tuple[Parameter | None, dict[str, Any]] | None = None
    if kind == "measure":
        asked = _asked(table, kind, declared.measures, declared.name)
        named = (None, asked[1]) if asked else None
    elif kind:
        entries = declared.parameters if kind == "parameter" else declared.places
        name = table.text(kind, 60)
        found = next((entry for entry in entries if entry.name == name), None)
        if name and found is None:
            says = f"{declared.name} has no {kind} {name}"
            known = [entry.name for entry in entries]
            table.wrong(kind, f"{says}; {nearest(name, known, f'{kind}s')}")
        named = (found, {}) if found else None
    if named is None:
        table.taken += ["equals", "at_least", "at_most", "at"]
        table.refuse_rest()
        return None
    parameter, at = named
    bounds = _bounds(table, parameter)
    table.refuse_rest(("at",) if kind == "measure" else ())
    return Condition(kind, str(table.found[kind]), at, *bounds) if bounds else None


def _bounds(
    table: Table, parameter: Parameter | None
) -> tuple[Any, float | None, float | None] | None:
    """`equals`, `at_least`, `at_most` of a condition on a parameter or place, or on a measure."""
    given = [key for key in ("equals", "at_least", "at_most") if key in table.found]
    table.taken += given
    if not given or ("equals" in given and len(given) > 1):
        got = " and ".join(given) or "none of them"
        says = "either equals, or at_least, at_most or both must be given"
        table.wrong(given[-1] if given else "", f"{says}; got {got}")
        return None
    if given == ["equals"]:
        value = _equal(table, parameter)
        return None if value is MISSING else (value, None, None)
    if parameter is not None and not isinstance(parameter, Whole | Real):
        says = f"{given[0]} is for numbers; {parameter.name} must be {parameter.form}"
        table.wrong(given[0], f"{says}, so give equals")
        return None
    low, high = (table.number(key, "a number", lambda v: True) for key in ("at_least", "at_most"))
    if low is not None and high is not None and low > high:
        table.wrong("at_most", f"at_most must be {low:g} or more, as at_least is; got {high:g}")
    if isinstance(parameter, Whole | Real) and (
        (low is not None and low > parameter.high) or (high is not None and high < parameter.low)
    ):
        table.wrong(given[0], f"it can never hold: {parameter.name} is {parameter.form}")
    return (None, low, high) if (low, high) != (None, None) else None


def _equal(table: Table, parameter: Parameter | None) -> Any:
    if parameter is None:
        number = table.number("equals", "a number", lambda v: True)
        return MISSING if number is None else number
    try:
        return checked(parameter, table.found["equals"])
    except ValueError as problem:
        table.wrong("equals", f"equals: {problem}")
        return MISSING
