"""A lesson's file with anything wrong in it: a lesson, or errors that name file and block."""

import random

import hypothesis
from hypothesis import strategies as st

from lessons.declared import Curve, CurveMeasure, Declaration, Measure, Real, Whole
from lessons.lesson import Lesson
from lessons.reader import LessonErrors, read_bytes, read_lesson

FILE = "lessons/07-fading.md"
STEP = Whole(name="step", label="Step", default=0, low=0, high=9)
CATALOGUE = {
    "fading": Declaration(
        name="fading",
        about="A number that fades.",
        parameters=(Real(name="rho", label="ρ", default=0.9, low=0.05, high=3.0),),
        places=(STEP,),
        measures=(
            Measure(
                name="norm",
                about="ρ to the power of the step.",
                value=lambda values, at: values["rho"] ** at["step"],
                arguments=(STEP,),
            ),
        ),
        curves=(
            CurveMeasure(
                name="norms",
                about="The same at steps 0 and 1.",
                value=lambda values, at: Curve(
                    (0, 1), (1, values["rho"]), "step", "norm", 0.01, 10, True
                ),
            ),
        ),
    )
}
GOOD = """+++
title = "Fading"
part = "Gates"
summary = "How a number fades."
minutes = 12
objectives = ["Say how fast"]
prerequisites = ["unrolling"]
sources = ["Pascanu 2013"]
+++
## One
Prose with $a_1$ and [a link](https://a.example).

```exhibit
id = "norms"
name = "fading"
rho = 0.5
controls = ["rho"]
after = "shrinks"
place = { step = 7 }
[[preset]]
name = "Fades"
good = true
why = "Because it is below 1."
set = { rho = 0.25 }
```

```predict
id = "shrinks"
ask = "What is left?"
measure = "norm"
at = { step = 2 }
within_percent = 10
set = { rho = 0.9 }
why = "0.9 × 0.9."
```

## Two

```predict
ask = "Draw it."
curve = "norms"
within = 0.1
why = "So."
```

```predict
ask = "Which?"
choices = ["this", "that"]
answer = 1
why = "So."
```

```challenge
do = "Make it grow."
done = "It grows above 1."
[[when]]
parameter = "rho"
at_least = 1.5
[[when]]
place = "step"
equals = 3
```
"""
NASTY = (
    "[" * 3000, "a.b." * 2000, "9" * 5000, "0x" + "f" * 5000, "-1", "nan", "inf", "1e999", '""',
    "[]", "{}", "true", "1979-05-27", "'''", '"""', "```", "~~~", "+++", "## ", "> " * 500,
    "- " * 500, "\0", "\ud800", "\r", "\x0b", "\u2028", "![x](https://a.b)", "<script>",
    "[x](javascript:a)", "http://[", "[x](https://[)", "$", "$$", "```exhibit", "```predict\n```",
    "[[when]]", "[[preset]]", "set = 1", "= ", "id = 1", "9223372036854775808", "[[[[1]]]]",
)  # fmt: skip


def mutated(text: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 4)):
        text = rng.choice(WAYS)(text, rng)
    return text


def _lines(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    way = rng.randrange(3)
    if way == 0:
        del lines[a]
    elif way == 1:
        lines.insert(b, lines[a])
    else:
        lines[a], lines[b] = lines[b], lines[a]
    return "\n".join(lines)


def _characters(text: str, rng: random.Random) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + chr(rng.randrange(0x3000)) + text[at + rng.randint(0, 3) :]


def _nasty(text: str, rng: random.Random) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(NASTY) + text[at:]


def _value(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.choice([k for k, line in enumerate(lines) if " = " in line] or [0])
    lines[at] = lines[at].partition(" = ")[0] + " = " + rng.choice(NASTY)
    return "\n".join(lines)


def _cut(text: str, rng: random.Random) -> str:
    return text[: rng.randint(0, len(text))]


def _blocks(text: str, rng: random.Random) -> str:
    parts = text.split("\n\n")
    rng.shuffle(parts)
    return "\n\n".join(parts)


WAYS = (_lines, _lines, _characters, _nasty, _value, _value, _value, _cut, _blocks)


def test_the_file_that_is_mutated_is_right():
    lesson = read_lesson(GOOD, FILE, CATALOGUE, evaluate=True)
    assert [len(step.blocks) for step in lesson.steps] == [3, 3]


def outcome(read):
    """The lesson, or the errors."""
    try:
        return read()
    except LessonErrors as problems:
        return problems


def check(found):
    if isinstance(found, Lesson):
        return
    assert found.errors
    for problem in found.errors:
        assert problem.block
        assert str(problem).startswith(f"{FILE}, {problem.block}")


@hypothesis.settings(max_examples=1000)
@hypothesis.given(st.integers(0, 2**32))
def test_a_mutated_file_is_a_lesson_or_named_errors(seed):
    text = mutated(GOOD, random.Random(seed))
    check(outcome(lambda: read_lesson(text, FILE, CATALOGUE, evaluate=True)))


@hypothesis.settings(max_examples=200)
@hypothesis.given(st.binary(max_size=300), st.integers(0, len(GOOD.encode())))
def test_bytes_of_any_kind_are_a_lesson_or_named_errors(noise, at):
    raw = GOOD.encode()
    check(outcome(lambda: read_bytes(raw[:at] + noise + raw[at:], FILE, CATALOGUE)))
