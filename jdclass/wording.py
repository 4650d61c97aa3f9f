"""The words that readers see, from `data/wording.toml`, and a finding in those words. Standard library only."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from jdclass.document import LEAST_READ, PARTLY_FROM, Match, Review
from jdclass.errors import FrameworkError

__all__ = ["Finding", "Fit", "Wording", "cannot_tell_reason", "default_wording", "finding", "fit_of", "load_wording"]

DATA = Path(__file__).parent / "data" / "wording.toml"
FORMAT = 1

Fit = Literal["fit", "partly", "not", "unknown"]


@dataclass(frozen=True, slots=True)
class Wording:
    """Texts by section and key; `say("fit.line", fit="fit")` fills one in."""

    language: str
    sections: Mapping[str, Mapping[str, str]]

    def say(self, key: str, **values: object) -> str:
        """The text of "section.key" with its fields filled in. Raises KeyError where it is not in the file."""
        section, _, name = key.partition(".")
        text = self.sections[section][name]
        return text.format(**values) if values else text

    def label(self, section: str, key: str) -> str:
        """The text of a key that comes from data; one that the file does not know is shown with spaces."""
        return self.sections[section].get(key, key.replace("_", " "))

    def all(self, section: str) -> tuple[str, ...]:
        """Every text of a section, in the order of the file."""
        return tuple(self.sections[section].values())


def load_wording(path: Path | str | None = None) -> Wording:
    """Read a wording file, by default the one that ships. Raises FrameworkError where it does not hold."""
    path = DATA if path is None else Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FrameworkError(f"{path}: is no TOML file: {error}") from error
    if table.pop("format", None) != FORMAT:
        raise FrameworkError(f"{path}: wanted format = {FORMAT}")
    language = table.pop("language", None)
    if not isinstance(language, str) or not language:
        raise FrameworkError(f"{path}: language must be a text such as 'en-GB', got {language!r}")
    for section, texts in table.items():
        if not isinstance(texts, dict):
            raise FrameworkError(f"{path}: {section!r} must be a table of texts, got {texts!r}")
        for key, text in texts.items():
            if not isinstance(text, str) or not text.strip():
                raise FrameworkError(f"{path}: {section}.{key} must be a text, got {text!r}")
    return Wording(language, table)


@cache
def default_wording() -> Wording:
    """The wording that ships, read once a process."""
    return load_wording()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader is told: `fit` and its label ("partly fit"), and the finding in a sentence."""

    fit: Fit
    label: str
    sentence: str


def fit_of(match: Match) -> Fit:
    """How title and text fit: by the review's finding, and by its score between partly and not."""
    if match.abstained or match.score is None:
        return "unknown"
    if match.verdict == "matches":
        return "fit"
    return "partly" if match.score >= PARTLY_FROM else "not"


def finding(review: Review, *, wording: Wording | None = None) -> Finding:
    """The finding of a review in the words that people read."""
    wording = wording or default_wording()
    fit = fit_of(review.match)
    verdict = "insufficient_evidence" if fit == "unknown" else review.match.verdict
    return Finding(fit, wording.say(f"fit.{fit}"), wording.say(f"finding.{verdict}"))


def cannot_tell_reason(review: Review) -> Literal["unread", "thin"] | None:
    """Why a review abstains: too little of the file read, or too little about the duties; None where it does not."""
    if not review.match.abstained:
        return None
    share = review.source.share_read
    return "unread" if share is not None and share < LEAST_READ else "thin"
