"""The command line in this process: what a person would see, and the exit code."""

from __future__ import annotations

import sys

import pytest
from cli_runs import Done, Run


@pytest.fixture
def jdclass(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `jdclass ARGUMENTS` as the installed command does."""
    from jdclass.cli import main

    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["jdclass", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return run
