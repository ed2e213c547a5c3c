"""A hand-out's lease: extended from a thread of its own while the job is worked on."""

from __future__ import annotations

import email.message
import logging
import random
import threading
from typing import Any, Mapping, Optional

from . import _delivery
from ._queue_calls import QueueCalls, json_as

# A heartbeat a third of the lease leaves room for two that are lost.
BEATS_PER_LEASE = 3
SHORTEST_LEASE_SECONDS = 1.0
# How long the end of a job waits for a heartbeat under way, so that it does not arrive after what ends the job.
LAST_BEAT_SECONDS = 1.0
LEASE_IS_OVER = (404, 409)

logger = logging.getLogger("sluice")


class Lease:
    """The right to a job, as long as the server hears of its worker in time."""

    def __init__(self, calls: QueueCalls, job_id: int, name: str, seconds: float) -> None:
        self.name = name
        self.is_lost = False
        self._calls = calls
        self._job_id = job_id
        self._seconds = seconds
        self._is_ending = False
        self._ended = threading.Event()
        self._thread: Optional[threading.Thread] = None

    @property
    def headers(self) -> Mapping[str, str]:
        """What proves it to the server."""
        return {"Lease": self.name}

    def start(self) -> None:
        """Begins to extend it."""
        thread = threading.Thread(target=self._beat, name=f"sluice lease of job {self._job_id}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            logger.warning("job %d: its lease is not extended, no thread can be had: %s", self._job_id, error)
            return
        self._thread = thread

    def begin_end(self) -> None:
        """What ends the job is being sent: the lease is kept, and that it is over is no news any more."""
        self._is_ending = True

    def end(self) -> None:
        """No heartbeat is sent any more. May be called again."""
        self._ended.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(LAST_BEAT_SECONDS)

    def lose(self, why: str) -> None:
        """The server has said that somebody else may have the job by now."""
        self.is_lost = True
        logger.warning("job %d is no longer this worker's, its result is dropped: %s", self._job_id, why)

    def extend(
        self, seconds: float, max_seconds: float, pause: Optional[_delivery.Pause] = None,
    ) -> _delivery.Delivery:
        """Lets it end so many seconds from now."""
        return self._calls.send(
            "PUT", f"api/v1/queue/jobs/{self._job_id}/lease", json_as(_lease_in),
            headers={**self.headers, "Lease-Seconds": f"{seconds:g}"}, max_seconds=max_seconds, pause=pause)

    def _beat(self) -> None:
        interval = self._seconds / BEATS_PER_LEASE
        # Jitter, so that workers that began together do not beat together.
        while not self._ended.wait(interval * random.uniform(0.8, 1.0)):
            last = self.extend(self._seconds, self._seconds, self._ended.wait).last
            if self._ended.is_set():
                return
            if last.status in LEASE_IS_OVER:
                if not self._is_ending:
                    self.lose(last.problem)
                return
            if last.problem:
                logger.warning("job %d: its lease was not extended: %s", self._job_id, last.problem)


def _lease_in(answer: Any, _: email.message.Message) -> Any:
    return answer if isinstance(answer, dict) and "lease_seconds" in answer else None
