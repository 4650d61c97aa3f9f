"""What people read never says what DESIGN.md and the reports' brief rule out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from made_reviews import made, small

from jdclass.document import VERDICTS, Match
from jdclass.errors import FrameworkError
from jdclass.wording import cannot_tell_reason, default_wording, finding, fit_of, load_wording

TEMPLATES = Path(__file__).parents[2] / "jdclass" / "data" / "report"

#: Never to be read by anyone, in the words of the brief.
FORBIDDEN = re.compile(
    r"\bwrong(?:ly)?\b|\binflat\w+|\b(?:over|under)claim\w*|\bverdicts?\b|\bactual duties\b|\bout of (?:100|a hundred)"
    r"\b|/\s?100\b|\bband\s?\d|\bmismatch\w*|\bbetter\b|\bsuperior\b|\binferior\b|\bmere(?:ly)?\b|\bonly an? manag\w+"
    r"|\bbadly\b|\bincorrect\w*|\bfactor level|\bprofile match|\bequal value\b|\blike work\b|\bvalidated\b|\bgold\b",
    re.IGNORECASE,
)
#: These words stand in the caution that every page carries, and nowhere else.
CAUTION = re.compile(r"\bjob (?:matching|evaluation)\b|\bband\b", re.IGNORECASE)
CAUTIONS = {"statement.not_evaluation", "missing.job evaluation reference"}


def texts() -> list[tuple[str, str]]:
    return [
        (f"{name}.{key}", text) for name, section in default_wording().sections.items() for key, text in section.items()
    ]


@pytest.mark.parametrize(("key", "text"), texts())
def test_no_sentence_says_what_must_not_be_said(key: str, text: str) -> None:
    assert not FORBIDDEN.search(text)
    if key not in CAUTIONS:
        assert not CAUTION.search(text)


def test_forbidden_words_are_found_where_they_stand() -> None:
    for text in ("The title is wrong", "inflated", "overclaims", "Verdict: x", "31 out of 100", "31/100", "Band 7"):
        assert FORBIDDEN.search(text), text


def test_templates_hold_no_sentence_of_their_own() -> None:
    for path in TEMPLATES.glob("*.html"):
        code = r"\{#.*?#\}|\{% block class %\}\w+|\{%.*?%\}|\{\{.*?\}\}"
        text = re.sub(code, "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"<[^>]*>", " ", text)
        assert re.findall(r"[A-Za-z]{2,}", text) == [], path.name


def own_words(path: Path) -> str:
    """The words of a page that are ours: what a document, a file or a reviewer says stands in elements of class q."""
    tree = html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()
    for element in tree.xpath("//style|//script|//*[contains(concat(' ', @class, ' '), ' q ')]"):
        element.drop_tree()
    attributes = " ".join(tree.xpath("//@aria-label|//@title|//@data-label|//@data-text|//@data-none"))
    return f"{tree.text_content()} {attributes}"


def test_no_page_of_a_whole_run_says_it(run: Path) -> None:
    pages = sorted(run.rglob("*.html"))
    assert len(pages) == 2 + 2 * 40
    for page in pages:
        words = own_words(page)
        assert not FORBIDDEN.search(words), (page.name, FORBIDDEN.search(words))


def test_no_cell_of_the_workbook_says_it(run: Path) -> None:
    import openpyxl

    book = openpyxl.load_workbook(run / "review.xlsx", read_only=True)
    document = {"Title", "Employer", "File", "Words in the document", "Text of the line", "Place", "Problem"}
    for name in ("Summary", "Roles", "Phrases", "Failures", "Review"):
        rows = book[name].iter_rows(values_only=True)
        heads = next(rows)
        ours = [number for number, head in enumerate(heads) if head not in document]
        for row in [heads, *rows]:
            text = " ".join(str(row[number]) for number in ours if number < len(row) and row[number] is not None)
            assert not FORBIDDEN.search(text), (name, text)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_finding_has_its_sentence(verdict: str) -> None:
    abstained = verdict == "insufficient_evidence"
    score = None if abstained else 70 if verdict == "matches" else 30
    found = finding(replace(small(), match=Match(score, score, score, verdict, abstained)))
    assert found.sentence == default_wording().say(f"finding.{verdict}")
    assert found.label in {"fit", "partly fit", "do not fit", "cannot tell"}


@pytest.mark.parametrize(
    ("score", "verdict", "fit"),
    [
        (100, "matches", "fit"),
        (62, "matches", "fit"),
        (61, "overclaims_leadership", "partly"),
        (38, "underclaims_management", "partly"),
        (37, "overclaims_management", "not"),
        (0, "overclaims_leadership", "not"),
    ],
)
def test_partly_lies_between_the_middle_of_two_and_three_and_62(score: int, verdict: str, fit: str) -> None:
    assert fit_of(Match(score, score, score, verdict, False)) == fit
    assert fit_of(Match(None, None, None, verdict, True)) == "unknown"


def test_why_a_review_cannot_tell() -> None:
    thin = small(fits=0, found="insufficient_evidence")
    assert cannot_tell_reason(thin) == "thin"
    assert cannot_tell_reason(replace(thin, source=replace(thin.source, share_read=0.5))) == "unread"
    assert cannot_tell_reason(replace(thin, source=replace(thin.source, share_read=None))) == "thin"
    assert all(cannot_tell_reason(review) is None for review in made(5) if not review.match.abstained)


def test_a_key_of_data_that_has_no_wording_is_shown_in_plain_words() -> None:
    assert default_wording().label("statement_about", "signs_orders") == "signs orders"
    assert default_wording().label("statement_about", "holds_budget") == "Holding a budget"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format = 2", r"wanted format = 1"),
        ("format = 1\n", r"language must be a text such as 'en-GB', got None"),
        ("format = 1\nlanguage = 'en'\n[a]\nb = ''", r"a\.b must be a text, got ''"),
        ("format = 1\nlanguage = 'en'\na = 'b'", r"'a' must be a table of texts, got 'b'"),
        ("= 1", r"is no TOML file"),
    ],
)
def test_a_wording_file_that_does_not_hold_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "wording.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FrameworkError, match=message):
        load_wording(path)
    with pytest.raises(FrameworkError, match="cannot be read"):
        load_wording(tmp_path / "absent.toml")
