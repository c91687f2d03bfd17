"""Your progress: what is kept of a learner and where, to take along, to bring back, to delete."""

import streamlit as st

from exhibits.lesson import session
from exhibits.lesson.confirm import confirmed
from exhibits.lesson.links import plain_label
from exhibits.lesson.progress import Keeper, KeeperError

_KEPT = (
    "Kept are the steps that you reached, the predictions that you made with how they came out, "
    "and the challenges that you met. No name, no account: a random number in a cookie of this "
    "browser is all that tells you from others."
)


def popover(key: str) -> None:
    """A button that opens it."""
    opened = st.popover(
        "Your progress", icon=":material/bookmark:", key=f"{key}_progress", on_change="rerun"
    )
    if opened.open:
        with opened:
            body(key)


def warn() -> None:
    """One line where nothing is kept, and why."""
    if problem := session.progress().problem:
        st.warning(f"Progress is not kept: {plain_label(problem)}", icon=":material/warning:")


def body(key: str) -> None:
    """What the button opens."""
    known = session.progress()
    warn()
    if known.keeper is None:
        st.markdown("What you do is remembered until you close or reload this page.")
        return
    st.markdown(f"{_KEPT} It is kept {plain_label(known.keeper.place)}.")
    st.download_button(
        "Take it along (.json)",
        known.keeper.export,
        file_name="unrolled-progress.json",
        mime="application/json",
        icon=":material/download:",
        key=f"{key}_progress_export",
        on_click="ignore",
        width="stretch",
        help="For another browser or another computer: bring it back there.",
    )
    _bring_back(known.keeper, key)
    sure = confirmed(
        "Delete all of it …",
        asks="All that is kept of you is deleted, of every lesson, for good. To keep a copy, take "
        "it along first.",
        yes="Delete it",
        icon=":material/delete:",
        key=f"{key}_progress_delete",
    )
    if sure:
        known.forget_all()
        session.forget_widgets()
        st.rerun()


def _bring_back(keeper: Keeper, key: str) -> None:
    """A file that was taken along; what it holds is added to what there is."""
    file = st.file_uploader(
        "Bring it back",
        type=["json"],
        max_upload_size=4,  # MB; the store reads no more
        key=f"{key}_progress_restore",
        help="A file that was taken along here or elsewhere. It is added to what is kept.",
    )
    done = f"{key}_progress_restored"
    if file is None or st.session_state.get(done) == file.file_id:
        if file is not None:
            st.success("It is back.", icon=":material/check:")
        return
    try:
        keeper.restore(file.getvalue())
    except KeeperError as problem:
        st.error(f"Nothing was brought back: {plain_label(str(problem))}", icon=":material/error:")
        return
    st.session_state[done] = file.file_id
    session.read_again()
    st.rerun()
