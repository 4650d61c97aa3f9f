"""Reading: one file or record to role descriptions, contacts masked, with places and a receipt of how much was read.

Each name is fetched from its own module when it is first used: who has a child process read needs no reader himself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jdclass.read.doors import read_bytes, read_path, read_record, read_text
    from jdclass.read.facts import conflicts, missing_information
    from jdclass.read.limits import DEFAULT_LIMITS, Limits
    from jdclass.read.names import can_read

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "can_read",
    "conflicts",
    "missing_information",
    "read_bytes",
    "read_path",
    "read_record",
    "read_text",
]

_HOMES = {
    "doors": ("read_bytes", "read_path", "read_record", "read_text"),
    "facts": ("conflicts", "missing_information"),
    "limits": ("DEFAULT_LIMITS", "Limits"),
    "names": ("can_read",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value
