"""Training: what to learn and how at the left, the training as it goes on, the stage below."""

import streamlit as st

from exhibits.sweeps.from_train import luck_link
from exhibits.training.page import train_page

st.set_page_config(page_title="Train · Unrolled")
train_page(key="train")
luck_link(key="train")
