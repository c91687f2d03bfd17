"""The model that a learner brought: read from its file, kept in their session over page changes."""

import hashlib
from dataclasses import dataclass

import streamlit as st

from exhibits.own.examples import EXAMPLES, content, file_name
from exhibits.plain import plain
from rnn_core.network import MAX_HIDDEN_SIZE, MAX_LAYERS
from rnn_core.own_file import MAX_BYTES, ModelError
from rnn_core.own_model import OwnModel, read_model


@dataclass(frozen=True, eq=False)
class Kept:
    """`mark` is short and differs between files; `example` is the name of one, or ""."""

    model: OwnModel
    mark: str
    example: str = ""


def kept(key: str) -> Kept | None:
    found: Kept | None = st.session_state.get(f"{key}_kept")
    return found


def forget(key: str) -> None:
    st.session_state.pop(f"{key}_kept", None)
    # A new uploader: the old one would bring the same file back.
    st.session_state[f"{key}_turn"] = st.session_state.get(f"{key}_turn", 0) + 1


def bring(key: str) -> None:
    """The ways in: a file of the learner's own, or an example. What cannot be read is said here."""
    turn = st.session_state.get(f"{key}_turn", 0)
    upload = st.file_uploader(
        "A state dict as .safetensors",
        type=None,  # another file is taken too, so that the page can say how to make one of it
        max_upload_size=largest_mb(),
        key=f"{key}_upload_{turn}",
        help="Of a model with a torch.nn.RNN, GRU or LSTM in it, whatever its name there. It stays "
        "in this session.",
    )
    st.markdown(
        f":small[Up to {largest_mb()} MB, {MAX_LAYERS} layers and {MAX_HIDDEN_SIZE} units in each. "
        "Of a larger file save half precision, model.half().state_dict(), or fewer layers.]"
    )
    if upload is not None:
        _read(key, upload.getvalue(), upload.name)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Or try one:", width="content")
        for example in EXAMPLES:
            st.button(
                example,
                key=f"{key}_try_{EXAMPLES[example][0]}",
                icon=":material/science:",
                on_click=_take_example,
                args=(key, example),
            )


def largest_mb() -> int:
    """What is read at most, and what the server takes."""
    return min(MAX_BYTES // 2**20, int(st.get_option("server.maxUploadSize")))


def _take_example(key: str, example: str) -> None:
    data = content(example)
    st.session_state[f"{key}_kept"] = Kept(
        read_model(data, file_name(example)), _mark(data), example
    )


def _read(key: str, data: bytes, name: str) -> None:
    try:
        model = read_model(data, name)
    except ModelError as problem:
        st.error(plain(str(problem)), icon=":material/error:")
        if problem.code:
            st.code(problem.code, language=None, wrap_lines=True)
        return
    forget(key)
    st.session_state[f"{key}_kept"] = Kept(model, _mark(data))
    st.rerun()


def _mark(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=4).hexdigest()
