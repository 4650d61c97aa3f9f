"""Contact details leave the text before anything else sees it: [email], [phone] and [name].

An email address or a phone number is masked wherever it stands; a name only where the text says whom to contact, or
right before an address or a number. Names of posts, teams and places stay: a run of capitals loses the words of
`WORDS.not_names` first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from jdclass.read.words import WORDS

__all__ = ["mask", "mask_all", "mask_by_neighbours"]

# Every repetition is bounded, so that one line of megabytes costs linear time.
_EMAIL = re.compile(
    r"(?:mailto:)?[\w.+'’&-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\s?\.\s?(?=\w{2,6}\b)[\w-]{1,63}|\.[\w-]{1,63}){1,6}",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w£$.,/-])(?!\d{1,2}[./]\d{1,2}[./]\d{2,4}\b)"
    r"(?:\(?(?:\+|00)44\)?[\s.-]?(?:\(0\)[\s.-]?)?[1-9]|\(?0[1-9])(?:[\s()./-]{0,2}\d){7,9}(?!\d)"
    r"(?:\s?(?:,\s?)?(?:\(?ext(?:ension|n)?\.?|x)\s?:?\s?\d{2,6}\)?)?",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\b((?:ext(?:ension|n)?|bleep|pager|tel(?:ephone)?|phone|mobile)\s?(?:no|number)?\s?[.:]?\s{0,2})"
    r"(\d[\d \-]{2,12}\d)\b",
    re.IGNORECASE,
)

# The contact block of an NHS Jobs advert, its labels and values run together.
_GLUED = re.compile(r"\bName(?=[A-ZÀ-ÖØ-Þ])[^\n|]{2,60}?(?=Job title|E-?mail|Tel|Phone|Additional contact)")
_GLUED_LABEL = re.compile(r"(?<=[a-z])(?=(?:Job title|E-?mail|Telephone|Additional contact)\b|\+?\d)")

_HONORIFIC = re.compile(r"(?:Dr|Mr|Mrs|Ms|Miss|Mx|Prof|Professor|Rev|Revd|Sir|Dame|Cllr)\b\.?")
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ][\w'’-]{0,30}\.?")
_LINK = re.compile(r"[ \u00a0](?:(?:van|de|der|bin|al|of|for|and|&)[ \u00a0])?(?=[A-ZÀ-ÖØ-Þ])")
_TRIGGER = re.compile(
    r"\b(?:contact(?:ing|ed)?|call(?:ing)?|ring(?:ing)?|telephone|phone|e-?mail(?:ing)?|speak(?:ing)?\s(?:to|with)|"
    r"talk\sto|(?:discussion|chat|conversation|visit)s?\s(?:\w+\s)?with|(?:enquir|inquir)(?:y|ies)\s(?:should\sbe\s\w+\s)?to|"
    r"get\sin\stouch\swith|in\stouch\swith|arrange\sa\svisit\swith|name|(?:prepared|agreed|approved|written|signed)\sby:|author:)(?:\b|(?<=:))"
    r"(?:\s?(?:details|person|persons|name|names|either|please|number|no|via|by|is|are|to|for|with|on|at|our|the|or|us|"
    r"me|[:,–-])(?=[\s:,–-])){0,5}[\s:,–-]{0,4}",
    re.IGNORECASE,
)
# Words before "contact" that make it a noun.
_NOT_CONTACT = re.compile(
    r"(?:first|of|into|in|face|direct|patient|no|eye|regular|close|main|key)[\s-]+$", re.IGNORECASE
)
# Where a name may begin in a line that gives an address or a number: "Jane Smith (Matron), [phone] or John Brown, ...".
_BEGINS = re.compile(r"(?:^|[:;/]\s?|\b(?:or|and|either|to|with|is)\s|[–-]\s|\]\s?[,;]?\s?)(?=[A-ZÀ-ÖØ-Þ])")
_JOIN = re.compile(r"\s?(?:/|&|,?\s?\bor\b|\band\b)\s(?=[A-ZÀ-ÖØ-Þ])")
_MARK = re.compile(r"\[(?:email|phone)\]")
# What stands between a name and the number that is given for it.
_BETWEEN = frozenset(
    [
        "on",
        "at",
        "by",
        "via",
        "or",
        "email",
        "e-mail",
        "mail",
        "telephone",
        "phone",
        "tel",
        "tel:",
        "mobile",
        "mob",
        "m",
        "t",
        "e",
        "t:",
        "e:",
        "m:",
        "-",
        "–",
        ":",
        ",",
        "(",
        "contact",
        "is",
    ]
)
# What a single first name must be followed by: "contact Jane on ...", "call Priya, ...".
_AFTER_ONE = re.compile(r"\s?(?:,|\.|\(|\[|$|on\b|at\b|via\b|by\b|for\b|or\b|and\b|–|-|:|to\b)")

_DIGITS = re.compile(r"[0-9](?:[\s()./-]{0,2}[0-9]){3}")


def _run_end(text: str, at: int) -> int:
    """Where the run of capitalised words that begins at `at` ends; `at` itself where none begins."""
    end = at
    for _ in range(10):
        word = _CAPITAL.match(text, at)
        if word is None:
            break
        end = word.end()
        # A stop ends the run, but for an initial or a short form ("J. Smith", "Dr. Smith").
        if word[0].endswith(".") and len(word[0]) > 2 and _HONORIFIC.fullmatch(word[0]) is None:
            return end - 1
        link = _LINK.match(text, end)
        if link is None:
            break
        at = link.end()
    return end


def _run_before(text: str, at: int) -> tuple[int, int] | None:
    """The run of capitalised words that ends right before an address or a number, connecting words left out."""
    words = list(re.finditer(r"[^\s(]+", text[max(0, at - 90) : at]))
    base = max(0, at - 90)
    while words and (words[-1][0].lower() in _BETWEEN or words[-1][0].startswith("[")):
        words.pop()
    start = end = None
    for word in reversed(words[-6:]):
        bare = word[0].rstrip(",:;")
        if end is not None and bare != word[0]:
            break
        if _CAPITAL.fullmatch(bare) is None or (word.start() == 0 and base):
            break
        start = word.start()
        end = word.start() + len(bare) if end is None else end
        if bare.endswith(".") and len(bare) > 3:
            break
    return None if start is None or end is None else (base + start, base + end)


def _names_of(run: str) -> list[tuple[int, int]]:
    """The parts of a run of capitals that may be persons: what stands between the words that are none."""
    spans: list[tuple[int, int]] = []
    open_at: int | None = None
    end = 0
    for word in re.finditer(r"[^\s]+", run):
        bare = word[0].rstrip(".").lower()
        plain = (
            bare in WORDS.not_names
            or bare.removesuffix("s") in WORDS.not_names
            or bare.split("-")[0] in WORDS.not_names
            or bare in WORDS.occupations
            or bare.removesuffix("s") in WORDS.occupations
            or word[0] in {"for", "of", "and", "&"}
        )
        if plain:
            if open_at is not None:
                spans.append((open_at, end))
                open_at = None
        else:
            if open_at is None:
                open_at = word.start()
            end = word.end()
    if open_at is not None:
        spans.append((open_at, end))
    return spans


def _is_name(part: str, run_is_all: bool, after: str) -> bool:
    words = part.split()
    if (found := _HONORIFIC.match(part)) is not None and found.end() < len(part):
        return True
    if len(words) == 1:
        # Abbreviations ("HR", "CAMHS") are no first names, and a lone capital is none.
        return run_is_all and len(part) > 2 and not part.isupper() and _AFTER_ONE.match(after) is not None
    if len(words) > 4:
        return False
    if all(word.isupper() and len(word) <= 4 for word in words):
        return False
    # "Coventry Royal Infirmary": a place name that goes on with a word of organisations is not a person.
    return run_is_all or len(words) <= 3


def _mask_run(text: str, start: int, end: int, cuts: list[tuple[int, int]], *, whole: bool = False) -> None:
    """Add the names of a run of capitals to `cuts`. `whole`: only where the run is one name of two words or three."""
    run = text[start:end]
    parts = _names_of(run)
    if whole and (parts != [(0, len(run))] or not 2 <= len(run.split()) <= 3):
        return
    for a, b in parts:
        part = run[a:b]
        tail = run[b:].split()
        # A name before an organisation word belongs to it ("Elmhurst General Hospital"), one after a post to a person
        # ("Ward Manager Jane Smith").
        if tail and tail[0].lower() in WORDS.place_words:
            continue
        if _is_name(part, len(parts) == 1 and a == 0 and b == len(run), text[end:] if b == len(run) else run[b:]) or (
            a > 0 and b == len(run) and 2 <= len(part.split()) <= 3
        ):
            cuts.append((start + a, start + b))


def mask(text: str) -> str:
    """The text with contact details masked; the same text where it holds none.

    >>> mask("Contact Jane Okafor, Ward Manager, on 01632 960123 or jane.okafor@example.nhs.uk")
    'Contact [name], Ward Manager, on [phone] or [email]'
    """
    return _mask(text) if _may_hold(text) else text


def _may_hold(text: str) -> bool:
    lower = text.lower()
    return any(hint in lower for hint in WORDS.hints) or _DIGITS.search(text) is not None


def _mask(text: str) -> str:
    text, glued = _GLUED.subn("Name [name] ", text)
    if glued:
        text = _GLUED_LABEL.sub(" ", text)
    if "@" in text or "at)" in text or "at]" in text or "AT)" in text:
        text = _EMAIL.sub("[email]", text)
    if _DIGITS.search(text):
        text = _PHONE.sub("[phone]", text)
        text = _EXTENSION.sub(r"\1[phone]", text)
    marked = "[email]" in text or "[phone]" in text
    cuts: list[tuple[int, int]] = []
    for trigger in _TRIGGER.finditer(text):
        if trigger[0][:4].lower() == "name" and not _names_a_person(text, trigger):
            continue
        if trigger[0][:7].lower() == "contact" and _NOT_CONTACT.search(
            text[max(0, trigger.start() - 12) : trigger.start()]
        ):
            continue
        at = trigger.end()
        for _ in range(4):  # "Jane Smith or John Brown"
            end = _run_end(text, at)
            if end == at:
                break
            _mask_run(text, at, end, cuts)
            join = _JOIN.match(text, end)
            if join is None:
                break
            at = join.end()
    if marked:
        for found in _MARK.finditer(text):
            if (before := _run_before(text, found.start())) is not None:
                _mask_run(text, *before, cuts)
        for begin in _BEGINS.finditer(text):
            end = _run_end(text, begin.end())
            if text[end : end + 2].lstrip()[:1] in {",", "(", "–", "-", "["}:
                _mask_run(text, begin.end(), end, cuts, whole=True)
    if not cuts:
        return text
    done: list[str] = []
    at = 0
    for start, end in sorted(set(cuts)):
        if start < at:
            continue
        done.append(text[at:start])
        done.append("[name]")
        at = end
    done.append(text[at:])
    return "".join(done)


def _names_a_person(text: str, trigger: re.Match[str]) -> bool:
    """Whether a "Name" asks for a person's: at the start of its line or after whose name it is, with a colon."""
    before = text[max(0, trigger.start() - 20) : trigger.start()].lower().strip()
    asks = ":" in trigger[0] or "–" in trigger[0] or "-" in trigger[0]
    return asks and (
        not before or before.endswith(("contact", "manager", "manager's", "full", "\n", "|", "by", "person", "holder"))
    )


def mask_all(texts: Sequence[str]) -> list[str]:
    """`mask` of each text, found in one pass over all of them, since most pieces of a document hold no details."""
    whole = "\n".join(texts)
    lower = whole.lower()
    if len(lower) != len(whole):  # a few letters of other scripts grow when lowered
        return [mask(text) for text in texts]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    hit: set[int] = set()
    for hint in WORDS.hints:
        at = lower.find(hint)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            hit.add(number)
            at = lower.find(hint, starts[number + 1])
    for found in _DIGITS.finditer(whole):
        hit.add(bisect_right(starts, found.start()) - 1)
    masked = list(texts)
    for number in hit:
        if number < len(masked):
            masked[number] = _mask(masked[number])
    return masked


#: A label that asks for a person, alone in its cell or line; the value stands in the next one.
_ASKS = re.compile(
    r"(?:(?:contact|full|first|last|manager's|line\smanager's|post\s?holder's|employee|signatory)\s)?names?"
    r"(?:\sof\s[\w\s]{1,30})?|contact(?:\s(?:name|person|details))?|(?:recruiting|appointing|hiring)\smanager|author|"
    r"(?:prepared|agreed|approved|written|signed|authorised|produced|compiled)\sby",
    re.IGNORECASE,
)
_LABEL_ENDS = " :.-–*\t"
_SHORT = 80  # characters: a longer piece is no label, value, name or address
_ADDRESS = 50  # characters of a piece that gives an address or a number and little else
_BEFORE_ADDRESS = 3  # pieces before an address or a number in which the name may stand


def mask_by_neighbours(texts: Sequence[str], sections: Sequence[str | None]) -> list[str]:
    """Masked texts of a document's pieces, with names masked that only the pieces around them tell.

    A name is the value of a label of its own ("Contact name" | "Jane Okafor"), or stands alone shortly before a piece
    with an address or a number, as vacancy pages list their contacts. `sections` are the labels that tables give.
    """
    masked = list(texts)
    for number, text in enumerate(texts):
        if len(text) > _SHORT:
            continue
        label = sections[number] or (texts[number - 1] if number else "")
        if len(label) <= _SHORT and _ASKS.fullmatch(label.replace("’", "'").strip(_LABEL_ENDS)) is not None:
            masked[number] = _mask(f"Contact: {text}").removeprefix("Contact: ")
        if len(text) <= _ADDRESS and ("[email]" in text or "[phone]" in text):
            for before in range(number - 1, max(-1, number - 1 - _BEFORE_ADDRESS), -1):
                if len(masked[before]) > _SHORT:
                    break
                if _is_only_a_name(masked[before]):
                    masked[before] = "[name]"
    return masked


def _is_only_a_name(text: str) -> bool:
    """Whether a text is a person's name and nothing else: two to four capitalised words that name nothing known."""
    words = text.split()
    if (
        text.lower() in WORDS.headings
        or not 2 <= len(words) <= 4
        or not all(_CAPITAL.fullmatch(word) for word in words)
    ):
        return False
    return _names_of(text) == [(0, len(text))] and words[-1].lower() not in WORDS.place_words
