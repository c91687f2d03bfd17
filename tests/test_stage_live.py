"""What a route answers to a stage that follows a run, and what leaves with held weights."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.datastructures import QueryParams

from exhibits.compare import others, untrained
from exhibits.export.archive import archive
from exhibits.export.notebook import notebook
from exhibits.export.words import sentences
from exhibits.stage import Asked, StageState, Track, asked_of, live_answer, live_bundle
from exhibits.stage.export import page
from exhibits.stage.live import check_live
from exhibits.stage.payload import encode
from exhibits.take_along import animation, files_of
from rnn_core import Network, Run, Setup, Vectors, hold, named, run, setup_with
from rnn_core.held import file_name_of, file_of
from tests.test_stage_payload import read

NETWORK = Network("lstm", 2, 3, num_layers=2, output_size=1)
SEQUENCE = Vectors(((0.5, 1.0), (-0.25, 0.0), (0.75, 1.0)), (None, (0.5,), (0.25,)))
TITLE = "trained on the adding problem for 3 steps"


def run_of(seed: int) -> Run:
    generator = np.random.default_rng(seed)
    given = {name: generator.normal(size=shape) for name, shape in NETWORK.shapes().items()}
    known = named(NETWORK, given, about={"title": TITLE})
    return run(setup_with(known, SEQUENCE), known=known)


def runs_in(data: bytes) -> tuple[dict[str, Any], list[tuple[dict, dict[str, np.ndarray]]]]:
    """The header of a bundle, and header and arrays of each run."""
    length = int.from_bytes(data[:4], "little")
    header = json.loads(data[4 : 4 + length])
    start = 4 + length
    cut = [data[start + one["offset"] : start + one["offset"] + one["size"]]
           for one in header["runs"]]  # fmt: skip
    return header, [read(one) for one in cut]


def test_the_bytes_are_those_runs_whole_with_what_is_wanted() -> None:
    one, two = run_of(1), run_of(2)
    tracks = [Track(one, "one"), Track(two, "two")]
    header, runs = runs_in(live_bundle(tracks, Asked(layer=0, wants=("sources",))))
    assert [track["title"] for track in header["tracks"]] == ["one", "two"]
    for recorded, (about, arrays) in zip((one, two), runs, strict=True):
        top = recorded.layers[1].hidden[:, 0].astype(np.float32)
        np.testing.assert_array_equal(arrays["layer1.hidden"], top)
        assert about["facts"]["sources"] == {"sources": [1, 2], "square": False}
    assert header["state"] == {"layer": 0}


def test_a_layer_that_the_runs_lack_is_the_top_one() -> None:
    for layer in (-1, 7):
        header, _ = runs_in(live_bundle([Track(run_of(1))], Asked(layer=layer)))
        assert header["state"] == {"layer": 1}
    with pytest.raises(ValueError, match="tracks must be 1 to 3 runs; got 0"):
        live_bundle([], Asked())


def test_a_request_says_what_it_has_and_nonsense_in_it_is_left_out() -> None:
    query = "version=12&layer=1&want=sources&want=paths:2&want=sources&want=rm -rf&track=0"
    assert asked_of(QueryParams(query)) == Asked("12", 1, ("sources", "paths:2"))
    assert asked_of(QueryParams("")) == Asked("", -1, ())
    hostile = "layer=9999999999999999999999&want=" + "a" * 10_000 + "&want=__import__"
    assert asked_of(QueryParams(hostile)) == Asked("", -1, ())
    many = "&".join(f"want=paths:{k}" for k in range(100))
    assert len(asked_of(QueryParams(many)).wants) == 8
    assert asked_of(QueryParams("layer=²")).layer == -1


def test_nothing_is_made_where_nothing_is_new() -> None:
    made: list[bytes] = []

    def make() -> bytes:
        made.append(b"bundle")
        return made[-1]

    same = live_answer(Asked(version="7"), 7, make)
    assert (same.status_code, same.body, made) == (204, b"", [])
    new = live_answer(Asked(version="7"), 8, make)
    assert (new.status_code, new.body) == (200, b"bundle")
    assert new.headers["stage-version"] == "8"
    assert new.headers["cache-control"] == "no-store"
    assert live_answer(Asked(), 8, make).status_code == 200


@pytest.mark.parametrize("path", ["elsewhere", "//elsewhere.org/x", "/\\elsewhere.org", 7, ""])
def test_another_host_is_not_followed(path: object) -> None:
    with pytest.raises(ValueError, match="must be a path of this app"):
        check_live(path)
    check_live("/training-data/7/stage?track=0")
    check_live(None)


def test_pages_and_routes_in_many_threads_get_whole_payloads() -> None:
    recorded, layers = run_of(3), (0, 1)
    wants = [(), ("sources",), ("paths",), ("space",), ("sources", "space"), ("paths:1",)]
    due = {(k, w): encode(run_of(3), layer=k, wants=w) for k in layers for w in wants}
    asked = list(due) * 20
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda one: encode(recorded, layer=one[0], wants=one[1]), asked))
    assert [payload.id for payload in got] == [due[one].id for one in asked]


def test_the_file_of_held_weights_goes_along_and_every_file_says_that_it_is_needed() -> None:
    recorded = run_of(4)
    file = file_name_of(recorded.setup.weights)
    offered = {one.name: one for one in files_of(Track(recorded), 0)}
    assert file in offered
    assert offered[file].make()[8:].startswith(b'{"__metadata__"')
    book = next(one for name, one in offered.items() if name.endswith(".ipynb")).make()
    assert f'hold_file(\\"{file}\\")' in book.decode()
    assert f"Its weights are in the file `{file}`" in book.decode()
    whole = animation([Track(recorded)], StageState()).make().decode()
    assert f"hold_file(&quot;{file}&quot;)" in whole
    assert sentences(recorded)[1] == f"Its weights are {TITLE}."
    usual = run(Setup(SEQUENCE, hidden_size=2))
    assert not any(one.name.endswith(".safetensors") for one in files_of(Track(usual), 0))
    assert "hold_file" not in page([Track(usual)], StageState(), title="x").decode()


def test_the_notebook_s_lines_beside_the_file_make_the_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = run_of(6)
    book = json.loads(notebook(recorded, layer=0, title="x"))
    lines = ["".join(one["source"]) for one in book["cells"] if one["cell_type"] == "code"][:3]
    monkeypatch.chdir(tmp_path)
    said: dict[str, Any] = {}
    exec(lines[0], said)
    with pytest.raises(ValueError, match=file_name_of(recorded.setup.weights)):
        exec(lines[1], said)
    assert recorded.known is not None
    Path(file_name_of(recorded.setup.weights)).write_bytes(file_of(recorded.known))
    for cell in lines[1:]:
        exec(cell, said)
    np.testing.assert_array_equal(said["result"].layers[1].hidden, recorded.layers[1].hidden)


def test_the_archive_says_what_to_run_first(tmp_path: Any) -> None:
    recorded = run_of(4)
    (tmp_path / "run.npz").write_bytes(archive(recorded))
    with np.load(tmp_path / "run.npz") as found:
        about = json.loads(str(found["about"]))
    assert file_name_of(recorded.setup.weights) in about["before"][0]


def test_beside_held_weights_stand_random_ones_of_the_same_size() -> None:
    recorded = run_of(5)
    assert recorded.known is not None
    held = hold(NETWORK, recorded.known.weights)
    assert held == recorded.setup.weights
    (rival,) = untrained(recorded.setup)
    assert (rival.setup.weights, rival.setup.hidden_size, rival.note) == ("", 3, " · untrained")
    cells = [rival.setup.cell for rival in others(recorded.setup, "size")]
    assert cells == ["rnn_tanh", "gru"]
    for rival in others(recorded.setup, "size"):
        assert run(rival.setup).layers[0].hidden.shape == (3, 1, 3)
