"""The title decides the claim and what follows from it, and nothing of the duties: over 200 documents, authored, demo
and public, zones, phrases and duties are the same, to the last digit, under a blank title and under another's."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from jdclass.document import Failure, Review, RoleDescription
from jdclass.read import read_path, read_record, read_text
from jdclass.review import Reviewer

OPEN = Path(__file__).parents[1] / "corpora" / "open" / "roles.jsonl"
SHARED = os.environ.get("JDCLASS_SHARED")

#: Documents in all, where the public adverts are at hand to make up the number.
WANTED = 200

#: What of a review may not depend on the title.
BLIND = ("lines", "phrases", "excluded", "duties", "contrasts", "stated")


def authored() -> Iterator[RoleDescription]:
    with OPEN.open(encoding="utf-8") as stream:
        for record in map(json.loads, stream):
            text = "\n".join(line["text"] for line in record["lines"])
            yield read_text(text, title=record["title"], id=record["id"])


def public(shared: Path) -> Iterator[RoleDescription]:
    """Every fiftieth public advert, as published."""
    with gzip.open(shared / "data" / "adverts.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in islice(stream, 0, None, 50):
            yield read_record(json.loads(line))


@pytest.fixture(scope="module")
def roles(demo: Path) -> list[RoleDescription]:
    found = list(authored())
    files = sorted(path for path in demo.iterdir() if path.suffix not in (".py", ".md") and path.is_file())
    found += [role for path in files for role in read_path(path) if not isinstance(role, Failure)]
    if SHARED:
        found += islice(public(Path(SHARED)), max(0, WANTED - len(found)))
    return found


@pytest.fixture(scope="module")
def reviews(reviewer: Reviewer, roles: list[RoleDescription]) -> list[Review]:
    return list(reviewer.review_many(roles))


def swapped(roles: list[RoleDescription], titles: list[str]) -> list[RoleDescription]:
    return [replace(role, title=title) for role, title in zip(roles, titles, strict=True)]


def test_there_are_documents_enough(roles: list[RoleDescription]) -> None:
    assert len(roles) >= (WANTED if SHARED else 185)
    assert len({role.title for role in roles}) > 100


@pytest.mark.parametrize("kind", ["blank", "of another document"])
def test_the_duties_do_not_change_with_the_title(
    reviewer: Reviewer, roles: list[RoleDescription], reviews: list[Review], kind: str
) -> None:
    titles = [""] * len(roles) if kind == "blank" else [role.title for role in (*roles[71:], *roles[:71])]
    claims = 0
    for review, other in zip(reviews, reviewer.review_many(swapped(roles, titles)), strict=True):
        for part in BLIND:
            assert getattr(other, part) == getattr(review, part), (review.id, part)
        assert other.match.abstained == review.match.abstained, review.id
        claims += other.claim.orientation != review.claim.orientation
    assert claims > len(roles) / 5  # the titles were other titles, and were read


def test_a_given_title_changes_nothing_of_the_text_that_is_read() -> None:
    for role in authored():
        text = "\n".join(block.text for block in role.blocks)
        assert {read_text(text, title=title).blocks for title in (role.title, "", "Ward Manager")} == {role.blocks}
