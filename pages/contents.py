"""The contents: the curriculum as a path, and a search."""

import streamlit as st

from exhibits.lesson.contents import contents

st.set_page_config(page_title="Lessons · Unrolled")
contents(key="lessons")
