"""The notebook: valid, harmless, and in a real kernel it gives the run's numbers and figures."""

import os
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import start
from exhibits.export.notebook import notebook
from rnn_core import Changes, Numbers, Setup, Text, run, signal

SETUPS = {
    "lstm, two layers, changed": (
        Setup(
            Text('"if" (a)\n'),
            hidden_size=3,
            num_layers=2,
            seed=4,
            changes=Changes(
                weights=(("weight_hh_l1", 2, 1, 0.5),), pins=((0, "forget_gate", 0, 1.0),)
            ),
            truncation=(2, 3),
        ),
        1,
    ),
    "gru, from the end": (
        Setup(Numbers(signal("sine", 12)), cell="gru", hidden_size=4, bidirectional=True),
        1,
    ),
    "trained": (Setup(Text("(a[i])"), cell="rnn_tanh", weights="brackets-rnn_tanh"), 0),
}


def read(content: bytes) -> nbformat.NotebookNode:
    found = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(found)
    return found


@pytest.mark.parametrize("name", SETUPS)
def test_a_kernel_gives_the_run_s_numbers_and_draws_four_figures(name: str, tmp_path: Path) -> None:
    setup, layer = SETUPS[name]
    one = run(setup)
    book = read(notebook(one, layer=layer, title=name))
    kept = tmp_path / "numbers.npz"
    book.cells.append(nbformat.v4.new_code_cell(
        f"import numpy as np\nnp.savez({str(kept)!r}, hidden=trace.hidden, loss=result.loss, "
        "grad=trace.grad_hidden, **result.grad_weights)"
    ))  # fmt: skip
    client = NotebookClient(book, timeout=100, resources={"metadata": {"path": str(start.ROOT)}})
    client.execute(env={**os.environ, "IPYTHONDIR": str(tmp_path)})
    with np.load(kept) as found:
        np.testing.assert_array_equal(found["hidden"], one.layers[layer].hidden)
        np.testing.assert_array_equal(found["grad"], one.layers[layer].grad_hidden)
        assert found["loss"] == one.loss
        for weight, gradient in one.grad_weights.items():
            np.testing.assert_array_equal(found[weight], gradient)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    figures = [output.data["application/vnd.plotly.v1+json"] for output in outputs
               if "application/vnd.plotly.v1+json" in output.get("data", {})]  # fmt: skip
    assert len(figures) == 4
    assert all(figure["data"] for figure in figures)


def test_another_run_s_loss_is_noticed() -> None:
    """The check that stands in the notebook fails where the numbers differ."""
    one = run(SETUPS["trained"][0])
    book = read(notebook(one, layer=0, title="x"))
    (check,) = [cell.source for cell in book.cells if "assert" in cell.source]

    class Other:
        loss = one.loss * (1 + 1e-6)

    exec(check, {"result": one})
    with pytest.raises(AssertionError):
        exec(check, {"result": Other})


def test_without_unrolled_it_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = read(notebook(run(SETUPS["trained"][0]), layer=0, title="x"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="set UNROLLED to its folder"):
        exec(next(cell.source for cell in book.cells if cell.cell_type == "code"), {})


def test_a_learner_s_text_is_no_markup() -> None:
    hostile = "<img src=x onerror=alert(1)> [a](javascript:b) `c` $d$\r\n# e\u2028f"
    book = read(notebook(run(Setup(Text(hostile), hidden_size=2)), layer=0, title=hostile))
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "<img" not in prose
    assert "[a](" not in prose
    assert "\n# e" not in prose.partition("\n")[2]
    assert "`c`" not in prose
    assert "$d$" not in prose
