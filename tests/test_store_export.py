"""Progress to take along and back: it is the same, it harms nothing, and anything may come back."""

import copy
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import MOST_EXPORT_BYTES, Progress, Store, new_learner_id, open_store, read_export
from store.export import checked
from tests.test_store import do_all, rows_in

pytest_plugins = ("tests.databases",)

TIME = "2026-01-31T12:00:00+00:00"
SOUND: dict[str, Any] = {
    "format": "unrolled-progress",
    "version": 1,
    "exported": TIME,
    "lessons": {
        "gates": {
            "steps": {"one": TIME, "two": "2026-01-31T12:05:00Z"},
            "answers": {"p": {"answer": [1, 2.5], "right": True, "when": TIME}},
            "challenges": {"c": "2026-01-31T14:00:00+02:00"},
            "place": {"step": "two", "when": "2026-01-31T12:05:00Z"},
        }
    },
}


def test_exported_deleted_and_restored_it_is_the_same(store: Store, learner: str) -> None:
    store.reached(learner, "words", "two")
    store.reached(learner, "words", "one")
    do_all(store, learner, "gates")
    store.answered(learner, "gates", "curve", {"y": [0.1, 1e-9, None], "label": "σ"}, right=False)
    before = store.progress(learner)
    raw = json.dumps(store.export(learner)).encode()
    assert store.delete(learner) == 6
    assert store.restore(learner, read_export(raw)) == 6
    assert store.progress(learner) == before
    assert list(store.progress(learner).lessons["words"].steps) == ["two", "one"]
    assert store.progress(learner).last == before.last


def test_an_export_does_not_hold_the_id(store: Store, learner: str) -> None:
    do_all(store, learner, "gates")
    data = store.export(learner)
    assert learner not in json.dumps(data)
    assert (data["format"], data["version"]) == ("unrolled-progress", 1)
    assert datetime.fromisoformat(data["exported"]).utcoffset() == timedelta(0)


def test_each_value_of_an_export_is_kept_as_it_says(store: Store, learner: str) -> None:
    assert store.restore(learner, SOUND) == 4
    gates = store.progress(learner).lessons["gates"]
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert gates.steps == {"one": noon, "two": noon + timedelta(minutes=5)}
    assert gates.challenges == {"c": noon}
    assert (gates.answers["p"].answer, gates.answers["p"].right) == ([1, 2.5], True)
    assert gates.answers["p"].when == noon
    assert gates.place is not None
    assert gates.place.step == "two"


def test_what_is_kept_already_stays(store: Store, learner: str) -> None:
    first = store.answered(learner, "gates", "p", "mine", right=False)
    store.reached(learner, "gates", "one")
    reached = store.progress(learner).lessons["gates"].steps["one"]
    assert store.restore(learner, SOUND) == 2  # the step "two" and the challenge
    gates = store.progress(learner).lessons["gates"]
    assert gates.answers == {"p": first}
    assert gates.steps["one"] == reached
    assert gates.place is not None
    assert gates.place.step == "one", "the later visit, which is the one here"
    assert store.restore(learner, SOUND) == 0


def test_a_later_visit_elsewhere_is_where_to_go_on(store: Store, learner: str) -> None:
    store.restore(learner, SOUND)
    later = copy.deepcopy(SOUND)
    later["lessons"]["gates"]["place"] = {"step": "three", "when": "2026-02-01T00:00:00Z"}
    assert store.restore(learner, later) == 0
    place = store.progress(learner).lessons["gates"].place
    assert place is not None
    assert place.step == "three"


def test_the_same_file_may_be_brought_to_two_learners(store: Store, learner: str) -> None:
    other = new_learner_id()
    assert store.restore(learner, SOUND) == store.restore(other, SOUND) == 4
    assert store.progress(learner) == store.progress(other)


# What comes back may be anything -----------------------------------------------------------------


def changed(*path: str, value: object) -> dict[str, Any]:
    """The sound export with one value put in somewhere."""
    data = copy.deepcopy(SOUND)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return data


GATES = ("lessons", "gates")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "the export must be an object, got None"),
        ([], "the export must be an object, got list"),
        ({}, "no export of Unrolled: format is None"),
        (changed("format", value="x" * 10_000), "format is 'xxxx"),
        (changed("version", value=2), "is of version 2, and version 1 is read"),
        (changed("version", value=True), "is of version True"),
        (changed("version", value=10**5000), "is of version a huge number"),
        (changed("more", value=1), "the export must not hold 'more'"),
        (changed("lessons", value=None), "must be an object, got None"),
        (changed("lessons", "x" * 81, value={}), "lesson must be 1 to 80 printable characters"),
        (changed("lessons", "", value={}), "lesson must be 1 to 80"),
        (changed("lessons", "gates", value=1), "lesson 'gates' must be an object, got 1"),
        (changed("lessons", value={str(n): {} for n in range(201)}), "there may be 200, and there"),
        (changed(*GATES, "notes", value={}), "lesson 'gates' must not hold 'notes'"),
        (changed(*GATES, "steps", value=["one"]), "step: its names must be an object, got list"),
        (changed(*GATES, "steps", "three", value=None), "step 'three': a time must be like"),
        (changed(*GATES, "steps", "three", value="2026-01-31"), "step 'three': a time must be"),
        (changed(*GATES, "steps", "three", value="2019-12-31T00:00:00Z"), "is before 2020 or in"),
        (changed(*GATES, "steps", "three", value="9999-12-31T23:59:59Z"), "or in the future"),
        (changed(*GATES, "steps", "three", value="0001-01-01T00:00:00+14:00"), "a time must be"),
        (changed(*GATES, "steps", "a\nb", value=TIME), "step must be 1 to 80 printable"),
        (changed(*GATES, "challenges", value={f"{n}": TIME for n in range(201)}),
         "challenge: there may be 200, and there are 201"),
        (changed(*GATES, "answers", "p", value=1), "answer 'p' must be an object, got 1"),
        (changed(*GATES, "answers", "p", "right", value=1), "right must be true or false"),
        (changed(*GATES, "answers", "p", value={"right": True, "when": TIME}), "is no answer"),
        (changed(*GATES, "answers", "p", "answer", value="x" * 8192), "may take 8192 bytes"),
        (changed(*GATES, "answers", "p", "answer", value=float("nan")), "must be finite"),
        (changed(*GATES, "answers", "p", "id", value=1), "must not hold 'id'"),
        (changed(*GATES, "place", value={"step": 3, "when": TIME}), "step must be 1 to 80"),
        (changed(*GATES, "place", value={"step": "one"}), "place: a time must be like"),
        (changed(*GATES, "place", value=[]), "place must be an object"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_sound_export_is_refused_whole(
    data: object, said: str, tmp_path: Path, learner: str
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'progress.sqlite3'}")
    with pytest.raises(ValueError, match=said) as raised:
        store.restore(learner, data)
    assert len(str(raised.value)) < 300
    assert "\n" not in str(raised.value)
    assert set(rows_in(store.engine).values()) == {0}
    store.close()


def test_a_restore_that_breaks_off_leaves_nothing(
    store: Store, learner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of its tables fails: nothing of the others stays either."""

    class Broken(Exception):
        pass

    def visit(*_: object) -> None:
        raise Broken

    monkeypatch.setattr("store.rows.visit", visit)
    with pytest.raises(Broken):
        store.restore(learner, SOUND)
    assert set(rows_in(store.engine).values()) == {0}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is no JSON"),
        (b"\xff\xfe", "the file is no JSON"),
        (b"{", "the file is no JSON"),
        (b"[" * 100_000, "the file is no JSON"),
        (b'{"version": ' + b"9" * 5000 + b"}", "the file is no JSON"),
        (b" " * (MOST_EXPORT_BYTES + 1), "the file has 4194305 bytes; at most 4194304 are read"),
    ],
    ids=["empty", "binary", "cut", "deep", "digits", "long"],
)
def test_a_file_that_is_no_export_is_said_in_a_line(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_export(raw)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_export(b"\xef\xbb\xbf" + json.dumps(SOUND).encode()) == SOUND


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)
PATHS = st.sampled_from(
    [
        ("lessons",), ("lessons", "gates"), (*GATES, "steps"), (*GATES, "steps", "one"),
        (*GATES, "answers"), (*GATES, "answers", "p"), (*GATES, "answers", "p", "answer"),
        (*GATES, "answers", "p", "right"), (*GATES, "answers", "p", "when"),
        (*GATES, "challenges"), (*GATES, "place"), (*GATES, "place", "step"), ("version",),
    ]
)  # fmt: skip


@given(data=JSON | st.builds(lambda path, value: changed(*path, value=value), PATHS, JSON))
@settings(max_examples=300)
def test_whatever_comes_back_is_refused_in_a_line_or_is_sound(data: object) -> None:
    now = datetime.now(UTC)
    said = ""
    progress = Progress()
    try:
        progress = checked(data, now)
    except ValueError as refused:
        said = str(refused) or "no words\n"
    assert len(said) < 500
    assert "\n" not in said
    for name, lesson in progress.lessons.items():
        assert len(name) <= 80
        assert lesson.latest is None or lesson.latest <= now + timedelta(days=1)


@pytest.fixture(scope="module")
def one_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'progress.sqlite3'}")


NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=80)
TIMES = st.datetimes(datetime(2020, 1, 2), datetime(2026, 1, 1), timezones=st.just(UTC)).map(
    datetime.isoformat
)
FINITE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=50)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=10,
)  # fmt: skip
LESSON = st.fixed_dictionaries(
    {
        "steps": st.dictionaries(NAMES, TIMES, max_size=5),
        "answers": st.dictionaries(
            NAMES,
            st.fixed_dictionaries({"answer": FINITE, "right": st.booleans(), "when": TIMES}),
            max_size=5,
        ),
        "challenges": st.dictionaries(NAMES, TIMES, max_size=5),
    },
    optional={"place": st.fixed_dictionaries({"step": NAMES, "when": TIMES})},
)


@given(lessons=st.dictionaries(NAMES, LESSON, max_size=4))
@settings(max_examples=60)
def test_every_sound_export_comes_out_as_it_went_in(
    one_store: Store, lessons: dict[str, Any]
) -> None:
    learner = new_learner_id()
    kinds = ("steps", "answers", "challenges")
    many = sum(len(lesson[kind]) for lesson in lessons.values() for kind in kinds)
    assert one_store.restore(learner, {**SOUND, "lessons": lessons}) == many
    holds = {
        name: lesson
        for name, lesson in lessons.items()
        if "place" in lesson or any(lesson[kind] for kind in kinds)
    }
    assert one_store.export(learner)["lessons"] == holds
    assert one_store.delete(learner) == many
