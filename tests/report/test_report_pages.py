from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import hostile
import pytest
from lxml import html
from made_reviews import MODEL, made, small

from jdclass.across import ProfileText
from jdclass.document import ModelName
from jdclass.report import write_document_changes, write_reports, write_run_changes
from jdclass.wording import default_wording

SAY = default_wording().say
EVERY_PAGE = (
    "statement.not_evaluation",
    "statement.wording",
    "statement.annotation",
    "statement.equal",
    "page.same_files",
)


def tree_of(path: Path) -> html.HtmlElement:
    return html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def pages(run: Path) -> Iterator[Path]:
    found = sorted(run.rglob("*.html"))
    assert found
    yield from found


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    nasty = hostile.reviews()
    write_document_changes(nasty[0], replace(nasty[1], lines=nasty[1].lines[::-1]), folder / "changes.html")
    write_document_changes(made(1)[0], made(1)[0], folder / "same.html")
    later = [replace(review, match=replace(review.match, verdict="overclaims_management")) for review in nasty]
    write_run_changes(nasty, [*later[1:], small(id="new")], folder / "runs.html", old_name="<b>old", new_name="new")
    write_run_changes(made(1), made(1), folder / "nothing.html", old_name="a", new_name="b")
    return folder


@pytest.mark.parametrize("which", ["run", "hostile_run", "empty_run", "single_run", "compared"])
def test_every_page_stands_alone_and_carries_its_cautions(which: str, request: pytest.FixtureRequest) -> None:
    for path in pages(request.getfixturevalue(which)):
        tree = tree_of(path)
        text = path.read_text(encoding="utf-8")
        assert text.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
        foot = words(tree.xpath("//footer")[0])
        for key in EVERY_PAGE:
            assert " ".join(SAY(key).split()) in foot, (path.name, key)
        assert any(" ".join(SAY(f"statement.compares{end}").split()) in foot for end in ("", "_many", "_changes"))
        # Nothing is fetched: the only addresses are other files of the folder.
        for address in tree.xpath("//@href|//@src|//@srcset|//@action|//@data|//@poster|//@formaction"):
            assert re.fullmatch(r"#[\w-]+|(?:\.\./)?(?:roles/|panel/)?[a-z0-9-]+\.(?:html|docx|xlsx)", address), address
        assert not tree.xpath("//link|//iframe|//object|//embed|//img|//base|//form[@action]")
        for style in tree.xpath("//style/text()|//@style"):
            assert "url(" not in style.replace("url(#", "")
            assert "@import" not in style
        scripts = tree.xpath("//script")
        assert len(scripts) == (1 if path.name == "index.html" and which != "empty_run" else 0)
        assert not tree.xpath("//@*[starts-with(name(), 'on')]")
        policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert policy.startswith("default-src 'none'")
        assert ("script-src 'sha256-" in policy) == bool(scripts)


def test_model_its_date_and_the_hash_of_the_file_stand_on_every_page(run: Path) -> None:
    for path in pages(run):
        foot = words(tree_of(path).xpath("//footer")[0])
        assert f"Model: made 1.0.0, of 1 February 2026, hash (SHA-256) {MODEL.sha256}." in foot
        assert re.search(r"(File: \S+|Files: 40), hash \(SHA-256\)( of all their hashes)? [0-9a-f]{64}", foot)
        assert "Page made on 2 March 2026." in foot


def test_a_model_without_a_known_date_says_so(tmp_path: Path) -> None:
    write_reports(tmp_path, [small(model=ModelName("x", "2", "00"))], [])
    assert "Model: x 2, of a date that is not recorded, hash (SHA-256) 00." in words(tree_of(tmp_path / "index.html"))


def test_hostile_texts_stay_texts(hostile_run: Path) -> None:
    for path in pages(hostile_run):
        tree = tree_of(path)
        assert not tree.xpath("//b[text()='hostile']|//i|//u|//img|//mark//script")
        for script in tree.xpath("//script/text()"):
            assert "'run'" not in script
        assert not set(path.read_text(encoding="utf-8")) & set("\u202a\u202e\u2066\x00\x0b\ufffe")
    titles = {
        words(row.xpath("./td[1]")[0])
        for row in tree_of(hostile_run / "index.html").xpath("//table[@id='roles']/tbody/tr")
    }
    assert {
        "<script>document.title='run'</script>",
        '=HYPERLINK("http://evil.example/","Ward Manager")',
        "-2+3",
    } <= titles
    assert {"[no title]", "{{ 7*7 }} {% raw %} Lead"} <= titles


def test_the_index_lists_every_role_and_counts_them(run: Path) -> None:
    tree = tree_of(run / "index.html")
    rows = tree.xpath("//table[@id='roles']/tbody/tr")
    reviews = made(40)
    assert [words(row.xpath("./td[1]")[0]) for row in rows] == [" ".join(review.title.split()) for review in reviews]
    numbers = [int(item.xpath("./b/text()")[0].replace(",", "")) for item in tree.xpath("//ul[@class='numbers']/li")]
    reviewed, *by_fit, forward, failed = numbers
    assert (reviewed, sum(by_fit), failed) == (40, 40, 2)
    assert forward == sum(review.match.put_forward for review in reviews)
    for row in rows:
        assert (run / row.xpath("./td[1]/a/@href")[0]).is_file()
    failures = tree.xpath("//section[@aria-labelledby='failures']//tbody/tr")
    assert [[words(cell) for cell in row] for row in failures] == [
        ["scan.pdf", "scanned, needs OCR"],
        ["a.jsonl, record 3", "no text"],
    ]


def test_both_pictures_are_svg_with_a_text_alternative_and_a_table(run: Path) -> None:
    figures = tree_of(run / "index.html").xpath("//figure")
    assert len(figures) == 2
    for figure in figures:
        (svg,) = figure.xpath("./div/svg")
        assert svg.get("role") == "img"
        assert len(svg.get("aria-label")) > 40
        assert figure.xpath(".//table")
    counts = [int(cell) for cell in figures[0].xpath(".//td/text()")]
    assert sum(counts) == 40
    printed = [text for text in figures[0].xpath("./div/svg//text//text()") if text.strip().isdigit()]
    assert sorted(map(int, printed)) == sorted(counts)


def test_an_empty_folder_says_so(empty_run: Path, single_run: Path) -> None:
    text = words(tree_of(empty_run / "index.html"))
    for key in ("index.lead_none", "index.table_none"):
        assert SAY(key) in text
    # What is said of all documents is not said of none.
    for key in ("index.failures_none", "index.cannot_tell_none"):
        assert SAY(key) not in text
        assert SAY(key) in words(tree_of(single_run / "index.html"))
    assert "#failures" not in tree_of(empty_run / "index.html").xpath("//a/@href")
    across = words(tree_of(empty_run / "across.html"))
    for key in ("across.twins_none", "across.criteria_none", "across.profiles_absent"):
        assert " ".join(SAY(key).split()) in across
    assert "1 document read and compared with their own titles." not in text
    assert "1 document" in words(tree_of(single_run / "index.html"))


def test_a_role_page_holds_all_that_was_found(run: Path) -> None:
    for review in made(40):
        (path,) = [
            page for page in (run / "roles").glob("*.html") if review.source.sha256 in page.read_text(encoding="utf-8")
        ]
        tree = tree_of(path)
        assert words(tree.xpath("//h1")[0]) == " ".join(review.title.split())
        assert [mark.text for mark in tree.xpath("//h1//mark")] == [
            w for w in review.title.split() if w in review.claim.words
        ][: len(review.claim.words)]
        lines = tree.xpath("//p[contains(@class, 'line ') or @class='line q']")
        assert len(lines) == len(review.lines)
        marked = tree.xpath("//p//mark[not(contains(@class,'shown'))]")
        assert len(marked) == sum(phrase.counted for phrase in review.phrases)
        for mark, phrase in zip(marked, [p for p in review.phrases if p.counted], strict=True):
            assert mark.text == phrase.text
            assert mark.get("class").split()[0] == phrase.orientation
            assert f"{phrase.probability:.2f}" in mark.get("title")
            assert mark.xpath("./a/text()")[0][0] == phrase.orientation[0].upper()
        for link in tree.xpath("//a[starts-with(@href, '#')]"):
            assert tree.xpath(f"//*[@id='{link.get('href')[1:]}']"), link.get("href")
        text = words(tree)
        for key in ("role.limits", "role.missing", "role.questions", "role.contrasts", "role.statements"):
            assert SAY(key) in text
        assert str(review.match.counterfactual) not in text or review.match.counterfactual is None


def test_ids_are_unique_on_every_page(run: Path, hostile_run: Path) -> None:
    for path in [*pages(run), *pages(hostile_run)]:
        ids = tree_of(path).xpath("//*[not(ancestor-or-self::svg)]/@id")
        assert len(ids) == len(set(ids)), path.name


def test_grey_zones_say_that_they_are_not_counted(run: Path) -> None:
    path = next((run / "roles").glob("psychology-lead*.html"))
    for zone in tree_of(path).xpath("//div[contains(@class, 'zone')]"):
        head = words(zone.xpath("./h3")[0])
        off = "off" in zone.get("class")
        assert off == (head != "Duties")
        if head.startswith("Person specification"):
            assert head.endswith("(shown, not counted)")
        elif off:
            assert head.endswith("(not counted)")


def test_a_contrast_that_is_not_assessable_says_so(run: Path) -> None:
    review = made(2)[1]
    path = next((run / "roles").glob("psychology-lead*.html"))
    rows = tree_of(path).xpath("//table[@class='contrasts']/tbody/tr")
    for row, (_, count) in zip(rows, review.contrasts, strict=True):
        assert ("not assessable" in words(row)) == (not count.assessable)
        assert [int(re.sub(r"\D", "", words(cell))) for cell in row.xpath("./td[position()<3]")] == [
            count.leadership,
            count.management,
        ]


def test_twins_orphans_and_borrowed_wording_reach_the_page_across(tmp_path: Path) -> None:
    first = small(
        "Service Lead",
        (("duties", "Set the vision"), ("person_spec", "#Essential"), ("person_spec", "Runs pottery classes")),
        ((0, "Set the vision", "leadership", "vision_procedure"),),
        id="a.docx",
    )
    second = small(
        "Service Lead",
        (("duties", "Keeps the lending ledger of two departments"),),
        ((0, "Keeps the lending ledger", "management", "people_process"),),
        id="b.docx",
        holds="management",
    )
    profile = ProfileText("clerk.txt", ("Keeps the lending ledger of two departments",))
    write_reports(tmp_path, [first, second], [], profiles=[profile], made=date(2026, 1, 1))
    text = words(tree_of(tmp_path / "across.html"))
    assert "Service Lead (2 documents, 2 different texts)" in text
    assert "Set the vision L" in text
    assert "Keeps the lending ledger M" in text
    assert "(1 of 1 essential lines)" in text
    assert "Runs pottery classes" in text
    assert "clerk.txt" in text
    role = words(tree_of(next((tmp_path / "roles").glob("service-lead-*"))))
    assert SAY("role.borrowed") in role


def test_pages_of_changes(compared: Path) -> None:
    assert SAY("changes.none") in words(tree_of(compared / "same.html"))
    tree = tree_of(compared / "changes.html")
    assert tree.xpath("//ins")
    assert not tree.xpath("//ins//script|//del//script")
    moved = words(tree_of(compared / "runs.html"))
    assert f"Findings that moved: {len(hostile.TITLES) + 1}. Findings that stayed: 0." in moved
    assert SAY("runs.reading") in moved
    assert SAY("runs.only_old") in moved
    assert SAY("runs.only_new") in moved
    nothing = words(tree_of(compared / "nothing.html"))
    assert SAY("runs.none") in nothing
    # The model and the files stand at the foot, whether or not a finding moved.
    for page in (moved, nothing):
        assert f"Model: made 1.0.0, of 1 February 2026, hash (SHA-256) {MODEL.sha256}." in page
        assert "Earlier review. Files: " in page
        assert "Later review. Files: " in page
