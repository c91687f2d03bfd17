"""A grid of trainings: who learns it every time, and how fast."""

import streamlit as st

from exhibits.sweeps import sweeps_page

st.set_page_config(page_title="Sweeps · Unrolled")
sweeps_page(key="sweep")
