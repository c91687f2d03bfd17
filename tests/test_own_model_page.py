"""The page of an own model, and what it makes of a file and a sequence."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from safetensors.torch import save
from streamlit.testing.v1 import AppTest
from torch import nn

from exhibits.own.asking import CLASS, COLUMN, FIRST, NEXT, NOTHING, offered, sequence_of
from exhibits.own.choice import Chosen, in_words
from exhibits.own.columns import Window
from exhibits.own.examples import EXAMPLES, content
from exhibits.own.fading import where_it_dies
from exhibits.own.reading import Reading, generated, of_text, of_tokens
from exhibits.own.size import check_size
from exhibits.own.vocabulary import split, token_ids, unescaped, vocabulary
from exhibits.table import read_table
from rnn_core import AnySequence, Numbers, Setup, Text, Vectors, hold, load_weights, run, setup_with
from rnn_core.own_model import is_probe, read_model
from rnn_core.record import record

PAGE = Path(__file__).resolve().parents[1] / "pages" / "model.py"


def chosen(made: nn.Module, **fields) -> Chosen:
    model = read_model(save(made.state_dict()), "m.safetensors")
    module = model.modules[0]
    readouts = model.readouts(module)
    return Chosen(module, readouts[0] if readouts else None, **fields)


def with_readout(recurrent: nn.Module, outputs: int) -> nn.Module:
    width = recurrent.hidden_size * (1 + recurrent.bidirectional)
    return nn.ModuleDict({"rnn": recurrent, "fc": nn.Linear(width, outputs)})


def page() -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert not app.exception
    return app


def opened(made: nn.Module) -> AppTest:
    app = page()
    app.file_uploader[0].set_value(("own.safetensors", save(made.state_dict()), "")).run()
    assert not app.exception
    return app


def markdown(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def test_before_a_file_the_page_says_how_one_is_saved() -> None:
    (code,) = page().code
    assert code.value.splitlines() == [
        "from safetensors.torch import save_file",
        'save_file(model.state_dict(), "model.safetensors")',
    ]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_the_shipped_network_and_opens(example: str) -> None:
    name = EXAMPLES[example][0]
    app = page()
    app.button(key=f"model_try_{name}").click().run()
    assert not app.exception
    assert not app.error
    assert f"{name}.safetensors".replace("_", "\\_") in markdown(app)
    model = read_model(content(example), "x")
    network, weights = model.weights(model.modules[0], model.readouts(model.modules[0])[0])
    shipped = load_weights(name)
    assert network == shipped.network
    for key, value in shipped.weights.items():
        np.testing.assert_array_equal(weights[key], value.astype("f4"))
    assert len(load(content(example))) == len(shipped.weights)


def test_an_uploaded_file_opens_stays_and_is_put_away() -> None:
    app = opened(with_readout(nn.GRU(3, 6, num_layers=2, bidirectional=True), 4))
    assert not app.error
    assert "a GRU with 6 units in 2 layers, read from both ends" in markdown(app)
    app.run()  # as after a visit to another page: the session keeps it
    assert "own.safetensors" in markdown(app)
    app.button(key="model_forget").click().run()
    assert app.title[0].value == "Your model"


def test_a_pickle_is_refused_with_the_lines_that_convert_it() -> None:
    app = page()
    app.file_uploader[0].set_value(("m.pt", b"\x80\x02}q\x00.", "")).run()
    assert "is a pickle" in app.error[0].value
    assert 'save_file(torch.load("m.pt", weights_only=True), "m.safetensors")' in app.code[0].value


def test_what_is_typed_wrong_is_said_and_the_page_stays() -> None:
    app = opened(with_readout(nn.LSTM(2, 4), 3))
    app.selectbox(key=by_key(app.selectbox, "_source_of_2")).select("Typed").run()
    app.text_area[0].set_value("1, 2\n3, x\n5, 6\n7, 8").run()
    assert not app.exception
    assert '"x" is not a number' in app.error[0].value.replace("\\", "")
    app.text_area[0].set_value("1, 2\n3, 4\n5, 6").run()
    assert not app.error


def test_the_alphabet_is_asked_for_and_the_last_picture_stays_meanwhile() -> None:
    app = opened(with_readout(nn.LSTM(3, 4), 3))
    app.selectbox(key=by_key(app.selectbox, "_source_of_3")).select("Text").run()
    assert not app.error  # nothing is wrong yet
    assert ["write the 3 characters" in info.value for info in app.info] == [True, True]
    said = markdown(app)
    assert "*What it reads*" in said
    assert "The dimmed picture is of the last run that worked" in said
    assert "stale { opacity: 0.45; }" in markup(app)
    assert "Where its gradient dies" in [heading.value for heading in app.subheader]
    app.text_input[0].set_value("a\\nb").run()
    assert not app.error
    assert app.text_input[1].value == "a\\nb" * 6 + "a\\n"
    assert not app.info
    assert "opacity" not in markup(app)


def markup(app: AppTest) -> str:
    return " ".join(str(element.proto) for element in app.get("html"))


def by_key(elements, part: str) -> str:
    (found,) = [element.key for element in elements if part in (element.key or "")]
    return found


def test_the_nonlinearity_of_an_rnn_is_asked_for() -> None:
    app = opened(nn.RNN(2, 4))
    assert "an RNN tanh with 4 units" in markdown(app)
    app.button_group(key=by_key(app.button_group, "_nonlinearity")).set_value("relu").run()
    assert "an RNN relu with 4 units" in markdown(app)


def test_names_from_a_file_are_no_markdown() -> None:
    state = nn.LSTM(2, 3).state_dict(prefix="rnn.")
    state["a**b](c):red[.weight"] = torch.zeros(2, 3)
    app = page()
    app.file_uploader[0].set_value(("m.safetensors", save(state), "")).run()
    assert not app.exception
    assert "a\\*\\*b\\](c)\\:red\\[.weight" in markdown(app)


def test_the_sentence_says_what_the_network_is() -> None:
    assert in_words(chosen(with_readout(nn.LSTM(1, 1), 1))) == (
        "an LSTM with 1 unit. It reads 1 number at each step; fc.weight makes 1 number of its "
        "state."
    )
    assert in_words(chosen(nn.GRU(2, 3, bias=False))) == (
        "a GRU with 3 units, without biases. It reads 2 numbers at each step; it has no read-out, "
        "so it says its state: 3 numbers."
    )


def test_what_can_be_asked_for_follows_from_the_sizes() -> None:
    three = Reading(generated("waves", 5, 3))
    assert offered(three, chosen(nn.GRU(3, 4))) == [NOTHING]
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 3))) == [NEXT, NOTHING, CLASS]
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 2))) == [NOTHING, CLASS]
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 1))) == [NOTHING]


def test_the_sequence_asks_for_it() -> None:
    text = of_text("aba", ("a", "b"))
    assert text.rows == ((1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    both = chosen(with_readout(nn.GRU(2, 4), 2))
    assert sequence_of(NEXT, text, both) == Text("aba", "ab")
    assert sequence_of(CLASS, text, both, 1) == Vectors(
        text.rows, (1, 1, 1), ("a", "b"), ("a", "b")
    )
    one = chosen(with_readout(nn.GRU(1, 4), 1))
    series = Reading(((0.5,), (1.5,)))
    assert sequence_of(NEXT, series, one) == Numbers((0.5, 1.5))
    nothing = sequence_of(NOTHING, series, one)
    assert nothing == Vectors(series.rows, ((0.0,), (0.0,)))
    assert is_probe(nothing)
    assert not is_probe(Numbers((0.0, 0.0)))
    assert not is_probe(Vectors(series.rows, ((0.0,), None)))
    rows = Reading(((1.0, 2.0), (3.0, 4.0)))
    assert sequence_of(NEXT, rows, both) == Vectors(rows.rows, ((3.0, 4.0), None))


@pytest.mark.parametrize(
    ("text", "alphabet", "says"),
    [
        ("ab", "abc", "Alphabet: 3 characters given; the model has 2 inputs"),
        ("ab", "aa", "'a' stands in it more than once"),
        ("ab", '["a", "b", "c"]', "Alphabet: 3 tokens given; the model has 2 inputs"),
        ("ab", '{"a": 0, "b": 2}', "'b' has the number 2; those of the model's inputs are 0 to 1"),
        ("ab", '{"a": 1, "b": 1}', "the number 1 stands in it more than once"),
        ("ab", '["a", ""]', "entry 1 is ''"),
        ("abc", "ab", "'c' (character 3) is not in the alphabet"),
        ("a", "ab", "Text: 1 characters given"),
        ("a" * 201, "ab", "Text: 201 characters given"),
    ],
)
def test_a_text_that_the_alphabet_does_not_fit_is_refused(text, alphabet, says) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        of_text(text, vocabulary(alphabet, 2))


def test_line_ends_are_typed_as_programs_write_them() -> None:
    assert unescaped(r"a\nb\\n\t\x") == "a\nb\\n\t\\x"


def test_the_generated_rows() -> None:
    waves = generated("waves", 9, 2)
    assert waves[4][0] == pytest.approx(math.sin(math.pi), abs=1e-15)
    assert waves[3][1] == pytest.approx(1.0)  # a quarter of 12 steps
    assert generated("noise", 5, 3, seed=1) != generated("noise", 5, 3, seed=2)
    for row in generated("one at a time", 20, 4):
        assert sorted(row) == [0.0, 0.0, 0.0, 1.0]


def test_the_sentence_about_the_gradient_counts_the_steps() -> None:
    """h_t = tanh(w h_{t-1}) near 0 is w h_{t-1}: the gradient falls by w a step."""
    network, weights = chosen(nn.RNN(1, 1)).module.network(1), {
        "weight_ih_l0": np.array([[1e-6]]),
        "weight_hh_l0": np.array([[0.2]]),
        "bias_ih_l0": np.zeros(1),
        "bias_hh_l0": np.zeros(1),
        "readout.weight": np.eye(1),
        "readout.bias": np.zeros(1),
    }  # fmt: skip
    rows = ((1.0,),) * 6
    sequence = Vectors(rows, ((1.0,),) * 6)
    found = run(setup_with(hold(network, weights), sequence, loss_steps="last"))
    said = where_it_dies(found, "waves")
    assert "On waves, 6 steps, going back from the loss at step 5:" in said
    assert "- The layer: ‖∂L/∂h‖ is under a hundredth of its size after **3 steps**." in said
    # 0.2³ < 0.01 < 0.2²
    weights["weight_hh_l0"] = np.array([[0.9]])
    found = run(setup_with(hold(network, weights), sequence, loss_steps="last"))
    assert "**0.59 times** its size after all 5 steps" in where_it_dies(found, "waves")  # 0.9⁵
    assert where_it_dies(run(Setup(Text("abc"))), "a text") == ""


def test_every_layer_and_direction_has_its_line() -> None:
    made = nn.GRU(2, 4, num_layers=2, bidirectional=True)
    model = read_model(save(made.state_dict()), "m")
    name = hold(*model.weights(model.modules[0]))
    sequence = sequence_of(NOTHING, Reading(generated("waves", 8, 2)), chosen(made))
    said = where_it_dies(run(setup_with(name, sequence, loss_steps="last")), "waves").splitlines()
    assert said[0] == "On waves, 8 steps, going back from the probe ½‖ŷ‖² at step 7:"
    assert [line.split(":")[0] for line in said[2:]] == [
        "- Layer 1, from the beginning",
        "- Layer 1, from the end",
        "- Layer 2, from the beginning",
        "- Layer 2, from the end",
    ]
    assert "step 7 is the first that it reads" in said[5]
    # Layer 1 reads from the end too, but by way of layer 2 the gradient comes to every step.
    assert "‖∂L/∂h‖" in said[3]


def test_a_run_that_would_be_too_large_is_refused_with_the_steps_that_fit() -> None:
    large = chosen(nn.LSTM(4, 256, num_layers=2))
    check_size(large, 200)
    four = chosen(nn.LSTM(4, 150, num_layers=4, bidirectional=True))
    with pytest.raises(ValueError, match=r"at most 32 MB are shown: \d+ steps"):
        check_size(four, 200)


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
def test_the_size_that_is_reckoned_is_no_less_than_the_true_one(kind: str) -> None:
    made = chosen(getattr(nn, kind)(4, 64, num_layers=2, bidirectional=True))
    model = read_model(save(getattr(nn, kind)(4, 64, 2, bidirectional=True).state_dict()), "m")
    network, weights = model.weights(model.modules[0])
    found = record(network, weights, np.zeros((50, 1, 4)), np.zeros((50, 1, 128)), loss="squared")
    kept = sum(value.nbytes for layer in found.layers for value in vars(layer).values()
               if isinstance(value, np.ndarray))  # fmt: skip
    steps = 32 * 2**20 // (kept // 50)
    with pytest.raises(ValueError, match="at most 32 MB"):
        check_size(made, steps + 1)


def targets_of(sequence: AnySequence) -> tuple:
    assert isinstance(sequence, Vectors)
    return sequence.targets


TABLE = read_table(b"date,x,mark,due\nmon,1,0,5\ntue,2,1,6\nwed,4,0,8\n", "a.csv")


def test_a_column_of_the_table_or_the_next_value_can_be_due() -> None:
    window = Window(TABLE, 0, 3)
    read = Reading(((1.0, 0.0), (2.0, 1.0), (4.0, 0.0)), ("x", "mark"), window=window)
    one = chosen(with_readout(nn.LSTM(2, 4), 1))
    assert offered(read, one) == [NOTHING, COLUMN, FIRST]
    assert offered(replace(read, window=None), one) == [NOTHING]
    assert targets_of(sequence_of(FIRST, read, one)) == ((2.0,), (4.0,), None)
    due = tuple((value,) for value in window.column(3))
    assert targets_of(sequence_of(COLUMN, read, one, targets=due)) == ((5.0,), (6.0,), (8.0,))


def from_table(app: AppTest, content: bytes, name: str) -> AppTest:
    app.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not app.exception
    return app


def test_a_second_table_chooses_its_columns_anew_and_skips_its_dates() -> None:
    app = opened(with_readout(nn.LSTM(2, 4), 1))
    app.selectbox(key=by_key(app.selectbox, "_source_of_2")).select("CSV file").run()
    assert not app.error
    assert ["drop one here" in info.value for info in app.info] == [True, True]
    from_table(app, b"a,b,c\n1.5,2,7\n2,5,1\n3,1,1\n5,2,8\n", "one.csv")
    assert not app.error
    from_table(app, b"date,value,marker\nmon,1.5,2\ntue,2,5\nwed,9,1\n", "two.csv")
    assert not app.error
    assert not app.info
    said = markdown(app)
    assert "Skipped: date, which holds no numbers." in said
    app.selectbox(key=by_key(app.selectbox, "_asked_")).select(COLUMN).run()
    assert not app.exception
    assert not app.error


def test_a_network_of_tokens_reads_tokens_and_says_one() -> None:
    made = nn.ModuleDict({"emb": nn.Embedding(6, 3), "rnn": nn.GRU(3, 4), "fc": nn.Linear(4, 6)})
    app = opened(made)
    source = app.selectbox(key=by_key(app.selectbox, "_tokens_of_6"))
    assert source.options == ["Text", "Token ids"]
    assert source.value == "Token ids"
    assert not app.error
    app.text_area[0].set_value("[0, 5, 6]").run()
    assert "'6' (number 3) is no whole number from 0 to 5" in plainly(app.error[0].value)
    app.text_area[0].set_value("[0, 5, 3]").run()
    assert not app.error
    source.select("Text").run()
    app.text_input[0].set_value('["<s>", "a", "b", "c", "d", "e"]').run()
    assert not app.exception
    assert not app.error
    read = of_tokens((0, 5, 3), tuple("abcdef"), "")
    assert targets_of(sequence_of(NEXT, read, chosen(made))) == (5, 3, None)


def plainly(text: str) -> str:
    return text.replace("\\", "")


def test_a_vocabulary_comes_in_a_row_as_a_list_or_with_its_numbers() -> None:
    assert vocabulary("ab\\n", 3) == ("a", "b", "\n")
    assert vocabulary('["b", "a", "\\n"]', 3) == ("b", "a", "\n")
    assert vocabulary('{"b": 1, "<s>": 0}', 2) == ("<s>", "b")
    assert vocabulary("[]", 2) == ("[", "]")  # an alphabet of two brackets
    assert split("ab<s>a", ("<s>", "b", "a", "ab")) == [3, 0, 2]
    assert split("the cat", ("the", "cat")) == [0, 1]
    assert token_ids("[1, 2,\n0]", 3) == [1, 2, 0]
    with pytest.raises(ValueError, match=r"'-1' .number 2. is no whole number from 0 to 2"):
        token_ids("1 -1", 3)


def test_without_targets_the_page_calls_a_probe_a_probe() -> None:
    app = opened(with_readout(nn.LSTM(2, 4), 1))
    assert not app.error
    assert "so no loss stands here" in markdown(app)
    assert any("from the probe ½‖ŷ‖² at step" in text.value for text in app.markdown)
    assert [box.label for box in app.selectbox if "aken at" in box.label] == ["Probe taken at"]
    assert "Loss counted at" not in [box.label for box in app.selectbox]


def test_a_file_that_holds_what_is_no_number_is_refused_before_anything_is_drawn() -> None:
    made = with_readout(nn.LSTM(2, 4), 1)
    state = {name: value.clone() for name, value in made.state_dict().items()}
    state["fc.weight"][0, 2] = math.nan
    app = page()
    app.file_uploader[0].set_value(("nan.safetensors", save(state), "")).run()
    assert "fc.weight holds nan at (0, 2)" in plainly(app.error[0].value)
    assert app.title[0].value == "Your model"
