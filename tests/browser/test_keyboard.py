"""Focus, keys and what is told: nobody who works the stage without a mouse is dropped or misled."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from exhibits.parameters import COMPARE
from tests.browser.test_lab import stage_of, step_of
from tests.browser.test_levels import deeper, level_of, swipe

OpenPage = Callable[[str], Page]

FOCUSED = """stage => {
  const at = stage.getRootNode().activeElement;
  return at === stage ? "stage" : at?.getAttribute("aria-label") ?? at?.textContent ?? "nothing";
}"""
RINGED = "stage => getComputedStyle(stage, '::after').content !== 'none'"


def focused(stage: Locator) -> str:
    """`stage`, or the name of what has the focus within it, or `nothing`."""
    return str(stage.evaluate(FOCUSED))


@pytest.mark.parametrize("way", ["breadcrumb", "weight", "presentation", "chip"])
def test_what_goes_hands_its_focus_to_the_stage(open_page: OpenPage, way: str) -> None:
    page = open_page("/lab")
    stage = deeper(page, {"breadcrumb": 2, "weight": 2}.get(way, 0))
    if way == "breadcrumb":
        stage.get_by_role("button", name="network", exact=True).press("Enter")
        assert level_of(stage) == "overview"
    elif way == "weight":
        stage.locator(".unit-view").get_by_role("slider").first.press("Escape")
        assert level_of(stage) == "cell"
    elif way == "presentation":
        page.keyboard.press("p")
        stage.get_by_role("button", name="Leave the presentation").press("Enter")
        expect(stage.get_by_role("button", name="Leave the presentation")).to_be_hidden()
    else:
        stage.get_by_role("button", name="Let go of unit 0").press("Enter")
    page.wait_for_timeout(300)
    assert focused(stage) == "stage"
    assert stage.evaluate(RINGED)
    before = step_of(page)
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == before - 1


@pytest.mark.parametrize("name", ["Forward", "Loss", "Backward", "Rolled up", "Play", "First step"])
def test_after_a_click_the_space_bar_plays(open_page: OpenPage, name: str) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    button = stage.get_by_role("button", name=name, exact=True)
    button.click()
    assert focused(stage) == "stage"
    assert not stage.evaluate(RINGED)
    playing = "playing" in (stage.get_attribute("class") or "")
    page.keyboard.press("Space")
    assert ("playing" in (stage.get_attribute("class") or "")) != playing


def test_a_button_pressed_by_key_keeps_the_focus(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Loss", exact=True).press("Space")
    assert focused(stage) == "Loss"
    expect(stage.get_by_role("button", name="Loss", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_what_gets_the_focus_is_not_under_the_page_s_bar_nor_the_transport(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    bar = page.get_by_test_id("stHeader").bounding_box()
    assert bar
    page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = main.scrollHeight; }")
    stage.get_by_role("button", name="Hold the output gate at 1").focus()
    hidden = []
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if focused(stage) in ("stage", "nothing"):
            break
        place, dock = stage.evaluate(
            """stage => [stage.getRootNode().activeElement, stage.querySelector(".transport")]
            .map((node) => { const { top, bottom } = node.getBoundingClientRect();
              return [top, bottom]; })"""
        )
        if place[0] < bar["y"] + bar["height"] or place[1] > dock[0]:
            hidden.append((focused(stage), place))
    assert focused(stage) == "stage"
    assert not hidden


def test_another_level_begins_at_the_top_of_the_stage(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.get_by_test_id("stMain").evaluate("main => { main.scrollTop = 400; }")
    page.keyboard.press("Enter")
    bar = page.get_by_test_id("stHeader").bounding_box()
    box = stage.bounding_box()
    assert bar
    assert box
    assert bar["y"] + bar["height"] - 1 <= box["y"] < 200


def test_a_button_leads_into_the_cell_under_the_cursor(
    open_page: OpenPage, accessible: Callable
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.focus()
    page.keyboard.press("ArrowRight")
    way = stage.get_by_role("button", name="Look inside the cell at t = 8")
    page.wait_for_timeout(800)
    box = way.bounding_box()
    active = stage.locator(".outline").bounding_box()
    assert box
    assert active
    assert abs(box["x"] + box["width"] / 2 - active["x"] - active["width"] / 2) < 3
    accessible()
    way.press("Enter")
    assert level_of(stage) == "cell"
    assert focused(stage) == "stage"


def test_the_keys_are_told_in_words_and_follow_the_level(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    described = stage.get_attribute("aria-describedby")
    assert "Enter looks inside" in stage.locator(f"#{described}").inner_text() or (
        "Enter looks inside" in (stage.locator(f"#{described}").text_content() or "")
    )
    keys = stage.locator("[data-keys]")
    expect(keys).to_contain_text("Enter inside")
    box = keys.bounding_box()
    assert box
    assert box["height"] < 30
    deeper(page, 2)
    expect(keys).to_contain_text("Esc back")
    expect(keys).not_to_contain_text("Enter")


def test_what_is_said_aloud_has_no_bare_signs_and_goes_again(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = deeper(page, 2)
    page.keyboard.press("b")
    live = stage.locator("[data-live]")
    expect(live).to_contain_text("Unit 0: the gradient at its h is")
    said = live.text_content() or ""
    assert not set("‖∂×≈−") & set(said), said
    page.wait_for_timeout(2500)
    expect(live).to_be_empty()


def test_rolled_up_the_picture_says_so(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    expect(stage.get_by_role("img", name="The network unrolled over 22 steps")).to_be_visible()
    stage.get_by_role("button", name="Rolled up").click()
    expect(stage.get_by_role("img", name="The network rolled up")).to_be_visible()


def test_side_by_side_each_track_is_a_group_by_its_title(open_page: OpenPage) -> None:
    page = open_page(f"/lab?lab_compare={COMPARE.choices['size'].replace(' ', '+')}")
    stage = stage_of(page)
    gru = stage.get_by_role("group", name="GRU · 16 units")
    expect(gru.get_by_role("img", name="GRU · 16 units: The network unrolled")).to_be_visible()


@pytest.mark.viewport(844, 390)
@pytest.mark.touch
def test_on_a_phone_on_its_side_the_network_is_on_screen(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
    page.wait_for_timeout(600)
    graph, dock, body = (
        node.bounding_box()
        for node in (
            stage.locator("[data-graph]"),
            stage.locator("[data-transport]"),
            page.get_by_test_id("stMain"),
        )
    )
    assert graph
    assert dock
    assert body
    assert min(graph["y"] + graph["height"], dock["y"]) - graph["y"] >= 200
    assert dock["height"] <= 52
    assert body["width"] == 844
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 844
    page.set_viewport_size({"width": 640, "height": 360})
    narration = stage.locator("[data-narration]")
    expect(stage.get_by_role("button", name="All of what is told")).to_be_visible()
    short = narration.bounding_box()
    stage.get_by_role("button", name="All of what is told").tap()
    tall = narration.bounding_box()
    assert short
    assert tall
    assert tall["height"] > short["height"] + 15


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_a_change_is_told_where_one_acts_and_can_be_taken_back(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    toast = stage.locator("[data-toast]")
    stage.get_by_role("button", name="Change the input at t = 7").tap()
    page.keyboard.type("z")
    expect(toast.get_by_role("status")).to_contain_text("x at t = 7 is “z”")
    expect(toast.get_by_role("status")).to_contain_text("loss here 0.056 → ")
    box = toast.bounding_box()
    dock = stage.locator("[data-transport]").bounding_box()
    assert box
    assert dock
    assert box["y"] > 0
    assert box["y"] + box["height"] <= dock["y"]
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    toast.get_by_role("button", name="Undo").tap()
    expect(toast.get_by_role("status")).to_contain_text("Taken back: x at t = 7 is “z”")
    expect(toast).not_to_have_attribute("data-shown", "", timeout=6000)


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_on_a_phone_a_refused_character_is_told_in_view(
    open_page: OpenPage, accessible: Callable
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Change the input at t = 7").tap()
    page.keyboard.type("é")
    alert = stage.get_by_role("alert")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("Not changed: the character 'é'")
    box = alert.bounding_box()
    assert box
    assert 0 < box["y"] < 844
    accessible()
    expect(alert).to_have_count(0, timeout=6000)
    stage.get_by_role("button", name="Change the input at t = 7").tap()
    page.keyboard.type("é")
    expect(alert).to_contain_text("Not changed: the character 'é'")


def test_while_nobody_answers_the_learner_is_told(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    cut(page)
    stage.get_by_role("button", name="Change the input at t = 7").click()
    page.keyboard.type("z")
    alert = stage.locator("[data-toast]").get_by_role("alert")
    expect(alert).to_have_text("No answer yet: your change is not applied.")


def cut(page: Page) -> None:
    """Nothing that the page sends from here on leaves it."""
    page.evaluate("() => { WebSocket.prototype.send = () => undefined; }")


def test_the_field_for_a_character_is_no_wider_than_its_column_and_tab_leads_on(
    open_page: OpenPage,
) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    stage.get_by_role("button", name="Change the input at t = 7").click()
    field = stage.get_by_role("textbox", name="Character to read at t = 7")
    expect(field).to_have_accessible_description("Type one character; Escape cancels.")
    box = field.bounding_box()
    assert box
    assert box["width"] <= 44
    expect(stage.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(field).to_have_count(0)
    assert focused(stage) not in ("stage", "nothing")
    assert "Change the input" not in focused(stage)


@pytest.mark.viewport(390, 844)
@pytest.mark.touch
def test_a_swipe_over_the_graph_is_one_step_for_each_column(open_page: OpenPage) -> None:
    page = open_page("/lab")
    stage = stage_of(page)
    places = stage.evaluate(
        """stage => [...stage.querySelectorAll(".columns .step")]
        .filter((node) => node.checkVisibility({ visibilityProperty: true }))
        .map((node) => node.getBoundingClientRect()).map(({ left, width }) => left + width / 2)
        .sort((one, other) => one - other)"""
    )
    column = min(later - one for one, later in pairwise(places))
    graph = stage.get_by_role("img", name="The network unrolled").bounding_box()
    assert graph
    before = step_of(page)
    swipe(page, graph["x"] + 60, graph["y"] + 200, column * 2)
    page.wait_for_timeout(400)
    assert step_of(page) == before + 2
