"""Texts that would do harm if a writer forgot to escape them."""

from __future__ import annotations

from dataclasses import replace

from made_reviews import made, small

from jdclass.document import Fact, Failure, Review

TITLES = (
    "<script>document.title='run'</script>",
    '=HYPERLINK("http://evil.example/","Ward Manager")',
    "@SUM(A1:A9)",
    "-2+3",
    "+cmd|' /C calc'!A0",
    "Lead " + "very ".join(["Senior "] * 40) + "Nurse",
    "\u202eegruN daeL\u202c مدير القسم",
    "👩‍⚕️ Lead Nurse 🏥",
    "Lead\x00 Nurse\x0b \ud800 \ufffe",
    "{{ 7*7 }} {% raw %} Lead",
    "",
)
FILE = 'it\'s a "file" <b>&amp;.docx'
FAILURE = Failure(FILE, None, "DocumentError", "<img src=x onerror=document.title='run'> is damaged")


def reviews() -> list[Review]:
    """One review for each hostile title, the other texts of it hostile too, and two common ones."""
    found = []
    for number, title in enumerate(TITLES):
        text = f"Lead </mark><script>document.title='run'</script> the service {title}"
        review = small(
            title,
            (("duties", text), ("person_spec", "#Essential"), ("person_spec", f"Runs a ward {title}")),
            ((0, "Lead </mark><script>", "leadership", "people_process"),),
            id=f"{number} {FILE}",
            employer='"><img src=x onerror=document.title="run">',
            missing=("<b>who</b>",),
            conflicts=("two titles found: '<i>a</i>' (page 1), '=1+1' (file name)",),
        )
        found.append(
            replace(
                review,
                source=replace(review.source, path=f"{number} {FILE}", warnings=("<u>warning</u>",)),
                match=replace(review.match, reasons=("<b>because</b>",)),
                lines=tuple(replace(line, place="page <1>") for line in review.lines),
                facts=(Fact("title", title, "page 1"),),
            )
        )
    return [*found, *made(2)]
