"""The pages in a real headless Chromium: nothing runs, nothing is asked for, everybody can use them, they print.

Skipped where Debian's chromium and chromium-driver are missing. axe-core comes from JDCLASS_AXE (a path to axe.min.js)
or from the package axe-playwright-python, of which only that file is used. With JDCLASS_SCREENSHOTS set to a folder,
pictures of the main pages are left there to be looked at.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hostile
import pytest
from made_reviews import from_role, made, roles

from jdclass.report import write_document_changes, write_reports, write_run_changes

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SOFFICE = shutil.which("soffice")
pytest.importorskip("selenium", reason="selenium is not installed")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium or chromium-driver is not installed")

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
)


def axe_source() -> str | None:
    """The text of axe.min.js, None where there is none."""
    given = os.environ.get("JDCLASS_AXE")
    if given:
        return Path(given).read_text(encoding="utf-8")
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "axe.min.js"
    return path.read_text(encoding="utf-8") if path.is_file() else None


AXE = axe_source()


class Browser:
    """A driver with what the tests ask of it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def width(self, pixels: int, height: int = 900) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": pixels, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def open(self, path: Path) -> None:
        self.driver.get(path.as_uri())

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self) -> list[str]:
        """Addresses asked for since the last call."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def pdf(self) -> bytes:
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        answer = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False})
        return base64.b64decode(answer["data"])

    def violations(self) -> list[str]:
        if AXE is None:
            pytest.skip("axe-core is not there: pip install --no-deps axe-playwright-python, or set JDCLASS_AXE")
        self.driver.execute_script(AXE)
        result = self.driver.execute_async_script(
            "const done = arguments[1];"
            "axe.run(document, {runOnly: {type: 'tag', values: arguments[0]}, resultTypes: ['violations']})"
            ".then(done, e => done({error: String(e)}));",
            WCAG,
        )
        assert "error" not in result, result
        return [
            f"{item['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for item in result["violations"]
            for node in item["nodes"]
        ]


def printed_in_grey(pdf: bytes) -> Iterator[Any]:
    """The pages of a PDF as pictures, as a grey printer leaves them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page.render(scale=2, grayscale=True).to_pil()
    document.close()


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = str(CHROMIUM)
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # The driver's path is given, so nothing is looked up or downloaded.
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    # A busy machine is no fault of the pages.
    driver.set_page_load_timeout(300)
    driver.set_script_timeout(300)
    yield Browser(driver)
    driver.quit()


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents with the most phrases, under a title of 300 characters, with all that a sheet can hold."""
    fullest = sorted(roles(), key=lambda role: -sum(len(line["phrases"]) for line in role["lines"]))[:6]
    title = ("Associate Deputy Director of Integrated Community Transformation and Operations, " * 4)[:300]
    everything = (
        "who the post reports to",
        "staff managed",
        "budget",
        "date",
        "version",
        "who agreed it",
        "job evaluation reference",
    )
    reviews = []
    for number, role in enumerate(fullest):
        review = from_role({**role, "title": title}, missing=everything)
        place = (
            f"page {number + 1}, table 'Main duties and responsibilities of the post', row {number}, Responsibilities"
        )
        lines = tuple(replace(line, place=place) for line in review.lines)
        path = f"human resources/{'a very long folder name ' * 4}/{number}.docx"
        reviews.append(replace(review, lines=lines, id=path, source=replace(review.source, path=path)))
    folder = tmp_path_factory.mktemp("long") / "run"
    write_reports(folder, reviews, [])
    return folder


@pytest.fixture(scope="module")
def other_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two documents and the page of two runs."""
    folder = tmp_path_factory.mktemp("others")
    old = made(12)
    new = [replace(old[0], lines=old[0].lines[3:] + old[0].lines[:2]), *old[1:]]
    write_document_changes(old[0], replace(new[0], title="CAMHS Lead"), folder / "changes.html")
    moved = [replace(review, match=replace(review.match, verdict="overclaims_management")) for review in new]
    write_run_changes(old, moved, folder / "runs.html", old_name="spring", new_name="autumn")
    return folder


def one_of_each(run: Path, *, role: str = "") -> list[Path]:
    page = next(iter(sorted((run / "roles").glob(f"{role}*.html"))), None)
    found = [run / "index.html", run / "across.html"]
    return found if page is None else [*found, page, run / "panel" / page.name]


@pytest.fixture(scope="module")
def kinds(
    run: Path, hostile_run: Path, empty_run: Path, single_run: Path, long_run: Path, other_pages: Path
) -> list[Path]:
    """One page of each kind, and those of folders of all sorts that can look different."""
    return [
        *one_of_each(run, role="psychology-lead"),
        hostile_run / "index.html",
        one_of_each(hostile_run)[2],
        *one_of_each(empty_run),
        single_run / "index.html",
        *one_of_each(long_run)[2:],
        *sorted(other_pages.glob("*.html")),
    ]


def test_no_text_of_a_document_runs_and_no_request_leaves(browser: Browser, hostile_run: Path, run: Path) -> None:
    browser.requests()
    browser.complaints()
    opened = sorted(hostile_run.rglob("*.html")) + one_of_each(run)
    for path in opened:
        browser.open(path)
        assert browser.driver.title != "run"
        assert browser.run("return document.querySelectorAll('script').length") == (
            1 if path.name == "index.html" else 0
        )
    assert browser.complaints() == []
    asked = browser.requests()
    assert len(asked) >= len(opened)
    assert [address for address in asked if not address.startswith("file:///")] == []
    assert {Path(address).suffix for address in asked} == {".html"}


def test_a_script_that_got_into_a_page_would_not_run(browser: Browser, hostile_run: Path) -> None:
    browser.open(hostile_run / "index.html")
    browser.run(
        "const s = document.createElement('script');"
        "s.textContent = \"document.title = 'run'\"; document.body.append(s);"
    )
    assert browser.driver.title != "run"
    assert any("Content Security Policy" in message for message in browser.complaints())


def test_accessible_by_axe_at_both_widths(browser: Browser, kinds: list[Path]) -> None:
    for width in (1200, 320):
        browser.width(width)
        for path in kinds:
            browser.open(path)
            assert browser.violations() == [], (width, path)


def test_readable_at_320_pixels(browser: Browser, kinds: list[Path]) -> None:
    browser.width(320)
    for path in kinds:
        browser.open(path)
        assert browser.run("return document.documentElement.scrollWidth") <= 320, path


def shown_titles(browser: Browser) -> list[str]:
    return list(
        browser.run(
            "return [...document.querySelectorAll('#roles tbody tr')].filter(r => !r.hidden)"
            ".map(r => r.cells[0].textContent.trim())"
        )
    )


def test_cells_of_the_table_keep_their_names_at_320_pixels(browser: Browser, run: Path) -> None:
    browser.width(320)
    browser.open(run / "index.html")
    names = browser.run(
        "return Array.from(document.querySelector('#roles tbody tr').cells, "
        "cell => getComputedStyle(cell, '::before').content)"
    )
    heads = browser.run("return Array.from(document.querySelectorAll('#roles thead th'), head => head.textContent)")
    assert names == ["none", *(f'"{head}: "' for head in heads[1:])]
    browser.width(1200)
    assert (
        browser.run("return getComputedStyle(document.querySelector('#roles td + td'), '::before').content") == "none"
    )


def test_nothing_is_cut_off_in_print(browser: Browser, kinds: list[Path]) -> None:
    """On the width of A4 between its margins every element ends within the page."""
    a4 = 695
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for path in kinds:
            browser.width(a4)
            browser.open(path)
            wide = browser.run(
                "const out = [];"
                "for (const element of document.querySelectorAll('main *, footer *'))"
                " if (!element.closest('.vh') && element.getBoundingClientRect().right > arguments[0] + 1)"
                "  out.push(element.outerHTML.slice(0, 120));"
                "return out.slice(0, 3)",
                a4,
            )
            assert wide == [], path
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_table_searches_filters_and_sorts_by_keyboard_alone(browser: Browser, run: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    browser.width(1200)
    browser.open(run / "index.html")
    everything = shown_titles(browser)
    assert len(everything) == 40

    def press(*keys: str) -> None:
        actions = ActionChains(browser.driver)
        for key in keys:
            actions.send_keys(key)
        actions.perform()

    def focused() -> str:
        return str(browser.run("return document.activeElement.id || document.activeElement.textContent.trim()"))

    press(Keys.TAB)
    assert focused() == "Skip to the content"
    seen = []
    for _ in range(20):
        press(Keys.TAB)
        seen.append(focused())
        if seen[-1] == "search":
            break
    assert seen[-1] == "search"
    press("lead")
    wait = WebDriverWait(browser.driver, 10)
    wait.until(lambda _: len(shown_titles(browser)) < 40)
    found = shown_titles(browser)
    assert found
    assert found == [title for title in everything if title in found]
    count = browser.run("return document.getElementById('count').textContent")
    assert count == f"{len(found)} of {len(found)} documents shown"
    press(*[Keys.BACKSPACE] * 4)
    wait.until(lambda _: len(shown_titles(browser)) == 40)
    press(Keys.TAB)
    assert focused() == "fit"
    press("cannot")
    wait.until(lambda _: len(shown_titles(browser)) < 40)
    press(Keys.HOME)
    wait.until(lambda _: len(shown_titles(browser)) == 40)
    for _ in range(8):
        press(Keys.TAB)
        if focused() == "Title":
            break
    press(Keys.ENTER)
    head = "return document.querySelector('#roles th').getAttribute('aria-sort')"
    assert browser.run(head) == "ascending"
    up = shown_titles(browser)
    assert up == sorted(everything, key=str.casefold) or sorted(up) == sorted(everything)
    press(Keys.ENTER)
    assert browser.run(head) == "descending"
    assert shown_titles(browser)[0] == up[-1]
    press("no such title anywhere")
    assert len(shown_titles(browser)) == 40  # typed on a button: nothing happens


def test_search_without_a_hit_says_so(browser: Browser, run: Path) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    browser.open(run / "index.html")
    browser.driver.find_element("id", "search").send_keys("xyzzy")
    WebDriverWait(browser.driver, 10).until(lambda _: not shown_titles(browser))
    assert browser.run("return document.getElementById('count').textContent") == "No document fits the search."


def test_filters_tell_claim_from_duties(browser: Browser, run: Path) -> None:
    browser.open(run / "index.html")
    select = (
        "const s = document.getElementById(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change'));"
    )
    reviews = made(40)
    browser.run(select, "claim", "leadership")
    assert len(shown_titles(browser)) == sum(review.claim.orientation == "leadership" for review in reviews)
    browser.run(select, "duties", "management")
    wanted = [
        r
        for r in reviews
        if r.claim.orientation == "leadership" and r.duties.orientation == "management" and not r.match.abstained
    ]
    assert len(shown_titles(browser)) == len(wanted)
    browser.run(select, "claim", "")
    browser.run(select, "duties", "")
    browser.run("document.getElementById('forward').click()")
    assert len(shown_titles(browser)) == sum(review.match.put_forward for review in reviews)


def test_five_thousand_roles_are_shown_a_hundred_at_a_time(browser: Browser, tmp_path: Path) -> None:
    from datetime import date

    from jdclass.framework import default_framework
    from jdclass.report.folder import Folder, entry_of
    from jdclass.report.pages import Pages
    from jdclass.report.text import FileNames
    from jdclass.report.view import role_view
    from jdclass.wording import default_wording

    names = FileNames(default_wording())
    folder = Folder(default_framework())
    reviews = made(50)
    for number in range(5_000):
        view = role_view(reviews[number % 50], names=names, framework=folder.framework, slug=f"role-{number}")
        folder.add(entry_of(view, framework=folder.framework))
    page = tmp_path / "index.html"
    page.write_text(Pages(names, made=date(2026, 1, 1)).index(folder, "many", []), encoding="utf-8")
    assert page.stat().st_size < 6_000_000
    browser.open(page)
    assert len(shown_titles(browser)) == 100
    browser.driver.find_element("id", "more-100").click()
    assert len(shown_titles(browser)) == 200
    browser.driver.find_element("css selector", "#roles th:nth-child(2) button").click()
    assert len(shown_titles(browser)) == 200
    browser.driver.find_element("id", "more-all").click()
    assert len(shown_titles(browser)) == 5_000


def test_every_panel_sheet_prints_on_one_page(browser: Browser, run: Path, hostile_run: Path, long_run: Path) -> None:
    for path in [
        *sorted((run / "panel").glob("*.html"))[:12],
        *(hostile_run / "panel").glob("*.html"),
        *(long_run / "panel").glob("*.html"),
    ]:
        browser.open(path)
        pdf = browser.pdf()
        assert pages_of(pdf) == 1, path


def test_a_role_page_prints_on_a4(browser: Browser, run: Path) -> None:
    browser.open(one_of_each(run, role="psychology-lead")[2])
    pdf = browser.pdf()
    assert 2 <= pages_of(pdf) <= 6
    assert re.search(rb"/MediaBox\s*\[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]", pdf)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_every_word_sheet_fits_one_page(hostile_run: Path, long_run: Path, run: Path, tmp_path: Path) -> None:
    found = [*(long_run / "panel").glob("*.docx"), *(hostile_run / "panel").glob("*.docx")]
    found += sorted((run / "panel").glob("*.docx"))[:5]
    sheets = list({path.name: path for path in found}.values())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, sheets)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    made_pdfs = sorted(tmp_path.glob("*.pdf"))
    assert len(made_pdfs) == len(sheets)
    for pdf in made_pdfs:
        assert pages_of(pdf.read_bytes()) == 1, pdf.name


@pytest.mark.skipif(not os.environ.get("JDCLASS_SCREENSHOTS"), reason="JDCLASS_SCREENSHOTS is not set")
def test_screenshots_are_left_to_be_looked_at(browser: Browser, kinds: list[Path], run: Path) -> None:
    folder = Path(os.environ["JDCLASS_SCREENSHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    for width in (1200, 320):
        for number, path in enumerate(kinds):
            browser.width(width, 1600)
            browser.open(path)
            height = min(int(browser.run("return document.documentElement.scrollHeight")), 6_000)
            browser.width(width, height)
            (folder / f"{number:02}-{path.parent.name}-{path.stem[:40]}-{width}.png").write_bytes(
                browser.driver.get_screenshot_as_png()
            )
    for path in one_of_each(run, role="psychology-lead"):
        browser.open(path)
        for number, picture in enumerate(printed_in_grey(browser.pdf()), 1):
            picture.save(folder / f"print-{path.parent.name}-{path.stem[:40]}-{number}.png")
    assert list(folder.glob("*.png"))
    assert hostile.TITLES
