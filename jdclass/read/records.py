"""JSON records: plain `{"id", "title", "text"}` and schema.org JobPosting, one or many in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from jdclass.document import Fact, RoleDescription
from jdclass.read.build import build_role
from jdclass.read.failures import BadRecordError, LimitError
from jdclass.read.limits import DEFAULT_LIMITS, Limits
from jdclass.read.markup import looks_like_html, read_html, unescape_html
from jdclass.read.pieces import Reading
from jdclass.read.plain import read_plain

__all__ = ["read_record", "records_of"]


def _text_of(value: Any) -> str | None:
    """A field as text: texts and numbers themselves, of an object its name or value, of a list its first."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return _text_of(value.get("name")) or _text_of(value.get("value")) or _text_of(value.get("@id"))
    if isinstance(value, list) and value:
        return _text_of(value[0])
    return None


def _place_of(record: Mapping[str, Any]) -> str | None:
    """The town of a JobPosting's jobLocation."""
    where = record.get("jobLocation")
    if isinstance(where, list):
        where = where[0] if where else None
    if not isinstance(where, Mapping):
        return _text_of(where)
    address = where.get("address")
    if isinstance(address, Mapping):
        return _text_of(address.get("addressLocality")) or _text_of(address.get("addressRegion"))
    return _text_of(address) or _text_of(where.get("name"))


#: Fields that hold the document, in the order in which they are looked for.
_TEXTS = ("text", "description", "body", "job_description", "jobDescription", "content")
_MORE = ("responsibilities", "qualifications", "skills", "experienceRequirements", "educationRequirements")


def record_reading(record: Mapping[str, Any], *, format: str, limits: Limits) -> Reading:
    """The text of a record as a reading. Raises BadRecordError for a record without text, LimitError."""
    name, text = next(((name, record[name]) for name in _TEXTS if isinstance(record.get(name), str)), (None, None))
    if text is None and isinstance(record.get("lines"), list):
        lines = [line.get("text") if isinstance(line, Mapping) else line for line in record["lines"]]
        text = "\n".join(line for line in lines if isinstance(line, str))
    if text is None or not text.strip():
        known = ", ".join(sorted(str(key) for key in record)[:8]) or "none"
        raise BadRecordError(f"the record holds no text: wanted a field 'text' or 'description', found {known}")
    # A record may split one document over several fields.
    if name == "description" and record.get("@type") == "JobPosting":
        more = [record[key] for key in _MORE if isinstance(record.get(key), str) and record[key] not in text]
        text = "<br>".join([text, *more]) if more else text
    text = unescape_html(text)
    if looks_like_html(text):
        return read_html(text, fragment=True, format=format, limits=limits)
    return read_plain(text, format=format, limits=limits)


def read_record(
    record: Mapping[str, Any],
    *,
    path: str | None = None,
    number: int | None = None,
    sha256: str | None = None,
    title: str | None = None,
    keep_contacts: bool = False,
    format: str = "json",
    limits: Limits = DEFAULT_LIMITS,
) -> RoleDescription:
    """A plain record or a JobPosting to a role description. Raises DocumentError, such as for a record without text.

    `path` and `number` say where it came from, `sha256` is of its bytes (of its JSON where None). Its id is its field
    `id` or `identifier`, else made of `path` and `number`.
    """
    if not isinstance(record, Mapping):
        raise BadRecordError(f"a record is an object with fields, this is {_json_kind(record)}")
    reading = record_reading(record, format=format, limits=limits)
    name = _text_of(record.get("id")) or _text_of(record.get("identifier"))
    warnings = []
    field_title = _text_of(record.get("title"))
    if field_title is None:
        field_title = _text_of(record.get("job_title")) or _text_of(record.get("jobTitle"))
    if field_title is None and title is None:
        warnings.append("the record has no title")
    if (base := _place_of(record) or _text_of(record.get("location"))) is not None:
        reading.facts.append(Fact("base", base, "field of the record"))
    for field, fact in (("salary", "salary"), ("department", "department"), ("reference", "reference")):
        if (value := _text_of(record.get(field))) is not None:
            reading.facts.append(Fact(fact, value[:200], "field of the record"))
    if sha256 is None:
        sha256 = hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()
    return build_role(
        reading,
        id=name or (f"{path or 'record'}:{number}" if number is not None else path or f"record-{sha256[:12]}"),
        path=path,
        record=number,
        sha256=sha256,
        title=title,
        field_title=field_title,
        employer=_text_of(record.get("employer")) or _text_of(record.get("hiringOrganization")),
        band=_text_of(record.get("band")),
        keep_contacts=keep_contacts,
        warnings=warnings,
    )


def _json_kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def parse_json(data: bytes | str) -> Any:
    """JSON to Python values. Raises ValueError, also for what nests too deeply to be read."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def records_of(value: Any, *, limits: Limits) -> Iterator[Any]:
    """The records of a parsed JSON file: itself, its items, or those of a list in a field of an only object."""
    if isinstance(value, Mapping) and not any(isinstance(value.get(name), str) for name in _TEXTS):
        for name in ("@graph", "records", "jobs", "vacancies", "results", "items", "data"):
            if isinstance(value.get(name), list):
                value = value[name]
                break
    if isinstance(value, list):
        if len(value) > limits.rows:
            raise LimitError(f"{len(value):,} records in one list; the limit is {limits.rows:,}")
        yield from value
    else:
        yield value
