"""Takes the README's pictures anew from the running app: `python -m docs.take_picture`."""

from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.server import running_app
from tests.browser.chromium import find_browser

FOLDER = Path(__file__).parent
# What is pressed before each picture, with the stage in focus.
PICTURES = {"lab": (), "cell": (*("ArrowDown",) * 4, "Enter")}


def main() -> None:
    with running_app() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser() or None)
        for name, keys in PICTURES.items():
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.goto(f"{url}/lab")
            page.get_by_role("button", name="Play", exact=True).wait_for(timeout=60_000)
            page.wait_for_timeout(3000)
            stage = page.get_by_role("region", name="The stage")
            for key in keys:
                stage.press(key)
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
            print(f"{name}.png taken")
        lesson(browser, url)
        training(browser, url)
        browser.close()


def lesson(browser: Browser, url: str) -> None:
    """A step of a lesson whose prediction is made."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{url}/lesson?name=08-who-is-to-blame")
    card = page.locator(".st-key-predict_open_who-is-to-blame_senders")
    card.locator("label").filter(has=page.locator("input")).nth(2).click()
    card.get_by_role("button", name="Commit").click()
    page.get_by_role("button", name="Play", exact=True).wait_for(timeout=60_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / "lesson.png")
    print("lesson.png taken")


def training(browser: Browser, url: str) -> None:
    """A training that has just been solved."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{url}/train?train_length=40")
    page.get_by_role("button", name="Train", exact=True).click(timeout=60_000)
    page.get_by_text("solved at step").first.wait_for(timeout=120_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=FOLDER / "train.png")
    page.close()
    print("train.png taken")


if __name__ == "__main__":
    main()
