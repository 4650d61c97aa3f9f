"""The sentences of a review: why the title and the text fit or do not, and what would change it.

Every sentence that a review itself holds is made here, in the words that readers are to see (DESIGN.md, "What it must
never claim"): it speaks of one document and its title, never of the job, the person, or right and wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

from jdclass.document import Claim, Duties, Phrase

__all__ = [
    "NOT_SHOWN",
    "counterfactual_sentence",
    "negated_reason",
    "reasons",
    "too_little_read",
    "too_little_text",
    "zone_reason",
]

_HOLDS = {
    "leadership": "mostly leadership",
    "management": "mostly management",
    "both": "both leadership and management",
    "neither": "mostly other work, with little of either leadership or management",
}
_VERDICTS = {
    "matches": "The title and the text fit.",
    "overclaims_leadership": "The title suggests more leadership than this document states.",
    "underclaims_leadership": "This document states leadership that the title does not mention.",
    "overclaims_management": "The title suggests more management than this document states.",
    "underclaims_management": "This document states management that the title does not mention.",
}
_PARTLY = "The title and the text fit in part."
_VAGUE = "The title is too general to say what it suggests, so this finding is less sure."
_WORDS = "The other words of these lines tell more of {side}."
_CLOSE = "The duties stand between two readings, so this finding is less sure."
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")

#: For wording of the lexicon that the classifier did not find to carry its side in this sentence.
NOT_SHOWN = "too uncertain in this sentence to be counted"


def zone_reason(label: str) -> str:
    """Why lexicon wording in a line of an uncounted zone is left out.

    >>> zone_reason("How to apply and notices")
    'stands in another part: how to apply and notices'
    """
    return f"stands in another part: {label[0].lower()}{label[1:]}"


def negated_reason() -> str:
    """Why wording that the document says does not apply is left out."""
    return "the document says that this does not apply"


def too_little_text(words: int, least: int) -> str:
    """The reason of an abstention for want of duties text; `words` are those of the lines that read as duties, and may
    reach `least` where it is unsure of them."""
    needed = f"about {least} are needed to compare a title with them."
    if words >= least:
        return f"Cannot tell: {words} words may state duties, but probably fewer than {least} do, and {needed}"
    return f"Cannot tell: {words or 'no'} words that state duties were found; {needed}"


def too_little_read(share: float, least: float) -> str:
    """The reason of an abstention for want of text that could be read."""
    return f"Cannot tell: only {share:.0%} of this file's text could be read; at least {least:.0%} is needed."


def _percent(share: float) -> str:
    return "under 1%" if 0 < share < 0.005 else f"{share:.0%}"


def _quotes(phrases: Sequence[Phrase], orientation: str, most: int = 3) -> str:
    of_side = [phrase for phrase in phrases if phrase.counted and phrase.orientation == orientation]
    of_side.sort(key=lambda phrase: (-phrase.probability, phrase.line, phrase.start))
    chosen = sorted(of_side[:most], key=lambda phrase: (phrase.line, phrase.start))
    more = f" and {len(of_side) - most} more" if len(of_side) > most else ""
    return "; ".join(f"'{phrase.text}'" for phrase in chosen) + more


def reasons(
    *,
    title: str,
    claim: Claim,
    duties: Duties,
    words: int,
    phrases: Sequence[Phrase],
    verdict: str,
    partly: bool,
    vague: bool,
    close: bool,
) -> tuple[str, ...]:
    """The sentences for a review that does not abstain: finding, title, text, deciding quotes, doubts."""
    said = [_VERDICTS[verdict]]
    if partly:
        said.insert(0, _PARTLY)
    named = " and ".join(f"'{word}'" for word in claim.words)
    if claim.orientation == "neither":
        said.append("No word of the title suggests leadership or management.")
    else:
        what = "leadership and management" if claim.orientation == "both" else claim.orientation
        suggests = "suggest" if len(claim.words) > 1 else "suggests"
        said.append(f"In the title {named} {suggests} {what}." if named else f"The title suggests {what}.")
    # Most of what is leadership or management may still be little of the whole: the shares say how much.
    one = duties.orientation in ("leadership", "management")
    said.append(
        f"{'Of the two, the' if one else 'The'} duties found in the text hold {_HOLDS[duties.orientation]}: "
        f"of {words} words, "
        f"{_percent(duties.leadership)} stand in leadership phrases "
        f"and {_percent(duties.management)} in management phrases."
    )
    of_side = duties.management if duties.orientation == "management" else duties.leadership
    if one and 2 * of_side <= duties.leadership + duties.management:
        said.append(_WORDS.format(side=duties.orientation))
    for orientation in ("leadership", "management"):
        quotes = _quotes(phrases, orientation)
        if quotes:
            said.append(f"{orientation.capitalize()}: {quotes}.")
        else:
            said.append(f"{orientation.capitalize()}: not found in the duties text read.")
    if vague:
        said.append(_VAGUE)
    elif close:
        said.append(_CLOSE)
    return tuple(said)


def counterfactual_sentence(removed: Sequence[Phrase], duties: str) -> str:
    """What the duties would read as without some phrases.

    >>> from jdclass.document import Phrase
    >>> phrase = Phrase(0, 0, 13, "lead the team", "leadership", "people_process", 0.9, True)
    >>> counterfactual_sentence([phrase], "neither")
    "Without one phrase ('lead the team') the duties would read as neither leadership nor management."
    """
    names = {
        "both": "both leadership and management",
        "neither": "neither leadership nor management",
        "leadership": "leadership",
        "management": "management",
    }
    count = _NUMBERS[len(removed)] if len(removed) < len(_NUMBERS) else str(len(removed))
    what = "phrase" if len(removed) == 1 else "phrases"
    quotes = ", ".join(f"'{phrase.text}'" for phrase in removed)
    these = count if len(removed) == 1 else f"these {count}"
    return f"Without {these} {what} ({quotes}) the duties would read as {names[duties]}."
