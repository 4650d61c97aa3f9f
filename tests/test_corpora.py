"""The open corpus and the demo documents made from it: annotations that hold together, and files that can be remade."""

from __future__ import annotations

import html
import importlib.util
import io
import json
import re
import sys
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jdclass.document import ORIENTATIONS4, VERDICTS
from jdclass.framework import default_framework

CORPORA = Path(__file__).resolve().parents[1] / "corpora"
OPEN, DEMO = CORPORA / "open", CORPORA / "demo"


def script(path: Path) -> ModuleType:
    """A script of the corpora as a module: the folders are data, not packages."""
    name = f"corpora_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


build = script(OPEN / "build.py")
make = script(DEMO / "make.py")


@pytest.fixture(scope="module")
def roles() -> list[dict[str, Any]]:
    return [json.loads(row) for row in (OPEN / "roles.jsonl").read_text(encoding="utf-8").splitlines()]


def duties_words(role: dict[str, Any]) -> int:
    return sum(len(line["text"].split()) for line in role["lines"] if line["zone"] == "duties")


# The corpus as it stands


def test_sources_reproduce_roles_byte_for_byte() -> None:
    assert build.to_jsonl(build.read_sources()).encode() == (OPEN / "roles.jsonl").read_bytes()


def test_every_offset_cuts_its_text_at_whole_words(roles: list[dict[str, Any]]) -> None:
    framework = default_framework()
    seen = 0
    for role in roles:
        for line in role["lines"]:
            at = 0
            for phrase in line["phrases"]:
                text, start, end = line["text"], phrase["start"], phrase["end"]
                assert text[start:end] == phrase["text"], (role["id"], phrase)
                assert phrase["text"].strip() == phrase["text"] != ""
                assert start >= at, (role["id"], "phrases overlap", phrase)
                assert not re.search(r"\w\Z", text[:start]), (role["id"], phrase)
                assert not re.match(r"\w", text[end:]), (role["id"], phrase)
                assert phrase["orientation"] in framework.orientations
                assert phrase["contrast"] in framework.contrast_keys
                at, seen = end, seen + 1
    assert seen > 3000


def test_phrases_stand_only_where_the_post_holder_is_spoken_of(roles: list[dict[str, Any]]) -> None:
    framework = default_framework()
    for role in roles:
        for line in role["lines"]:
            assert line["zone"] in framework.zone_keys
            assert not line["phrases"] or line["zone"] in framework.shown_zones, (role["id"], line["text"])


def test_split_by_employer_is_disjoint(roles: list[dict[str, Any]]) -> None:
    splits = defaultdict(set)
    for role in roles:
        splits[role["employer"]].add(role["split"])
    assert [name for name, held in splits.items() if len(held) > 1] == []
    assert {split for held in splits.values() for split in held} == {"train", "dev"}


def test_ids_are_unique(roles: list[dict[str, Any]]) -> None:
    assert [i for i, n in Counter(role["id"] for role in roles).items() if n > 1] == []


def test_verdicts_follow_match_claim_and_duties(roles: list[dict[str, Any]]) -> None:
    for role in roles:
        claim, duties, match, verdict = role["claim"], role["duties"], role["match"], role["verdict"]
        assert claim in ORIENTATIONS4
        assert duties in ORIENTATIONS4
        assert (match in (4, 5)) == (verdict == "matches"), role["id"]
        assert (match == 0) == (verdict == "insufficient_evidence"), role["id"]
        if verdict.startswith("overclaims"):
            assert claim in (verdict.removeprefix("overclaims_"), "both"), role["id"]
        if verdict.startswith("underclaims"):
            assert duties in (verdict.removeprefix("underclaims_"), "both"), role["id"]


def test_thin_roles_are_those_with_fewer_than_forty_words_of_duties(roles: list[dict[str, Any]]) -> None:
    thin = [role for role in roles if role["match"] == 0]
    assert len(thin) >= 10
    assert {role["split"] for role in thin} == {"train", "dev"}
    assert len({role["title"] for role in thin}) == len(thin)
    for role in roles:
        assert (duties_words(role) < 40) == (role["match"] == 0), role["id"]


def test_every_verdict_is_in_both_splits(roles: list[dict[str, Any]]) -> None:
    held = {(role["split"], role["verdict"]) for role in roles}
    assert held == {(split, verdict) for split in ("train", "dev") for verdict in VERDICTS}


def test_readme_counts_are_those_of_the_corpus(roles: list[dict[str, Any]]) -> None:
    assert "## Counts\n\n" + build.counts(roles) in (OPEN / "README.md").read_text(encoding="utf-8")


# The builder


SOURCE = """@ one
TITLE: Ward Manager
EMPLOYER: Wyrebank Hospitals
BAND: -
KIND: advert
SPLIT: train
title: M
duties: M
match: 5
why: ok
d# Your duties
d To {M people_process|hold ward meetings} and {L coach_direct|coach staff}.
"""
FILLER = "d " + " ".join(["word"] * 40) + "\n"


def sources(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "wards.txt").write_text(text, encoding="utf-8")
    roles: list[dict[str, Any]] = build.read_sources(folder)
    return roles


def test_build_reads_a_source(tmp_path: Path) -> None:
    (role,) = sources(tmp_path, SOURCE + FILLER)
    assert (role["id"], role["band"], role["claim"], role["verdict"]) == ("one", None, "management", "matches")
    assert role["lines"][:2] == [
        {"text": "Your duties", "zone": "duties", "heading": True, "phrases": []},
        {
            "text": "To hold ward meetings and coach staff.",
            "zone": "duties",
            "heading": False,
            "phrases": [
                {
                    "start": 3,
                    "end": 21,
                    "text": "hold ward meetings",
                    "orientation": "management",
                    "contrast": "people_process",
                },
                {
                    "start": 26,
                    "end": 37,
                    "text": "coach staff",
                    "orientation": "leadership",
                    "contrast": "coach_direct",
                },
            ],
        },
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("people_process|", "people|", "wards.txt:12: unknown contrast 'people', wanted one of people_process, risk, "),
        ("{L coach", "{X coach", "wards.txt:12: markup is not {L contrast|words} or {M contrast|words}: "),
        ("|coach staff}", "|coach staff }", "wards.txt:12: phrase 'coach staff ' starts or ends with white space"),
        ("d To", "e To", "wards.txt:12: phrase 'hold ward meetings' in zone employer: only what the post holder does"),
        (
            "d# Your",
            "x# Your",
            "wards.txt:11: wanted a zone letter (d, p, e, b, a), # for a heading, a space and text: ",
        ),
        ("Your duties", "Your  duties", "wards.txt:11: white space is doubled or stands at the end: 'Your  duties'"),
        (
            "# Your duties",
            " - Your duties",
            "wards.txt:11: typed bullet: lines are written without, as readers drop them: ",
        ),
        ("match: 5\n", "", "wards.txt:1: one: field 'match' is missing"),
        ("KIND: advert", "KIND: page", "wards.txt:1: one: KIND 'page', wanted one of advert, jd"),
        ("match: 5", "match: 3", "wards.txt:1: one: match 3 with matches: match 4 or 5 and matches go together"),
        ("match: 5", "match: 0", "wards.txt:1: one: match 0 with matches: match 0 and insufficient_evidence go togeth"),
        (
            "duties: M",
            "duties: L",
            "wards.txt:1: one: match 5 although the title claims management and the duties hold",
        ),
        ("match: 5\nwhy: ok", "match: 2\nwhy: over_M", "one: match 2 although title and duties are both management"),
        ("match: 5\nwhy: ok", "match: 3\nwhy: over_L", "overclaims_leadership although the title claims management"),
        ("match: 5\nwhy: ok", "match: 3\nwhy: under_L", "underclaims_leadership although the duties hold management"),
        (FILLER, "", "wards.txt:1: one: match 5 with 9 words in duties lines: fewer than 40 are match 0"),
        ("@ one", "one", "wards.txt:1: text before the first '@ id'"),
        ("BAND: -", "BAND: -\nBAND: 7", "wards.txt:5: field 'BAND' stands twice"),
    ],
)
def test_build_says_where_and_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = SOURCE + FILLER
    assert text.count(old) == 1
    with pytest.raises(build.SourceError, match=re.escape(message)):
        sources(tmp_path, text.replace(old, new))


def test_build_tells_doubled_ids_and_employers_in_two_splits_together(tmp_path: Path) -> None:
    text = SOURCE + FILLER
    with pytest.raises(build.SourceError) as caught:
        sources(tmp_path, text + text.replace("SPLIT: train", "SPLIT: dev"))
    assert str(caught.value).splitlines() == [
        "wards.txt:14: id 'one' stands at wards.txt:1 too",
        "wards.txt:14: 'Wyrebank Hospitals' is in dev, at wards.txt:1 in train",
    ]


# The demo documents


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def read_back(name: str) -> str:
    """The words of a demo file, as plainly as can be: tags dropped, entities undone."""
    content = (DEMO / name).read_bytes()
    if name.endswith(".docx"):
        with zipfile.ZipFile(DEMO / name) as archive:
            content = archive.read("word/document.xml")
        return html.unescape(re.sub(r"<[^>]+>", "", content.decode().replace("</w:p>", "\n")))
    text = content.decode()
    if name.endswith(".json"):
        record = json.loads(text)
        text = html.unescape(html.unescape(record.get("description", ""))) or record["text"]
    if name.endswith((".json", ".html")):
        return html.unescape(re.sub(r"<[^>]+>", " ", text))
    return text


def test_demo_holds_every_verdict_kind_and_format(roles: list[dict[str, Any]]) -> None:
    by_id = {role["id"]: role for role in roles}
    held = [by_id[role_id] for _, _, role_id in make.FILES] + [by_id[role_id] for _, role_id in make.PRINTS]
    held += [by_id[role_id] for _, role_id in make.EXPORTED]
    assert {role["verdict"] for role in held} == set(VERDICTS)
    assert {role["split"] for role in held} == {"train", "dev"}
    assert len({role["id"] for role in held}) == len(held)
    names = [name for name, _, _ in make.FILES] + [name for name, _ in make.PRINTS] + [make.EXPORT]
    assert len(names) >= 12
    assert {Path(name).suffix for name in names} == {".docx", ".pdf", ".html", ".txt", ".json", ".jsonl"}
    on_disk = {path.name for path in DEMO.iterdir() if path.is_file()}
    assert on_disk == {*names, "README.md", "make.py"}


@pytest.mark.parametrize(("name", "role_id"), [(name, role_id) for name, _, role_id in make.FILES])
def test_demo_files_hold_their_role_whole(name: str, role_id: str, roles: list[dict[str, Any]]) -> None:
    role = next(role for role in roles if role["id"] == role_id)
    held = " ".join(words(read_back(name)))
    assert " ".join(words(role["title"])) in held or name.endswith(".json")
    for line in role["lines"]:
        if not line["heading"]:
            label, _, value = line["text"].partition(": ")
            assert " ".join(words(line["text"])) in held or " ".join(words(value)) in held, (label, value)


def test_remaking_gives_the_same_bytes(roles: list[dict[str, Any]]) -> None:
    pytest.importorskip("docx", reason="python-docx writes the Word files")
    by_id = {role["id"]: role for role in roles}
    once, again = make.documents(by_id), make.documents(by_id)
    assert once == again
    for name, content in once.items():
        if not name.endswith(".docx"):
            assert content == (DEMO / name).read_bytes(), name
            continue
        # Another python-docx brings another template; what is ours in the file must be the same.
        with zipfile.ZipFile(DEMO / name) as kept, zipfile.ZipFile(io.BytesIO(content)) as made:
            assert made.read("word/document.xml") == kept.read("word/document.xml"), name


def test_export_holds_plain_records_and_job_postings() -> None:
    records = [json.loads(row) for row in (DEMO / make.EXPORT).read_text(encoding="utf-8").splitlines()]
    assert {record.get("@type", "record") for record in records} == {"record", "JobPosting"}
    assert [record.get("identifier", record.get("id")) for record in records] == [i for _, i in make.EXPORTED]


def test_demo_readme_speaks_as_readers_are_spoken_to() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for word in ("overclaim", "underclaim", "insufficient_evidence", "mismatch", "score"):
        assert word not in readme.lower()
    for said in ("| fit |", "| partly fit: ", "| do not fit: ", "| cannot tell: "):
        assert said in readme
