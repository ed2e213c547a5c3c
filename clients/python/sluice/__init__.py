"""Tells Sluice about checkpoints, stops a training where its number of GPUs is about to change, works on stage queues.

``notify_checkpoint`` is the notification as a plain function, ``SluiceCallback`` the same for the Trainer of Hugging
Face. ``stop_for_resize`` leaves the process at a checkpoint so that Sluice starts it again; ``on_term`` saves and
notifies when Sluice asks the process to end at another moment.

``stage_worker`` loops over the jobs of a stage queue; ``set_jobs``, ``init_stages`` and ``queue_progress`` are for the
one who fills it. Everything is the standard library's.
"""

from typing import TYPE_CHECKING, Any

from ._notification import Notification, NotificationError, Resize, notify_checkpoint
from ._queue import QueueProgress, StageProgress, init_stages, queue_progress, set_jobs
from ._queue_calls import StageQueueError
from ._stage_job import StageJob
from ._stage_worker import StageWorker, stage_worker
from ._stop import STOPPED_EXIT_CODE, TermHandler, on_term, stop_for_resize

if TYPE_CHECKING:
    from ._callback import SluiceCallback

__all__ = [
    "STOPPED_EXIT_CODE",
    "Notification",
    "NotificationError",
    "QueueProgress",
    "Resize",
    "SluiceCallback",
    "StageJob",
    "StageProgress",
    "StageQueueError",
    "StageWorker",
    "TermHandler",
    "init_stages",
    "notify_checkpoint",
    "on_term",
    "queue_progress",
    "set_jobs",
    "stage_worker",
    "stop_for_resize",
]


def __getattr__(name: str) -> Any:
    # Only who asks for the callback pays for the import of transformers, which takes seconds.
    if name == "SluiceCallback":
        from ._callback import SluiceCallback

        return SluiceCallback
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
