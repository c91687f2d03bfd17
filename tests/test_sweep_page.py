"""The page of sweeps: from controls to a grid, from a click to a heat map that fills."""

import json
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from background.sweep_folder import SweepStatus
from background.sweeps import DASK, Sweeps
from exhibits.sweeps import grid_controls, page, parameters, result
from exhibits.sweeps.table import columns_of
from exhibits.training import runs
from figures.sweep_heat_map import draw
from rnn_core.sweep import parse, to_toml
from rnn_core.tasks import TASKS
from tests.sweep_examples import ROOT, row

VALUES = {
    "task": "adding", "cells": ["irnn", "gru"], "grows": "length", "points": (4, 6),
    **{one.name: one.default for one in parameters.LEARNING},
    "hidden": (8,), "seeds": 2, "rate": 0.02, "irnn_rate": 0.002, "steps": 20, "batch": 16,
}  # fmt: skip


@pytest.fixture
def server(tmp_path, monkeypatch):
    """The page's server, with one learner at it."""
    monkeypatch.delenv(DASK, raising=False)
    made = Sweeps(tmp_path / "sweeps")
    for module in (page, result):
        monkeypatch.setattr(module, "sweeps", lambda: made)
    monkeypatch.setattr(runs, "owner", lambda: "ada")
    yield made
    made.close()


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "sweeps.py"), default_timeout=60).run()
    assert not app.exception
    return app


def quick(app: AppTest, steps: int) -> AppTest:
    """Chooses a small grid: GRU, length 3, two seeds."""
    app.pills(key="sweep_cells").set_value(["gru"])
    app.text_input(key="sweep_adding_length").set_value("3")
    app.text_input(key="sweep_hidden").set_value("4")
    app.slider(key="sweep_seeds").set_value(2)
    app.number_input(key="sweep_steps").set_value(steps).run()
    assert not app.exception
    return app


def until(condition, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def chart(app: AppTest) -> dict:
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def said(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def test_the_opening_grid_is_counted_and_its_empty_map_is_shown(server):
    app = opened()
    assert "4 cells × 3 lengths × 3 seeds = **36 trainings** of at most 1,500 steps" in said(app)
    assert "36 trainings not done yet" in app.get("plotly_chart")[0].proto.alt
    assert not app.button(key="sweep_start").disabled
    assert not app.error


def test_a_click_trains_the_grid_and_the_map_draws_the_rows_of_the_process(server):
    app = quick(opened(), 15)
    app.button(key="sweep_start").click().run()
    assert not app.exception
    (found,) = server.of("ada")
    until(lambda: server.of("ada")[0].state == "done")
    app.run()
    assert not app.exception
    rows = server.status("ada", found.id).rows
    assert len(rows) == 2
    assert "2 of 2 trained. It is done." in app.get("progress")[0].proto.text
    app.segmented_control(key="sweep_view_of_one").set_value("solved").run()
    drawn = draw(found.sweep, rows).figure.to_dict()["data"]
    assert (
        chart(app)["data"][0]["z"] == drawn[0]["z"] == [[sum(r.solved for r in rows.values()) / 2]]
    )
    table = app.dataframe[0].value
    assert table["steps to it"].dropna().tolist() == [
        row.steps for row in rows.values() if row.steps is not None
    ]
    assert "problem" not in table, "nothing broke"
    assert app.button(key="sweep_start").proto.type == "primary"


def test_it_is_cancelled_and_resumed_by_its_button_and_deleted(server):
    app = quick(opened(), 20_000)
    assert app.button(key="sweep_start").proto.type == "primary"
    app.button(key="sweep_start").click().run()
    assert app.button(key="sweep_start").proto.type == "secondary"
    app.button(key="sweep_cancel").click().run()
    until(lambda: server.of("ada")[0].state == "stopped")
    app.run()
    assert "It is stopped" in app.get("progress")[0].proto.text
    types = [app.button(key=f"sweep_{name}").proto.type for name in ("start", "resume")]
    assert types == ["secondary", "primary"]
    app.button(key="sweep_resume").click().run()
    assert server.of("ada")[0].is_busy
    app.button(key="sweep_delete").click().run()
    assert "deleted, for good" in said(app)
    app.button(key="sweep_delete_no").click().run()
    assert len(server.of("ada")) == 1
    app.button(key="sweep_delete").click().run()
    app.button(key="sweep_delete_yes").click().run()
    assert not app.exception
    assert server.of("ada") == []


def test_a_wrong_entry_is_named_and_nothing_can_be_started(server):
    app = opened()
    app.text_input(key="sweep_adding_length").set_value("10, x").run()
    assert "“x” is neither a number nor a range" in app.error[0].value
    app.text_input(key="sweep_adding_length").set_value("1").run()
    assert "length 1" in app.error[0].value
    assert "sweep_start" not in [button.key for button in app.button]


def test_a_browser_without_a_cookie_is_told_why_it_cannot_start(server, monkeypatch):
    monkeypatch.setattr(runs, "owner", lambda: None)
    app = opened()
    assert app.button(key="sweep_start").disabled
    assert "sent no cookie" in app.caption[0].value


def test_a_cluster_s_address_is_asked_for_only_where_the_server_allows_it(server, monkeypatch):
    assert "sweep_dask" not in [field.key for field in opened().text_input]
    monkeypatch.setenv(DASK, "tcp://a:1")
    app = opened()
    app.text_input(key="sweep_dask").set_value("tcp://b:2").run()
    assert "may not train there" in app.error[0].value


def test_the_controls_say_the_grid():
    sweep = grid_controls.sweep_of(VALUES)
    assert [one.name for one in sweep.axes] == ["cell", "task.length", "seed"]
    assert [cell.labels for cell in sweep.cells[:3]] == [
        ("IRNN", 4, 0), ("IRNN", 4, 1), ("IRNN", 6, 0),
    ]  # fmt: skip
    irnn, gru = sweep.cells[0].setup, sweep.cells[4].setup
    assert (irnn.cell, irnn.start, irnn.learning_rate) == ("rnn_relu", "identity", 0.002)
    assert (gru.cell, gru.start, gru.learning_rate) == ("gru", "uniform", 0.02)
    assert (gru.hidden_size, gru.max_steps, gru.batch_size, gru.engine) == (8, 20, 16, "numpy")
    assert parse(to_toml(sweep)) == sweep


def test_several_hidden_sizes_are_an_axis():
    sweep = grid_controls.sweep_of({**VALUES, "hidden": (4, 8)})
    assert sweep.size == 16
    assert {cell.setup.hidden_size for cell in sweep.cells} == {4, 8}
    assert grid_controls.in_words(sweep).startswith(
        "2 cells × 2 lengths × 2 hidden sizes × 2 seeds"
    )


def test_what_the_folded_controls_change_is_said_below_them(server):
    app = opened()
    app.number_input(key="sweep_steps").set_value(1200).run()
    app.segmented_control(key="sweep_optimiser").set_value("sgd").run()
    app.toggle(key="sweep_stop_when_solved").set_value(False).run()
    assert app.caption[0].value == "Optimiser SGD, Steps at most 1,200, Stop when solved off"


def test_no_cell_is_no_grid():
    with pytest.raises(ValueError, match="Cells: none chosen"):
        grid_controls.sweep_of({**VALUES, "cells": []})


@pytest.mark.parametrize("task", parameters.TASK.choices)
def test_every_task_that_is_offered_has_an_opening_grid_of_all_cells(task):
    grows = parameters.what_grows(task)[0]
    points = parameters.points_of(task, grows).default
    cells = list(parameters.CELLS)
    held = {one.name: one.default for one in parameters.held(task, grows)}
    sweep = grid_controls.sweep_of(
        {**VALUES, **held, "task": task, "cells": cells, "grows": grows, "points": points}
    )
    assert sweep.size == 15 * len(points) * 2
    assert {cell.setup.task.name for cell in sweep.cells} == {task}


def test_the_tasks_of_the_learner_s_own_data_are_left_out_and_no_other():
    assert set(TASKS) - set(parameters.TASK.choices) == {"series"}


def test_a_loss_that_is_the_score_stands_in_the_table_once():
    sweep = grid_controls.sweep_of({**VALUES, "cells": ["gru"], "points": (4,)})

    def columns(*losses: float) -> list[str]:
        rows = {k: replace(row(k, 9), loss=loss, score=0.5) for k, loss in enumerate(losses)}
        return list(columns_of(SweepStatus("x", sweep, "done", None, rows, None, "", 0.0, "")))

    both = ["held-out loss", "held-out mean squared error"]
    assert [name for name in columns(0.5, 0.5 + 1e-8) if "held-out" in name] == both[1:]
    assert [name for name in columns(0.5, 0.7) if "held-out" in name] == both


def test_what_broke_is_told_in_the_table_and_the_others_have_a_gap():
    sweep = grid_controls.sweep_of({**VALUES, "cells": ["gru"], "points": (4,)})
    rows = {0: row(0, 9), 1: row(1, problem="It broke.")}
    table = columns_of(SweepStatus("x", sweep, "done", None, rows, None, "", 0.0, ""))
    assert table["problem"] == [None, "It broke."]
    assert table["steps to it"] == [9, None]
