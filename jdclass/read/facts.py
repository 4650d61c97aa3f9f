"""Labels and values of a document, the title among them; what contradicts itself, and what is not there.

Plain functions over blocks. A fact is a label with its value in one line ("Band: 7"), in a table (a row's label or a
column's header with the cell), or in two pieces (a heading "Job title", then the value).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from jdclass.document import Block, Fact, RoleDescription
from jdclass.read.mask import mask
from jdclass.read.words import WORDS

__all__ = [
    "band_from_name",
    "band_of",
    "bands_in_body",
    "conflicts",
    "employer_from_blocks",
    "find_facts",
    "has_occupation",
    "missing_information",
    "same_title",
    "title_from_blocks",
    "title_from_name",
    "title_like",
    "titles_in_body",
]

_LABELS = WORDS.labels
_LONGEST = max(len(label) for label in _LABELS)
_LINE = re.compile(
    rf"\A[\W_]{{0,4}}([A-Za-z][A-Za-z'’/&(). -]{{1,{_LONGEST + 4}}}?)\s*"
    r"(?::\s*[-–]?|\t+|\s[-–—]\s|\s*\|\s*|\s{3,})\s*(\S.*)\Z",
    re.DOTALL,
)
_MARKS = re.compile(r"[:\t|–—]|\s-\s|\s{3}")
_PARTS = re.compile(r"\s*(?:\t+|\s\|\s|\s{4,})\s*")
_MAXIMUM = 200  # characters of a value: more is a paragraph, not a value

_BAND = re.compile(
    r"\b(?:band|grade|afc|a4c)\s*:?\s*(?:band\s*)?([2-9](?:\s?[a-d])?(?:\s?(?:/|-|–|to|or)\s?(?:band\s)?[2-9](?:[a-d])?\b)?)\b",
    re.IGNORECASE,
)
_BARE_BAND = re.compile(
    r"\A\W*([1-9](?:\s?[a-d])?(?:\s?(?:/|-|–|to|or)\s?[2-9](?:[a-d])?)?)\b(?!\s*(?:hours|months|weeks|days|%))",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:NHS|Trust|Foundation|Hospitals?|University|Council|Partnership|Board|ICB|CCG|Limited|Ltd|plc)\b",
    re.IGNORECASE,
)
_ORGANISATION_ENDS = re.compile(
    r"\b(?:Trust|Federation|Network|Charity|Collaborative|Alliance|Council|Hospice|Limited|Ltd|CIC|plc)\.?\W*\Z"
)
_PREFIX = re.compile(
    r"\A\W*(?:(?:nhs\s)?job\s(?:description|advert(?:isement)?|profile|details|summary|vacancy)|role\s(?:description|profile)|"
    r"person\sspecification|j\.?d\.?|vacancy|advert|job\stitle|post\stitle|job\spack|candidate\spack|"
    r"(?:job\sdescription\s(?:and|&)\sperson\sspecification))(?:\s(?:and|&)\s(?:person\sspecification|ps))?"
    r"(?:\s(?:for(?:\sthe\spost\sof)?|of)\b(?:\s(?:an?|the)\b)?)?\s*[:\-–—|,]*\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s*[\(\[,:|–—-]*\s*(?:\b(?:job\s(?:description|advert)|role\sdescription|j\.?d\.?|and\sperson\sspecification|person\sspecification|jdps|jd\s?&\s?ps)\b"
    r"|\b(?:agenda\sfor\schange\s|afc\s)?band\s\d\w?(?:\s?[/-]\s?\d\w?)?\b)\s*[\)\]]*\s*\Z",
    re.IGNORECASE,
)


_AFTER_VERB = frozenset(("the", "a", "an", "our", "your", "all", "any", "on"))


def _label(text: str) -> str | None:
    """The name of the fact that a label asks for, None where it asks for none.

    >>> _label("Job Title:"), _label("Reports to"), _label("Lunch")
    ('title', 'reports_to', None)
    """
    if len(text) > _LONGEST + 6:
        return None
    bare = " ".join(text.lower().replace("’", "'").strip(" :.-–*\t").split())
    return _LABELS.get(bare) or _LABELS.get(bare.removeprefix("the ").removesuffix("(s)").removesuffix(" of post"))


def band_of(text: str | None) -> str | None:
    """The Agenda for Change band in a text as "7", "8a" or "5/6"; None where it names none.

    >>> band_of("Agenda for Change Band 8A"), band_of("7"), band_of("VSM")
    ('8a', '7', None)
    """
    if not text:
        return None
    found = _BAND.search(text) or _BARE_BAND.match(text)
    if found is None:
        return None
    value = re.sub(r"\s?(?:/|-|–|\bto\b|\bor\b)\s?(?:band\s)?", "/", found[1].lower())
    return value.replace(" ", "")


def _clean_title(text: str) -> str:
    """A title without "Job description" before it and the band after it."""
    text = " ".join(text.split())
    for _ in range(2):
        shorter = _SUFFIX.sub("", _PREFIX.sub("", text)).strip(" -–—:|,.")
        if not shorter or shorter == text:
            break
        text = shorter
    return text


def has_occupation(text: str) -> bool:
    """Whether a text names an occupation ("manager", "nurse"), by a list of them."""
    words = re.findall(r"[a-z][a-z'-]+", text.lower())
    return any(word in WORDS.occupations or word.removesuffix("s") in WORDS.occupations for word in words)


def title_like(text: str) -> bool:
    """Whether a line can be a job's title: short, no sentence, no known heading, not an organisation's name.

    >>> title_like("Deputy Ward Manager"), title_like("Job summary"), title_like("We are recruiting.")
    (True, False, False)
    """
    if not 2 < len(text) <= 100 or text[-1] in ".;!?:" or "@" in text or "[email]" in text or "[phone]" in text:
        return False
    bare = " ".join(text.lower().replace("&", "and").strip(" :").split())
    if bare in WORDS.headings or _label(text) is not None or _PREFIX.sub("", text).strip() == "":
        return False
    if _ORGANISATION_ENDS.search(text):
        return False
    words = text.split()
    if len(words) > 14 or not any(character.isalpha() for character in text):
        return False
    if len(words) > 2 and words[1] in _AFTER_VERB:
        return False  # "Lead the ward team": no rank, but a duty
    if re.match(r"(?:We|You|The post ?holder|Our|Are you|An? exciting|This|It|Page|Version|Date)\b", text):
        return False
    if _ORGANISATION.search(text) and not has_occupation(text):
        return False
    return not has_verb(text)


def has_verb(text: str) -> bool:
    """Whether a line reads as a sentence, by the commonest words that only sentences hold."""
    return re.search(r"(?i)\b(?:is|are|will|has|have|you|we|our|must|join|looking)\b", text) is not None


def title_from_blocks(blocks: Sequence[Block]) -> Fact | None:
    """The title that the first lines of a document give: the first heading or line that can be one.

    Among the first eight, one that names an occupation goes before one that does not.
    """
    candidates: list[tuple[str, str | None]] = []
    for block in blocks[:8]:
        if block.kind == "list_item" or len(block.text) > 160:
            continue
        text = block.text.split("\n")[0].strip()
        cleaned = _clean_title(text)
        if _LINE.match(text) and _label(text.split(":")[0]) is not None:
            continue
        if title_like(cleaned) and not (text.endswith(".") and len(cleaned.split()) > 4):
            candidates.append((cleaned, block.place))
    best = [c for c in candidates if has_occupation(c[0])] or candidates[:1]
    return Fact("title", *best[0]) if best else None


def title_from_name(name: str | None) -> str | None:
    """The title in a file's name: without its ending, numbers, dates, versions and "JD".

    >>> title_from_name("jds/2023-05 Band 7 Ward_Manager JD v2 FINAL.docx")
    'Ward Manager'
    """
    if not name:
        return None
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"(?:\.[A-Za-z][A-Za-z0-9]{1,5}){1,2}\Z", "", stem)
    stem = (
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[_+.]+|%20", " ", stem))
        if " " not in stem
        else stem.replace("_", " ")
    )
    stem = re.sub(r"(?<=\w)-(?=\w)", " ", stem) if " " not in stem.strip() else stem
    stem = re.sub(r"(?i)\(?\b(?:band|afc)\s?\d\w?(?:\s?[/-]\s?\d\w?)?\b\)?", " ", stem)
    stem = re.sub(
        r"(?i)\b(?:jd\s?(?:&|and)?\s?ps|jdps|jd|ps|job\s(?:description|advert)|role\sprofile|person\sspec(?:ification)?|"
        r"final|draft|advert|vacancy|copy|template|new|updated?|approved|v(?:er(?:sion)?)?\s?\d+(?:\s\d+)?|version|of|"
        r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\b(?=[\s\d()-]|\Z)(?!\s(?:of|for)\b)",
        lambda found: found[0] if found[0].lower() in {"of", "new"} else " ",
        stem,
    )
    stem = re.sub(r"\b\w*\d\w*\b", " ", stem)
    stem = " ".join(re.sub(r"[()\[\]&,-]*\s+[()\[\]&,-]+\s*|\(\s*\)", " ", f" {stem} ").split()).strip(" -–,")
    if not any(character.isalpha() for character in stem):
        return None
    return stem if any(character.isupper() for character in stem) else stem.title()


_TRUST = re.compile(
    r"\b(?:[A-Z][\w'’-]+,? )(?:(?:and|of|the|for|in|on|&|[A-Z][\w'’-]+),? ){0,8}?"
    r"(?:NHS (?:Foundation )?Trust|(?:University )?Health Board|Integrated Care Board|Community Interest Company)\b"
)


def employer_from_blocks(blocks: Sequence[Block], apart: Sequence[Block] = ()) -> Fact | None:
    """The organisation that stands alone in one of the first lines or in a header; else the one the text names most."""
    for block in [*blocks[:6], *apart]:
        text = block.text.split("\n")[0].strip()
        if (found := _TRUST.search(text)) is not None and len(text) - len(found[0]) < 12:
            return Fact("employer", found[0], block.place)
        if len(text) <= 120 and _ORGANISATION_ENDS.search(text) and not has_verb(text):
            return Fact("employer", text, block.place)
    counts: dict[str, tuple[int, str | None]] = {}
    for block in blocks:
        if "Trust" in block.text or "Board" in block.text or "Company" in block.text:
            for found in _TRUST.finditer(block.text):
                name = re.sub(r"\A(?:The|At|Join|In|For|From|And|Our|About|Here at|Why) ", "", found[0])
                counts[name] = (counts.get(name, (0, block.place))[0] + 1, counts.get(name, (0, block.place))[1])
    if not counts:
        return None
    best = max(counts, key=lambda name: counts[name][0])
    return Fact("employer", best, counts[best][1])


def _add(facts: list[Fact], name: str, value: str, place: str | None) -> None:
    value = " ".join(value.split()).strip(" |:")
    if not value or len(value) > _MAXIMUM or not any(character.isalnum() for character in value):
        return
    if name == "title":
        value = _clean_title(value)
        if not 2 < len(value) <= 120 or len(value.split()) > 18:
            return
    if value[-1] in ".!?" and len(value.split()) > 8 and name not in {"staff_managed", "budget"}:
        return
    if name == "band" and band_of(value) is None and len(value.split()) > 6:
        return
    if name == "date" and not re.search(r"\d", value):
        return
    if name == "agreed_by":
        value = mask("Name: " + value).removeprefix("Name: ")
    fact = Fact(name, value, place)
    if fact not in facts:
        facts.append(fact)


def find_facts(blocks: Sequence[Block], apart: Sequence[Block] = ()) -> list[Fact]:
    """Every fact that blocks state, in their order, then those of text set apart (headers and footers)."""
    facts: list[Fact] = []
    for number, block in enumerate(blocks):
        text = block.text
        if block.section is not None and len(block.section) <= _LONGEST + 6 and block.kind != "heading":
            name = _label(block.section)
            if name is not None and _label(text) is None:
                _add(facts, name, text, block.place)
                continue
        if len(text) > 600:
            continue
        _line_facts(facts, text, block.place)
        if number + 1 < len(blocks) and len(text) <= _LONGEST + 6 and (name := _label(text)) is not None:
            after = blocks[number + 1]
            strong = (
                block.kind == "heading" or text.rstrip().endswith(":") or text.strip().lower() not in WORDS.weak_labels
            )
            same_row = after.section is None or after.kind != "table_cell"
            if (
                strong
                and same_row
                and after.level is None
                and after.kind != "list_item"
                and _is_value(after.text, name)
            ):
                _add(facts, name, after.text, after.place)
    for block in apart:
        _line_facts(facts, block.text, block.place)
        _footer_facts(facts, block)
    return facts


def _is_value(text: str, name: str) -> bool:
    """Whether the piece after a label can be its value: short, no label itself, and no sentence for a name."""
    if len(text) > 120 or _label(text) is not None:
        return False
    if _LINE.match(text) is not None and _label(text.split(":")[0]) is not None:
        return False
    if name == "title":
        return title_like(_clean_title(text))
    return text[-1] not in ".!?" or name not in {"band", "employer"}


def _parts(line: str) -> list[str]:
    """A line of several columns as its parts, a part that is only a label together with the one after it."""
    parts: list[str] = []
    for part in _PARTS.split(line):
        if parts and _label(parts[-1]) is not None and _label(part) is None:
            parts[-1] = f"{parts[-1].rstrip(' :')}: {part}"
        else:
            parts.append(part)
    return parts


def _line_facts(facts: list[Fact], text: str, place: str | None) -> None:
    for line in text.split("\n") if "\n" in text else (text,):
        for part in _parts(line) if "|" in line or "\t" in line else (line,):
            if not _MARKS.search(part[: _LONGEST + 12]):
                continue
            found = _LINE.match(part)
            if found is None:
                continue
            name = _label(found[1])
            if name is None:
                continue
            value = found[2]
            # "Post - ..." with a dash is more often a sentence than a label.
            if ":" not in part[: found.start(2)] and found[1].strip().lower() in WORDS.weak_labels:
                continue
            # "Reports to: A; Accountable to: B" and "Band: 7, Base: X".
            more = re.split(r"\s*[;,]\s+(?=[A-Z][A-Za-z ]{2,25}:\s)", value)
            _add(facts, name, more[0], place)
            for rest in more[1:]:
                _line_facts(facts, rest, place)
    if len(facts) > 500:
        del facts[500:]


_VERSION = re.compile(
    r"\b(?:version|issue|rev(?:ision)?|v)\s?(?:no\.?|number)?\s?[:.]?\s?(\d+(?:\.\d+)*)\b", re.IGNORECASE
)
_DATE = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)?[\s/.-])?(?:\d{1,2}[/.-]|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?\s)(?:19|20)?\d{2}\b",
    re.IGNORECASE,
)
_JE = re.compile(
    r"\b(?:(?:job\s(?:evaluation|matching)|je|caje|a4c|afc|jm)\s(?:job\s)?(?:ref(?:erence)?|no|number|id|code)\.?\s?(?:no\.?|number)?|job\sevaluated)\s?[:.]?\s?(\S[^,;|]{1,30})",
    re.IGNORECASE,
)


def _footer_facts(facts: list[Fact], block: Block) -> None:
    """What footers say without a label: "JD Ward Manager v2.1 March 2023"."""
    if (found := _VERSION.search(block.text)) is not None:
        _add(facts, "version", found[1], block.place)
    if (found := _DATE.search(block.text)) is not None:
        _add(facts, "date", found[0], block.place)
    if (found := _JE.search(block.text)) is not None:
        _add(facts, "je_reference", found[1], block.place)


_NAME = r"[A-Z][\w&'’/-]*(?:\s(?:[A-Z][\w&'’/-]*|of|and|for|the)){1,9}"
_POST_OF = re.compile(rf"\b(?:post|role|position|title)\sof\s(?:an?\s|the\s)?({_NAME})")
_SOUGHT = re.compile(
    r"\b(?:looking\s(?:for|to\s(?:recruit|appoint))|seek(?:ing|s)?|recruit(?:ing)?|appoint(?:ing)?|arisen\sfor|"
    r"opportunity\sfor|vacancy\sfor|join\s(?:us|our\steam)\sas)\s(?:an?|our\snew)\s(?:[a-z][\w-]*,?\s){0,4}"
    rf"(?:(?:[Bb]and|BAND)\s\d[a-d]?\s)?({_NAME})"
)
#: One of these stands in every match of _SOUGHT; looking for them first is much faster.
_SEEKING = ("looking ", "seek", "recruit", "appoint", " for a", " for our new ", "join ")
_HANGING = re.compile(r"(?:\s(?:of|and|for|the))+\Z")


def _claims(title: str) -> frozenset[str]:
    """The words of a title that claim a rank of leading or managing."""
    return WORDS.claims.intersection(re.findall(r"[a-z]+(?:-o[a-z]+)?", title.lower()))


def titles_in_body(blocks: Iterable[Block], titles: Sequence[str] = (), *, claims_only: bool = False) -> list[Fact]:
    """Titles that sentences give, each with its place: "the post of Deputy Ward Manager", "we seek a Ward Sister".

    `titles` are the others of the document. Of titles that are sought, and with `claims_only` of all, only those count
    that claim a rank which `titles` do not: adverts name the profession there as often as the title.
    """
    claimed = _claims(" ".join(titles))
    facts: list[Fact] = []
    for block in blocks:
        text = block.text
        if len(text) > 3000:
            continue
        found = [(match[1], claims_only) for match in _POST_OF.finditer(text)] if " of " in text else []
        if any(word in text for word in _SEEKING):
            found += [(match[1], True) for match in _SOUGHT.finditer(text)]
        for name, must_claim in found:
            value = _HANGING.sub("", name)
            if must_claim and not _claims(value) - claimed:
                continue
            if has_occupation(value) and len(value.split()) > 1:
                _add(facts, "title", value, block.place)
    return facts


_BAND_NAME = (
    r"(?:(?:AfC|A4C|Agenda\sfor\sChange)\s)?Band\s?:?\s?[2-9](?:\s?[a-d]\b)?"
    r"(?:\s?(?:/|-|–|to|or)\s?(?:Band\s)?[2-9](?:[a-d]\b)?)?"
)
_BANDED = re.compile(rf"\b{_BAND_NAME}", re.IGNORECASE)
_THIS_POST = re.compile(
    rf"\bthis\s(?:[\w'’-]+\s){{0,4}}?({_BAND_NAME})\s(?:[\w'’-]+\s){{0,3}}?(?:post|role|position|vacancy|job)\b|"
    rf"\bthis\s(?:post|role|position|vacancy|job)\s(?:is|has\sbeen|will\sbe)\s(?:[\w'’-]+\s){{0,3}}?({_BAND_NAME})\b",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(rf"({_NAME})[\s,:(–-]{{1,4}}\Z")
_NAME_AFTER = re.compile(rf"[\s,:–-]{{1,3}}({_NAME})")
_NAME_WINDOW = 120  # characters before a band in which its title may stand


def bands_in_body(blocks: Iterable[Block], title: str) -> list[Fact]:
    """Bands that headings and sentences give the post itself, each with its place.

    They stand beside its title ("Ward Manager (Band 7)") or are said of "this post". Bands of other posts, those that
    the holder manages or reports to, are none.
    """
    facts: list[Fact] = []
    for block in blocks:
        text = block.text
        if len(text) > 3000 or "band" not in text.lower():
            continue
        for found in _THIS_POST.finditer(text):
            _add(facts, "band", found[1] or found[2], block.place)
        for found in _BANDED.finditer(text):
            before = _NAME_BEFORE.search(text, max(0, found.start() - _NAME_WINDOW), found.start())
            for name in (before, _NAME_AFTER.match(text, found.end())):
                if name is not None and has_occupation(name[1]) and same_title(name[1], title):
                    _add(facts, "band", found[0], block.place)
                    break
    return facts


def band_from_name(name: str | None) -> str | None:
    """The band in a file's name, as it stands there; None where there is none.

    >>> band_from_name("jds/2023-05_Band_7_Ward_Manager.docx")
    'Band 7'
    """
    found = _BANDED.search(re.sub(r"[_+.]+|%20", " ", PurePosixPath((name or "").replace("\\", "/")).name))
    return None if found is None else found[0]


_SHORT = {
    "snr": "senior",
    "mgr": "manager",
    "asst": "assistant",
    "co-ordinator": "coordinator",
    "dep": "deputy",
    "&": "and",
    "hca": "healthcare",
}


def _title_words(title: str) -> frozenset[str]:
    words = re.findall(r"[a-z][a-z'-]*", _clean_title(title).lower().replace("co-ord", "coord"))
    drop = {"the", "of", "for", "and", "a", "an", "in", "to", "band", "at", "-"}
    return frozenset(word for word in (_SHORT.get(word, word) for word in words) if word not in drop)


def same_title(one: str, other: str) -> bool:
    """Whether two titles name the same post: the words of one are among the other's, and no rank tells them apart.

    >>> same_title("Ward Manager", "Ward Manager, Acute Frailty"), same_title("Staff Nurse", "Senior Staff Nurse")
    (True, False)
    """
    a, b = _title_words(one), _title_words(other)
    if not a or not b:
        return True
    return (a <= b or b <= a) and not (a ^ b) & WORDS.ranks


def _named_loosely(short: str, title: str) -> bool:
    """Whether a file name's title is a short form of a title: each word begins one of its words or is its initials."""
    words = re.findall(r"[a-z]+", title.lower())
    initials = "".join(word[0] for word in words)
    return all(
        any(word.startswith(part) or part.startswith(word) for word in words) or (len(part) > 1 and part in initials)
        for part in re.findall(r"[a-z]+", short.lower())
        if part not in {"of", "and", "the", "for", "in"}
    )


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _told(facts: Sequence[Fact]) -> str:
    return ", ".join(f"{fact.value!r} ({fact.place or 'place not known'})" for fact in facts)


def _same_band(one: str, other: str) -> bool:
    """Whether two texts can mean one band: "5/6" and "6" can, "8" and "8a" can, "6" and "7" cannot."""
    bands = [(band_of(text) or "").split("/") for text in (one, other)]
    return any(a and b and (a.startswith(b) or b.startswith(a)) for a in bands[0] for b in bands[1])


def conflicts(role: RoleDescription) -> tuple[str, ...]:
    """What the document says in two ways: each different title and band with its place; empty where it agrees.

    A file name counts only where it names an occupation.
    """
    told: list[str] = []
    titles: list[Fact] = []
    for fact in role.facts:
        if fact.name != "title" or any(same_title(fact.value, other.value) for other in titles):
            continue
        if fact.place == "file name" and any(_named_loosely(fact.value, other.value) for other in titles):
            continue
        titles.append(fact)
    if len(titles) > 1:
        number = _NUMBERS[len(titles)] if len(titles) < len(_NUMBERS) else str(len(titles))
        told.append(f"{number} titles found: {_told(titles)}")
    bands: list[Fact] = []
    for fact in role.facts:
        known = fact.name != "band" or any(_same_band(fact.value, other.value) for other in bands)
        if not known and band_of(fact.value) is not None:
            bands.append(fact)
    if len(bands) > 1:
        number = _NUMBERS[len(bands)] if len(bands) < len(_NUMBERS) else str(len(bands))
        told.append(f"{number} bands found: {_told(bands)}")
    return tuple(told)


#: What a job description should hold: in words, the facts that show it, the letters that wording which shows it begins
#: with (looking for these first takes a quarter of the time), and such wording itself, in lower case.
_WANTED: tuple[tuple[str, tuple[str, ...], tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "who the post reports to",
        ("reports_to", "accountable_to"),
        ("report", "responsible", "accountable", "answerable", "line"),
        re.compile(
            r"\b(?:report(?:s|ing)?|responsible|accountable|answerable)\s(?:\w+\s){0,2}to\s(?:the|an?|your)\b|"
            r"\bline[- ]managed\sby\b",
        ),
    ),
    (
        "staff managed",
        ("staff_managed",),
        ("line", "direct", "no", "supervis", "manag", "responsible", "wte", "apprais"),
        re.compile(
            r"\bline[- ]?manag|\bdirect\sreports?\b|\b(?:no|not)\s(?:\w+\s){0,3}(?:supervis|manage)\w*|"
            r"\bsupervis(?:e|es|ing|ion|ory)\b|\bmanag\w+\s(?:\w+\s){0,4}(?:staff|team)\b|"
            r"\bresponsible\sfor\s(?:\w+\s){0,6}staff\b|\bwte\b|\bapprais",
        ),
    ),
    (
        "budget",
        ("budget",),
        ("budget", "authorised", "financial", "petty", "delegated"),
        re.compile(
            r"\bbudget|\bauthorised\ssignator|\bfinancial\s(?:responsib|management)|\bpetty\scash\b|\bdelegated\s(?:pay|fund)",
        ),
    ),
    (
        "date",
        ("date",),
        ("date", "reviewed", "updated", "prepared", "agreed", "approved", "issued", "written"),
        re.compile(
            r"\b(?:dated?|reviewed|updated|prepared|agreed|approved|issued|written)\b[^.\n]{0,25}\b(?:19|20)\d\d\b",
        ),
    ),
    (
        "version",
        ("version",),
        ("version", *(f"v{digit}" for digit in "0123456789")),
        re.compile(r"\bversion\s?(?:no\.?|number)?\s?[:.]?\s?v?\d|\bv\d+\.\d+\b"),
    ),
    (
        "who agreed it",
        ("agreed_by",),
        ("agreed", "approved", "signed", "prepared", "authorised", "signature"),
        re.compile(r"\b(?:agreed|approved|signed|prepared|authorised)\s(?:off\s)?by\b|\bsignature\b|\bsigned\s?:"),
    ),
    (
        "job evaluation reference",
        ("je_reference",),
        ("job", "je", "caje", "afc", "a4c"),
        re.compile(r"\b(?:job\s(?:evaluation|matching)|je|caje)\s(?:ref|no\b|number|id\b|code)|\b(?:afc|a4c)\sref"),
    ),
)


def _shown(text: str, begins: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Whether the pattern is found in a text where one of `begins` stands."""
    for begin in begins:
        at = text.find(begin)
        while at >= 0:
            if pattern.match(text, at) is not None:
                return True
            at = text.find(begin, at + 1)
    return False


def missing_information(role: RoleDescription) -> tuple[str, ...]:
    """What a job description should hold and the text read does not show, in a fixed order; empty where all is there.

    It looks for a statement, not for a yes: "does not hold a budget" is information on the budget.
    """
    names = {fact.name for fact in role.facts}
    text = "\n".join(block.text for block in role.blocks).lower()
    return tuple(
        words
        for words, shown_by, begins, pattern in _WANTED
        if not names.intersection(shown_by) and not _shown(text, begins, pattern)
    )
