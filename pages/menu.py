"""The router: what every page shares (process, page frame, navigation on top), then the page."""

import streamlit as st

from exhibits.process import prepare

prepare()
st.set_page_config(page_icon="🔁", layout="wide")  # an emoji: a :material/ icon would be fetched
PAGES = [
    st.Page("home.py", title="Home", icon=":material/home:", default=True),
    st.Page("lab.py", title="Lab", icon=":material/science:", url_path="lab"),
]
st.navigation(PAGES, position="top").run()
