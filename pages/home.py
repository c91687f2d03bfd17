"""What this is, in one look, and the way in."""

import streamlit as st

from exhibits.welcome import welcome

st.set_page_config(page_title="Unrolled")
welcome(key="home")
