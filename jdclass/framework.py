"""The names that everything else uses: orientations, contrasts and zones, read from `data/figure1.toml`.

They are data so that a second framework can stand in the place of Figure 1. Standard library only.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jdclass.errors import FrameworkError

__all__ = ["Contrast", "Framework", "Zone", "default_framework", "load_framework"]

DATA = Path(__file__).parent / "data"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Contrast:
    """One row of the figure: a key and the label of each orientation's side."""

    key: str
    sides: tuple[tuple[str, str], ...]  # (orientation, label), in the framework's order

    def label(self, orientation: str) -> str:
        """The wording of one side. Raises KeyError for an orientation that the framework does not have."""
        return dict(self.sides)[orientation]


@dataclass(frozen=True, slots=True)
class Zone:
    """A kind of line: `counted` lines decide about the duties, `shown` lines have their phrases shown."""

    key: str
    label: str
    counted: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Framework:
    """Orientations, contrasts and zones, in the order of the file."""

    name: str
    title: str
    source: str
    orientations: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    zones: tuple[Zone, ...]

    @property
    def contrast_keys(self) -> tuple[str, ...]:
        return tuple(contrast.key for contrast in self.contrasts)

    @property
    def zone_keys(self) -> tuple[str, ...]:
        return tuple(zone.key for zone in self.zones)

    @property
    def shown_zones(self) -> frozenset[str]:
        return frozenset(zone.key for zone in self.zones if zone.shown)

    @property
    def counted_zones(self) -> frozenset[str]:
        return frozenset(zone.key for zone in self.zones if zone.counted)

    def contrast(self, key: str) -> Contrast:
        """The contrast of that key. Raises KeyError where the framework has none."""
        for contrast in self.contrasts:
            if contrast.key == key:
                return contrast
        raise KeyError(key)


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise FrameworkError(f"{where}: {key!r} must be a text, got {value!r}")
    return value


def _flag(table: dict[str, Any], key: str, where: str) -> bool:
    value = table.get(key)
    if not isinstance(value, bool):
        raise FrameworkError(f"{where}: {key!r} must be true or false, got {value!r}")
    return value


def _unique(keys: list[str], what: str, path: Path) -> None:
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise FrameworkError(f"{path}: {what} {doubled[0]!r} stands twice")


def load_framework(path: Path | str | None = None) -> Framework:
    """Read a framework file, by default Figure 1.

    Raises FrameworkError if the file is absent, is no TOML, names a key twice, or leaves a label out.
    """
    path = DATA / "figure1.toml" if path is None else Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FrameworkError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FrameworkError(f"{path}: is no TOML file: {error}") from error
    if table.get("format") != FORMAT:
        raise FrameworkError(f"{path}: format {table.get('format')!r}, wanted {FORMAT}")
    orientations = table.get("orientations")
    if orientations != ["leadership", "management"]:
        # The review record names its fields after these two; a framework may reword the rows, not the axis.
        raise FrameworkError(f"{path}: orientations {orientations!r}, wanted ['leadership', 'management']")
    contrasts = []
    for number, row in enumerate(table.get("contrast", ()), 1):
        where = f"{path}: contrast {number}"
        contrasts.append(Contrast(_text(row, "key", where), tuple((o, _text(row, o, where)) for o in orientations)))
    zones = []
    for number, row in enumerate(table.get("zone", ()), 1):
        where = f"{path}: zone {number}"
        zones.append(
            Zone(
                _text(row, "key", where),
                _text(row, "label", where),
                _flag(row, "counted", where),
                _flag(row, "shown", where),
            )
        )
    if not contrasts or not zones:
        raise FrameworkError(f"{path}: has {len(contrasts)} contrasts and {len(zones)} zones, wanted some of both")
    _unique([contrast.key for contrast in contrasts], "contrast", path)
    _unique([zone.key for zone in zones], "zone", path)
    return Framework(
        _text(table, "name", str(path)),
        _text(table, "title", str(path)),
        _text(table, "source", str(path)),
        tuple(orientations),
        tuple(contrasts),
        tuple(zones),
    )


@cache
def default_framework() -> Framework:
    """Figure 1, read once a process."""
    return load_framework()
