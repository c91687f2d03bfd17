"""The app: `streamlit run app.py`, or any ASGI server on `app:app`; `python start.py` does it all.

The script that Streamlit runs is pages/menu.py and not this file: it has no sibling folder named
`pages`, so that Streamlit's legacy page scan never starts and a deep link works on a fresh server.
"""

from pathlib import Path

import streamlit as st

from exhibits import stage
from exhibits.lesson import cookie
from exhibits.training import routes as training
from exhibits.training.serving import FILES

app = st.App(
    Path(__file__).parent / "pages" / "menu.py",
    routes=[*stage.routes(), *FILES.routes(), *training.routes()],
    middleware=cookie.middleware(),
)
