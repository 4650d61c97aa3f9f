"""How long the commands take to start, beside what they cannot do without. Not a test.

    python tests/benchmarks/startup.py [--times 15]

Each command runs in a process of its own, all in turn, so what else the machine does falls on all alike. The figures
are medians; the ratios are of CPU time, user and system together.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCX = ROOT / "corpora" / "demo" / "ward-manager-acute-frailty-jd.docx"
EMPTY = "import typer\napp = typer.Typer()\n" + "".join(
    f'@app.command()\ndef command{n}(path: str, quiet: bool = False) -> None:\n    """Do nothing."""\n'
    for n in range(10)
)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; sys.argv[1:] = {arguments!r}; from jdclass.cli import main; main()"]


def run(arguments: list[str]) -> tuple[float, float]:
    """Seconds of CPU and of wall."""
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.perf_counter() - wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY + "app()\n")
        commands = {
            "an empty typer app of ten commands, --help": [sys.executable, str(empty), "--help"],
            "jdclass --help": command("--help"),
            'python -c "import spacy, sklearn.linear_model"': [
                sys.executable,
                "-c",
                "import spacy, sklearn.linear_model",
            ],
            "jdclass review one.docx": command("review", str(DOCX)),
        }
        for arguments in commands.values():
            run(arguments)  # fills the caches of compiled files
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(times):
            for name, arguments in commands.items():
                taken[name].append(run(arguments))
    print("| | CPU s | wall s | CPU / the one above |\n|---|---|---|---|")
    base = 0.0
    for number, (name, pairs) in enumerate(taken.items()):
        cpu, wall = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {f'{cpu / base:.2f}' if number % 2 else ''} |")
        base = cpu


if __name__ == "__main__":
    main()
