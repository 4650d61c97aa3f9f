from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import hostile
import pytest
from hypothesis import settings
from made_reviews import made

from jdclass.across import ProfileText
from jdclass.document import Failure
from jdclass.report import write_reports

# A busy machine is no fault of the code.
settings.register_profile("report", deadline=None)
settings.load_profile("report")

# matplotlib's font cache, made once a session and not in the home of whoever runs the tests.
os.environ.setdefault("MPLCONFIGDIR", str(Path(__file__).parent / "__pycache__"))


ROLES = 40


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of the first roles of the open corpus and two failures."""
    folder = tmp_path_factory.mktemp("runs") / "Adverts of week 23"
    write_reports(
        folder,
        made(ROLES),
        [
            Failure("scan.pdf", None, "ScannedError", "scanned, needs OCR"),
            Failure("a.jsonl", 3, "DocumentError", "no text"),
        ],
        profiles=[ProfileText("profile.txt", ("Hold a budget of £1.4m and explain any variance each month",))],
        made=date(2026, 3, 2),
    )
    return folder


@pytest.fixture(scope="session")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of six roles, for what reads the workbook again and again."""
    folder = tmp_path_factory.mktemp("runs") / "six"
    write_reports(folder, made(6), [])
    return folder


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of roles whose every text tries to do harm."""
    folder = tmp_path_factory.mktemp("runs") / '<b>"hostile"'
    write_reports(
        folder,
        hostile.reviews(),
        [hostile.FAILURE],
        profiles=[ProfileText("<i>profile</i>", ("Lead mark script document title run script the service",))],
    )
    return folder


@pytest.fixture(scope="session")
def empty_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of a folder without a document."""
    folder = tmp_path_factory.mktemp("runs") / "empty"
    write_reports(folder, [], [])
    return folder


@pytest.fixture(scope="session")
def single_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of a folder with one document and no failure."""
    folder = tmp_path_factory.mktemp("runs") / "single"
    write_reports(folder, made(1), [])
    return folder
