"""A reading becomes a role description: contacts masked, places told, facts found, the title chosen."""

from __future__ import annotations

from collections.abc import Sequence

from jdclass.document import Block, Fact, RoleDescription, Source
from jdclass.read.facts import (
    band_from_name,
    band_of,
    bands_in_body,
    employer_from_blocks,
    find_facts,
    has_occupation,
    title_from_blocks,
    title_from_name,
    titles_in_body,
)
from jdclass.read.failures import NoTextError
from jdclass.read.mask import mask, mask_all, mask_by_neighbours
from jdclass.read.pieces import Piece, Reading

__all__ = ["build_role"]

_KIND_WORDS = {"paragraph": "paragraph", "list_item": "bullet", "table_cell": "cell", "heading": "heading"}
_HEADING_IN_PLACE = 60


def _blocks(pieces: Sequence[Piece], texts: Sequence[str], sections: Sequence[str | None]) -> list[Block]:
    """Blocks with their places: "page 2, Main duties, bullet 4", or what the format said of a table's cell."""
    blocks: list[Block] = []
    heading = ""
    counts = {"paragraph": 0, "list_item": 0, "table_cell": 0, "heading": 0}
    for piece, text, section in zip(pieces, texts, sections, strict=True):
        kind = piece.kind
        counts[kind] += 1
        if kind == "heading":
            counts["paragraph"] = counts["list_item"] = counts["table_cell"] = 0
            heading = (text if len(text) <= _HEADING_IN_PLACE else text[: _HEADING_IN_PLACE - 3] + "...").rstrip(
                ": "
            ) + ", "
            place = piece.where or f"heading {counts['heading']}"
        else:
            place = piece.where or f"{heading}{_KIND_WORDS[kind]} {counts[kind]}"
        if piece.page is not None:
            place = f"page {piece.page}, {place}"
        blocks.append(Block(text, kind, piece.level, place, section))
    return blocks


def build_role(
    reading: Reading,
    *,
    id: str,
    path: str | None,
    record: int | None,
    sha256: str,
    title: str | None = None,
    field_title: str | None = None,
    employer: str | None = None,
    band: str | None = None,
    keep_contacts: bool = False,
    warnings: Sequence[str] = (),
) -> RoleDescription:
    """The role description of one reading.

    `title` is the one that the user gives and stands over all; `field_title`, `employer` and `band` are fields of a
    record and stand over what the text says. Raises NoTextError where the reading has no text.
    """
    pieces = [piece for piece in reading.pieces if piece.text]
    if not any(character.isalnum() for piece in pieces for character in piece.text):
        raise NoTextError("no text was found in it")
    texts = [piece.text for piece in pieces]
    sections = [piece.section for piece in pieces]
    apart = [piece.text for piece in reading.apart]
    stated = [*reading.facts]
    if not keep_contacts:
        texts = mask_by_neighbours(mask_all(texts), sections)
        sections = [mask(section) if section else section for section in sections]
        apart = mask_all(apart)
        stated = [Fact(fact.name, mask(fact.value), fact.place) for fact in stated]
        for piece in pieces:
            if piece.where is not None:
                piece.where = mask(piece.where)
    blocks = _blocks(pieces, texts, sections)
    aside = [
        Block(text, "paragraph", None, piece.where or "header or footer")
        for text, piece in zip(apart, reading.apart, strict=True)
    ]
    facts = _facts(blocks, aside, stated, title=title, field_title=field_title, employer=employer, band=band, path=path)
    first: dict[str, str] = {}
    for fact in facts:
        first.setdefault(fact.name, fact.value)
    bands = (band_of(fact.value) or fact.value for fact in facts if fact.name == "band")
    return RoleDescription(
        id=id,
        title=title if title is not None else first.get("title", ""),
        blocks=tuple(blocks),
        source=Source(path, record, reading.format, sha256, reading.share, (*warnings, *reading.warnings)),
        employer=first.get("employer"),
        band=next(bands, None) or band_of(first.get("title")),
        facts=tuple(facts),
    )


def _facts(
    blocks: Sequence[Block],
    apart: Sequence[Block],
    stated: Sequence[Fact],
    *,
    title: str | None,
    field_title: str | None,
    employer: str | None,
    band: str | None,
    path: str | None,
) -> list[Fact]:
    """All facts, of each name the one that stands over the others first."""
    facts: list[Fact] = []
    for name, given in (("title", title), ("title", field_title), ("employer", employer), ("band", band)):
        if given:
            facts.append(Fact(name, given, "given" if given is title else "field of the record"))
    page_title = next((fact for fact in stated if fact.name == "page_title"), None)
    facts += [fact for fact in stated if fact.name != "page_title"]
    found = find_facts(blocks, apart)
    facts += [fact for fact in found if fact not in facts]
    if not any(fact.name == "employer" for fact in facts) and (found_employer := employer_from_blocks(blocks, apart)):
        facts.append(found_employer)
    if not field_title:
        has_title = any(fact.name == "title" for fact in facts)
        heading = title_from_blocks(blocks)
        if heading is not None and heading not in facts and (not has_title or _tells(heading.value)):
            facts.append(heading)
        has_title = has_title or heading is not None
        if not has_title and page_title is not None:
            facts.append(Fact("title", page_title.value, page_title.place))
            has_title = True
        named = title_from_name(path)
        if named and (not has_title or _tells(named)):
            facts.append(Fact("title", named, "file name"))
    titles = [fact.value for fact in facts if fact.name == "title"]
    in_body = titles_in_body(blocks, titles, claims_only=bool(field_title))
    facts += [fact for fact in in_body if fact.value not in titles]
    bands = [Fact("band", fact.value, fact.place) for fact in facts if fact.name == "title" and _names_band(fact.value)]
    if titles:
        bands += bands_in_body([*blocks, *apart], titles[0])
    if not field_title and (named := band_from_name(path)) is not None:
        bands.append(Fact("band", named, "file name"))
    told = {(fact.name, band_of(fact.value)) for fact in facts}
    for fact in bands:
        if ("band", band_of(fact.value)) not in told:
            told.add(("band", band_of(fact.value)))
            facts.append(fact)
    return facts


def _names_band(title: str) -> bool:
    return "band" in title.lower() and band_of(title) is not None


def _tells(title: str) -> bool:
    """Whether a title that was not asked for is worth keeping beside others: it names an occupation in two words."""
    return has_occupation(title) and len(title.split()) > 1
