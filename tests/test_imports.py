"""The rooms of the package and what each may know of the others, held against the files as they are.

The table is DESIGN.md's, with the rooms that have been added since: `wording` and `reasons` hold sentences, `explain`
looks inside a review, `export` writes a store's rows, and `batch` has become a folder. `learn` may use `read` and
`review` besides the model, as training reads corpora and measures by reviewing.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "jdclass"

VALUES = {"errors", "framework", "document"}
SENTENCES = {"wording", "reasons"}
MODEL = {"segment", "lexicon", "model"}

#: What a room may import, itself apart. A front door may import any room.
ROOMS = {
    "errors": set(),
    "framework": {"errors"},
    "document": set(),
    "wording": VALUES,
    "reasons": VALUES,
    "read": VALUES,
    "segment": VALUES,
    "lexicon": VALUES | {"segment"},
    "model": VALUES | {"segment", "lexicon"},
    "review": VALUES | SENTENCES | MODEL | {"read"},
    "explain": VALUES | MODEL | {"read", "review"},
    "learn": VALUES | MODEL | {"read", "review"},
    "store": VALUES,
    "export": VALUES | {"store"},
    "batch": VALUES | {"read", "review", "store"},
    "across": VALUES | {"store"},
    "feedback": VALUES | {"wording", "store"},
    "report": VALUES | {"wording", "store", "across"},
}
FRONT_DOORS = {"__init__", "__main__", "cli", "spacy_component"}

#: Rooms that need nothing but Python itself.
STANDARD_LIBRARY_ONLY = VALUES | SENTENCES | {"store"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, at its top or within, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides the room"
            if node.module == "jdclass":
                yield from ((f"jdclass.{alias.name}", node.lineno) for alias in node.names)
            elif node.module:
                yield node.module, node.lineno


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_file_stands_in_a_room_of_the_table() -> None:
    rooms = {room_of(path) for path in FILES}
    assert rooms == {*ROOMS, *FRONT_DOORS}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_keep_to_the_table(path: Path) -> None:
    room = room_of(path)
    allowed = {*ROOMS, *FRONT_DOORS} if room in FRONT_DOORS else {*ROOMS[room], room}
    wrong = [
        f"line {line}: {module}"
        for module, line in imported(path)
        if module.startswith("jdclass.") and module.split(".")[1] not in allowed and module != "jdclass.__version__"
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if room_of(path) in STANDARD_LIBRARY_ONLY],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_values_need_nothing_but_python(path: Path) -> None:
    others = {module.split(".")[0] for module, _ in imported(path)} - {"jdclass"}
    assert others <= set(sys.stdlib_module_names)


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh Python holds after running some code."""
    script = f"{code}\nimport sys\nprint(' '.join({{name.split('.')[0] for name in sys.modules}}), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    return set(done.stderr.splitlines()[-1].split())


HEAVY = {"spacy", "sklearn", "lxml", "numpy", "scipy", "selectolax", "joblib", "matplotlib", "pypdfium2", "jinja2"}


@pytest.mark.parametrize(
    "code",
    [
        "import jdclass; dir(jdclass); jdclass.__version__; jdclass.JdclassError; jdclass.Review",
        "import jdclass.cli",
        "import jdclass.store, jdclass.wording, jdclass.reasons, jdclass.across",
        "import sys\nsys.argv = ['jdclass', '--help']\nfrom jdclass.cli import main\ntry:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 0",
        "import sys\nsys.argv = ['jdclass', 'review', '--help']\nfrom jdclass.cli import main\ntry:\n    main()\n"
        "except SystemExit as end:\n    assert end.code == 0",
    ],
    ids=["front door", "command line", "values", "--help", "review --help"],
)
def test_loads_nothing_heavy(code: str) -> None:
    assert not loaded_by(code) & HEAVY


def test_reading_loads_no_model() -> None:
    assert not loaded_by("from jdclass import read_text\nread_text('Lead the team.')") & {"spacy", "sklearn", "numpy"}


def test_every_public_name_is_there() -> None:
    import jdclass

    for name in jdclass.__all__:
        assert getattr(jdclass, name) is not None
    assert set(jdclass.__all__) <= set(dir(jdclass))
    with pytest.raises(AttributeError, match="module 'jdclass' has no attribute 'vision'"):
        jdclass.vision  # noqa: B018


def test_public_names_come_from_where_the_types_say() -> None:
    """`_HOMES` is what runs, the imports under TYPE_CHECKING are what type checkers read: they must agree."""
    import jdclass

    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (typed,) = [node for node in tree.body if isinstance(node, ast.If)]
    stated = {
        node.module: tuple(alias.name for alias in node.names)
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
    }
    assert stated == jdclass._HOMES
    names = [name for names in jdclass._HOMES.values() for name in names]
    assert sorted([*names, "__version__"]) == sorted(jdclass.__all__)
