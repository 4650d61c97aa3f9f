"""Plain functions over stored reviews: what a folder shows that no single document does. Nothing here decides."""

from jdclass.across.changes import (
    DocumentChanges,
    LineChange,
    MovedFinding,
    Piece,
    RunChanges,
    compare_documents,
    compare_runs,
)
from jdclass.across.criteria import CriteriaTrace, Criterion, DutyLink, essential_lines, trace
from jdclass.across.profiles import Borrowed, ProfileIndex, ProfileText, find_borrowed, index_profiles
from jdclass.across.twins import TitleGroup, TwinPhrase, TwinRole, find_twins, title_key, twin_role

__all__ = [
    "Borrowed",
    "CriteriaTrace",
    "Criterion",
    "DocumentChanges",
    "DutyLink",
    "LineChange",
    "MovedFinding",
    "Piece",
    "ProfileIndex",
    "ProfileText",
    "RunChanges",
    "TitleGroup",
    "TwinPhrase",
    "TwinRole",
    "compare_documents",
    "compare_runs",
    "essential_lines",
    "find_borrowed",
    "find_twins",
    "index_profiles",
    "title_key",
    "trace",
    "twin_role",
]
