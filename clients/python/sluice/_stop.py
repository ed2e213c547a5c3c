"""How a training leaves so that Sluice starts it again, and does not take it for completed."""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Callable, NoReturn, Optional, Type, Union

from ._notification import notify_checkpoint

STOPPED_EXIT_CODE = 128 + signal.SIGTERM
"""143, as shells say "ended by TERM". Exit status 0 would tell Sluice that the job has completed."""

logger = logging.getLogger("sluice")


def stop_for_resize(patience_seconds: float = 60.0) -> NoReturn:
    """Ends this process at a checkpoint whose notification was answered with ``resize``.

    Waits for the TERM that Sluice sends within moments, and leaves with 143. Where none comes in time it leaves with
    143 by itself, which is as good: the decision was stored before it was told, so that the job is started again with
    its new number of GPUs, and this end is not counted as a failure. It leaves by ``SystemExit``: ``finally`` blocks
    and exit handlers run, as long as the grace period allows (``--grace-seconds`` of the server, 10 s by default).

    Call it on the main thread, and on every rank that knows of the resize. On another thread it waits just as long, and
    TERM does what it did before.

    Args:
        patience_seconds: How long to wait for TERM, in seconds, 0 or more; default 60. Under a launcher that restarts
            its workers by itself (``torchrun --max-restarts``) it must be longer than TERM can take.

    Raises:
        SystemExit: Always, with 143.
        ValueError: ``patience_seconds`` is negative or not a number.
    """
    if not patience_seconds >= 0:
        raise ValueError("patience_seconds must be 0 or more")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _leave)
    time.sleep(patience_seconds)
    logger.warning("nobody stopped this process %g s after the resize: it leaves by itself", patience_seconds)
    raise SystemExit(STOPPED_EXIT_CODE)


def _leave(*_: object) -> NoReturn:
    # A launcher may pass on a TERM that this process also got itself; leaving once is enough.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(STOPPED_EXIT_CODE)


class TermHandler:
    """What ``on_term`` installed. As a context manager it keeps TERM waiting until the block has ended."""

    def __init__(
        self,
        save: Callable[[], Union[int, float, None]],
        total_epochs: Union[int, float, None],
        max_seconds: float,
    ) -> None:
        self._save = save
        self._total_epochs = total_epochs
        self._max_seconds = max_seconds
        self._depth = 0
        self._came = False
        self._is_leaving = False

    def __enter__(self) -> TermHandler:
        self._depth += 1
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._depth -= 1
        # After an exception the state may be half of one step and half of the next: that must not become a checkpoint.
        if self._depth == 0 and self._came and not self._is_leaving and error is None:
            self._save_and_leave()

    def _on_signal(self, _: int, frame: Optional[FrameType]) -> None:
        self._came = True
        if self._depth == 0 and not self._is_leaving:
            self._save_and_leave()

    def _save_and_leave(self) -> NoReturn:
        self._is_leaving = True
        try:
            completed_epochs = self._save()
            if completed_epochs is not None:
                notify_checkpoint(
                    completed_epochs, total_epochs=self._total_epochs, max_seconds=self._max_seconds)
        except Exception:
            logger.exception("the checkpoint on TERM failed; the one before it stands")
        raise SystemExit(STOPPED_EXIT_CODE)


def on_term(
    save: Callable[[], Union[int, float, None]],
    *,
    total_epochs: Union[int, float, None] = None,
    max_seconds: float = 5.0,
) -> TermHandler:
    """Saves, notifies and leaves with 143 when TERM comes: at a resize in ``immediate`` mode, at a deletion.

    The answer is a context manager. Put around it what must not be interrupted (an optimizer's step, a checkpoint); a
    TERM that comes inside is handled at the end of the block. Everything together has the grace period
    (``--grace-seconds`` of the server, 10 s by default), after which the process is killed: a checkpoint that takes
    longer must be written so that the one before it stays usable.

    It is meant for one process. In a training of many ranks TERM reaches each at another step, so that they cannot save
    together without agreeing first; there, prefer ``sluice.dev/scale-mode: after-checkpoint``.

    Args:
        save: Writes a checkpoint and answers its completed epochs, or None where there is nothing to tell. What it
            raises is logged.
        total_epochs: As of ``notify_checkpoint``.
        max_seconds: Bounds the notification, in seconds, 0.1 to 3600; default 5.

    Returns:
        The context manager.

    Raises:
        ValueError: Called on another thread than the main one.
    """
    handler = TermHandler(save, total_epochs, max_seconds)
    signal.signal(signal.SIGTERM, handler._on_signal)
    return handler
