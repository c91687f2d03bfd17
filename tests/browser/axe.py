"""axe-core in the page under test: the rules of accessibility that a machine can check."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def check(page: Page, *excluded: str) -> None:
    """Fails on every finding, with the element and what axe says of it.

    `excluded` are CSS selectors of parts that are not ours; the test that excludes one says why.
    """
    context = {"exclude": [[selector] for selector in excluded]} if excluded else None
    results = Axe().run(page, context=context, options={"resultTypes": ["violations"]})
    findings = [
        f"{finding['id']} ({finding['impact']}): {finding['help']}\n"
        f"    {node['html'][:200]}\n    {node['failureSummary']}"
        for finding in results.response["violations"]
        for node in finding["nodes"]
    ]
    assert not findings, f"{len(findings)} found on {page.url}\n" + "\n".join(findings)
