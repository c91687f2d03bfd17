"""The loader of lessons: what a good file becomes, and the exact sentence for each fault."""

import re
from pathlib import Path
from typing import Any

import pytest

from lessons.prose import to_html
from lessons.reader import MOST_BYTES, LessonErrors, read_bytes, read_folder, read_lesson
from tests.test_lessons_mutated import CATALOGUE, FILE, GOOD

README = Path(__file__).parents[1] / "lessons" / "README.md"
EXHIBIT, FIRST = "first exhibit", "prediction ‘shrinks’ in step ‘One’"
SECOND, THIRD = "prediction ‘prediction-2’ in step ‘Two’", "prediction ‘prediction-3’ in step ‘Two’"
CHALLENGE = "challenge ‘challenge-1’ in step ‘Two’"


def errors(text, **options):
    with pytest.raises(LessonErrors) as caught:
        read_lesson(text, FILE, CATALOGUE, **options)
    return [str(error) for error in caught.value.errors]


def test_a_lesson_holds_what_its_file_says():
    lesson: Any = read_lesson(GOOD, FILE, CATALOGUE)
    prose, exhibit, prediction = lesson.steps[0].blocks
    assert (lesson.name, lesson.number, lesson.slug) == ("07-fading", 7, "fading")
    assert prose.markdown == "Prose with $a_1$ and [a link](https://a.example)."
    assert (exhibit.values, exhibit.place, exhibit.after) == ({"rho": 0.5}, {"step": 7}, "shrinks")
    assert exhibit.presets[0].changed == {"rho": 0.25}
    assert (prediction.exhibit, prediction.answer.at) == ("norms", {"step": 2})
    assert lesson.steps[1].blocks[-1].exhibit == "norms"


@pytest.mark.parametrize("changed", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(changed):
    good = read_lesson(GOOD, FILE, CATALOGUE)
    assert read_bytes(changed.encode(), FILE, CATALOGUE) == good


@pytest.mark.parametrize(
    ("old", "new", "block", "problem"),
    [
        ("minutes = 12", "minutes = 3", "front matter (line 5)",
         "minutes must be a whole number from 5 to 30; got 3"),
        ("minutes = 12", "minuets = 12", "front matter (line 5)",
         "minuets is not known here; did you mean minutes?"),
        ("rho = 0.5\n", "rho = -1\n", f"{EXHIBIT} (line 16)",
         "rho must be a number from 0.05 to 3; got -1"),
        ("rho = 0.5\n", "rha = 1\n", f"{EXHIBIT} (line 16)",
         "rha is no parameter; did you mean rho?"),
        ('name = "fading"', 'name = "fadin"', f"{EXHIBIT} (line 15)",
         "there is no exhibit fadin; did you mean fading?"),
        ('["rho"]', '["rh"]', f"{EXHIBIT} (line 17)",
         "controls: rh is no parameter of fading; did you mean rho?"),
        ("step = 7", "step = 70", f"{EXHIBIT} (line 19)",
         "step must be a whole number from 0 to 9; got 70"),
        ("rho = 0.25", "rho = 9", f"{EXHIBIT} (line 24)",
         "rho must be a number from 0.05 to 3; got 9"),
        ('after = "shrinks"', 'after = "shrink"', f"{EXHIBIT} (line 18)",
         "after: there is no prediction 'shrink'; did you mean shrinks?"),
        ('after = "shrinks"', 'after = "prediction-2"', f"{EXHIBIT} (line 18)",
         "after: the prediction prediction-2 stands in a later step; "
         "it must stand in the same or an earlier one"),
        ("within_percent = 10", "within_percent = 0", f"{FIRST} (line 32)",
         "within_percent must be a number above 0; got 0"),
        ("within_percent = 10", "within_factor = 1", f"{FIRST} (line 32)",
         "within_factor must be a number above 1; got 1"),
        ("within_percent = 10", "within_percent = 10\nwithin = 1", f"{FIRST} (line 33)",
         "exactly one of within, within_percent, within_factor must be given; "
         "got within_percent and within"),
        ('measure = "norm"', 'measure = "nrm"', f"{FIRST} (line 30)",
         "fading has no measure nrm; did you mean norm?"),
        ("answer = 1", "answer = 2", f"{THIRD} (line 49)",
         "answer must be a whole number from 0 to 1; got 2"),
        ('["this", "that"]', '["this"]', f"{THIRD} (line 48)",
         "choices must be a list of 2 to 6 texts of 1 to 400 characters; got ['this']"),
        ('curve = "norms"', 'curve = "norm"', f"{SECOND} (line 41)",
         "fading has no curve norm; did you mean norms?"),
        ("at_least = 1.5", "at_least = 4", f"{CHALLENGE} (line 58)",
         "it can never hold: rho is a number from 0.05 to 3"),
        ("at_least = 1.5", "at_least = 1\nequals = 1", f"{CHALLENGE} (line 58)",
         "either equals, or at_least, at_most or both must be given; got equals and at_least"),
        ("[a link](https://a.example)", "![a](https://a.example)", "step 1 (line 11)",
         "the image ‘https://a.example’ is refused; a lesson shows exhibits"),
        ("(https://a.example)", "(http://a.example)", "step 1 (line 11)",
         "the link ‘http://a.example’ is refused; write it with https:"),
        ("(https://a.example)", "(javascript:x)", "step 1 (line 11)",
         "the link ‘javascript:x’ is refused; links lead to https://… or lesson:slug"),
        ("[a link](https://a.example)", "<data:x>", "step 1 (line 11)",
         "the link ‘data:x’ is refused; links lead to https://… or lesson:slug"),
        ("## Two", "## One", "step 2 (line 37)", "its title reads like that of step 1: One"),
        ("Prose with", "\0", "file (line 11)", "it holds a NUL character"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_block_and_line(old, new, block, problem):
    assert GOOD.count(old) == 1
    assert f"{FILE}, {block}: {problem}" in errors(GOOD.replace(old, new))


def test_all_faults_of_a_file_come_at_once():
    text = GOOD.replace("minutes = 12", "minutes = 1").replace("answer = 1", "answer = 9")
    assert len(errors(text)) == 2


def test_a_file_beyond_the_bound_is_refused():
    (found,) = errors(GOOD + "x" * MOST_BYTES)
    assert found.startswith(f"{FILE}, file: a lesson has at most 256 KiB; got 25")


def test_raw_html_is_prose():
    text = GOOD.replace("Prose with", "<script>alert(1)</script>")
    lesson: Any = read_lesson(text, FILE, CATALOGUE)
    assert "<script>" in lesson.steps[0].blocks[0].markdown


def test_the_folder_knows_each_lesson_by_number_and_prerequisite(tmp_path):
    for name in ("07-fading.md", "07-other.md", "08-unrolling.md", "README.md"):
        (tmp_path / name).write_text(GOOD, "utf-8")
    lessons, problems = read_folder(tmp_path, CATALOGUE)
    where = tmp_path.name
    assert [lesson.name for lesson in lessons] == ["07-fading", "08-unrolling"]
    assert [str(problem) for problem in problems] == [
        f"{where}/07-fading.md, front matter (line 7): prerequisites: unrolling must come before "
        "this lesson; its number is 08",
        f"{where}/07-other.md, file: its number is that of 07-fading; give it another",
        f"{where}/08-unrolling.md, front matter (line 7): prerequisites: unrolling must come "
        "before this lesson; its number is 08",
    ]


def test_the_example_of_the_guide_is_a_lesson():
    from exhibits.catalogue import declarations

    (example,) = re.findall(r"````markdown\n(.*?)````", README.read_text("utf-8"), re.S)
    assert read_lesson(example, "01-example", declarations(), evaluate=True).minutes == 10


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[x](https://a.b)", '<p><a href="https://a.b" rel="noopener">x</a></p>\n'),
        ("[x](lesson:y)", '<p><a rel="noopener">x</a></p>\n'),
        ("[x](javascript:y)", "<p>[x](javascript:y)</p>\n"),
        (r"$\frac{$", r'<p><span class="math inline"><code>\frac{</code></span></p>' + "\n"),
    ],
)
def test_paper_holds_no_live_html_and_every_formula(markdown, html):
    assert to_html(markdown) == html


def test_a_formula_is_mathml_without_anything_live():
    found = to_html(r"$<script> \href{javascript:x}{a}$")
    assert "<math" in found
    assert "<script" not in found
    assert "href" not in found
