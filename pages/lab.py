"""The lab: what it reads and what runs on the left, the stage, the figures below."""

import streamlit as st

from exhibits.lab import lab

st.set_page_config(page_title="Lab · Unrolled")
lab(key="lab")
