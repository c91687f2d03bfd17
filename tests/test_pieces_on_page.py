"""Every exhibit of every lesson is drawn as its page draws it: presets, controls, piece."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from exhibits.catalogue import declarations
from lessons.lesson import ExhibitBlock
from lessons.reader import read_folder

FOLDER = Path(__file__).parents[1] / "lessons"
BLOCKS = [
    pytest.param(lesson.name, block.id, id=f"{lesson.slug}-{block.id}")
    for lesson in read_folder(FOLDER, declarations()).lessons
    for block in lesson.blocks(ExhibitBlock)
]


def page(name: str, block: str) -> None:
    from pathlib import Path

    import streamlit as st

    from exhibits.catalogue import declarations
    from exhibits.lesson.hosted import host, move
    from lessons.lesson import ExhibitBlock, Prediction
    from lessons.reader import read_bytes

    file = Path("lessons") / f"{name}.md"
    lesson = read_bytes(file.read_bytes(), file.name, declarations())
    shown = next(b for b in lesson.blocks(ExhibitBlock) if b.id == block)
    for one in lesson.blocks(Prediction):
        if one.exhibit == block and one.id not in st.session_state:
            st.session_state[one.id] = "revealed"
            move(shown, "key", one.changed, one.place)
    host(shown, "key")


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_it_is_drawn_after_every_reveal_and_every_preset(monkeypatch, name, block):
    monkeypatch.chdir(FOLDER.parent)
    app = AppTest.from_function(page, args=(name, block), default_timeout=60).run()
    assert not app.exception, [e.value for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    for number in range(len(app.button)):
        app.button[number].click().run()
        assert not app.exception, [e.value for e in app.exception]
        assert not app.error, [e.value for e in app.error]
