"""TERM and Ctrl-C of a process that works on jobs: they break into work and pauses, never into a call."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Optional, Type

from ._stop import STOPPED_EXIT_CODE

# Only where nobody else has decided what they do.
DEFAULTS = {signal.SIGTERM: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}


class Signals:
    """On the main thread, and while the block lasts, TERM raises ``SystemExit(143)`` and Ctrl-C what it always does.

    A call to the server is not broken into, for its answer may be a job: the exception comes right after it.
    """

    def __init__(self) -> None:
        self.came: Optional[int] = None
        """The first signal that came; None: none did."""

        self._may_raise = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is threading.main_thread():
            for number, default in DEFAULTS.items():
                if signal.getsignal(number) is default:
                    self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        # A generator that is left to the garbage collector may end on another thread, which cannot change handlers.
        if threading.current_thread() is threading.main_thread():
            for number, previous in self._previous.items():
                if signal.getsignal(number) == self._on_signal:
                    signal.signal(number, previous)
        if error is None:
            self.check()

    def check(self) -> None:
        """Raises where a signal came, also where somebody caught what it raised before."""
        if self.came is not None:
            self._raise()

    def open(self) -> None:
        """From here on a signal raises; one that came before does so now."""
        self._may_raise = True
        self.check()

    def close(self) -> None:
        """From here on signals wait for ``open``."""
        self._may_raise = False

    def sleep(self, seconds: float) -> bool:
        """A pause that signals break into; answers False, as somebody waits for what comes after it."""
        self.open()
        try:
            time.sleep(seconds)
        finally:
            self.close()
        return False

    def _on_signal(self, number: int, _: Optional[FrameType]) -> None:
        if self.came is None:
            self.came = number
            if self._may_raise:
                self._raise()

    def _raise(self) -> None:
        self._may_raise = False
        if self.came == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(STOPPED_EXIT_CODE)
