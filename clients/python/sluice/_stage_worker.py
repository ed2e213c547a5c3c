"""A worker of the stage queue: a loop over jobs."""

from __future__ import annotations

import logging
import math
import os
import random
import threading
import time
from typing import Iterator, Optional, Union

from . import _arguments
from ._delivery import Delivery
from ._queue_calls import QueueCalls, answer_of, stage_number
from ._signals import Signals
from ._stage_job import NADA, HandOut, StageJob, ask

FIRST_POLL_SECONDS = 0.5
MOST_LEASE_SECONDS = 86_400.0
MOST_POLL_SECONDS = 3600.0
STAGES_PER_STEP = 2

logger = logging.getLogger("sluice")


class StageWorker:
    """What ``stage_worker`` makes. Each loop over it, on whichever thread, works by itself; ``stop`` is for all."""

    def __init__(
        self,
        calls: QueueCalls,
        path: str,
        done_stage: int,
        lease_seconds: float,
        wait_seconds: float,
        poll_seconds: float,
    ) -> None:
        self._calls = calls
        self._path = path
        self._done_stage = done_stage
        self._lease_seconds = lease_seconds
        self._wait_seconds = wait_seconds
        self._poll_seconds = poll_seconds
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Lets all loops over it end after the jobs that they have now. It may be called from any thread."""
        self._stopped.set()

    def __iter__(self) -> Iterator[StageJob]:
        return _Loop(self).jobs()


class _Loop:
    """One loop: the jobs of one thread, one after the other."""

    def __init__(self, worker: StageWorker) -> None:
        self._worker = worker
        self._signals = Signals()
        self._process = os.getpid()
        self._idle_since: Optional[float] = None
        self._poll_seconds = FIRST_POLL_SECONDS

    def jobs(self) -> Iterator[StageJob]:
        with self._signals:
            while not self._is_stopped():
                self._signals.check()
                delivery = self._ask()
                if delivery.last.problem and self._is_stopped():
                    return
                told = answer_of(delivery)
                if told != NADA:
                    self._idle_since = None
                    yield from self._worked_on(self._job(told), is_old=delivery.tries > 1)
                elif not self._wait():
                    return

    def _worked_on(self, job: StageJob, is_old: bool) -> Iterator[StageJob]:
        try:
            # The answer may be one from before the server went away, and its lease be over by now.
            if is_old and not job._is_ours(self._signals.sleep):
                logger.info("%r was taken back while its hand-out was on its way", job)
                return
            if self._is_stopped():
                job.give_back()
                return
            job._start()
            self._signals.open()
            yield job
            self._signals.close()
            job._finish(self._signals.sleep)
        except BaseException:
            # An error in the body and a break look the same from here: the loop is left while a job is worked on.
            self._signals.close()
            # A process that was forked off inside of the body has a copy of all this; the job is not its own.
            if os.getpid() == self._process:
                job.fail() if self._signals.came is None else job._leave()
            raise

    def _ask(self) -> Delivery:
        worker = self._worker
        return ask(worker._calls, worker._path, worker._lease_seconds, self._pause)

    def _job(self, told: HandOut) -> StageJob:
        return StageJob(self._worker._calls, told, self._worker._lease_seconds, self._worker._done_stage)

    def _wait(self) -> bool:
        """After a look that found no job: False where it was the last one."""
        now = time.monotonic()
        if self._idle_since is None:
            self._idle_since = now
            self._poll_seconds = FIRST_POLL_SECONDS
        left = self._idle_since + self._worker._wait_seconds - now
        if left <= 0:
            return False
        # Jitter, so that workers that ran out of jobs together do not come back together.
        self._pause(min(left, self._poll_seconds * random.uniform(0.5, 1.0)))
        self._poll_seconds = min(2 * self._poll_seconds, self._worker._poll_seconds)
        return True

    def _pause(self, seconds: float) -> bool:
        self._signals.open()
        try:
            return self._worker._stopped.wait(seconds)
        finally:
            self._signals.close()

    def _is_stopped(self) -> bool:
        return self._worker._stopped.is_set()


def stage_worker(
    url: Optional[str] = None,
    jobix: Union[int, str, None] = None,
    stage: int = 0,
    *,
    working_stage: Optional[int] = None,
    done_stage: Optional[int] = None,
    lease_seconds: float = 60.0,
    wait: Union[bool, float] = False,
    poll_seconds: float = 15.0,
    token: Optional[str] = None,
    patience_seconds: float = 300.0,
    try_seconds: float = 5.0,
) -> StageWorker:
    """Works on the jobs of a stage: ``for job in stage_worker(url, jobix): …``.

    How the body is left decides what becomes of the job:

    - At its end, or by ``continue``, the job is done: it moves to ``done_stage``, unless ``job.done``, ``job.fail`` or
      ``job.give_back`` was called before.
    - By an exception the job fails: another worker gets it within about a second, and the attempt counts (see
      ``StageJob.fail``). The exception goes its way.
    - By ``break`` or ``return`` likewise, since nobody has said that it is done: call ``job.done()`` or
      ``job.give_back()`` before.
    - By TERM or Ctrl-C it is given back at once, and the attempt does not count. TERM raises ``SystemExit(143)`` in
      the body. That is so on the main thread, and where nothing else was set for the signal; elsewhere use ``stop``.
    - By the death of the process or of its machine, the server takes it back when the lease is over.

    While the body runs a thread extends the lease at each third of it. A body that keeps Python's global lock for most
    of a lease needs a longer one.

    No job is lost or done twice for answers that are lost: each request carries what tells its repeats from other
    requests. Connections that fail, statuses from 500, and 429 are tried again, after 0.2 s doubling up to 5 s or after
    the ``Retry-After`` of the answer, for ``patience_seconds``.

    Args:
        url: Address of the server, http or https; None (default): ``SLUICE_URL``. A proxy is never used.
        jobix: The list's secret number, at most 78 digits; None (default): ``SLUICE_JOBIX``.
        stage: The stage that jobs are taken from, 0 to 10,000; default 0.
        working_stage: The stage they are in meanwhile; None (default): the next one.
        done_stage: The stage they move to; None (default): ``stage`` + 2.
        lease_seconds: How long after its worker was last heard of a job is taken back, in seconds, 1 to 86,400;
            default 60.
        wait: What to do when no job waits. False (default): the loop ends. True: look again until ``stop``. A number:
            for so many seconds without a job.
        poll_seconds: The longest pause between two looks, in seconds, 0.5 to 3600; default 15. They begin with half a
            second and double.
        token: Bearer token; None (default): ``SLUICE_TOKEN``; none is sent where that is not set.
        patience_seconds: Bounds the tries of each request, in seconds, 0.1 to 86,400; default 300.
        try_seconds: Bounds each try, in seconds, 0.1 to 86,400; default 5.

    Returns:
        What is looped over. Each loop asks for one job at a time.

    Raises:
        TypeError, ValueError: An argument is not what it should be.
        StageQueueError: In the loop: the server refused, or did not answer in time.
    """
    calls = QueueCalls(url, jobix, token, patience_seconds, try_seconds)
    path = f"get/{stage_number('stage', stage)}"
    if working_stage is not None:
        path += f"/{stage_number('working_stage', working_stage)}"
    return StageWorker(
        calls,
        path,
        stage_number("done_stage", stage + STAGES_PER_STEP if done_stage is None else done_stage),
        _arguments.number("lease_seconds", lease_seconds, 1, MOST_LEASE_SECONDS),
        _wait_seconds(wait),
        _arguments.number("poll_seconds", poll_seconds, FIRST_POLL_SECONDS, MOST_POLL_SECONDS))


def _wait_seconds(wait: Union[bool, float]) -> float:
    if isinstance(wait, bool):
        return math.inf if wait else 0.0
    return math.inf if wait == math.inf else _arguments.number("wait", wait, 0, math.inf)
