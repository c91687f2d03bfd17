"""A lesson of one's own: its file at the left, how it looks at the right."""

import streamlit as st

from exhibits.lesson.write import write

st.set_page_config(page_title="Write a lesson · Unrolled")
write(key="write")
