"""One lesson, named by the link, a step at a time."""

import streamlit as st

from exhibits.lesson.page import lesson_page, title

st.set_page_config(page_title=title())
lesson_page()
