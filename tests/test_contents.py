"""The contents: search, the path with its prerequisites, where to go on."""

import pytest

from exhibits.lesson.lanes import rows
from exhibits.lesson.search import fold, places_of, plain, search
from exhibits.lesson.standing import Outcome, Standing
from lessons.lesson import ChoiceAnswer, Prediction, Prose
from tests.made_lessons import made_lesson, made_step

ASKED = Prediction("q", "Does it fade?", ChoiceAnswer(("yes", "no"), 0), "It does, secretly.")
CELL = made_lesson(
    1,
    "cell",
    steps=[
        made_step("gates", Prose("The **forget** gate $f_t$ scales the memory.")),
        made_step("belt", Prose("Élan vital: a Höchst-Wert.\n\n- the conveyor\n  belt"), ASKED),
    ],
)
FADE = made_lesson(2, "fade", ["cell"], objectives=("Bound the forgetting of a gate",))


def found(question: str) -> list[tuple[str, str]]:
    hits = search(places_of((CELL, FADE)), question)
    return [(hit.lesson.slug, hit.step.slug if hit.step else "") for hit in hits]


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("forget", [("fade", ""), ("cell", "gates")]),
        ("FORGET memory", [("cell", "gates")]),
        ("forget belt", []),
        ("elan hochst", [("cell", "belt")]),
        ("conveyor belt", [("cell", "belt")]),
        ("orget", []),
        ("f_t", [("cell", "gates")]),
        ("yes fade", [("cell", "belt")]),
        ("secretly", []),
        ("", []),
        ("(((", []),
    ],
)
def test_all_words_of_a_question_stand_in_one_place(question, places):
    assert found(question) == places


def test_what_was_found_is_marked_where_it_stands_in_the_snippet():
    (hit,) = search(places_of((CELL,)), "elan vit")
    assert [hit.snippet[a:b] for a, b in hit.marked] == ["Élan", "vit"]


def test_a_snippet_of_a_long_text_is_cut_between_words_around_the_first_find():
    long = made_lesson(
        1, "long", steps=[made_step("s", Prose("word " * 100 + "needle " + "w " * 200))]
    )
    (hit,) = search(places_of((long,)), "needle")
    assert hit.snippet.startswith("…word word")
    assert hit.snippet.endswith(" w…")
    assert len(hit.snippet) < 170
    assert [hit.snippet[a:b] for a, b in hit.marked] == ["needle"]


def test_folding_keeps_the_length():
    text = "Straße İstanbul ﬁne é e\u0301 Ǆ"
    assert len(fold(text)) == len(text)
    assert fold("É") == "e"
    assert fold("Ö") == "o"


def test_markdown_is_found_without_its_marks():
    assert plain("# A *b*\n\nc `d`\n$e$ [f](https://g.example)") == "A b c d e f"


def test_neighbours_are_joined_by_a_line_and_others_by_a_lane_from_row_to_row():
    lessons = [
        made_lesson(1, "a"),
        made_lesson(2, "b", ["a"]),
        made_lesson(3, "c", ["a"]),
        made_lesson(4, "d", ["b", "c"]),
        made_lesson(5, "e", ["d"]),
    ]
    a, b, c, d, e = rows(lessons)
    assert (a.below, b.above, b.below, c.above) == (True, True, False, False)
    assert (c.below, d.above, d.below, e.above) == (True, True, True, True)
    assert (a.leaves, b.passes, c.enters, c.passes) == (0, [0], [0], [1])
    assert (b.leaves, d.enters, d.passes) == (1, [1], [])


def test_a_lane_that_is_free_is_used_again_and_one_source_needs_but_one():
    lessons = [
        made_lesson(1, "a"),
        made_lesson(2, "b"),
        made_lesson(3, "c", ["a"]),
        made_lesson(4, "d"),
        made_lesson(5, "e", ["c"]),
        made_lesson(6, "f", ["c"]),
    ]
    _, _, c, d, e, f = rows(lessons)
    assert (c.enters, c.leaves) == ([0], 0)
    assert (d.passes, e.enters, e.passes, f.enters, f.passes) == ([0], [0], [0], [0], [])


def test_a_lesson_is_done_when_every_step_was_reached_and_every_prediction_made_wrong_or_right():
    standing = Standing()
    assert standing.goes_on(CELL) == 0
    standing.steps |= {"gates"}
    assert standing.facts(CELL) == ["1 of 2 steps"]
    assert standing.goes_on(CELL) == 0
    standing.steps |= {"belt", "a step that the lesson no longer has"}
    assert not standing.is_done(CELL)
    assert standing.goes_on(CELL) == 1
    standing.predictions["q"] = Outcome(right=False)
    assert standing.is_done(CELL)
    assert standing.facts(CELL) == ["0 of 1 predictions right"]
