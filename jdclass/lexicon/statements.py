"""The ten things that a document can state about what a title's rank word promises; unordered, no rungs."""

from __future__ import annotations

from types import MappingProxyType

__all__ = ["STATEMENTS"]

#: Key to label; the label follows "The document says that the post ...".
STATEMENTS = MappingProxyType(
    {
        "supervises": "supervises others",
        "allocates_work": "allocates or runs work day to day",
        "line_manages": "line-manages staff",
        "appraises": "appraises staff",
        "holds_budget": "holds a budget",
        "recruits": "recruits staff",
        "policy": "sets or implements policy",
        "sets_direction": "sets direction",
        "leads_change": "leads change",
        "deputises": "deputises for a manager or leader",
    }
)
