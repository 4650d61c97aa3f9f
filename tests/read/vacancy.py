"""One vacancy of our own pen in the layouts of today's vacancy sites, as a free-form advert and as a Word file.

Its sentences stand in no corpus, so no model has learnt them. `SECTIONS` says what stands under which heading of a
layout; the renderers give the page, and the zone that each of its lines should have.
"""

from __future__ import annotations

import io
from html import escape

TITLE = "Outpatient Booking Manager"
EMPLOYER = "Harrowdale and Wenn Valley NHS Foundation Trust"

SUMMARY = (
    "This post runs the booking office that serves eleven outpatient specialties on two sites.",
    "The holder answers for the office from the first call of the day to the last clinic letter.",
)
MAIN = (
    "Line manage four team leaders and, through them, thirty-one booking clerks.",
    "Plan rosters so that lines are staffed from eight until six.",
    "Check every evening that no referral has waited longer than two working days.",
    "Answer complaints about cancelled appointments within the agreed time.",
)
RESPONSIBILITIES = (
    "Keep the procedure for partial booking up to date and see that clerks follow it.",
    "Authorise overtime within a pay budget of £610,000.",
    "Report clinic use to the divisional meeting each month.",
    "Carry out appraisals and return-to-work meetings for the team leaders.",
    "Talk with clinicians and patients about how letters could be made plainer, and try out what they suggest.",
    "Hold the register of clinic templates and approve changes to it.",
    "Stand in for the Outpatient General Manager at the weekly access meeting.",
    "Recruit clerks together with the resourcing team.",
)
ABOUT = (
    "Harrowdale and Wenn Valley runs two hospitals and nine clinics for some 340,000 people.",
    "Our four values are kind, open, steady and curious.",
    "The outpatient department sees about 2,100 people on a weekday.",
    "In last year's survey three in four colleagues said they would recommend us as a place to work.",
)
DETAILS = (
    ("Date posted", "04 May 2026", "application"),
    ("Pay scheme", "Agenda for change", "benefits"),
    ("Band", "Band 6", "benefits"),
    ("Salary", "£38,682 to £46,580 a year", "benefits"),
    ("Contract", "Permanent", "benefits"),
    ("Working pattern", "Full-time, Flexible working", "benefits"),
    ("Reference number", "417-OPD-7730126", "application"),
    ("Job locations", "Wenn Valley Hospital, Mill Lane, Wenn", "employer"),
)
QUALIFICATIONS = ("Diploma of level five or the same by experience", "Certificate in supervision or team leading")
EXPERIENCE = (
    "Two years of supervising clerical staff in a busy office",
    "Work with a patient administration system",
    "Handling complaints face to face and in writing",
)
SKILLS = ("Able to stay calm when several things go wrong at once", "Sound grasp of waiting time rules")
DESIRABLE = ("Knowledge of clinic capacity models", "Experience of a change of telephone system")
CHECKS = (
    "This post needs a disclosure to the Disclosure and Barring Service, as the law asks of posts near patients.",
)
SPONSORSHIP = ("Applications from people who need a visa are considered together with all others.",)
LAST = (
    "Interviews are planned for the second week of June.",
    "We may close early if many people apply.",
    "Please show in your statement how you meet each point.",
)
OFFER = (
    "27 days of leave, rising to 33 with service",
    "The NHS pension",
    "A nursery on site and a cycle scheme",
)

_ZONES = (
    ("duties", (*SUMMARY, *MAIN, *RESPONSIBILITIES)),
    ("employer", ABOUT),
    ("person_spec", (*QUALIFICATIONS, *EXPERIENCE, *SKILLS, *DESIRABLE)),
    ("application", (*CHECKS, *SPONSORSHIP, *LAST)),
    ("benefits", OFFER),
)
#: The zones that each line may have; what the details say of contract and place stands between two zones.
WANTED: dict[str, tuple[str, ...]] = {line: (zone,) for zone, lines in _ZONES for line in lines}
WANTED |= {value: tuple({zone, "application", "benefits"}) for _, value, zone in DETAILS}


def _paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _items(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def nhs_jobs_page() -> str:
    """A saved page of today's NHS Jobs: its long sections stand in it twice, for wide screens and folded for small."""
    details = "".join(f"<div><h3>{label}</h3><p>{escape(value)}</p></div>" for label, value, _ in DETAILS)
    description = f"<h3>Job responsibilities</h3>{_paragraphs(RESPONSIBILITIES)}"
    criteria = "".join(
        f"<h3>{name}</h3><h4>Essential</h4>{_items(essential)}{desirable}"
        for name, essential, desirable in (
            ("Qualifications", QUALIFICATIONS, ""),
            ("Experience", EXPERIENCE, f"<h4>Desirable</h4>{_items(DESIRABLE)}"),
            ("Skills", SKILLS, ""),
        )
    )

    def twice(heading: str, inner: str) -> str:
        return (
            f'<div class="wide"><h2>{heading}</h2>{inner}</div>'
            f'<details class="small"><summary>{heading}</summary><h2>{heading}</h2>{inner}</details>'
        )

    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Job Advert</title></head><body>
<a href="#main" class="skip">Skip to main content</a>
<header role="banner"><nav><ul><li><a href="/">Search for jobs</a></li><li>Sign in</li></ul></nav></header>
<main id="main"><span id="employer_name">{EMPLOYER}</span><h1 id="heading">{TITLE}</h1>
<p>The closing date is 18 May 2026</p>
<h2>Job summary</h2>{_paragraphs(SUMMARY)}
<h2>Main duties of the job</h2>{_paragraphs(MAIN)}
<h2>About us</h2>{_paragraphs(ABOUT)}
<h2>Details</h2>{details}
{twice("Job description", description)}
{twice("Person Specification", criteria)}
<h2>Disclosure and Barring Service Check</h2>{_paragraphs(CHECKS)}
<h2>Certificate of Sponsorship</h2>{_paragraphs(SPONSORSHIP)}
<h2>Employer details</h2><h3>Employer name</h3><p>{EMPLOYER}</p>
<h3>Address</h3><p>Mill Lane</p><p>Wenn</p>
<h2>For questions about the job, contact:</h2><p>Outpatient General Manager</p><p>Ivo Castell</p>
<p>i.castell@harrowdale.example.nhs.uk</p><p>01632 960455</p>
</main><footer><ul><li>Privacy policy</li><li>Terms and conditions</li></ul></footer></body></html>"""


def trac_page() -> str:
    """A saved page of Trac."""
    rows = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value, _ in DETAILS if label != "Date posted")
    return f"""<html><head><title>Job | {TITLE}</title></head><body><nav>Menu</nav><div id="content"><h1>{TITLE}</h1>
<dl><dt>Employer</dt><dd>{EMPLOYER}</dd>{rows}</dl>
<h2>Job overview</h2><p>{"<br>".join(map(escape, SUMMARY))}</p>
<h2>Main duties of the job</h2><p>{"<br>".join(map(escape, MAIN))}</p>
<h2>Working for our organisation</h2><p>{"<br>".join(map(escape, ABOUT))}</p>
<h2>Detailed job description and main responsibilities</h2><p>{"<br>".join(map(escape, RESPONSIBILITIES))}</p>
<h2>Person specification</h2>
<h3>Qualifications</h3><h4>Essential criteria</h4>{_items(QUALIFICATIONS)}
<h3>Experience</h3><h4>Essential criteria</h4>{_items(EXPERIENCE)}<h4>Desirable criteria</h4>{_items(DESIRABLE)}
<h3>Skills</h3><h4>Essential criteria</h4>{_items(SKILLS)}
<h2>Employer certification / accreditation badges</h2>
<h2>Documents to download</h2>
<h2>Further details / informal visits contact</h2><p>{"<br>".join(map(escape, (*CHECKS, *LAST)))}</p>
</div><footer>Trac</footer></body></html>"""


def free_advert() -> str:
    """An advert of 2020: no headings of a site, some bold lines, as the record of a vacancy holds it."""
    return f"""<p>{ABOUT[0]}</p><p>{ABOUT[2]}</p><p>&nbsp;</p><p><strong>The role:</strong></p>{_paragraphs(SUMMARY)}
<p><strong>You will:</strong></p>{_items((*MAIN, *RESPONSIBILITIES))}
<p><b>What we are looking for</b></p>{_items((*QUALIFICATIONS, *EXPERIENCE, *SKILLS))}
<p><u>In return we offer</u></p>{_items(OFFER)}<p><strong>How to apply</strong></p>{_paragraphs(LAST)}"""


def word_file() -> bytes:
    """A job description by python-docx, its person specification a table, with a column of how each point is tested."""
    import docx

    word = docx.Document()
    word.add_paragraph(EMPLOYER)
    word.add_heading("JOB DESCRIPTION", 1)
    facts = word.add_table(rows=0, cols=2)
    for label, value in (("Job title", TITLE), ("Band", "6"), ("Reports to", "Outpatient General Manager")):
        cells = facts.add_row().cells
        cells[0].text, cells[1].text = label, value
    word.add_heading("Job purpose", 2)
    for line in SUMMARY:
        word.add_paragraph(line)
    word.add_heading("Main duties and responsibilities", 2)
    for line in (*MAIN, *RESPONSIBILITIES):
        word.add_paragraph(line, style="List Bullet")
    word.add_heading("Person specification", 2)
    table = word.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    for cell, name in zip(table.rows[0].cells, ("Criteria", "Essential", "Desirable", "Tested by"), strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    for name, essential, desirable in (
        ("Qualifications", QUALIFICATIONS, ()),
        ("Experience", EXPERIENCE, DESIRABLE),
        ("Skills", SKILLS, ()),
    ):
        cells = table.add_row().cells
        for cell, lines in zip(cells, ((name,), essential, desirable, ("Application and interview",)), strict=True):
            cell.text = lines[0] if lines else ""
            for line in lines[1:]:
                cell.add_paragraph(line)
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()
