"""Files from anywhere: a clear refusal or sound numbers, never anything else, in bounded memory."""

import io
import json
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from safetensors.numpy import load, save

from exhibits.own_series import series_of
from exhibits.table import TableError, read_table
from rnn_core.own_file import MAX_BYTES, MAX_HEADER, ModelError, read_tensors
from rnn_core.own_model import read_model

MUTATIONS = 1000
MOST_MEMORY = 64 * 2**20  # beside the file itself


def sound(dtype: str = "f4") -> bytes:
    """An LSTM of two units and a read-out, by its names alone."""
    draw = np.random.default_rng(0)
    shapes = {
        "weight_ih_l0": (8, 1),
        "weight_hh_l0": (8, 2),
        "bias_ih_l0": (8,),
        "bias_hh_l0": (8,),
    }
    tensors = {
        f"rnn.{name}": draw.normal(size=shape).astype(dtype) for name, shape in shapes.items()
    }
    tensors |= {"fc.weight": np.ones((1, 2), dtype), "fc.bias": np.zeros(1, dtype)}
    return save(tensors, {"alphabet": "ab"})


def with_header(change: Callable[[dict], object], data: bytes | None = None) -> bytes:
    """The sound file with a changed header."""
    data = sound() if data is None else data
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    change(header)
    return packed(json.dumps(header).encode(), data[8 + length :])


def packed(header: bytes, data: bytes = b"") -> bytes:
    return len(header).to_bytes(8, "little") + header + data


def refusal(data: bytes, name: str = "model.safetensors") -> ModelError:
    with pytest.raises(ModelError) as caught:
        read_model(data, name)
    return caught.value


def one_tensor(dtype: str, shape: object, offsets: object, size: int = 8) -> bytes:
    entry = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
    return packed(json.dumps({"weight_hh_l0": entry}).encode(), bytes(size))


WRONG = {
    "is empty": b"",
    "is no .safetensors file, or is cut off": b"x" * 100,
    "header of 524,289 bytes; at most": packed(b"{" + b" " * MAX_HEADER, b""),
    "is not the JSON that it should be": packed(b"{]"),
    "header is not the JSON": packed(b"{" * 100_000),
    "holds no tensors": packed(b'{"__metadata__": {}}'),
    "__metadata__ must hold texts alone": packed(b'{"__metadata__": {"a": 1}}'),
    "x stands twice": packed(b'{"x": 1, "x": 2}'),
    "entry must be dtype, shape and data_offsets": packed(b'{"x": {"dtype": "F32"}}'),
    "x: its entry must be": packed(b'{"x": [1]}'),
    "dtype F8_E4M3 is none of": one_tensor("F8_E4M3", [8], [0, 8]),
    "its shape must be": one_tensor("F32", [-2], [0, 8]),
    "shape must be at most 8": one_tensor("F32", [1] * 9, [0, 4], 4),
    "its shape must be at most 8 whole numbers from 0": one_tensor("F32", [True, 2], [0, 8]),
    "data_offsets must be two whole": one_tensor("F32", [2], [8, 0]),
    "data_offsets must be two": one_tensor("F32", [2], [0, 2**64]),
    "need 9,223,372,036,854,775,808 bytes": one_tensor("F32", [2**61], [0, 8]),
    "starts at byte 4": one_tensor("F32", [1], [4, 8]),
    "header tells of 400": one_tensor("F32", [100], [0, 400]),
    "header tells of 4": one_tensor("F32", [1], [0, 4]),
}


@pytest.mark.parametrize("says", WRONG)
def test_a_broken_file_is_refused_and_says_why(says: str) -> None:
    assert says in str(refusal(WRONG[says]))


def test_tensors_that_share_bytes_are_refused() -> None:
    def overlap(header: dict) -> None:
        header["fc.weight"]["data_offsets"] = [0, 8]  # where fc.bias is

    assert "overlaps" in str(refusal(with_header(overlap)))


def test_names_are_shown_on_one_line_and_short() -> None:
    name = "evil\n\u202e**[x](y)**" + "a" * 5000
    said = str(refusal(packed(json.dumps({name: {"dtype": "F32"}}).encode())))
    assert "\n" not in said
    assert "\u202e" not in said
    assert len(said) < 300


def saved_by_torch(**options: bool) -> bytes:
    made = io.BytesIO()
    torch.save({"w": torch.zeros(2)}, made, **options)
    return made.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        saved_by_torch(),
        saved_by_torch(_use_new_zipfile_serialization=False),
        *(pickle.dumps({"a": 1}, protocol) for protocol in range(6)),
    ],
)
def test_a_pickle_is_not_opened_and_the_line_that_converts_it_is_said(data: bytes) -> None:
    problem = refusal(data, "my model.pt")
    assert "is a pickle" in str(problem)
    line = 'save_file(torch.load("my model.pt", weights_only=True), "my model.safetensors")'
    assert line in problem.code


def test_the_line_converts(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    state = torch.nn.GRU(2, 3).state_dict()
    torch.save(state, "a.pth")
    exec(refusal((tmp_path / "a.pth").read_bytes(), "a.pth").code, {})
    (module,) = read_model((tmp_path / "a.safetensors").read_bytes(), "a.safetensors").modules
    assert (module.family, module.input_size, module.hidden_size) == ("gru", 2, 3)


def test_a_pickle_under_the_right_name_is_not_written_over() -> None:
    code = refusal(pickle.dumps(0), "x.safetensors").code
    assert 'torch.load("x.safetensors", weights_only=True), "x-converted.safetensors"' in code


def test_a_quotation_mark_in_a_name_does_not_end_the_line() -> None:
    code = refusal(pickle.dumps(0), 'a"); import os; ("b.pt').code
    assert compile(code, "code", "exec")
    assert '"a\\"); import os; (\\"b.pt"' in code


def test_other_files_are_called_what_they_are() -> None:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.txt", "x")
    assert "is a zip archive" in str(refusal(zipped.getvalue()))
    assert "HDF5" in str(refusal(b"\x89HDF\r\n\x1a\n" + bytes(20)))


def mutated(data: bytes, draw: np.random.Generator) -> bytes:
    """Bytes changed, taken out or put in, at the header's end more often than not."""
    length = int.from_bytes(data[:8], "little")
    changed = bytearray(data)
    for _ in range(int(draw.integers(1, 4))):
        end = len(changed) if draw.random() < 0.3 else min(8 + length, len(changed))
        at, kind = int(draw.integers(max(1, end))), int(draw.integers(5))
        if kind == 0:
            changed[at : at + 1] = bytes([int(draw.integers(256))])
        elif kind == 1:
            del changed[at : at + int(draw.integers(1, 30))]
        elif kind == 2:
            changed[at:at] = bytes(draw.integers(256, size=int(draw.integers(1, 30))).astype("u1"))
        elif kind == 3:  # a digit for a digit: another size or place
            digits = [k for k in range(8, end) if 48 <= changed[k] < 58] or [0]
            changed[digits[int(draw.integers(len(digits)))]] = 48 + int(draw.integers(10))
        else:
            changed = changed[:at]
        if draw.random() < 0.7 and len(changed) > 8:  # so that more than the length is looked at
            grown = length + len(changed) - len(data)
            changed[:8] = max(0, grown).to_bytes(8, "little")
    return bytes(changed)


def problem_with(read: Callable[[], object]) -> str | None:
    """What a learner is told; any other exception goes on, and fails the test."""
    try:
        read()
    except (ModelError, TableError) as problem:
        return str(problem)
    return None


def check_sound(data: bytes) -> None:
    """What is read here the format's own reader reads too, and as the same numbers."""
    file = read_tensors(data, "m")
    theirs = load(data)
    assert theirs.keys() == file.tensors.keys()
    for name, value in theirs.items():
        if value.dtype.kind == "f":
            np.testing.assert_array_equal(file.array(name), value.astype(float))
    model = read_model(data, "m")
    for module in model.modules:
        for readout in (*model.readouts(module), None):
            network, weights = model.weights(module, readout)
            network.checked(weights)


def test_a_thousand_mutated_files_are_refused_or_sound() -> None:
    draw, read = np.random.default_rng(5), 0
    for k in range(MUTATIONS):
        data = mutated(sound(("f2", "f4", "f8")[k % 3]), draw)
        problem = problem_with(partial(check_sound, data))
        assert problem is None or 10 < len(problem) < 500
        read += problem is None
    assert 20 < read < MUTATIONS - 500


def test_numbers_that_are_none_are_refused_where_the_file_is_read() -> None:
    changed = bytearray(sound())
    changed[-4:] = np.float32("nan").tobytes()  # of whichever tensor comes last
    assert "holds nan at" in str(refusal(bytes(changed)))


def test_what_the_format_s_own_reader_refuses_is_refused_here() -> None:
    draw, both = np.random.default_rng(6), 0
    for _ in range(300):
        data = mutated(sound(), draw)
        try:
            load(data)
        except (SafetensorError, KeyError, ValueError, TypeError, AttributeError):
            with pytest.raises(ModelError):
                read_tensors(data, "m")
            both += 1
    assert both > 100


HUNGRY = {
    "claims": one_tensor("F64", [2**40], [0, 2**43]),
    "many lists": packed(b"{" + b'"a":[' + b"[]," * (MAX_HEADER // 3 - 10) + b"[]]}"),
    "many names": packed(
        ("{" + ",".join(f'"{k}":0' for k in range(MAX_HEADER // 11)) + "}").encode()
    ),
    "one long name": packed(b'{"' + b"a" * (MAX_HEADER - 10) + b'":{}}'),
    "too many bytes": bytes(MAX_BYTES + 1),
}


@pytest.mark.parametrize("name", HUNGRY)
def test_a_hungry_file_is_refused_in_bounded_memory(name: str) -> None:
    tracemalloc.start()
    refusal(HUNGRY[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MOST_MEMORY, f"{peak:,} bytes"


def test_the_largest_model_is_read_in_bounded_memory() -> None:
    shapes = torch.nn.LSTM(512, 256, 2, device="meta", dtype=torch.half).state_dict()
    tensors = {name: np.zeros(tuple(value.shape), "f2") for name, value in shapes.items()}
    data = save(tensors | {"rest.weight": np.zeros((28, 2**19), "f2")})
    assert len(data) > MAX_BYTES - 3 * 2**20
    tracemalloc.start()
    model = read_model(data, "m")
    network, weights = model.weights(model.modules[0])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(value.size for value in weights.values()) > 1_300_000
    assert network.hidden_size == 256
    assert peak < MOST_MEMORY, f"{peak:,} bytes"


TABLE = "year;sunspots;note\n" + "".join(
    f"{1700 + k};{k * 37 % 150},{k % 10};n{k}\n" for k in range(9)
)


def check_table(data: bytes) -> None:
    table = read_table(data, "own.csv")
    values = series_of(table, table.first_numeric)
    assert np.isfinite(values).all()
    assert len(values) == table.rows


def test_a_thousand_mutated_tables_give_numbers_or_a_sentence() -> None:
    draw, read = np.random.default_rng(7), 0
    data = TABLE.encode()
    for _ in range(MUTATIONS):
        changed = bytearray(data)
        for _ in range(int(draw.integers(1, 4))):
            at = int(draw.integers(len(changed)))
            piece = bytes(draw.integers(256, size=int(draw.integers(3))).astype("u1"))
            changed[at : at + int(draw.integers(1, 4))] = piece
        problem = problem_with(partial(check_table, bytes(changed)))
        assert problem is None or 10 < len(problem) < 500
        read += problem is None
    assert 100 < read < MUTATIONS


def test_a_series_is_read_from_a_window_of_any_length() -> None:
    rows = 1234
    table = read_table(("x\n" + "".join(f"{k}.5\n" for k in range(rows))).encode(), "a.csv")
    assert series_of(table, "x") == tuple(k + 0.5 for k in range(rows))
    assert series_of(table, 0, 999, 203) == tuple(k + 0.5 for k in range(999, 1202))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x\n1\n2\n3\n", "3 rows of numbers; a series has 4 to 100,000"),
        ("x\n1\n2\nbad\n4\n5\n", 'row 4, column "x": "bad" is not a number'),
        ("x,y\n1,2\n2,\n3,4\n4,5\n", 'row 3, column "y": the cell is empty'),
    ],
)
def test_a_series_error_names_row_and_column(text: str, says: str) -> None:
    table = read_table(text.encode(), "own.csv")
    with pytest.raises(TableError, match=says):
        series_of(table, "y" if "y" in table.names else "x")
