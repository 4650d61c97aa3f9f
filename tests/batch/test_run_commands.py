"""What a person sees of a run."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from batch_fakes import FakeReader, reviewer

from jdclass.batch import Summary, Tally
from jdclass.cli import run as commands
from jdclass.cli.run import exit_code, export_run, review_run, show_progress, told

RUN = Path("RUN")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("summary", "code"),
    [(Summary(1, 0, 0, 1.0), 0), (Summary(1, 0, 1, 1.0), 3), (Summary(1, 0, 1, 1.0, interrupted=True), 130)],
)
def test_exit_codes(summary: Summary, code: int) -> None:
    assert exit_code(summary) == code


def test_what_is_told() -> None:
    assert (
        told(Summary(1204, 0, 0, 61.4), RUN, doubled=[], arguments=[]) == "1,204 reviewed, none failed, in 1 min 1 s."
    )
    assert told(Summary(0, 3, 2, 7320, left_out=1), RUN, doubled=[("7", 2)], arguments=[]) == (
        "0 reviewed, 3 kept from before, 2 failed, 1 left out as no documents, in 2 h 2 min.\n"
        "Some ids stand for more than one document: 7 (2 times).\n"
        "The failures, with reasons, are in the run folder; the next run tries them again."
    )
    assert told(
        Summary(5, 0, 1, 0.5, interrupted=True), RUN, doubled=[], arguments=["review", "my jds", "--fresh", "-o", "RUN"]
    ) == (
        "5 reviewed, 1 failed, in 0.5 s.\n"
        "Interrupted; what was done is stored in RUN. To go on, run the same command again:\n"
        "  jdclass review 'my jds' -o RUN"
    )


def test_a_log_gets_a_line_in_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(commands.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with show_progress(stream) as show:
        assert show is not None
        for second in range(25):
            now[0] = 100.0 + second
            show(Tally(40 * second, 10, 1, 100 * second, 10_000, float(second)))
    assert stream.getvalue().splitlines() == [
        "410 roles (10%), 40 a second, about 1 min 30 s left, 1 failed",
        "810 roles (20%), 40 a second, about 1 min 20 s left, 1 failed",
    ]


def test_a_slow_beginning_promises_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(commands.time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    with show_progress(stream) as show:
        assert show is not None
        now[0] = 110.0
        show(Tally(4, 0, 0, 100, 10_000, 10.0))
    assert stream.getvalue() == "4 roles (1%), 0.4 a second, 0 failed\n"


def test_a_terminal_gets_a_bar_with_rate_time_left_and_failures() -> None:
    stream = Terminal()
    with show_progress(stream) as show:
        assert show is not None
        show(Tally(300, 12, 4, 50, 100, 2.0))
        show(Tally(624, 12, 4, 100, 100, 4.0))
    text = stream.getvalue()
    assert "636 roles" in text
    assert "156 a second" in text
    assert "4 failed" in text
    assert "100%" in text


def test_quiet_is_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("Nurse\nLead the team")
    with show_progress(Terminal(), quiet=True) as show:
        assert show is None
    options = {"open_reviewer": reviewer(), "open_reader": FakeReader, "workers": 1}
    summary = review_run([tmp_path / "a.txt"], tmp_path / "run", quiet=True, **options)
    assert capsys.readouterr() == ("", "")
    assert summary.reviewed == 1
    review_run([tmp_path / "a.txt"], tmp_path / "run", **options)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("0 reviewed, 1 kept from before, none failed, in ")


def test_export_goes_to_standard_output_or_a_file(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("Nurse\nLead the team")
    run = tmp_path / "run"
    review_run([tmp_path / "a.txt"], run, quiet=True, open_reviewer=reviewer(), open_reader=FakeReader, workers=1)
    export_run(run, format="jsonl", output=tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text().startswith('{"schema":"jdclass.review/1","id":"a.txt"')
    with open(sys.stdout.fileno(), "w", closefd=False) as out:
        monkeypatch.setattr(sys, "stdout", out)
        export_run(run, format="jsonl")
    assert capfdbinary.readouterr().out == (tmp_path / "out.jsonl").read_bytes()
    pytest.importorskip("pyarrow", reason="the extra jdclass[parquet] is not installed")
    export_run(run, format="parquet")
    assert (run / "reviews.parquet").read_bytes()[:4] == b"PAR1"
