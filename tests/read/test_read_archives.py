"""Files that hold others: exports as CSV and Excel, zip archives, mails and web archives."""

from __future__ import annotations

import struct
from email.message import EmailMessage

import pytest
import read_documents as made

from jdclass.document import Failure, RoleDescription
from jdclass.read import read_bytes

ROWS = [
    ("Reference", "Job Title", "Description", "Grade"),
    ("A1", "Clinic Coordinator", "Run the clinic.\nKeep the rota.", "Band 4"),
    ("A2", "Ward Manager", "", "7"),
    ("A3", "Porter", "Move patients.", ""),
]


def items(data: bytes, name: str) -> list[RoleDescription | Failure]:
    return list(read_bytes(data, name=name))


def as_csv(separator: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in ROWS).encode(encoding)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (as_csv(","), "export.csv"),
        (as_csv(";", "utf-8-sig"), "export.csv"),
        (as_csv("\t", "utf-16"), "export.tsv"),
        (made.to_xlsx(ROWS), "export.xlsx"),
        (made.to_xlsx(ROWS, shared=False), "export"),
        (made.to_xlsx([("Vacancies of week 23",), *ROWS]), "export.xlsx"),
    ],
)
def test_rows_of_an_export_are_roles(data: bytes, name: str) -> None:
    first, second, third = items(data, name)
    assert isinstance(first, RoleDescription)
    assert isinstance(second, Failure)
    assert isinstance(third, RoleDescription)
    assert (first.id, first.title, first.band) == ("A1", "Clinic Coordinator", "4")
    assert [block.text for block in first.blocks] == ["Run the clinic.", "Keep the rota."]
    assert (second.error, second.record) == ("BadRecordError", first.source.record + 1 if first.source.record else None)
    assert third.title == "Porter"


def test_an_export_without_a_text_column_says_what_it_found() -> None:
    (found,) = items(b"Name,Start\nPorter,May\n", "x.csv")
    assert isinstance(found, Failure)
    assert found.message == (
        "the table names no column of text: wanted a header with a column such as 'title' and one such as "
        "'description', found 'Name', 'Start'"
    )


def test_an_archive_gives_each_document_by_its_path() -> None:
    data = made.to_zip(
        {
            "b/porter.txt": b"Job title: Porter\nMove patients.",
            "a.jsonl": b'{"id": "x1", "title": "Clerk", "text": "File letters."}\n{"id": "x2"}',
            "empty.docx": b"",
            "__MACOSX/b/._porter.txt": b"junk",
            "inner.zip": made.to_zip({"cook.md": b"# Cook\n\nCooks for the wards."}),
        }
    )
    found = items(data, "all.zip")
    assert [
        (item.source.path, item.title) if isinstance(item, RoleDescription) else (item.path, item.error)
        for item in found
    ] == [
        ("all.zip/a.jsonl", "Clerk"),
        ("all.zip/a.jsonl", "BadRecordError"),
        ("all.zip/b/porter.txt", "Porter"),
        ("all.zip/empty.docx", "EmptyFileError"),
        ("all.zip/inner.zip/cook.md", "Cook"),
    ]


def mail(*, attach: bool) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "hr@dale.example", "JD for comment"
    message.set_content("Job title: Porter\nThe job description is attached. Contact Jane Okafor on 01632 960123.")
    if attach:
        message.add_attachment(
            b"Job title: Cook\nCooks for the wards.", maintype="text", subtype="plain", filename="cook.txt"
        )
        message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    return bytes(message)


def test_a_mail_gives_its_documents_or_else_its_text() -> None:
    (cook,) = items(mail(attach=True), "jd.eml")
    (porter,) = items(mail(attach=False), "jd.eml")
    assert isinstance(cook, RoleDescription)
    assert isinstance(porter, RoleDescription)
    assert (cook.title, cook.source.path) == ("Cook", "jd.eml/cook.txt")
    assert porter.title == "Porter"
    assert "Contact [name] on [phone]." in porter.blocks[-1].text


def test_a_web_archive_gives_its_page() -> None:
    page = made.to_html(made.document(made.roles()["digital-02"]))
    message = EmailMessage()
    message["MIME-Version"] = "1.0"
    message.set_content("x")
    message.make_related()
    message.add_related(page, subtype="html")
    (role,) = items(bytes(message), "saved.mht")
    assert isinstance(role, RoleDescription)
    assert (role.source.format, role.title) == ("mht", "Chief Information Officer")


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: streams in the root or one folder down ("folder/stream"), each of 4,096 bytes or more."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, int, int, int]] = []  # name, kind, child, start, size
    body, fat = b"", [fat_mark]
    order = [*folders, *[name for name in streams if "/" not in name], *[name for name in streams if "/" in name]]
    numbers = {name: number + 1 for number, name in enumerate(order)}
    for name in order:
        if name in folders:
            first = next(numbers[inner] for inner in order if inner.startswith(name + "/"))
            entries.append((name, 1, first, 0, 0))
            continue
        held = streams[name].ljust(4096, b"\0")
        size = len(held)
        held += b"\0" * (-len(held) % 512)
        start = len(fat)
        fat += [*range(start + 1, start + len(held) // 512), end]
        body += held
        entries.append((name.rpartition("/")[2], 2, free, start, size))
    top = [numbers[name] for name in order if "/" not in name]
    root = ("Root Entry", 5, top[0], end, 0)
    directory = b""
    for number, (name, kind, child, start, size) in enumerate([root, *entries]):
        full = order[number - 1] if number else ""
        siblings = top if "/" not in full else [numbers[n] for n in order if n.startswith(full.partition("/")[0] + "/")]
        later = siblings[siblings.index(number) + 1 :] if number else []
        label = name.encode("utf-16-le") + b"\0\0"
        directory += label.ljust(64, b"\0") + struct.pack("<HBB", len(label), kind, 1)
        directory += struct.pack("<III", free, later[0] if later else free, child) + bytes(36)
        directory += struct.pack("<IQ", start, size)
    directory += b"\0" * (-len(directory) % 512)
    begin = len(fat)
    fat += [*range(begin + 1, begin + len(directory) // 512), end]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    assert len(fat) <= 128
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIIII", 0, 1, begin, 0, 4096, end, 0, end, 0, 0) + b"\xff" * 432
    return head + table + body + directory


def test_an_outlook_mail_gives_its_documents_or_else_its_text() -> None:
    body = {
        "__properties_version1.0": b"x",
        "__substg1.0_1000001F": "Job title: Porter\nMove patients.".encode("utf-16-le"),
    }
    folder = "__attach_version1.0_#00000000"
    attached = {
        f"{folder}/__substg1.0_3707001F": "cook.txt".encode("utf-16-le"),
        f"{folder}/__substg1.0_37010102": b"Job title: Cook\nCooks for the wards." + b" " * 5000,
    }
    (porter,) = items(compound(body), "a.msg")
    (cook,) = items(compound({**body, **attached}), "a.msg")
    assert isinstance(porter, RoleDescription), porter
    assert isinstance(cook, RoleDescription), cook
    assert (porter.title, porter.source.format) == ("Porter", "eml")
    assert (cook.title, cook.source.path) == ("Cook", "a.msg/cook.txt")


def test_an_old_excel_file_is_named() -> None:
    (found,) = items(compound({"Workbook": b"x"}), "a.xls")
    assert isinstance(found, Failure)
    assert found.message == "an old Excel file (.xls): save it as .xlsx or .csv"
