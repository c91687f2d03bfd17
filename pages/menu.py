"""The router: what every page shares (process, page frame, navigation on top), then the page.

Streamlit puts this folder first among those that modules are looked for in: no page may bear the
name of a package.
"""

import streamlit as st

from exhibits.frame import frame
from exhibits.process import prepare

prepare()
st.set_page_config(
    page_icon="🔁",  # an emoji; the font of a :material/ page icon would be fetched from outside
    layout="wide",
    menu_items={"About": "Unrolled: recurrent networks, seen thinking and learning."},
)
frame()
PAGES = [
    st.Page("home.py", title="Home", icon=":material/home:", default=True),
    st.Page("contents.py", title="Lessons", icon=":material/route:", url_path="lessons"),
    st.Page("lab.py", title="Lab", icon=":material/science:", url_path="lab"),
    st.Page("train.py", title="Train", icon=":material/model_training:", url_path="train"),
    st.Page("sweeps.py", title="Sweeps", icon=":material/grid_on:", url_path="sweeps"),
    st.Page("model.py", title="Your model", icon=":material/upload_file:", url_path="model"),
    st.Page("lesson.py", title="Lesson", url_path="lesson", visibility="hidden"),
    st.Page("write.py", title="Write a lesson", url_path="write", visibility="hidden"),
]
st.navigation(PAGES, position="top").run()
