"""Takes the README's picture anew from the running app: `python -m docs.take_picture`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.server import running_app
from tests.browser.chromium import find_browser

PICTURE = Path(__file__).parent / "lab.png"


def main() -> None:
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{url}/lab")
        page.get_by_role("button", name="Play").wait_for(timeout=60_000)
        page.wait_for_timeout(3000)
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.name} taken")


if __name__ == "__main__":
    main()
