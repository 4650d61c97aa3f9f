"""The model folder: what is written comes back the same, and what is not whole is refused by name."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from jdclass.document import Review
from jdclass.errors import CorpusError, LexiconError, ModelError
from jdclass.framework import DATA
from jdclass.learn.train import training_day
from jdclass.model.arrays import KINDS, rebuild
from jdclass.model.folder import (
    CARD,
    DATA_FILES,
    MANIFEST,
    Model,
    find_model,
    known_models,
    load_model,
    read_manifest,
    save_model,
)
from jdclass.review import Reviewer

TEXT = "Main duties\nLine manage the team of eight nurses.\nSet the vision of the service.\nHold the budget."


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped model's folder, to be spoilt."""
    return Path(shutil.copytree(find_model(), tmp_path / "model"))


def forge(folder: Path, **changes: object) -> None:
    """Change fields of the manifest, as a person or a broken tool might."""
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest.update(changes)
    path.write_text(json.dumps(manifest), encoding="utf-8")


def save(model: Model, folder: Path) -> None:
    """Write a model again from what is in memory."""
    assert model.folder is not None
    save_model(
        folder,
        name=model.name.name,
        version=model.name.version,
        labellers=model.labellers,
        duties=model.duties,
        match=model.match,
        settings=model.settings,
        families=model.families,
        data_files={name: model.folder / "data" / name for name in DATA_FILES},
        training=model.figures,
        card=(model.folder / CARD).read_text(encoding="utf-8"),
        trained=model.name.date,
    )


# The shipped model


def test_the_shipped_model_is_found_by_name_by_folder_and_without_either() -> None:
    folder = find_model()
    assert folder.name == "nhs"
    assert find_model("nhs") == folder
    assert find_model(folder) == folder
    assert find_model(str(folder)) == folder
    assert folder in known_models()


def test_the_shipped_model_is_whole_and_small() -> None:
    folder = find_model()
    manifest = read_manifest(folder)
    assert manifest["format"] == 1
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {MANIFEST, *manifest["files"]}
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 20_000_000


def test_a_model_is_data_and_no_code() -> None:
    """No pickle anywhere: every array opens with allow_pickle=False, and there is nothing but data files besides."""
    for path in find_model().rglob("*"):
        if path.suffix == ".npy":
            assert np.load(path, allow_pickle=False).dtype.kind in "fiu"
        elif path.is_file():
            assert path.suffix in {".json", ".md", ".csv", ".toml"}


def test_the_card_says_what_it_must() -> None:
    card = (find_model() / CARD).read_text(encoding="utf-8")
    for said in ("No HR professional", "Not for", "banding", "jdclass train"):
        assert said in card


# Written and read back


def test_a_model_written_again_reviews_the_same_and_has_the_same_bytes(tmp_path: Path, reviewer: Reviewer) -> None:
    save(reviewer.parts, tmp_path / "again")
    again = load_model(tmp_path / "again")
    assert again.name == reviewer.model
    first, second = read_manifest(find_model()), read_manifest(tmp_path / "again")
    assert first == second
    review = reviewer.review(title="Lead Nurse", text=TEXT)
    assert Reviewer(again).review(title="Lead Nurse", text=TEXT) == review
    assert review.phrases


def test_an_older_model_in_the_way_is_replaced_whole(tmp_path: Path, reviewer: Reviewer) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "left-over.npy").write_bytes(b"old")
    save(reviewer.parts, folder)
    assert not (folder / "left-over.npy").exists()
    assert not folder.with_name("model.partial").exists()
    load_model(folder)


def test_arrays_are_mapped_and_not_copied(reviewer: Reviewer) -> None:
    """Workers share the pages of one file."""
    coefficients = reviewer.parts.labellers.tagger.classifier_.coef_
    assert isinstance(coefficients, np.memmap)
    assert not coefficients.flags.writeable


# The day that it was trained


def test_the_record_says_of_which_day_the_model_is(reviewer: Reviewer) -> None:
    date.fromisoformat(str(reviewer.model.date))
    assert read_manifest(find_model())["date"] == reviewer.model.date
    record = reviewer.review(title="Lead Nurse", text=TEXT).to_dict()
    assert record["model"]["date"] == reviewer.model.date
    assert Review.from_dict(record).model == reviewer.model


def test_a_manifest_of_before_there_were_dates_is_read(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    del manifest["date"]
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    name = load_model(copy).name
    assert name.date is None
    assert sorted(name.to_dict()) == ["name", "sha256", "version"]


@pytest.mark.parametrize("given", ["spring", "22/11/2026", "20261122", "2026-02-30", 2026, ["2026-11-22"]])
def test_a_date_that_is_none(copy: Path, given: object) -> None:
    forge(copy, date=given)
    with pytest.raises(ModelError, match=rf"manifest\.json: date is {re.escape(repr(given))}, wanted a day such as "):
        load_model(copy)


def test_the_day_of_training_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "951825600")
    assert training_day() == date(2000, 2, 29)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    with pytest.raises(CorpusError, match="SOURCE_DATE_EPOCH is 'today', wanted seconds since 1970"):
        training_day()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert abs(training_day() - datetime.now(UTC).date()) <= timedelta(days=1)


# Refused by name


@pytest.mark.parametrize("file", ["arrays/tagger.coef.npy", "data/lexicon.csv", "CARD.md"])
def test_a_changed_byte_is_refused_by_the_files_name(copy: Path, file: str) -> None:
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    with pytest.raises(ModelError, match=rf"{file}: has been changed: sha256 [0-9a-f]{{12}}, the manifest says"):
        load_model(copy)


def test_a_missing_file_is_refused_by_its_name(copy: Path) -> None:
    (copy / "arrays" / "moves.npy").unlink()
    with pytest.raises(ModelError, match=r"arrays/moves\.npy: cannot be read: No such file or directory"):
        load_model(copy)


def test_another_format(copy: Path) -> None:
    forge(copy, format=2)
    with pytest.raises(ModelError, match=r"manifest\.json: format 2, wanted 1"):
        load_model(copy)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON: "),
        ("[]", r"format \[\], wanted 1"),
        ("7", "format 7, wanted 1"),
        ("{}", "format None, wanted 1"),
    ],
)
def test_a_manifest_that_is_none(copy: Path, content: str, said: str) -> None:
    (copy / MANIFEST).write_text(content)
    with pytest.raises(ModelError, match=rf"manifest\.json: {said}"):
        load_model(copy)


@pytest.mark.parametrize("field", ["settings", "parameters", "families", "estimators", "files", "name"])
def test_a_manifest_without_a_field(copy: Path, field: str) -> None:
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    del manifest[field]
    (copy / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError, match=rf"manifest\.json: .*'{field}'"):
        load_model(copy)


def test_an_estimator_of_another_kind_is_never_built(copy: Path) -> None:
    manifest = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    forge(copy, estimators={**manifest["estimators"], "tagger": "os.system"})
    with pytest.raises(ModelError, match=r"estimator of kind 'os\.system', wanted one of \['logistic_regression', "):
        load_model(copy)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_estimator_that_lacks_an_array(kind: str) -> None:
    with pytest.raises(ModelError, match=f"estimator of kind '{kind}' lacks the array '"):
        rebuild(kind, {})


def test_no_model_at_all_names_the_places(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        find_model("nosuch")
    assert str(caught.value).startswith("no model 'nosuch': no manifest.json in nosuch, ")
    assert str(DATA.parent / "models" / "nosuch") in str(caught.value)
    with pytest.raises(ModelError, match="no model"):
        load_model(tmp_path)


# Data files in place of the model's own


def test_other_data_files_make_another_fingerprint_and_the_same_model(tmp_path: Path, reviewer: Reviewer) -> None:
    from jdclass.review import load

    folder = find_model()
    text = (folder / "data" / "lexicon.csv").read_bytes()
    (tmp_path / "lexicon.csv").write_bytes(text + b"# a remark\n")
    other = load(lexicon=tmp_path / "lexicon.csv")
    assert other.fingerprint != reviewer.fingerprint
    assert other.model == reviewer.model
    assert other.review(title="Lead Nurse", text=TEXT) == reviewer.review(title="Lead Nurse", text=TEXT)
    assert load().fingerprint == reviewer.fingerprint


def test_titles_of_ones_own_decide_the_claim(tmp_path: Path, reviewer: Reviewer) -> None:
    from jdclass.review import load

    source = (DATA / "titles.csv").read_text(encoding="utf-8-sig")
    rows = [line for line in source.splitlines() if not line.lower().startswith("rank,lead,")]
    assert len(rows) == len(source.splitlines()) - 1
    mine = tmp_path / "titles.csv"
    mine.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert reviewer.review(title="Lead Nurse", text=TEXT).claim.orientation == "leadership"
    assert load(titles=mine).review(title="Lead Nurse", text=TEXT).claim.orientation == "neither"


def test_a_data_file_that_does_not_hold(tmp_path: Path) -> None:
    mine = tmp_path / "collisions.csv"
    mine.write_text("forms,reason,example\nward round,,\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"collisions\.csv:2: reason is empty"):
        load_model(collisions=mine)
