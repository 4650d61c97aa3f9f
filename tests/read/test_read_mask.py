"""Contacts leave the text, and nothing else does. Every name, address and number here is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.read import read_text
from jdclass.read.mask import mask, mask_all, mask_by_neighbours

#: A line and every detail in it that must be gone.
LINES = [
    ("Contact Jane Okafor on 01632 960123.", ("Jane Okafor", "01632 960123")),
    (
        "For an informal chat please contact Dr Amir Shah at amir.shah@wyrebank.example",
        ("Amir Shah", "amir.shah@wyrebank.example"),
    ),
    ("Please call Sister Mary Tolland on 07700 900456 ext 221", ("Mary Tolland", "07700 900456", "221")),
    ("Email: recruitment.team@fenmere.example.uk", ("recruitment.team@fenmere.example.uk",)),
    ("Name: Colin Abara", ("Colin Abara",)),
    ("Contact name: Priya Nair, Ward Manager", ("Priya Nair",)),
    ("Tel: (01632) 960 777", ("(01632) 960 777",)),
    ("Telephone number 01632-960-778", ("01632-960-778",)),
    ("Ring Tom Bell or Sue Prentice on +44 (0)1632 960779", ("Tom Bell", "Sue Prentice", "1632 960779")),
    ("Speak to Oluwaseun Adeyemi, Head of Estates, on 020 7946 0018", ("Oluwaseun Adeyemi", "020 7946 0018")),
    (
        "Informal visits: contact Lead Nurse Bridget O'Hara (bridget.ohara@elm.example)",
        ("Bridget O'Hara", "bridget.ohara@elm.example"),
    ),
    ("Enquiries to: Mr J. Whitlock, 01632 960780", ("J. Whitlock", "01632 960780")),
    ("Contact Zoë Brännström via zoe.b@fenmere.example", ("Zoë Brännström", "zoe.b@fenmere.example")),
    ("Please email Hannah at hannah@dale.example for details", ("Hannah at", "hannah@dale.example")),
    ("Contact Prof. Edwin McAllister, Clinical Director", ("Edwin McAllister",)),
    ("You can contact Anne-Marie Lefebvre on ext. 4410.", ("Anne-Marie Lefebvre", "4410")),
    ("Rosa Delgado, Practice Manager, on 01632 960781", ("Rosa Delgado", "01632 960781")),
    ("Heather Quill (Therapy Lead) 01632 960782", ("Heather Quill", "01632 960782")),
    ("or Katherine Dunmore, Trust Lead Dietitian on 01632 960783.", ("Katherine Dunmore", "01632 960783")),
    ("Mobile 07700900461", ("07700900461",)),
    ("Bleep 4472 for the site team", ("4472",)),
    (
        "Get in touch with Femi Balogun, Recruitment Lead, at femi_b@dale.example.org",
        ("Femi Balogun", "femi_b@dale.example.org"),
    ),
    ("For further details contact the Matron, Julie Armitage, on 01632 960784", ("Julie Armitage", "01632 960784")),
    ("Prepared by: Sandra Pell, HR Adviser", ("Sandra Pell",)),
    ("Agreed by: Imran Yusuf", ("Imran Yusuf",)),
    ("To discuss the post contact Becky Stone – 01632 960785", ("Becky Stone", "01632 960785")),
    ("Contact: GARETH PRYCE, 01632 960786", ("GARETH PRYCE", "01632 960786")),
    ("contact Mrs Lowe for an application form", ("Lowe",)),
    ("Jo Hartnell - jo.hartnell@northmere.example", ("Jo Hartnell", "jo.hartnell@northmere.example")),
    ("Dr Lena Petrov, Consultant Psychiatrist, 01632 960787", ("Lena Petrov", "01632 960787")),
    ("Call us on 0800 496 0999 or email jobs@thornmere.example", ("0800 496 0999", "jobs@thornmere.example")),
    ("Please telephone Miriam Katz (Matron) 01632 960788", ("Miriam Katz", "01632 960788")),
    ("e-mail paul.grieve @wyrebank.example.net", ("paul.grieve",)),
    ("write to paul.grieve(at)wyrebank.example", ("paul.grieve",)),
    ("Contact Siân Rhys-Davies on 01632960789", ("Siân Rhys-Davies", "01632960789")),
    ("Manager's name: Denise Farrow", ("Denise Farrow",)),
    ("For a discussion with Kofi Mensah, Service Manager, ring 01632 960790", ("Kofi Mensah", "01632 960790")),
    ("phone Wendy Marsh at 01632 960 791", ("Wendy Marsh", "01632 960 791")),
    ("Contact Deputy Head of Nursing Paula Etherton at paula@elm.example", ("Paula Etherton", "paula@elm.example")),
    ("Tel 01632 960792 / 07700 900462", ("01632 960792", "07700 900462")),
    ("please contact either Lucy Dean or Mark Foss", ("Lucy Dean", "Mark Foss")),
    ("Contact Nurse Manager Donna Ives 01632 960793", ("Donna Ives", "01632 960793")),
    ("Contact Rory McTavish; Ops Manager; 01632 960794", ("Rory McTavish", "01632 960794")),
    ("email: ops.office@saltings-community.example.nhs.uk", ("ops.office@saltings-community.example.nhs.uk",)),
    ("Contact Chidi Eze to arrange a visit", ("Chidi Eze",)),
    ("Please contact: Marjorie van der Berg on 01632 960795", ("Marjorie", "Berg", "01632 960795")),
    ("Visits can be arranged with Ffion Price on extension 5512", ("5512",)),
    ("Author: Lesley Combe", ("Lesley Combe",)),
    ("Full name: Tamsin Orchard", ("Tamsin Orchard",)),
    ("Contact Ian D’Arcy, Estates, 01632 960796", ("Ian D’Arcy", "01632 960796")),
    ("Signed by: Robert Haines", ("Robert Haines",)),
    ("Call Ellie on 07700 900463", ("Ellie", "07700 900463")),
    ("Contact Team Leader Ruth Osei (01632 960797)", ("Ruth Osei", "01632 960797")),
    ("00 44 1632 960798 from abroad", ("1632 960798",)),
    ("Simon Fell on 01632 960799 or simon.fell@elm.example", ("Simon Fell", "01632 960799", "simon.fell@elm.example")),
    ("talk to Grace Amadi, our Band 7 lead", ("Grace Amadi",)),
    ("Contact Head of Service: Victor Lane, v.lane@northmere.example", ("Victor Lane", "v.lane@northmere.example")),
    (
        "Please contact Yasmin Farouk, or her deputy Neil Abbot, on 01632 960701",
        ("Yasmin Farouk", "Neil Abbot", "01632 960701"),
    ),
    ("mailto:hr@dale.example", ("hr@dale.example",)),
    (
        "contact Olive Tran-Nguyen on 01632 960702 (day) or 07700 900464 (evening)",
        ("Olive Tran-Nguyen", "01632 960702", "07700 900464"),
    ),
]  # fmt: skip

#: Lines of duties and figures that hold no contact, though they look a little as if they did.
KEPT = [
    "First Contact Physiotherapists assess patients without a referral.",
    "Act as the first point of contact for the Clinical Decision Unit.",
    "Manage the Call Handling Team and the Patient Contact Centre.",
    "Hold a budget of £1,250,000 and report to the Board in 2024-2025.",
    "Contact Occupational Health where a risk is found.",
    "Lead contact tracing with Public Health England.",
    "Salary £40,057 to £45,839 a year, 37.5 hours, from 01/04/2024 to 31/03/2026.",
    "Speak with Confidence is our programme for new managers.",
    "Answer the telephone and email in the Medical Records Department.",
    "Attend the Mental Health Act (1983) and Care Act (2014) training.",
    "Name the three priorities of the Long Term Plan.",
    "Contact Centre Manager",
    "Reference 914-CORP-6123456-A",
    "Call Bell audits: complete 12 a year.",
    "Contact Human Resources for the Recruitment Policy.",
]


def test_at_least_sixty_lines_and_nine_in_ten_details_are_masked() -> None:
    details = [(line, detail) for line, held in LINES for detail in held]
    missed = [(line, detail) for line, detail in details if detail in mask(line)]
    assert len(LINES) >= 60
    assert len(missed) <= 0.04 * len(details), missed


@pytest.mark.parametrize("line", KEPT)
def test_lines_without_contacts_stay(line: str) -> None:
    assert mask(line) == line


def test_a_contact_block_whose_labels_and_values_run_together() -> None:
    text = "NameSiân Rhys-DaviesJob titleLaundry LeadEmail addresssian@elm.example.ukTelephone number01632 960123"
    assert mask(text) == "Name [name] Job titleLaundry Lead Email [email] Telephone number [phone]"
    assert mask("NameIvo CastellAdditional contact information") == "Name [name] Additional contact information"


def test_each_detail_becomes_one_token() -> None:
    assert mask("Contact Jane Okafor, Ward Manager, on 01632 960123 ext 4 or jane@elm.example.uk") == (
        "Contact [name], Ward Manager, on [phone] ext 4 or [email]"
    )


@given(st.lists(st.sampled_from([line for line, _ in LINES] + KEPT), max_size=8))
def test_all_at_once_is_one_by_one(lines: list[str]) -> None:
    assert mask_all(lines) == [mask(line) for line in lines]


@given(st.text(max_size=200))
def test_masking_twice_changes_no_more_addresses(text: str) -> None:
    once = mask(text)
    assert mask(once).count("[email]") == once.count("[email]")


def test_contacts_can_be_kept() -> None:
    text = "Ward Manager\nContact Jane Okafor on 01632 960123."
    assert read_text(text).blocks[1].text == "Contact [name] on [phone]."
    assert read_text(text, keep_contacts=True).blocks[1].text == "Contact Jane Okafor on 01632 960123."


def test_a_long_line_of_near_matches_is_done_soon() -> None:
    text = "Contact Aaa Bbb 01632 @a.b " * 2_000
    assert "[name]" in mask(text)


@pytest.mark.parametrize(
    ("texts", "masked"),
    [
        (["Contact name", "Ivo Castell"], "[name]"),
        (["Agreed by:", "Siân Rhys-Davies, HR Adviser"], "[name], HR Adviser"),
        (["For questions, contact:", "Ivo Castell", "Booking Manager", "[email]", "[phone]"], "[name]"),
        (["Hiring manager", "Outpatient General Manager"], "Outpatient General Manager"),
        (["Harrowdale Hospital", "Wenn Valley Ward", "Telephone: [phone]"], "Wenn Valley Ward"),
        (["Main duties", "Ivo Castell"], "Ivo Castell"),
        (["Benefits", "Next Steps", "Write to [email] by the end of the month and tell us why."], "Next Steps"),
    ],
)
def test_names_that_only_the_pieces_around_them_tell(texts: list[str], masked: str) -> None:
    assert mask_by_neighbours(texts, [None] * len(texts))[1] == masked


def test_a_name_in_a_table_of_labels_is_masked() -> None:
    assert mask_by_neighbours(["Ivo Castell", "Band 7"], ["Prepared by", "Band"]) == ["[name]", "Band 7"]
