"""Lanes: threads that keep the patterns of a function compiled.

polars keeps the 32 patterns that a thread used last, and to compile one takes up to 8 ms. The checks have some 150: in
one thread each of them pushes out those of the others, so that every batch, however small, compiles them all anew.
What has many patterns therefore runs in a thread of its own, one call at a time, while its caller waits. Large batches
stay where they are: there compiling is little, and what several threads hold of their memory would be much.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import wraps
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

import polars as pl

SMALL = 2_000_000  # bytes of text; with as many, compiling is a tenth of the time of all checks
Given = ParamSpec("Given")
Result = TypeVar("Result")


class Lane:
    """A thread that is started when it is first needed, and does not keep a program from ending."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        os.register_at_fork(after_in_child=self._forget)  # threads stay behind in the parent

    def run(self, function: Callable[[], Result]) -> Result:
        """What the function returns or raises; within the lane itself it is simply called."""
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()
        if threading.current_thread() is self._thread:
            return function()
        said, context = Future[Result](), copy_context()

        def work() -> None:
            try:
                said.set_result(context.run(function))
            except BaseException as error:  # whatever a check raises is its caller's affair
                said.set_exception(error)

        self._work.put(work)
        return said.result()

    def _serve(self) -> None:
        while True:
            self._work.get()()

    def _forget(self) -> None:
        self._start, self._thread, self._work = threading.Lock(), None, SimpleQueue()


def own_lane(
    texts: Callable[..., pl.Series],
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Give a function a lane of its own; it may be called from any thread, and sees what its caller sees.

    Args:
        texts: What the function reads, from its arguments; if that is more than SMALL, it stays in its caller's thread.
    """

    def given(function: Callable[Given, Result]) -> Callable[Given, Result]:
        lane = Lane(f"{function.__module__}.{function.__qualname__}")

        @wraps(function)
        def elsewhere(*args: Given.args, **kwargs: Given.kwargs) -> Result:
            if texts(*args, **kwargs).str.len_bytes().sum() > SMALL:
                return function(*args, **kwargs)
            return lane.run(lambda: function(*args, **kwargs))

        return elsewhere

    return given
