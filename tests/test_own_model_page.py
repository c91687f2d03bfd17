"""The page of an own model, and what it makes of a file and a sequence."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load
from safetensors.torch import save
from streamlit.testing.v1 import AppTest
from torch import nn

from exhibits.own.asking import CLASS, NEXT, NOTHING, offered, sequence_of
from exhibits.own.choice import Chosen, in_words
from exhibits.own.examples import EXAMPLES, content
from exhibits.own.fading import where_it_dies
from exhibits.own.reading import Reading, generated, one_hot_text, unescaped
from exhibits.own.size import check_size
from rnn_core import Numbers, Setup, Text, Vectors, hold, load_weights, run, setup_with
from rnn_core.own_model import read_model
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
    assert "0 characters given" in app.error[0].value
    assert "the last run that worked" in app.warning[0].value
    assert "Where its gradient dies" in [heading.value for heading in app.subheader]
    app.text_input[0].set_value("a\\nb").run()
    assert not app.error
    assert app.text_input[1].value == "a\\nb" * 6 + "a\\n"
    assert not app.warning


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
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 3))) == [NEXT, CLASS, NOTHING]
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 2))) == [CLASS, NOTHING]
    assert offered(three, chosen(with_readout(nn.GRU(3, 4), 1))) == [NOTHING]


def test_the_sequence_asks_for_it() -> None:
    text = one_hot_text("aba", "ab", 2)
    assert text.rows == ((1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    both = chosen(with_readout(nn.GRU(2, 4), 2))
    assert sequence_of(NEXT, text, both) == Text("aba", "ab")
    assert sequence_of(CLASS, text, both, 1) == Vectors(
        text.rows, (1, 1, 1), ("a", "b"), ("a", "b")
    )
    one = chosen(with_readout(nn.GRU(1, 4), 1))
    series = Reading(((0.5,), (1.5,)))
    assert sequence_of(NEXT, series, one) == Numbers((0.5, 1.5))
    assert sequence_of(NOTHING, series, one) == Vectors(series.rows, ((0.0,), (0.0,)))
    rows = Reading(((1.0, 2.0), (3.0, 4.0)))
    assert sequence_of(NEXT, rows, both) == Vectors(rows.rows, ((3.0, 4.0), None))


@pytest.mark.parametrize(
    ("text", "alphabet", "says"),
    [
        ("ab", "abc", "Alphabet: 3 characters given; the model has 2 inputs"),
        ("ab", "aa", "'a' stands in it more than once"),
        ("abc", "ab", "'c' (character 3) is not in the alphabet"),
        ("a", "ab", "Text: 1 characters given"),
        ("a" * 201, "ab", "Text: 201 characters given"),
    ],
)
def test_a_text_that_the_alphabet_does_not_fit_is_refused(text, alphabet, says) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        one_hot_text(text, alphabet, 2)


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
    assert "after **3 steps**" in where_it_dies(found, 0)  # 0.2³ < 0.01 < 0.2²
    weights["weight_hh_l0"] = np.array([[0.9]])
    found = run(setup_with(hold(network, weights), sequence, loss_steps="last"))
    assert "**0.59 times**" in where_it_dies(found, 0)  # 0.9⁵
    assert where_it_dies(run(Setup(Text("abc"))), 0) == ""


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
