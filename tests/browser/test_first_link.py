"""The very first visit to a server that has just started is a link to the lab.

This file runs before every other browser test (conftest.py): only then does it prove anything.
Streamlit's legacy route for a folder named `pages` would serve this visit without the frame, or
under a "Page not found" dialog.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect


def test_a_link_to_the_lab_works_on_a_fresh_server(open_page: Callable[[str], Page]) -> None:
    page = open_page("/lab")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_test_id("stTopNavLink")).to_have_count(6)
    expect(page).to_have_title("Lab · Unrolled")
