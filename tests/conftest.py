"""What the tests of several rooms share: the shipped model, loaded once, and the demo documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from jdclass.review import Reviewer

# A busy machine is no fault of the code: what is tested is what comes out, never how long it took.
settings.register_profile("jdclass", deadline=None)
settings.load_profile("jdclass")

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def reviewer() -> Reviewer:
    """A reviewer with the shipped model."""
    from jdclass.review import load

    return load()


@pytest.fixture(scope="session")
def demo() -> Path:
    """The folder of demo documents."""
    return REPOSITORY / "corpora" / "demo"
