"""Headings and table headers decide the zone of their lines, through the whole reviewer with the shipped model."""

from __future__ import annotations

from collections import Counter

import pytest
import read_documents as made
import vacancy

import jdclass
from jdclass.document import Review, RoleDescription
from jdclass.read import read_bytes, read_record
from jdclass.review import Reviewer

ROLES = made.roles()
LEAST = 0.95  # of the lines that are no headings


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return jdclass.load()


def review(reviewer: Reviewer, data: str | bytes, name: str) -> Review:
    (role,) = read_bytes(data.encode() if isinstance(data, str) else data, name=name)
    assert isinstance(role, RoleDescription), role
    return reviewer.review_role(role)


def review_advert(reviewer: Reviewer) -> Review:
    record = {"title": vacancy.TITLE, "text": vacancy.free_advert()}
    return reviewer.review_role(read_record(record))


def wrong_zones(found: Review) -> tuple[list[tuple[str, str]], int]:
    """Lines of the vacancy in another zone than their section's, and how many lines of it there are."""
    lines = [(line.zone, line.text) for line in found.lines if line.text in vacancy.WANTED]
    return [(zone, text) for zone, text in lines if zone not in vacancy.WANTED[text]], len(lines)


def test_lines_of_an_nhs_jobs_page_take_the_zone_of_their_section(reviewer: Reviewer) -> None:
    found = review(reviewer, vacancy.nhs_jobs_page(), "saved.html")
    wrong, number = wrong_zones(found)
    assert number == len({line.text for line in found.lines} & set(vacancy.WANTED)) == 37  # none twice
    assert len(wrong) <= (1 - LEAST) * number, wrong
    assert (found.title, found.employer, found.band) == (vacancy.TITLE, vacancy.EMPLOYER, "6")
    assert found.conflicts == ()
    texts = {line.text for line in found.lines}
    assert "Ivo Castell" not in texts
    assert {"[name]", "[email]", "[phone]", "Outpatient General Manager"} <= texts


def test_lines_of_a_trac_page_take_the_zone_of_their_section(reviewer: Reviewer) -> None:
    found = review(reviewer, vacancy.trac_page(), "saved.html")
    wrong, number = wrong_zones(found)
    assert number == 38
    assert len(wrong) <= (1 - LEAST) * number, wrong
    assert (found.title, found.employer, found.band) == (vacancy.TITLE, vacancy.EMPLOYER, "6")


def test_lines_of_a_free_advert_take_the_zone_of_the_bold_line_over_them(reviewer: Reviewer) -> None:
    wrong, number = wrong_zones(review_advert(reviewer))
    assert number == 29
    assert len(wrong) <= (1 - LEAST) * number, wrong


def test_cells_of_a_person_specification_are_no_duties(reviewer: Reviewer) -> None:
    found = review(reviewer, vacancy.word_file(), "x.docx")
    wrong, number = wrong_zones(found)
    assert number == 23
    assert len(wrong) <= (1 - LEAST) * number, wrong
    assert not any(phrase.counted for phrase in found.phrases if found.lines[phrase.line].text in vacancy.EXPERIENCE)


def test_one_vacancy_in_all_layouts_has_one_finding(reviewer: Reviewer) -> None:
    pages = {"a.html": vacancy.nhs_jobs_page(), "b.html": vacancy.trac_page(), "c.docx": vacancy.word_file()}
    found = [*(review(reviewer, data, name) for name, data in pages.items()), review_advert(reviewer)]
    assert {one.match.verdict for one in found} == {"matches"}
    scores = [one.match.score or 0 for one in found]
    assert max(scores) - min(scores) <= 5


def criteria(key: str) -> set[str]:
    """The cells of a job description's person specification, its headers and row labels left out."""
    tables = [part for part in made.document(ROLES[key]).parts if part.kind == "specification"]
    return {block for table in tables for row in table.rows for cell in row[1:] for block in cell.split("\n") if block}


@pytest.mark.parametrize("ending", [".docx", ".odt", ".rtf", ".doc", "-tagged.pdf", "-untagged.pdf"])
@pytest.mark.parametrize("key", [key for key in made.IDS if criteria(key)])
def test_tables_of_criteria_in_every_format(reviewer: Reviewer, key: str, ending: str) -> None:
    found = review(reviewer, (made.DATA / f"{key}{ending}").read_bytes(), f"x{ending}")
    zones = Counter(line.zone for line in found.lines if line.text in criteria(key))
    assert zones["person_spec"] >= LEAST * zones.total() > 0, zones


def test_sections_of_the_authored_corpus_in_both_layouts(reviewer: Reviewer) -> None:
    for write in (made.to_nhs_jobs_page, made.to_trac_page):
        right = total = 0
        for role in list(ROLES.values())[::10]:
            gold = {line["text"]: line["zone"] for line in role["lines"] if not line["heading"]}
            for line in review(reviewer, write(role), "saved.html").lines:
                if line.text in gold and not line.heading:
                    total += 1
                    right += line.zone == gold[line.text]
        assert total > 400
        assert right >= LEAST * total, (write.__name__, right, total)
