"""The titles file: what titles claim, which family they belong to, and what the file's check refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jdclass.errors import LexiconError
from jdclass.lexicon.titles import Titles, load_titles

HEADER = "kind,form,claim,certainty,family,precedence,vague,custom\n"
SMALL = HEADER + (
    "family,boss,,,,50,,Answers for things.\n"
    "family,nurse,,,,40,,Nurses.\n"
    "family,other,,,,0,,None known.\n"
    "rank,manager,management,0.9,boss,,,\n"
    "job,nurse,,,nurse,,,\n"
)


@pytest.fixture(scope="module")
def titles() -> Titles:
    return load_titles()


@pytest.mark.parametrize(
    ("title", "claim", "words"),
    [
        ("Head of Therapies", "leadership", ("Head",)),
        ("Deputy Head of Safeguarding (Band 8b)", "leadership", ("Head",)),
        ("Associate Director of People and Culture", "leadership", ("Director",)),
        ("Chief Information Officer", "leadership", ("Chief",)),
        ("LEAD APHERESIS NURSE", "leadership", ("LEAD",)),
        ("Consultant Podiatrist - High Risk Foot Lead", "leadership", ("Lead",)),
        ("Crisis Team Leader x2 posts", "leadership", ("Team Leader",)),
        ("Digital Transformation Lead", "leadership", ("Transformation", "Lead")),
        ("Ward Manager", "management", ("Manager",)),
        ("Deputy Sister/Charge Nurse", "management", ("Sister", "Charge Nurse")),
        ("Sisters & Charge Nurses", "management", ("Sisters", "Charge Nurses")),
        ("Nurse in Charge - nights", "management", ("Charge",)),
        ("Waiting List Co-ordinator [ref 123-AB45]", "management", ("Co-ordinator",)),
        ("Waiting List Co ordinator", "management", ("Co ordinator",)),
        ("Pathology Operations Manager", "management", ("Operations", "Manager")),
        ("Improvement Programme Manager", "management", ("Manager",)),
        ("Director of Operations", "both", ("Director", "Operations")),
        ("Head of Operational Planning", "both", ("Head", "Operational")),
        ("Transformation Manager", "both", ("Transformation", "Manager")),
        ("Chief Operating Officer", "both", ("Chief Operating Officer",)),
        ("Lead Nurse and Unit Manager", "both", ("Lead", "Manager")),
        ("Staff Nurse", "neither", ()),
        ("Consultant Psychiatrist", "neither", ()),
        ("HR Business Partner", "neither", ()),
        # words that look like a claim
        ("Community Matron", "neither", ()),
        ("Care Co-ordinator", "neither", ()),
        ("Complex Case Managers", "neither", ()),
        ("Dietitian, Head & Neck", "neither", ()),
        ("PA to the Medical Director and the Chief Nurse", "neither", ()),
        ("Ward Manager's Assistant", "neither", ()),
        ("Operations Assistant", "neither", ()),
        ("Transformation Officer", "neither", ()),
        ("Directorate Secretary", "neither", ()),
        ("Leading Ambulance Technician", "neither", ()),
        # a hidden word does not silence another one
        ("Community Matron - Team Lead", "leadership", ("Team Lead",)),
        ("Lead Dietitian (Head and Neck)", "leadership", ("Lead",)),
        ("Lead Operating Department Practitioner", "leadership", ("Lead",)),
        ("Business Manager to the Director of Nursing", "management", ("Manager",)),
    ],
)
def test_claims(titles: Titles, title: str, claim: str, words: tuple[str, ...]) -> None:
    reading = titles.read(title)
    assert (reading.orientation, reading.words) == (claim, words)


def test_exempt_words_are_kept_for_the_reasons(titles: Titles) -> None:
    assert titles.read("Senior Case Manager").exempt == ("Case Manager",)
    assert titles.read("Ward Manager").exempt == ()


@pytest.mark.parametrize(
    ("title", "family"),
    [
        ("Clinical Team Leader (Paramedic)", "team leader"),
        ("Lead Children's Diabetes Nurse", "lead nurse"),
        ("Lead, Nurse Bank", "lead"),
        ("Lead Pharmacist, Antimicrobial Stewardship", "lead of a profession"),
        ("Clinical Lead Podiatrist", "clinical lead"),
        ("Safeguarding Lead", "lead"),
        ("Deputy Ward Manager", "ward manager"),
        ("Senior Sister / Charge Nurse", "sister / charge nurse"),
        ("Matron - Surgery", "matron"),
        ("Community Matron", "community matron"),
        ("Head of Nursing", "head of"),
        ("Deputy Director of Nursing", "director"),
        ("Chief Pharmacist and Clinical Director", "chief officer"),
        ("Chief Cardiac Physiologist", "chief of a profession"),
        ("Deputy Service Manager", "service manager"),
        ("Senior Project Manager", "project manager"),
        ("Practice Manager", "practice manager"),
        ("Estates Manager", "manager"),
        ("Clinic Coordinator", "coordinator"),
        ("Reception Supervisor", "supervisor"),
        ("Emergency Planning Officer", "officer"),
        ("HR Business Partner", "business partner"),
        ("Locum Consultant in Stroke Medicine", "consultant doctor"),
        ("Consultant Clinical Psychologist", "psychologist"),
        ("Specialty Doctor in Urology", "specialty doctor"),
        ("Salaried GP", "gp"),
        ("Senior Staff Nurse", "staff nurse"),
        ("Clinical Nurse Specialist - Stoma Care", "nurse specialist"),
        ("Advanced Nurse Practitioner", "nurse practitioner"),
        ("Speech & Language Therapist", "speech and language therapist"),
        ("Healthcare Assistant", "healthcare assistant / support worker"),
        ("Ward Clerk", "administrator or clerk"),
        ("Medical Secretary", "secretary"),
        ("PA to the Medical Director", "personal assistant"),
        ("Receptionist/Administrator", "receptionist"),
        ("Piano Tuner", "other"),
        ("", "other"),
    ],
)
def test_families(titles: Titles, title: str, family: str) -> None:
    reading = titles.read(title)
    assert reading.family == family
    assert reading.custom == titles.family(family).custom


@pytest.mark.parametrize(
    "title", ["", "  ", "ref 123-AB45", "Officer", "Senior Officer (Band 5)", "Project Lead", "Lead"]
)
def test_vague(titles: Titles, title: str) -> None:
    assert titles.read(title).vague


@pytest.mark.parametrize(
    "title",
    ["Estates Officer", "Team Lead", "Manager", "Associate Practitioner", "Staff Nurse", "Piano Tuner", "Lead Nurse"],
)
def test_not_vague(titles: Titles, title: str) -> None:
    assert not titles.read(title).vague


def test_certainty_falls_where_the_file_knows_less(titles: Titles) -> None:
    known, unknown, word_only = (titles.read(t).neither for t in ("Staff Nurse", "Piano Tuner", "Strategy Analyst"))
    assert known > unknown > word_only > 0.5
    assert titles.read("Superintendent").management < titles.read("Matron").management


def test_shares_of_one_sure_word() -> None:
    """By hand: management 0.9, leadership unsaid 0.015, the two independent, both halved."""
    reading = Titles.read(load_titles(), "Manager")
    sure = {form.form: form.certainty for form in load_titles().forms}["manager"]
    assert sure is not None
    assert reading.management == pytest.approx(sure - sure * 0.015 / 2)
    assert reading.leadership == pytest.approx(0.015 - sure * 0.015 / 2)
    assert reading.neither == pytest.approx((1 - sure) * (1 - 0.015))


def test_claim_value(titles: Titles) -> None:
    reading = titles.read("Team Leader")
    claim = reading.claim()
    assert (claim.orientation, claim.words) == ("leadership", ("Team Leader",))
    assert claim.leadership == reading.leadership


@given(st.text(max_size=80))
def test_any_text_reads(title: str) -> None:
    reading = load_titles_once().read(title)
    assert reading.orientation in ("leadership", "management", "both", "neither")
    assert min(reading.leadership, reading.management, reading.neither) >= 0
    assert reading.leadership + reading.management + reading.neither == pytest.approx(1)
    assert tuple(title[start:end] for start, end in reading.spans) == reading.words


_WORDS = st.sampled_from(
    [
        "Lead",
        "nurse",
        "MANAGER",
        "Head",
        "of",
        "and",
        "Neck",
        "care",
        "co-ordinator",
        "Operations",
        "Team",
        "Leader",
        "pa",
    ]
)
_GLUE = st.sampled_from([" ", " - ", "/", ", ", " & ", "  ", " (", ")"])


@given(st.lists(st.tuples(_GLUE, _WORDS), max_size=8))
def test_reading_does_not_depend_on_case_or_noise(pieces: list[tuple[str, str]]) -> None:
    titles = load_titles_once()
    title = "".join(glue + word for glue, word in pieces)
    reading = titles.read(title)
    for other in (titles.read(title.upper()), titles.read(f"Band 7, {title} (ref 123-X4)")):
        assert (other.orientation, other.family) == (reading.orientation, reading.family)
        assert [word.lower() for word in other.words] == [word.lower() for word in reading.words]
    claims = [title[start:end] for start, end in reading.spans]
    assert list(reading.words) == claims
    assert (reading.orientation == "neither") == (not claims)


_LOADED: list[Titles] = []


def load_titles_once() -> Titles:
    if not _LOADED:
        _LOADED.append(load_titles())
    return _LOADED[0]


def test_every_form_of_the_packed_file_finds_itself(titles: Titles) -> None:
    """A form nobody can match would be a row that HR edits for nothing."""
    for form in titles.forms:
        words = " ".join(word for part in form.parts for word in part)
        if form.kind == "rank":
            reading = titles.read(words)
            assert reading.orientation == form.claim, form
        if form.kind == "job":
            named = titles.family(titles.read(words).family)
            assert form.family is not None
            assert named.precedence >= titles.family(form.family).precedence, form


def test_sha256_and_order(tmp_path: Path, titles: Titles) -> None:
    assert len(titles.sha256) == 64
    path = tmp_path / "titles.csv"
    path.write_text(SMALL, encoding="utf-8")
    small = load_titles(path)
    assert [family.name for family in small.families] == ["boss", "nurse", "other"]
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load_titles(path).forms == small.forms  # as a spreadsheet saves it
    assert load_titles(path).sha256 != small.sha256


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("rank,lead,leader,0.9,boss,,,", "7: claim 'leader' of 'lead' is not one of"),
        ("beside,change,neither,0.9,,,,", "7: claim 'neither' of 'change' is not one of"),
        ("ranks,lead,leadership,0.9,boss,,,", "7: kind 'ranks' is not one of"),
        ("rank,,leadership,0.9,boss,,,", "7: a row of kind 'rank' has no form"),
        ("rank,lead,,0.9,boss,,,", "7: 'lead' has no claim, and a row of kind 'rank' needs one"),
        ("job,lead,leadership,,boss,,,", "7: 'lead' has a claim, and a row of kind 'job' takes none"),
        ("rank,lead,leadership,sure,boss,,,", "7: certainty 'sure' of 'lead' is not a number from 0.5 to 1"),
        ("rank,lead,leadership,0.9,chiefs,,,", "7: family 'chiefs' of 'lead' has no row of its own"),
        ("rank,Manager,both,0.9,boss,,,", "7: form 'Manager' stands twice, first in line 5"),
        ("job,managers,,,nurse,,,", "7: form 'managers' is hidden by 'manager' in line 5, which takes the plural too"),
        ("job,&  nurse ...,,,nurse,,,", "7: form '&  nurse ...' has no word beside its gap"),
        ("rank,a ... b,both,0.9,boss,,,", "7: form 'a ... b' has a gap, and only a row of kind 'job' may have one"),
        ("rank,--,both,0.9,boss,,,", "7: form '--' has no word"),
        ("job,scribe,,,nurse,,maybe,", "7: vague is 'maybe', wanted 'yes' or nothing"),
        ("family,nurse,,,,1,,Again.", "7: family 'nurse' stands twice, first in line 3"),
        ("family,idle,,,,1,,Idle.", "7: family 'idle' has no form"),
        ("family,idle,,,,high,,Idle.", "7: precedence 'high' is not a whole number"),
        ("job,scribe,,,nurse,,,,,", "7: has more cells than the 8 columns"),
        (
            "job,x ... nurse,,,nurse,,,\njob,x nurse,,,nurse,,,",
            "8: form 'x nurse' is hidden by 'x ... nurse' in line 7",
        ),
    ],
)
def test_a_file_that_does_not_hold_is_refused(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "titles.csv"
    path.write_text(SMALL + row + "\n", encoding="utf-8")
    with pytest.raises(LexiconError) as error:
        load_titles(path)
    assert f"{path}:{message}" in str(error.value)


def test_other_ways_a_file_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "titles.csv"
    with pytest.raises(LexiconError, match="cannot be read: No such file"):
        load_titles(path)
    path.write_bytes(SMALL.encode() + "job,caf\u00e9 cook,,,nurse,,,\n".encode("cp1252"))
    with pytest.raises(LexiconError, match=r":7: is not UTF-8; save it as 'CSV UTF-8'"):
        load_titles(path)
    path.write_text(SMALL.replace("certainty", "weight"), encoding="utf-8")
    with pytest.raises(LexiconError, match=r":1: columns .*'weight'.*, wanted"):
        load_titles(path)
    path.write_text("".join(line for line in SMALL.splitlines(True) if "other" not in line), encoding="utf-8")
    with pytest.raises(LexiconError, match="has no family 'other'"):
        load_titles(path)


def test_blank_rows_and_remarks_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "titles.csv"
    path.write_text(SMALL + ",,,,,,,\n# ours,,,,,,,\n", encoding="utf-8")
    assert load_titles(path).read("Nurse Manager").family == "boss"


def test_claims_of_annotated_titles(titles: Titles) -> None:
    shared = os.environ.get("JDCLASS_SHARED")
    if not shared:
        pytest.skip("JDCLASS_SHARED is not set: the annotated roles stand beside the repository")
    for name, floor in (("gold", 0.97), ("authored", 0.97)):
        with (Path(shared) / "data" / name / "roles.jsonl").open(encoding="utf-8") as stream:
            roles = [json.loads(line) for line in stream]
        train = [role for role in roles if role["split"] == "train"]
        right = sum(titles.read(role["title"]).orientation == role["claim"] for role in train)
        assert right / len(train) >= floor
