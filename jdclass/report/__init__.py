"""Stored reviews to pages, a workbook and panel sheets; one writer a format, and none of them decides anything."""

from jdclass.report.write import ReportSummary, write_document_changes, write_reports, write_run_changes
from jdclass.wording import Finding, Wording, default_wording, finding, load_wording

__all__ = [
    "Finding",
    "ReportSummary",
    "Wording",
    "default_wording",
    "finding",
    "load_wording",
    "write_document_changes",
    "write_reports",
    "write_run_changes",
]
