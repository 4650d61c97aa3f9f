"""Reading: one file or record to role descriptions, contacts masked, with places and a receipt of how much was read."""

from jdclass.read.doors import can_read, read_bytes, read_path, read_record, read_text
from jdclass.read.facts import conflicts, missing_information
from jdclass.read.limits import DEFAULT_LIMITS, Limits

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
