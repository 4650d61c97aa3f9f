#!/usr/bin/env python3
"""Write tests/read/data: authored job descriptions as Word files, and as LibreOffice converts them.

    python tests/read/make_read_data.py       needs python-docx and LibreOffice (Debian: libreoffice-writer)

The files are committed, so that the tests need neither.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import read_documents as made

#: Ending, filter for LibreOffice, name of the file.
CONVERSIONS = (
    ("odt", "odt", "{id}.odt"),
    ("rtf", "rtf", "{id}.rtf"),
    ("doc", "doc:MS Word 97", "{id}.doc"),
    ("pdf", 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}', "{id}-tagged.pdf"),
    ("pdf", 'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"false"}}', "{id}-untagged.pdf"),
)


def convert(source: Path, folder: Path) -> None:
    """One Word file to every format of CONVERSIONS."""
    with tempfile.TemporaryDirectory() as scratch:
        for ending, how, name in CONVERSIONS:
            profile = f"-env:UserInstallation=file://{scratch}/profile"
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", how, "--outdir", scratch, str(source)],
                check=True,
                capture_output=True,
                timeout=300,
            )
            shutil.move(f"{scratch}/{source.stem}.{ending}", folder / name.format(id=source.stem))


def make_encrypted(folder: Path) -> None:
    """A Word file and a PDF that want a password, "secret". Needs msoffcrypto-tool as well.

    encrypted.odt was saved by hand in LibreOffice with the same password, as its converter takes none.
    """
    import docx
    import msoffcrypto

    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "encrypted.docx"
        word = docx.Document()
        word.add_paragraph("Job title: Ward Manager")
        word.save(str(plain))
        how = 'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":'
        subprocess.run(
            [
                *("soffice", f"-env:UserInstallation=file://{scratch}/profile", "--headless", "--convert-to"),
                *(how + '{"type":"string","value":"secret"}}', "--outdir", str(folder), str(plain)),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        with plain.open("rb") as source, (folder / "encrypted.docx").open("wb") as target:
            msoffcrypto.OfficeFile(source).encrypt("secret", target)


def make_demo_prints() -> None:
    """The PDF files of corpora/demo: Word files of its maker, printed with tags and without."""
    sys.path.insert(0, str(made.ROOT / "corpora" / "demo"))
    import make

    roles = make.load_roles()
    with tempfile.TemporaryDirectory() as scratch:
        for (name, key), kind in zip(make.PRINTS, ("tagged", "untagged"), strict=True):
            path = Path(scratch) / f"{key}.docx"
            path.write_bytes(make.make_docx(roles[key]))
            convert(path, Path(scratch))
            shutil.copy(Path(scratch) / f"{key}-{kind}.pdf", made.ROOT / "corpora" / "demo" / name)


def main() -> None:
    made.DATA.mkdir(exist_ok=True)
    roles = made.roles()
    make_encrypted(made.DATA)
    make_demo_prints()
    for key in made.IDS:
        path = made.DATA / f"{key}.docx"
        path.write_bytes(made.to_docx(made.document(roles[key])))
        convert(path, made.DATA)


if __name__ == "__main__":
    main()
