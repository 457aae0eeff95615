"""Progress: a moving line on a terminal, a line per stage in a log, nothing when quiet."""

from __future__ import annotations

import threading

import pytest

from corpusqa.cli import progress as module
from corpusqa.cli.progress import Progress, duration, moving_line


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def run(clock: list[float], shown: Progress, step: float) -> None:
    for done in range(5):
        shown("measure", done, 4)
        clock[0] += step
    shown.clear()


def test_a_terminal_gets_a_line_that_moves_and_goes_away(clock, capsys, monkeypatch):
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    run(clock, Progress(quiet=False), step=10)
    out, err = capsys.readouterr()

    assert out == ""
    assert "\n" not in err
    assert "2/4  10 s each, 20 s left" in err
    assert err.endswith("\r\x1b[K")


def test_a_log_gets_one_line_per_long_stage(clock, capsys, monkeypatch):
    monkeypatch.setattr(module, "on_terminal", lambda: False)
    run(clock, Progress(quiet=False), step=10)

    assert capsys.readouterr().err == "measure: 4 of 4 in 40 s\n"


@pytest.mark.parametrize(("quiet", "step"), [(True, 10), (False, 0.1)])
def test_nothing_when_quiet_or_quick(clock, capsys, monkeypatch, quiet, step):
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    run(clock, Progress(quiet=quiet), step)

    assert capsys.readouterr().err == ""


def test_a_note_does_not_break_the_moving_line(clock, capsys, monkeypatch):
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    shown = Progress(quiet=False)
    shown("measure", 0, 4)
    clock[0] += 10
    shown("measure", 1, 4)
    shown.say("a note")

    assert capsys.readouterr().err.endswith("\r\x1b[Ka note\n")


@pytest.mark.parametrize(
    ("done", "spent", "said"),
    [
        (0, 3.0, "0/8  3.0 s so far"),
        (4, 2.0, "4/8  2.0 per s, 2.0 s left"),
        (1, 90.0, "1/8  1 min 30 s each, 10 min 30 s left"),
        (8, 8.0, "8/8  1.0 per s, 0.0 s left"),
    ],
)
def test_the_line_says_how_fast_and_how_long(done, spent, said):
    assert moving_line("measure", done, 8, spent).endswith(said)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations_are_short(seconds, said):
    assert duration(seconds) == said


def test_what_an_earlier_run_finished_says_nothing_of_the_rate():
    assert moving_line("measure", 50, 100, 10.0, 50).endswith("50/100  10 s so far")
    assert moving_line("measure", 60, 100, 10.0, 50).endswith("60/100  1.0 per s, 40 s left")


def test_the_line_moves_while_one_task_takes_long(capsys, monkeypatch):
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(module, "REDRAW_SECONDS", 0.01)
    drawn = threading.Event()
    line = module.moving_line
    monkeypatch.setattr(module, "moving_line", lambda *said: (drawn.set(), line(*said))[1])
    with module.progress(quiet=False) as shown:
        shown("measure", 0, 1)
        drawn.clear()
        assert drawn.wait(30)  # drawn again although nothing was finished
        shown("measure", 1, 1)

    assert "measure          [                              ] 0/1" in capsys.readouterr().err


def test_a_narrow_terminal_cuts_the_line(clock, capsys, monkeypatch):
    monkeypatch.setattr(module, "on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    run(clock, Progress(quiet=False), step=10)
    drawn = [line.removesuffix("\x1b[K") for line in capsys.readouterr().err.split("\r")]

    assert max(map(len, drawn)) == 39
