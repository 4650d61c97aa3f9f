"""A fitted part of a model that is nothing but arrays, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from numpy.typing import NDArray

__all__ = ["ArrayFields"]


@dataclass(frozen=True, slots=True, eq=False)
class ArrayFields:
    """The base of a frozen dataclass whose fields are arrays."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All arrays by name, as `of` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """The part of some arrays by name. Raises KeyError for an absent one."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})
