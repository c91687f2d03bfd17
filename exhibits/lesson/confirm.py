"""A button that asks once more before it does what cannot be undone."""

import streamlit as st

_ASKING, _SURE = "asking", "sure"


def confirmed(label: str, *, asks: str, yes: str, icon: str, key: str) -> bool:
    """Draws it; True on the run in which the learner has said yes."""
    name = f"{key}_confirm"
    state = st.session_state.get(name, "")
    if state == _ASKING:
        st.markdown(asks)
        with st.container(horizontal=True):
            st.button("Leave it", key=f"{key}_no", on_click=_now, args=(name, ""))
            st.button(yes, type="primary", key=f"{key}_yes", on_click=_now, args=(name, _SURE))
        return False
    st.button(label, icon=icon, key=key, width="stretch", on_click=_now, args=(name, _ASKING))
    _now(name, "")
    return bool(state == _SURE)


def _now(name: str, state: str) -> None:
    st.session_state[name] = state
