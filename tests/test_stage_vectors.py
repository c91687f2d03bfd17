"""What leaves the core of a run that reads vectors: for the stage, for the figures, in files."""

import csv
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from exhibits.edits import History, edited
from exhibits.export.sheet import sheet
from exhibits.export.words import file_name, sentences
from exhibits.stage.on_demand import on_demand
from exhibits.stage.payload import encode
from figures import gates, gradients, jacobians, trajectory
from rnn_core import Setup, Vectors, run, state_jacobians
from tests.test_stage_payload import read

PAIRS = Vectors(
    ((0.5, 1.0), (-0.25, 0.0), (0.75, 1.0)), (None, (0.5, -1.0), None), ("value", "marker")
)
RUN = run(Setup(PAIRS, cell="rnn_tanh", hidden_size=2, seed=3))


def test_the_payload_has_every_number_that_is_read_and_due() -> None:
    header, arrays = read(encode(RUN, layer=0).data)
    assert header["input"] == {
        "kind": "vectors",
        "labels": ["(0.5, 1)", "(-0.25, 0)", "(0.75, 1)"],
        "names": ["value", "marker"],
        "standardised": False,
    }
    assert header["output"] == {"loss": "squared", "classes": []}
    np.testing.assert_array_equal(arrays["inputs"], PAIRS.inputs)
    np.testing.assert_array_equal(arrays["target"][1], [0.5, -1.0])
    assert arrays["has_target"].tolist() == arrays["has_loss"].tolist() == [0, 1, 0]


def test_one_feature_is_nudged_by_its_number() -> None:
    real = on_demand(RUN, 0, "nudge:1:1:0.3").arrays["nudge:1:1:0.3.real"]
    moved = Vectors(((0.5, 1.0), (-0.25, 0.3), (0.75, 1.0)), PAIRS.targets)
    after = run(Setup(moved, cell="rnn_tanh", hidden_size=2, seed=3)).layers[0].hidden[:, 0]
    np.testing.assert_allclose(real, after - RUN.layers[0].hidden[:, 0], atol=1e-15)
    assert "0 to 1; got '2'" in str(on_demand(RUN, 0, "nudge:1:2:0.3").facts)
    assert "got '+'" in str(on_demand(RUN, 0, "nudge:1:+:0.3").facts)


def test_an_input_from_the_browser_is_refused_in_words_and_a_weight_is_not() -> None:
    with pytest.raises(ValueError, match=r"x at t = 1: .*give other vectors"):
        edited(History(), {"kind": "input", "place": [1], "value": 0.5}, RUN.setup)
    weight = {"kind": "weight", "place": ["weight_ih_l0", 0, 1], "value": 0.5}
    assert edited(History(), weight, RUN.setup).present.weights == (("weight_ih_l0", 0, 1, 0.5),)


def test_every_figure_says_what_was_read() -> None:
    trace = RUN.layers[0]
    of_hidden = state_jacobians(RUN, 0, 2, of="hidden").singular_values
    drawings = [
        gates.draw(trace, PAIRS),
        gradients.draw(trace, PAIRS, losses=RUN.losses[:, 0], loss_mask=RUN.loss_mask),
        jacobians.draw(of_hidden, PAIRS, step_to=2),
        trajectory.draw(trace, PAIRS),
    ]
    for drawing in drawings:
        assert "(-0.25, 0)" in drawing.to_csv() + str(drawing.figure.to_dict()), drawing.name
        assert drawing.figure.layout.xaxis.type != "category"


def test_a_sheet_has_a_column_for_each_of_them() -> None:
    rows = list(csv.DictReader(io.StringIO(sheet(RUN, 0).decode("utf-8-sig"))))
    assert [row["input_value"] for row in rows] == ["0.5", "-0.25", "0.75"]
    assert [row["input_marker"] for row in rows] == ["1.0", "0.0", "1.0"]
    assert [row["target_1"] for row in rows] == ["", "-1.0", ""]
    assert float(rows[2]["prediction_0"]) == RUN.prediction[2, 0, 0]
    assert [row["loss"] != "" for row in rows] == [False, True, False]
    one = run(Setup(Vectors(((0.5,), (0.25,)), (None, (1.0,))), hidden_size=2))
    assert sheet(one, 0).decode("utf-8-sig").startswith("step,input,target,prediction,loss,")


def test_it_is_named_in_words_and_in_a_file_s_name() -> None:
    assert sentences(RUN)[0] == (
        "An RNN tanh with 2 units reads 2 numbers (value, marker) at each of 3 steps."
    )
    assert file_name(RUN, "csv") == "unrolled-rnn-tanh-2-3-vectors.csv"


SYMBOLS = Vectors(
    ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    (None, 1, 0),
    ("=a", "b", "c"),
    ("even", "+odd"),
)
CLASSES = run(Setup(SYMBOLS, cell="gru", hidden_size=2, seed=3))


def test_classes_travel_by_name_and_number() -> None:
    header, arrays = read(encode(CLASSES, layer=0).data)
    assert header["input"]["kind"] == "vectors"
    assert header["output"] == {"loss": "categorical", "classes": ["even", "+odd"]}
    np.testing.assert_array_equal(arrays["inputs"], SYMBOLS.inputs)
    assert arrays["target"].ravel().tolist() == [0, 1, 0]
    assert arrays["prediction"].shape == (3, 2)
    np.testing.assert_allclose(arrays["prediction"].sum(axis=-1), 1.0, atol=1e-6)


def test_a_sheet_names_the_classes_and_gives_their_probabilities_and_runs_nothing() -> None:
    rows = list(csv.DictReader(io.StringIO(sheet(CLASSES, 0).decode("utf-8-sig"))))
    assert [row["target"] for row in rows] == ["", "'+odd", "even"]
    assert {row["prediction"] for row in rows} <= {"even", "'+odd"}
    assert float(rows[1]["probability of +odd"]) == CLASSES.prediction[1, 0, 1]
    assert [row["input_'=a"] for row in rows] == ["1.0", "0.0", "0.0"]
    assert sentences(CLASSES)[0] == (
        "A GRU with 2 units reads 3 numbers (=a, b, c) at each of 3 steps and says which of 2 "
        "classes."
    )


def test_a_nudge_of_a_run_with_classes_is_of_one_of_its_features() -> None:
    extra = on_demand(CLASSES, 0, "nudge:0:2:0.3")
    moved = replace(SYMBOLS, inputs=((1.0, 0.0, 0.3), *SYMBOLS.inputs[1:]))
    after = run(Setup(moved, cell="gru", hidden_size=2, seed=3))
    real = extra.arrays["nudge:0:2:0.3.real"]
    np.testing.assert_allclose(
        real, (after.layers[0].hidden - CLASSES.layers[0].hidden)[:, 0], atol=1e-15
    )
    facts: Any = extra.facts["nudge:0:2:0.3"]
    assert facts["loss_real"] == pytest.approx(after.loss - CLASSES.loss, abs=1e-14)
