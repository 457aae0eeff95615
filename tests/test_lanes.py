"""Lanes: what a function gives and raises is the same wherever it runs."""

from __future__ import annotations

import os
import signal
import threading
from contextvars import ContextVar

import polars as pl
import pytest
from corpusqa_checks._shared.lanes import SMALL, Lane, own_lane

SAID: ContextVar[str] = ContextVar("SAID", default="nothing")


def short(*_: object) -> pl.Series:
    return pl.Series(["a text"])


@own_lane(lambda texts: texts)
def thread(_texts: pl.Series) -> threading.Thread:
    return threading.current_thread()


@own_lane(short)
def countdown(left: int) -> list[str]:
    return [threading.current_thread().name, *(countdown(left - 1) if left else [])]


@own_lane(short)
def ends(error: type[BaseException]) -> None:
    raise error("as ever")


@own_lane(short)
def said() -> str:
    return SAID.get()


def test_a_lane_is_one_thread_for_all_callers() -> None:
    seen = [thread(short())]
    other = threading.Thread(target=lambda: seen.append(thread(short())))
    other.start()
    other.join()
    assert seen[0] is seen[1]
    assert seen[0] not in (other, threading.current_thread())
    assert seen[0].daemon
    assert thread(pl.Series(["x" * (SMALL + 1)])) is threading.current_thread()


def test_a_function_in_its_lane_calls_itself() -> None:
    names = countdown(2)
    assert len(names) == 3
    assert len(set(names)) == 1


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt])
def test_what_is_raised_reaches_the_caller_and_the_lane_goes_on(error: type[BaseException]) -> None:
    for _ in range(2):
        with pytest.raises(error, match="as ever") as caught:
            ends(error)
        assert caught.traceback[-1].name == "ends"


def test_what_the_caller_sees_is_seen() -> None:
    token = SAID.set("something")
    assert said() == "something"
    SAID.reset(token)
    assert said() == "nothing"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_has_lanes_of_its_own() -> None:
    lane = Lane("forked")
    assert lane.run(lambda: 7) == 7
    child = os.fork()
    if not child:
        signal.alarm(60)  # a lane that stayed behind would be waited for without end
        os._exit(lane.run(lambda: 7))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
