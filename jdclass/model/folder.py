"""The model folder: data, never code. A manifest with a format number and the sha256 of every file, plain `.npy`
arrays, snapshots of the data files, and a card for people.

The manifest is read and checked first, every file against its hash next, and only then is an array opened (memory
mapped, `allow_pickle=False`), so that a changed byte is refused by the file's name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from jdclass.document import ModelName
from jdclass.errors import ModelError
from jdclass.framework import DATA, Framework, load_framework
from jdclass.lexicon import Collisions, Lexicon, LexiconMatcher, load_collisions, load_lexicon
from jdclass.lexicon.headings import Headings, load_headings
from jdclass.lexicon.titles import Titles, load_titles
from jdclass.model.arrays import arrays_of, kind_of, rebuild
from jdclass.model.judging import ContrastClassifier, PhraseJudge
from jdclass.model.labelling import Labellers
from jdclass.model.scoring import LEVELS, DutiesClassifier, MatchScorer
from jdclass.model.tagging import PhraseTagger
from jdclass.model.zones import ZoneClassifier

__all__ = [
    "CARD",
    "DEFAULT_MODEL",
    "FORMAT",
    "MANIFEST",
    "FamilyUsual",
    "Model",
    "Settings",
    "find_model",
    "known_models",
    "load_model",
    "read_manifest",
    "save_model",
]

FORMAT = 1
MANIFEST = "manifest.json"
CARD = "CARD.md"
DEFAULT_MODEL = "nhs"

#: What a manifest says of its model besides the format.
_FIELDS = ("name", "version", "estimators", "parameters", "settings", "families", "training", "files")

#: Snapshots that the folder carries, by their file names in `jdclass/data/`.
DATA_FILES = ("figure1.toml", "headings.csv", "lexicon.csv", "collisions.csv", "titles.csv")


@dataclass(frozen=True, slots=True)
class Settings:
    """The limits that were chosen when the model was trained.

    `thin_from`: a document is too little to tell from this probability on that its duties lines hold fewer than
    LEAST_WORDS words. `cover`: the probability that the interval of
    the match is to hold. `least_phrases`: counted phrases that make a contrast assessable.
    """

    threshold: float
    thin_from: float
    cover: float
    least_phrases: int = 2


@dataclass(frozen=True, slots=True)
class FamilyUsual:
    """What the reference adverts of a title family state: number, mean shares, and the 10 and 90% quantiles."""

    n: int
    leadership: float
    management: float
    leadership_low: float
    leadership_high: float
    management_low: float
    management_high: float


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model: the data files it was trained with (or those given in their place) and its classifiers."""

    name: ModelName
    framework: Framework
    headings: Headings
    lexicon: Lexicon
    collisions: Collisions
    titles: Titles
    matcher: LexiconMatcher
    labellers: Labellers
    duties: DutiesClassifier
    match: MatchScorer
    settings: Settings
    families: Mapping[str, FamilyUsual]
    folder: Path | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _estimators(labellers: Labellers, duties: DutiesClassifier, match: MatchScorer) -> dict[str, Any]:
    return {
        "zones.own": labellers.zones.own_,
        "zones.context": labellers.zones.context_,
        "tagger": labellers.tagger.classifier_,
        "judge.scaler": labellers.judge.scaler_,
        "judge.classifier": labellers.judge.classifier_,
        "contrasts": labellers.contrasts.classifier_,
        "duties": duties.pipeline_,
        **{f"match.step{number}": step for number, step in enumerate(match.steps_)},
        "match.verdict": match.verdict_,
        **({} if labellers.tagger.network_ is None else {"network": labellers.tagger.network_}),
        **({} if labellers.zones.network_ is None else {"zones.network": labellers.zones.network_}),
        **({} if duties.words_ is None else {"duties.words": duties.words_}),
    }


def save_model(
    folder: Path,
    *,
    name: str,
    version: str,
    labellers: Labellers,
    duties: DutiesClassifier,
    match: MatchScorer,
    settings: Settings,
    families: Mapping[str, FamilyUsual],
    data_files: Mapping[str, Path],
    training: Mapping[str, Any],
    card: str,
    trained: str | None = None,
) -> None:
    """Write a model folder; one that stands there already is replaced when the new one is whole.

    `data_files` gives a path for each of DATA_FILES; `training` is what the manifest tells of data and figures;
    `trained` is the ISO day for the manifest's `date`, None for a manifest without one.
    """
    whole = folder.with_name(folder.name + ".partial")
    shutil.rmtree(whole, ignore_errors=True)
    (whole / "arrays").mkdir(parents=True)
    (whole / "data").mkdir()
    estimators = _estimators(labellers, duties, match)
    kinds = {slot: kind_of(estimator) for slot, estimator in estimators.items()}
    for slot, estimator in estimators.items():
        for array, values in arrays_of(estimator).items():
            np.save(whole / "arrays" / f"{slot}.{array}.npy", np.ascontiguousarray(values), allow_pickle=False)
    np.save(whole / "arrays" / "moves.npy", labellers.tagger.moves_, allow_pickle=False)
    for file in DATA_FILES:
        shutil.copyfile(data_files[file], whole / "data" / file)
    (whole / CARD).write_text(card, encoding="utf-8")
    files = {path.relative_to(whole).as_posix(): _sha256(path) for path in sorted(whole.rglob("*")) if path.is_file()}
    parameters = {
        "zones": labellers.zones.get_params(),
        "tagger": labellers.tagger.get_params(),
        "judge": labellers.judge.get_params(),
        "contrasts": labellers.contrasts.get_params(),
        "duties": duties.get_params(),
        "match": match.get_params(),
    }
    manifest = {
        "format": FORMAT,
        "name": name,
        "version": version,
        **({} if trained is None else {"date": trained}),
        "framework": labellers.framework.name,
        "zones": list(labellers.framework.zone_keys),
        "contrasts": list(labellers.framework.contrast_keys),
        "estimators": kinds,
        "parameters": parameters,
        "settings": {
            "threshold": settings.threshold,
            "thin_from": settings.thin_from,
            "cover": settings.cover,
            "least_phrases": settings.least_phrases,
        },
        "families": {
            family: {
                "n": usual.n,
                "leadership": usual.leadership,
                "management": usual.management,
                "leadership_low": usual.leadership_low,
                "leadership_high": usual.leadership_high,
                "management_low": usual.management_low,
                "management_high": usual.management_high,
            }
            for family, usual in sorted(families.items())
        },
        "training": dict(training),
        "files": files,
    }
    (whole / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    whole.rename(folder)


def _homes() -> tuple[Path, Path]:
    """Where models are found by name: in the package (the wheel packs them there), then beside it in a checkout."""
    package = DATA.parent
    return package / "models", package.parent / "models"


def known_models() -> tuple[Path, ...]:
    """The folders of all models that `find_model` finds by name, in order of name."""
    found: dict[str, Path] = {}
    for home in _homes():
        for manifest in home.glob(f"*/{MANIFEST}"):
            found.setdefault(manifest.parent.name, manifest.parent)
    return tuple(found[name] for name in sorted(found))


def find_model(model: str | Path | None = None) -> Path:
    """The folder of a model given by path or by name: the packed models, else the checkout's `models/`.

    Raises ModelError naming the places that were looked at.
    """
    given = DEFAULT_MODEL if model is None else model
    places = [home / str(given) for home in _homes()]
    if model is not None:
        places.insert(0, Path(given))
    for place in places:
        if (place / MANIFEST).is_file():
            return place
    raise ModelError(f"no model {str(given)!r}: no {MANIFEST} in {', '.join(str(place) for place in places)}")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, every file held against its hash.

    Raises ModelError where it is absent, of another format, or a file is absent or changed.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ModelError(f"{path}: is no JSON: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        came = manifest.get("format") if isinstance(manifest, dict) else manifest
        raise ModelError(f"{path}: format {came!r}, wanted {FORMAT}")
    absent = [field for field in _FIELDS if field not in manifest]
    if absent:
        raise ModelError(f"{path}: has no {absent[0]!r}; wanted {', '.join(_FIELDS)}")
    _check_date(manifest.get("date"), path)
    for file, wanted in manifest["files"].items():
        try:
            got = _sha256(folder / file)
        except OSError as error:
            raise ModelError(f"{folder / file}: cannot be read: {error.strerror}") from error
        if got != wanted:
            raise ModelError(f"{folder / file}: has been changed: sha256 {got[:12]}, the manifest says {wanted[:12]}")
    return manifest


def _check_date(given: object, path: Path) -> None:
    """A manifest's date is an ISO day; one of before there were dates has none."""
    if given is None:
        return
    try:
        right = isinstance(given, str) and date.fromisoformat(given).isoformat() == given
    except ValueError:
        right = False
    if not right:
        raise ModelError(f"{path}: date is {given!r}, wanted a day such as 2026-02-01")


def load_model(
    model: str | Path | None = None,
    *,
    lexicon: Path | str | None = None,
    collisions: Path | str | None = None,
    titles: Path | str | None = None,
) -> Model:
    """Load a model folder (see `find_model`), with other data files in place of its own where they are given.

    Raises ModelError for a folder that is absent, of another format or changed, LexiconError for a data file.
    """
    folder = find_model(model)
    manifest = read_manifest(folder)
    data = folder / "data"
    framework = load_framework(data / "figure1.toml")
    own_lexicon = load_lexicon(data / "lexicon.csv" if lexicon is None else lexicon, framework=framework)
    own_collisions = load_collisions(data / "collisions.csv" if collisions is None else collisions)
    try:
        parts = {slot: _estimator(folder, slot, kind) for slot, kind in manifest["estimators"].items()}
        parameters, settings = manifest["parameters"], Settings(**manifest["settings"])
        labellers = Labellers(
            framework,
            ZoneClassifier(**parameters["zones"]),
            PhraseTagger(**parameters["tagger"]),
            PhraseJudge(**parameters["judge"]),
            ContrastClassifier(**parameters["contrasts"]),
            settings.threshold,
        )
        labellers.zones.own_, labellers.zones.context_ = parts["zones.own"], parts["zones.context"]
        labellers.zones.classes_ = parts["zones.own"].classes_
        labellers.zones.network_ = parts.get("zones.network")
        labellers.tagger.classifier_ = parts["tagger"]
        labellers.tagger.moves_ = np.load(folder / "arrays" / "moves.npy", allow_pickle=False)
        labellers.tagger.network_ = parts.get("network")
        labellers.judge.scaler_, labellers.judge.classifier_ = parts["judge.scaler"], parts["judge.classifier"]
        labellers.contrasts.classifier_ = parts["contrasts"]
        labellers.contrasts.classes_ = parts["contrasts"].classes_
        duties, match = DutiesClassifier(**parameters["duties"]), MatchScorer(**parameters["match"])
        duties.pipeline_, duties.words_ = parts["duties"], parts.get("duties.words")
        match.steps_ = [parts[f"match.step{number}"] for number in range(len(LEVELS) - 1)]
        match.verdict_ = parts["match.verdict"]
        families = {family: FamilyUsual(**usual) for family, usual in manifest["families"].items()}
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder / MANIFEST}: does not describe a model of format {FORMAT}: {error}") from error
    return Model(
        ModelName(manifest["name"], manifest["version"], _sha256(folder / MANIFEST), manifest.get("date")),
        framework,
        load_headings(data / "headings.csv", framework=framework),
        own_lexicon,
        own_collisions,
        load_titles(data / "titles.csv" if titles is None else titles),
        LexiconMatcher(own_lexicon, own_collisions),
        labellers,
        duties,
        match,
        settings,
        families,
        folder,
        manifest["training"],
    )


def _estimator(folder: Path, slot: str, kind: str) -> Any:
    paths = sorted((folder / "arrays").glob(f"{slot}.*.npy"))
    return rebuild(
        kind,
        {path.name[len(slot) + 1 : -4]: np.load(path, mmap_mode="r", allow_pickle=False) for path in paths},
    )
