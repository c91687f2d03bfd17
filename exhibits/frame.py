"""The page's frame: how much of the window the content takes, on every page alike."""

import streamlit as st

_FRAME = """
<style>
.stMainBlockContainer { padding: 4rem 2.25rem 3rem; max-width: 110rem; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: 0.7rem; }
[data-testid="stExpandSidebarButton"] { width: auto; padding-right: 0.6rem; }
[data-testid="stExpandSidebarButton"]::after { content: "Menu"; font-size: 0.95rem; }
[data-testid="stSidebarHeader"] { height: 2.5rem; margin-bottom: 0; }
[data-testid="stBaseButton-primary"] { color: light-dark(#FFFFFF, #0F141B); }
.stMain { scroll-padding: 4rem 0 0; }
@media (max-width: 640px) {
  .js-plotly-plot .modebar-container { display: none; }
  .stMainBlockContainer { padding: 3.5rem 0.75rem 2rem; }
  .stMainBlockContainer h1 { font-size: 1.5rem; padding: 0.25rem 0; }
}
@media (max-height: 499px) {
  [data-testid="stHeader"] { height: 2.5rem; min-height: 2.5rem; }
  .stMainBlockContainer { padding: 2.6rem 0.75rem 1.5rem; }
}
</style>
"""


def frame() -> None:
    """Less margin than Streamlit's own: the stage is wide, and a phone is narrow."""
    st.html(_FRAME)


def name_drawer(name: str) -> None:
    """What the button says that opens the sidebar where it is closed, as on a phone."""
    st.html(f'<style>[data-testid="stExpandSidebarButton"]::after {{ content: "{name}"; }}</style>')
