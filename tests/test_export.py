"""What is taken along: the self-contained page, every number as .npz and .csv, the files' names."""

import base64
import csv
import dataclasses
import io
import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import rnn_core
from exhibits import opening
from exhibits.export.archive import archive
from exhibits.export.sheet import guarded, sheet
from exhibits.export.words import file_name, sentences
from exhibits.stage import StageState, Track
from exhibits.stage.export import page, wants_of
from exhibits.stage.inline import import_map
from exhibits.stage.serving import assets
from exhibits.take_along import File, files_of
from rnn_core import Changes, LSTMTrace, Numbers, Run, Setup, Text, Vectors, run

HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>"
RUNS = {
    "lstm": Setup(Text("abcab"), hidden_size=3, num_layers=2, bidirectional=True, peepholes=True),
    "gru": Setup(Text("=+-@ab"), cell="gru", hidden_size=2, loss_steps=(1, 3)),
    "rnn": Setup(Numbers((0.5, -1.25, 2.0, 3.5), standardise=True), cell="rnn_relu", hidden_size=2),
    "changed": Setup(
        Text("abab"),
        hidden_size=2,
        changes=Changes(pins=((0, "forget_gate", 1, 0.75),), silenced=((0, 0),)),
        truncation=(1, 2),
    ),
}


def modules_of(text: str) -> dict[str, str]:
    """The sources in an import map."""
    urls = json.loads(text)["imports"]
    return {
        name: base64.b64decode(url.partition("base64,")[2]).decode() for name, url in urls.items()
    }


class TestImportMap:
    def test_relative_imports_become_bare_names_and_the_rest_stays(self) -> None:
        files = {
            "a.mjs": b'/** @type {import("./c.mjs").C} */\nimport { b } from "./b.mjs";\n'
            b'const text = "./b.mjs";\nexport * from \'./d.mjs\';\nimport "./e.mjs";\n',
            "b.mjs": b'import {\n  a,\n} from "./a.mjs";\nexport const b = "\xc3\xa9";\n',
            "c.mjs": b"",
            "d.mjs": b"",
            "e.mjs": b"",
        }
        modules = modules_of(import_map("a", files))
        assert modules.keys() == {"a", "b", "d", "e"}  # c is a type, and a and b a circle
        assert 'import { b } from "b";' in modules["a"]
        assert 'const text = "./b.mjs";' in modules["a"]
        assert "export * from 'd';" in modules["a"]
        assert 'import "e";' in modules["a"]
        assert modules["b"].startswith('import {\n  a,\n} from "a";\nexport const b = "é";')

    def test_a_module_that_is_not_there_is_named_with_who_asks(self) -> None:
        with pytest.raises(ValueError, match=r"a\.mjs imports b\.mjs, which is not among"):
            import_map("a", {"a.mjs": b'import "./b.mjs";'})

    @pytest.mark.parametrize(
        "source", [b"fetch(import.meta.url)", b"/** x */ const m = import(name)"]
    )
    def test_a_module_that_needs_a_server_is_refused(self, source: bytes) -> None:
        with pytest.raises(ValueError, match=r"a\.mjs says"):
            import_map("a", {"a.mjs": source})

    def test_the_stage_s_own_modules_pass_and_none_keeps_a_path(self) -> None:
        modules = modules_of(import_map("offline", assets()))
        assert {"offline", "stage", "unit_view", "picture"} <= modules.keys()
        assert "main" not in modules  # Streamlit's way in
        for name, source in modules.items():
            assert not re.search(r'^(import|export)[^;(]*"\./', source, re.M), name


class TestPage:
    def test_hostile_text_stands_there_escaped_or_not_at_all(self) -> None:
        one = run(Setup(Text(HOSTILE), cell="gru", hidden_size=2))
        made = page([Track(one, HOSTILE)], StageState(), title=HOSTILE, about=[HOSTILE],
                    link=HOSTILE, expressions=[HOSTILE]).decode()  # fmt: skip
        assert "<img" not in made
        assert made.count("<script") == made.count("</script>") == 3  # map, one bundle, the start
        assert made.count("&lt;img src=x onerror=alert(1)&gt;") == 4

    def test_it_names_no_address_but_svg_s_own(self) -> None:
        made = page([Track(run(opening.SETUP))], StageState(), title="x").decode()
        sources = [made, *modules_of(re.findall(r'"importmap">(.*?)</script>', made)[0]).values()]
        for source in sources:
            assert set(re.findall(r"https?://[\w./-]+", source)) <= {"http://www.w3.org/2000/svg"}

    def test_the_browser_is_told_to_fetch_nothing(self) -> None:
        made = page([Track(run(opening.SETUP))], StageState(), title="x").decode()
        policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)[0]
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert rules.pop("default-src") == "'none'"
        allowed = {source for sources in rules.values() for source in sources.split()}
        assert allowed == {"'unsafe-inline'", "data:", "blob:"}

    def test_every_layer_travels_in_full_with_what_is_asked_for_on_demand(self) -> None:
        one = run(dataclasses.replace(RUNS["lstm"], hidden_size=64, sequence=Text("ab" * 50)))
        made = page([Track(one)], StageState(step=4, layer=2), title="x").decode()
        found = re.findall(r'data-layer="(\d)"( data-first)?>([^<]*)<', made)
        assert [(number, bool(first)) for number, first, _ in found] == [
            ("0", False), ("1", False), ("2", True), ("3", False),
        ]  # fmt: skip
        for number, _, text in found:
            header, payload = headers(base64.b64decode(text))
            assert payload["seen"] == int(number)
            assert payload["layers"][int(number)]["full"]
            assert set(payload["facts"]) == set(wants_of(StageState(step=4)))
            assert header["options"] == {"edits": False, "offline": True}
            assert header["state"]["step"] == 4

    def test_what_asks_for_a_step_is_there_for_the_present_one(self) -> None:
        kept = wants_of(StageState(step=9, wants=("nudge:9:+:0.5", "unheard-of", "sources")))
        assert kept == ("sources", "paths", "space", "space:9", "nudge:9:+:0.5")

    def test_a_long_lstm_with_gradients_fits_into_two_mebibytes(self) -> None:
        one = run(Setup(Text("abcdefghijklmnopqrstuvwxyz ()[]{}"[:25] * 4), hidden_size=32))
        assert len(one.inputs) == 100
        assert len(page([Track(one)], StageState(step=50), title="x")) <= 2 * 2**20


def headers(data: bytes) -> tuple[dict, dict]:
    """A bundle's header and its first run's."""

    def read(part: bytes) -> tuple[dict, bytes]:
        length = int.from_bytes(part[:4], "little")
        return json.loads(part[4 : 4 + length]), part[4 + length :]

    header, rest = read(data)
    return header, read(rest[header["runs"][0]["offset"] :])[0]


def loaded(one: Run) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(archive(one)), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


class TestArchive:
    @pytest.mark.parametrize("name", RUNS)
    def test_every_field_of_every_record_is_there_bit_for_bit(self, name: str) -> None:
        one = run(RUNS[name])
        found = loaded(one)
        for number, trace in enumerate(one.layers):
            suffix = one.network.suffixes[number]
            for field in dataclasses.fields(trace):
                value = getattr(trace, field.name)
                if isinstance(value, np.ndarray):
                    np.testing.assert_array_equal(found.pop(field.name + suffix), value)
        for key, value in one.weights.items():
            np.testing.assert_array_equal(found.pop(key), value)
            np.testing.assert_array_equal(found.pop(f"grad.{key}"), one.grad_weights[key])
        for key in ("inputs", "targets", "losses", "loss", "prediction", "has_target", "loss_mask"):
            np.testing.assert_array_equal(found.pop(key), getattr(one, key))

    def test_floats_are_double_and_the_gates_are_where_pytorch_has_them(self) -> None:
        found = loaded(run(RUNS["lstm"]))
        assert {value.dtype.str for value in found.values() if value.dtype.kind == "f"} == {"<f8"}
        gate = found["preactivation_l1_reverse"][2, 0, 3:6]  # i, f, g, o: the second block of 3
        np.testing.assert_allclose(
            found["forget_gate_l1_reverse"][2, 0], 1 / (1 + np.exp(-gate)), rtol=1e-14
        )

    def test_a_pinned_gate_and_a_silenced_unit_are_told(self) -> None:
        found = loaded(run(RUNS["changed"]))
        assert found["pins_l0"].tolist()[3] == 0.75  # forget gate of unit 1: i 0 1, f 0 1
        assert np.isnan(np.delete(found["pins_l0"], 3)).all()
        assert found["silenced_l0"].tolist() == [True, False]

    @pytest.mark.parametrize("name", RUNS)
    def test_about_names_every_array_and_the_setup_that_makes_it_again(self, name: str) -> None:
        found = loaded(run(RUNS[name]))
        about = json.loads(str(found.pop("about")))
        assert about["axes"].keys() == found.keys()
        assert eval(about["setup"], vars(rnn_core).copy()) == RUNS[name]
        steps, size = len(RUNS[name].labels), RUNS[name].hidden_size
        assert about["axes"]["hidden_l0"] == f"(time, batch, hidden) [{steps}, 1, {size}]"


def rows_of(one: Run, layer: int = 0) -> list[dict[str, str]]:
    text = sheet(one, layer).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestSheet:
    @pytest.mark.parametrize("name", RUNS)
    def test_its_numbers_read_back_exactly(self, name: str) -> None:
        one = run(RUNS[name])
        layer = len(one.layers) - 1
        rows, trace = rows_of(one, layer), one.layers[layer]
        assert [row["step"] for row in rows] == [str(step) for step in range(len(one.inputs))]
        for unit in range(one.network.hidden_size):
            for field in ("hidden", "grad_hidden"):
                written = [float(row[f"{field}_{unit}"]) for row in rows]
                assert written == getattr(trace, field)[:, 0, unit].tolist()
        for step, row in enumerate(rows):
            assert (float(row["loss"]) if row["loss"] else None) == (
                one.losses[step, 0] if one.loss_mask[step] else None
            )

    def test_an_lstm_s_gates_and_pre_activations_have_columns_of_their_own(self) -> None:
        one = run(RUNS["lstm"])
        trace = one.layers[3]
        assert isinstance(trace, LSTMTrace)
        row = rows_of(one, 3)[2]
        assert float(row["output_gate_1"]) == trace.output_gate[2, 0, 1]
        assert float(row["candidate_preactivation_2"]) == trace.preactivation[2, 0, 2 * 3 + 2]
        assert trace.grad_preactivation is not None
        assert float(row["grad_input_gate_preactivation_0"]) == trace.grad_preactivation[2, 0, 0]

    def test_text_says_what_is_read_asked_for_and_expected(self) -> None:
        one = run(RUNS["lstm"])
        rows = rows_of(one)
        assert [row["input"] for row in rows] == list("abcab")
        assert [row["target"] for row in rows] == [*"bcab", ""]
        said = [float(rows[1][f"probability of {letter}"]) for letter in "abc"]
        assert said == one.prediction[1, 0].tolist()
        assert rows[1]["prediction"] == "abc"[int(np.argmax(said))]

    def test_numbers_keep_their_signs(self) -> None:
        rows = rows_of(run(RUNS["rnn"]))
        mean, deviation = 4.75 / 4, np.std([0.5, -1.25, 2.0, 3.5])
        assert float(rows[1]["input"]) == pytest.approx((-1.25 - mean) / deviation, rel=1e-14)
        assert rows[0]["target"] == rows[1]["input"]
        assert rows[-1]["target"] == ""

    def test_excel_is_told_that_it_is_utf_8(self) -> None:
        assert sheet(run(RUNS["rnn"]), 0)[:8] == b"\xef\xbb\xbfstep,"

    def test_no_cell_of_text_begins_like_a_formula(self) -> None:
        one = run(Setup(Text("=+-@\t\r\n＝a'"), cell="gru", hidden_size=2))
        for row in rows_of(one):
            for column in ("input", "target", "prediction"):
                assert row[column] == "" or row[column][0] not in "=+-@\t\r\n＝", row[column]
        assert [row["input"] for row in rows_of(one)][:4] == ["'=", "'+", "'-", "'@"]
        assert guarded("a=b") == "a=b"


class TestWords:
    def test_the_setup_in_sentences(self) -> None:
        assert sentences(run(RUNS["changed"])) == [
            "An LSTM with 2 units reads “abab”.",
            "Its weights are random (seed 0, forget bias 1).",
            "Every step that has a target has a loss.",
            "Its gradients are truncated: every 1 steps, back through 2.",
            "Changed: forget gate of unit 1 held at 0.75; unit 0 silenced.",
        ]
        assert sentences(run(RUNS["gru"]))[2] == "Steps 1, 3 have a loss."

    def test_numbers_without_a_target_have_a_probe_and_no_loss(self) -> None:
        nothing = Vectors(((0.5,), (1.0,), (0.2,)), ((0.0,), (0.0,), (0.0,)))
        said = sentences(run(Setup(nothing, cell="gru", hidden_size=2, loss_steps="last")))
        probed = "at the last step the probe ½‖ŷ‖² stands in for a loss."
        assert said[2] == f"No target is known: {probed}"

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("if (x[i])", "unrolled-gru-2-if-x-i.csv"),
            ('../../etc\\CON:*?"<>|\x00', "unrolled-gru-2-etc-con.csv"),
            ("→→", "unrolled-gru-2.csv"),
            ("Àé" + "z" * 400, f"unrolled-gru-2-a-e-{'z' * 20}.csv"),
        ],
    )
    def test_a_file_s_name_is_safe_whatever_was_typed(self, text: str, name: str) -> None:
        assert file_name(run(Setup(Text(text), cell="gru", hidden_size=2)), "csv") == name


class TestTakeAlong:
    def test_nothing_is_built_before_it_is_clicked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        built: list[str] = []
        for name in ("page", "archive", "sheet", "notebook"):
            monkeypatch.setattr(f"exhibits.take_along.{name}", lambda *_, **__: built.append("x"))
        app = AppTest.from_function(offered).run()
        assert not app.get("download_button")
        app.session_state["x_take"] = True  # the popover is open
        app.run()
        assert not app.exception
        labels = [vars(button)["proto"].label for button in app.get("download_button")]
        assert labels == [
            "The stage as a page (.html)", "All numbers (.npz)", "Numbers of layer 2 (.csv)",
            "Notebook (.ipynb)",
        ]  # fmt: skip
        assert not built

    def test_the_files_are_those_of_the_layer_on_the_stage(self) -> None:
        one = run(RUNS["lstm"])
        files: dict[str, File] = {file.name.rpartition(".")[2]: file
                                  for file in files_of(Track(one), 1)}  # fmt: skip
        assert files["csv"].label == "Numbers of layer 1, from the end (.csv)"
        assert files["csv"].name == "unrolled-lstm-3-abcab-l0-reverse.csv"
        assert files["csv"].make() == sheet(one, 1)
        assert b"layer = 1" in files["ipynb"].make()
        with np.load(io.BytesIO(files["npz"].make())) as found:
            np.testing.assert_array_equal(found["hidden_l1"], one.layers[2].hidden)


def offered() -> None:
    """A page of Streamlit's."""
    from exhibits.runs import traced
    from exhibits.stage import StageState, Track
    from exhibits.take_along import take_along
    from rnn_core import Setup, Text

    one = traced(Setup(Text("abcab"), hidden_size=3, num_layers=2))
    take_along([Track(one)], StageState(step=1, layer=1), "x")
