"""Two lessons in a folder of their own, for tests of the pages that show lessons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from exhibits.lesson import shelf as shelf_module

ROUTER = Path(__file__).resolve().parents[1] / "pages" / "menu.py"
FIRST = """+++
title = "The first"
part = "Recurrence"
summary = "What comes first."
minutes = 10
objectives = ["Say $a$"]
prerequisites = []
sources = ["Elman 1990"]
+++
## Only a text
A word: haystack.

## And the end
More.
"""
SECOND = """+++
title = "The second"
part = "Recurrence"
summary = "What comes second."
minutes = 12
objectives = ["Halve the step", "Name the order"]
prerequisites = ["first"]
sources = ["Sherstinsky 2020"]
+++
## The model
Before. See [the first](lesson:first).

```exhibit
id = "steps"
name = "euler"
controls = ["step"]
```

After.

```challenge
id = "small"
do = "Make the error small."
done = "Small it is."
[[when]]
measure = "error"
at_most = 0.05
```

## How it falls
```predict
id = "order"
ask = "Which order?"
choices = ["one", "two"]
answer = 0
why = "Half the step, half the error."
set = { show = "error" }
```

```exhibit
id = "fall"
name = "euler"
after = "order"
```
"""


@pytest.fixture
def lesson_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shelf holds these two lessons, as long as the test lasts."""
    (tmp_path / "01-first.md").write_text(FIRST, "utf-8")
    (tmp_path / "02-second.md").write_text(SECOND, "utf-8")
    monkeypatch.setattr(shelf_module, "FOLDER", tmp_path)
    shelf_module.shelf.cache_clear()
    yield tmp_path
    shelf_module.shelf.cache_clear()


def opened(page: str, **parameters: str) -> AppTest:
    """The page at rest, reached as by a link."""
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    app.switch_page(page)
    for name, text in parameters.items():
        app.query_params[name] = text
    app.run()
    assert not app.exception, app.exception
    return app


def button(app: AppTest, label: str):
    """The one button whose label begins so."""
    (found,) = [one for one in app.button if one.label.startswith(label)]
    return found


def texts(app: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning)
    written = [one.value for kind in kinds for one in kind]
    return "\n".join([*written, *(one.value for one in (*app.info, *app.error))])
