"""Every command: its help, its place in the documentation, its exit codes; and the smaller commands themselves."""

from __future__ import annotations

import csv
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from cli_runs import Run

from jdclass import __version__
from jdclass.cli import app
from jdclass.errors import JdclassError

TOP = Path(__file__).parents[2]
COMMANDS = sorted(info.callback.__name__ for info in app.registered_commands if info.callback is not None)
DOCUMENTS = {
    path: path.read_text(encoding="utf-8") for path in (TOP / "README.md", *sorted((TOP / "docs").rglob("*.md")))
}


def test_the_commands_of_the_design_are_there() -> None:
    review = {"review", "report", "export", "compare", "feedback"}
    look_inside, training = {"explain", "lexicon", "model"}, {"train", "label", "evaluate", "audit"}
    assert set(COMMANDS) == review | look_inside | training


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help_with_an_example_that_it_takes(jdclass: Run, command: str) -> None:
    done = jdclass(command, "--help")
    assert done.code == 0
    text = " ".join(done.out.replace("│", " ").split())
    example = re.search(rf"Example: jdclass ({command} .+?) (?:╭|Exit codes:)", text)
    assert example is not None, done.out
    # With --help behind it nothing is done, but an option that does not exist is refused.
    assert jdclass(*shlex.split(example[1].split(" > ")[0]), "--help").code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_stands_in_the_documentation(command: str) -> None:
    assert any(re.search(rf"`(?:jdclass )?{command}\b", text) for text in DOCUMENTS.values())


def documented() -> list[str]:
    """The commands of the code blocks of README.md and docs/, without what a shell does around them."""
    lines = []
    for text in DOCUMENTS.values():
        for block in re.findall(r"^```(?:sh|bash|console|)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            joined = re.sub(r"\\\n\s*", "", block)
            for line in joined.splitlines():
                for part in re.split(r"&&|\||>|#", line):
                    found = re.fullmatch(r"\s*(?:\$ )?(?:\S*/)?jdclass (\S.*?)\s*", part)
                    if found:
                        lines.append(found[1])
    return sorted(set(lines))


@pytest.mark.parametrize("line", documented())
def test_a_documented_command_is_one_that_it_takes(jdclass: Run, line: str) -> None:
    done = jdclass(*shlex.split(line), "--help")
    assert done.code == 0, done.err


def test_help_of_all_lists_every_command(jdclass: Run) -> None:
    done = jdclass("--help")
    assert done.code == 0
    for command in COMMANDS:
        assert f" {command} " in done.out


def test_version(jdclass: Run) -> None:
    assert jdclass("--version").out == f"jdclass {__version__}\n"


def test_no_command_shows_help_and_is_wrong_use(jdclass: Run) -> None:
    done = jdclass()
    assert done.code == 2
    assert "Usage: jdclass" in done.out + done.err


def test_an_unknown_command_is_wrong_use(jdclass: Run) -> None:
    assert jdclass("judge").code == 2


def test_an_error_of_ours_is_one_line_and_exit_1(jdclass: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(inputs: object) -> bool:
        raise JdclassError("first\nsecond \x1b[2J")

    monkeypatch.setattr("jdclass.cli.review._is_single", fails)
    done = jdclass("review", tmp_path, "--title", "x")
    assert (done.code, done.err) == (1, "jdclass: first second [2J\n")


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    code = (
        "import sys, jdclass.cli, jdclass.cli.review as review\n"
        "def fails(inputs):\n    raise ZeroDivisionError('a fault')\n"
        "review._is_single = fails\n"
        "sys.argv = ['jdclass', 'review', 'x', '--title', 'y']\n"
        "jdclass.cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert "ZeroDivisionError: a fault" in done.stderr


# lexicon


def test_lexicon_shows_counts_by_contrast_and_side(jdclass: Run) -> None:
    from jdclass.framework import default_framework
    from jdclass.lexicon import load_collisions, load_lexicon

    done = jdclass("lexicon")
    assert done.code == 0
    patterns = load_lexicon().patterns
    for key in default_framework().contrast_keys:
        (line,) = [line for line in done.out.splitlines() if key in line]
        numbers = [int(cell) for cell in re.findall(r"\d+", line.replace(",", ""))]
        sides = ("leadership", "management")
        mine = [[p for p in patterns if (p.contrast, p.orientation) == (key, side)] for side in sides]
        assert numbers == [count for of_side in mine for count in (len(of_side), sum(len(p.surfaces) for p in of_side))]
    assert f"{len(load_collisions().entries)} entries" in done.out


def test_lexicon_check_takes_each_kind_by_its_columns(jdclass: Run, tmp_path: Path) -> None:
    from jdclass.framework import DATA

    for kind in ("lexicon", "collisions", "titles"):
        copy = tmp_path / f"mine-{kind}.csv"
        copy.write_bytes((DATA / f"{kind}.csv").read_bytes())
        done = jdclass("lexicon", "--check", copy)
        assert done.code == 0
        assert done.out.splitlines()[-1] == f"{copy}: holds, as {kind}"


def test_lexicon_check_lists_collisions_that_can_never_matter(jdclass: Run, tmp_path: Path) -> None:
    mine = tmp_path / "collisions.csv"
    mine.write_text("forms,reason,example\nzebra crossing,an animal,the zebra crossing\n", encoding="utf-8")
    done = jdclass("lexicon", "--check", mine)
    assert "1 entries, 1 of them idle" in done.out
    assert "collisions.csv:2: zebra crossing: no pattern can meet it" in done.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ":1: columns none; wanted those of a lexicon"),
        (b"word,side\nlead,leadership\n", ":1: columns side, word; wanted those of a lexicon"),
    ],
)
def test_lexicon_check_of_something_else(jdclass: Run, tmp_path: Path, content: bytes, said: str) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_bytes(content)
    done = jdclass("lexicon", "--check", mine)
    assert done.code == 1
    assert f"{mine}{said}" in done.err
    assert jdclass("lexicon", "--check", tmp_path / "nothing.csv").code == 1


# model


def test_model_says_where_it_lies_lists_and_shows_its_card(jdclass: Run) -> None:
    from jdclass.model.folder import CARD, find_model

    folder = find_model()
    assert jdclass("model", "--path").out == f"{folder}\n"
    listed = jdclass("model", "--list").out.splitlines()
    assert any(line.startswith("nhs\t") and line.endswith(f"\t{folder}") for line in listed)
    assert jdclass("model").out == (folder / CARD).read_text(encoding="utf-8")
    assert jdclass("model", folder).out == jdclass("model", "nhs").out
    done = jdclass("model", "nosuch")
    assert done.code == 1
    assert "no model 'nosuch'" in done.err


# explain


def test_explain_tells_of_every_phrase_where_it_comes_from(jdclass: Run, demo: Path, reviewer) -> None:
    path = demo / "head-of-transformation-jd.txt"
    found = json.loads(jdclass("explain", path, "--json").out)
    review = reviewer.review_file(path)
    shown = [item for item in found["phrases"] if item["state"] == "shown"]
    assert [(item["line"], item["start"], item["end"], item["text"]) for item in shown] == [
        (phrase.line, phrase.start, phrase.end, phrase.text) for phrase in review.phrases
    ]
    assert [item["probability"] for item in shown] == [phrase.probability for phrase in review.phrases]
    assert [(item["orientation"], item["contrast"]) for item in shown] == [
        (phrase.orientation, phrase.contrast) for phrase in review.phrases
    ]
    assert found["counterfactual"] == review.match.counterfactual
    assert found["duties"]["orientation"] == review.duties.orientation != found["duties"]["rather_than"]
    assert sum(part["adds"] for part in found["duties"]["parts"]) > 0
    assert len(found["duties"]["words"]) == 6
    text = " ".join(line.text for line in review.lines).lower()
    assert all(row["word"] in text for row in found["duties"]["words"])
    threshold = reviewer.parts.labellers.threshold
    for item in found["phrases"]:
        if item["state"] == "passed_over":
            assert item["probability"] <= threshold + 5e-4
            assert item["weights"]
        if item["state"] == "lexicon":
            assert item["rows"]
            assert item["probability"] is None
    assert any("lexicon.csv:" in row for item in shown for row in item["rows"])


def test_weights_add_up_to_the_probability(demo: Path, reviewer) -> None:
    """What is shown is the whole of the judge's sum, not a story about it."""
    from math import exp

    from jdclass.explain import explain
    from jdclass.review import read_one

    role = read_one(demo / "ward-manager-acute-frailty-jd.docx")
    whole, part = explain(reviewer, role, most=1_000), explain(reviewer, role, most=3)
    for item, short in zip(whole.phrases, part.phrases, strict=True):
        if item.weights:
            odds = sum(weight.adds for weight in item.weights)
            assert 1 / (1 + exp(-odds)) == pytest.approx(item.probability, abs=2e-3)
            assert (item.others, item.rest) == (0, 0)
            assert short.weights == item.weights[:3]
            assert short.others == len(item.weights) - 3
            assert sum(weight.adds for weight in short.weights) + short.rest == pytest.approx(odds)


def test_explain_as_text(jdclass: Run, demo: Path) -> None:
    done = jdclass("explain", demo / "head-of-safeguarding-advert.html", "--most", 2)
    assert done.code == 0
    assert done.out.startswith("Head of Safeguarding\n")
    assert "; shown" in done.out
    shown = done.out.count("in all: the log odds of probability")
    assert shown == done.out.count(" other parts together") > 0
    told = " ".join(done.out.split())
    assert re.search(r"The duties read as \w+ rather than \w+: [+-]\d", told)
    assert re.search(r"of the words these tell most by themselves: \w+ [+-]\d\.\d\d, \w+ [+-]\d\.\d\d", told)


def test_explain_where_a_review_abstains(jdclass: Run, tmp_path: Path) -> None:
    """What is not told to a reader is not explained."""
    short = tmp_path / "short.txt"
    short.write_text("Porter\n\nMain duties\nMove beds.\n", encoding="utf-8")
    assert json.loads(jdclass("explain", short, "--json").out)["duties"] is None
    assert "The duties read as" not in jdclass("explain", short).out


def test_explain_of_a_folder_or_a_file_of_many(jdclass: Run, demo: Path) -> None:
    assert jdclass("explain", demo).code == 1
    done = jdclass("explain", demo / "vacancies-week-23.jsonl")
    assert done.code == 1
    assert "holds more than one role description" in done.err


# compare


def test_compare_of_two_versions(jdclass: Run, tmp_path: Path) -> None:
    old, new, page = tmp_path / "old.txt", tmp_path / "new.txt", tmp_path / "changes.html"
    old.write_text("Ward Manager\nMain duties\nLine manage the ward team.\nKeep the rota.\n", encoding="utf-8")
    new.write_text(
        "Ward Leader\nMain duties\nLine manage the whole ward team.\nSet the vision of the ward.\n", encoding="utf-8"
    )
    done = jdclass("compare", old, new, "--page", page)
    assert done.code == 0
    assert "The title was “Ward Manager” and is now “Ward Leader”." in done.out
    assert "Reworded (" in done.out
    assert "{+whole+}" in done.out
    assert "Removed" in done.out
    assert "<ins>" in page.read_text(encoding="utf-8")
    same = jdclass("compare", old, old)
    assert "The two documents hold the same lines in the same order." in same.out


def test_compare_of_two_runs(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    document = tmp_path / "jds" / "ward-manager.txt"
    document.parent.mkdir()
    text = (demo / "head-of-transformation-jd.txt").read_text(encoding="utf-8")
    document.write_text(text, encoding="utf-8")
    jdclass("review", tmp_path / "jds", "-o", tmp_path / "one", "-q")
    document.write_text("Head of Transformation\nWe offer free parking.\n", encoding="utf-8")
    (tmp_path / "jds" / "new.txt").write_text("Porter\nMove beds.\n", encoding="utf-8")
    jdclass("review", tmp_path / "jds", "-o", tmp_path / "two", "-q")
    page = tmp_path / "changes.html"
    for extra in ((), ("--page", page)):
        done = jdclass("compare", tmp_path / "one", tmp_path / "two", *extra)
        assert done.code == 0
        assert "Findings that moved: 1. Findings that stayed: 0." in done.out
        assert "What else changed: the text" in done.out
        assert "Only in the later review (1)" in done.out
    assert page.is_file()
    mixed = jdclass("compare", tmp_path / "one", document)
    assert mixed.code == 1
    assert "wanted two documents or two run folders, got one of each" in mixed.err


# report, export, feedback


def test_report_and_export_of_a_run(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    jdclass("review", demo / "head-of-transformation-jd.txt", "-o", run, "-q")
    (run / "index.html").unlink()
    done = jdclass("report", run)
    assert done.code == 0
    assert done.out.startswith("1 roles, 0 that could not be read, ")
    assert (run / "index.html").is_file()
    exported = jdclass("export", run)
    assert exported.out == (run / "reviews.jsonl").read_text(encoding="utf-8")
    table = tmp_path / "rows.csv"
    assert jdclass("export", run, "--format", "csv", "--output", table).out == ""
    assert table.read_text(encoding="utf-8-sig").startswith("kind,id,path,")


@pytest.mark.parametrize("command", ["report", "export"])
def test_a_folder_that_is_no_run(jdclass: Run, tmp_path: Path, command: str) -> None:
    done = jdclass(command, tmp_path)
    assert done.code == 1
    assert done.err == (
        f"jdclass: {tmp_path}/reviews.sqlite: there is no run store; `jdclass review INPUT -o {tmp_path}` makes one\n"
    )


def test_feedback_of_what_is_no_workbook(jdclass: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.xlsx"
    other.write_bytes(b"no workbook")
    done = jdclass("feedback", other, "--out", tmp_path / "gold.jsonl")
    assert done.code == 1
    assert "other.xlsx" in done.err


def test_feedback_of_an_empty_workbook_says_that_nothing_came(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    jdclass("review", demo / "head-of-transformation-jd.txt", "-o", run, "-q")
    done = jdclass("feedback", run / "review.xlsx", "-o", tmp_path / "gold.jsonl")
    assert done.code == 0
    assert done.out.startswith("Marks: 0. Roles on which reviewers are sure and agree: 0.")
    assert (tmp_path / "gold.jsonl").read_bytes() == b""


# evaluate, label, audit: the training side on the open corpus


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six roles of the open corpus."""
    path = tmp_path_factory.mktemp("corpus") / "roles.jsonl"
    lines = (TOP / "corpora" / "open" / "roles.jsonl").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[::30]) + "\n", encoding="utf-8")
    return path


def test_evaluate_reviews_gold_and_prints_the_figures(jdclass: Run, few: Path) -> None:
    done = jdclass("evaluate", few, "--json")
    assert done.code == 0
    figures = json.loads(done.out)
    assert figures["roles"] == 6
    assert figures["roles_without_review"] == 0
    assert figures["bad_offsets"] == 0


def test_evaluate_without_gold(jdclass: Run, tmp_path: Path) -> None:
    done = jdclass("evaluate", tmp_path / "nothing.jsonl")
    assert done.code == 1
    assert "nothing.jsonl: cannot be read" in done.err


def test_label_shows_coverage_and_writes_silver(jdclass: Run, few: Path, tmp_path: Path) -> None:
    out = tmp_path / "silver.jsonl"
    done = jdclass("label", few, "--gold", few, "--out", out)
    assert done.code == 0
    for heading in ("Votes of the lexicon", "Contrasts against gold (train)", "Patterns against gold (train)"):
        assert heading in done.out
    assert len(out.read_text(encoding="utf-8").splitlines()) == 6


def test_audit_draws_the_same_phrases_again(jdclass: Run, demo: Path, tmp_path: Path) -> None:
    path = demo / "vacancies-week-23.jsonl"
    first = jdclass("audit", "phrases", path, "--sample", 5)
    assert first.code == 0
    assert first.out.splitlines()[0] == "id,title,zone,orientation,contrast,phrase,line,right"
    assert len(first.out.splitlines()) == 6
    assert jdclass("audit", "phrases", path, "--sample", 5).out == first.out
    assert jdclass("audit", "phrases", path, "--sample", 5, "--out", tmp_path / "audit.csv").out == ""
    assert len((tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines()) == 6


def test_audit_draws_what_is_stated_and_denied(jdclass: Run, few: Path) -> None:
    rows = list(csv.DictReader(jdclass("audit", "stated", few, few, "--sample", 500).out.splitlines()))
    assert list(rows[0]) == ["id", "title", "zone", "what", "state", "quote", "line", "right"]
    assert {row["state"] for row in rows} <= {"stated", "stated_absent"}
    assert all(row["quote"] in row["line"] for row in rows)
    assert len({(row["what"], row["quote"], row["line"]) for row in rows}) == len(
        rows
    )  # though the documents were given twice


def test_audit_of_something_else(jdclass: Run, few: Path) -> None:
    assert jdclass("audit", "titles", few).code == 2


def test_train_without_what_it_needs(jdclass: Run, tmp_path: Path) -> None:
    done = jdclass("train", tmp_path / "nothing", "--out", tmp_path / "model")
    assert done.code == 1
    assert done.err.count("jdclass: ") == 1
    assert not (tmp_path / "model").exists()
    assert jdclass("train", tmp_path).code == 2
