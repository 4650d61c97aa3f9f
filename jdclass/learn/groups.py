"""Staff groups and kinds of title, by the families of the titles file: what the card tells findings apart by.

Titles name a profession or a rank, seldom both, so the groups are of titles: a family that is a rank alone stands in a
group of its own and not in a profession's.
"""

from __future__ import annotations

__all__ = ["KNOWN_GROUPS", "OTHER_GROUP", "STAFF_GROUPS", "staff_group"]

#: Kinds of title whose shares are reported, not tuned to: a literal reading puts healthcare assistants above leads.
KNOWN_GROUPS = (
    ("chief, director, head", ("chief officer", "director", "head of")),
    ("lead, leader", ("lead nurse", "clinical lead", "team leader", "lead", "lead of a profession")),
    ("manager", ("manager", "service manager", "ward manager", "practice manager", "project manager", "team manager")),
    ("supervisor, coordinator", ("supervisor", "coordinator")),
    ("staff nurse", ("staff nurse",)),
    ("healthcare assistant", ("healthcare assistant / support worker",)),
    ("administrator", ("administrator or clerk",)),
)

OTHER_GROUP = "titles that name neither a profession nor a rank"

#: The NHS's staff groups as far as a title tells them, each with its families.
STAFF_GROUPS = (
    (
        "nursing and midwifery",
        (
            "ward manager",
            "matron",
            "community matron",
            "sister / charge nurse",
            "lead nurse",
            "nurse consultant",
            "nurse specialist",
            "nurse practitioner",
            "staff nurse",
            "midwife",
            "health visitor or school nurse",
            "research nurse",
            "community nurse",
            "mental health nurse",
            "practice nurse",
            "nurse",
        ),
    ),
    (
        "allied health professions",
        (
            "theatre practitioner",
            "occupational therapist",
            "physiotherapist",
            "speech and language therapist",
            "dietitian",
            "podiatrist or orthotist",
            "radiographer or sonographer",
            "paramedic",
            "therapist",
        ),
    ),
    ("medical and dental", ("consultant doctor", "specialty doctor", "trainee doctor or fellow", "gp", "dentist")),
    (
        "scientific, technical, pharmacy and psychology",
        (
            "chief of a profession",
            "lead of a profession",
            "superintendent",
            "psychologist",
            "psychological therapist",
            "pharmacist",
            "pharmacy technician or assistant",
            "biomedical scientist",
            "clinical scientist or physiologist",
            "eye or hearing specialist",
            "technician or technologist",
            "researcher or scientist",
        ),
    ),
    (
        "support to clinical staff",
        (
            "nursing associate",
            "dental nurse or therapist",
            "nursery nurse",
            "assistant practitioner",
            "healthcare assistant / support worker",
            "therapy assistant",
            "laboratory or technical assistant",
            "phlebotomist or screener",
        ),
    ),
    (
        "clinical, the profession left open",
        (
            "clinical lead",
            "practice educator",
            "advanced practitioner",
            "mental health practitioner",
            "practitioner",
            "clinician",
            "social worker",
            "case manager",
            "care coordinator",
            "navigator or link worker",
        ),
    ),
    (
        "administrative and corporate",
        (
            "personal assistant",
            "secretary",
            "receptionist",
            "business partner",
            "analyst or developer",
            "accountant or auditor",
            "coder or records staff",
            "administrator or clerk",
        ),
    ),
    (
        "estates and ancillary",
        ("engineer or craftsperson", "catering, cleaning or portering", "driver or call handler"),
    ),
    (
        "managers, leads and heads, by rank alone",
        (
            "chief officer",
            "director",
            "head of",
            "dean or chair",
            "team leader",
            "practice manager",
            "operations manager",
            "general manager",
            "programme manager",
            "project manager",
            "service manager",
            "team manager",
            "business manager",
            "lead",
            "supervisor",
            "coordinator",
            "manager",
        ),
    ),
)

_GROUP_OF = {family: group for group, families in STAFF_GROUPS for family in families}


def staff_group(family: str) -> str:
    """The group of a title family; OTHER_GROUP for one that tells none.

    >>> staff_group("staff nurse"), staff_group("other")
    ('nursing and midwifery', 'titles that name neither a profession nor a rank')
    """
    return _GROUP_OF.get(family, OTHER_GROUP)
