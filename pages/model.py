"""The learner's own model: a file of weights, and a sequence of theirs."""

import streamlit as st

from exhibits.own.page import own_model

st.set_page_config(page_title="Your model · Unrolled")
own_model(key="model")
