"""A job in a worker's hands."""

from __future__ import annotations

import email.message
import logging
from dataclasses import dataclass, field
from typing import Any, Optional, Union

from . import _delivery
from ._lease import LEASE_IS_OVER, SHORTEST_LEASE_SECONDS, Lease
from ._queue_calls import QueueCalls, StageQueueError, answer_of, json_as, new_key, stage_number, text_starting

# Bounds what is said about a job that is not done. The lease says the same, only later.
LEAVING_SECONDS = 5.0

logger = logging.getLogger("sluice")


@dataclass(frozen=True)
class HandOut:
    """A job as the server hands it out."""

    job_id: int
    command: Any
    stage: int
    lease: str
    failed_attempts: Optional[int]


NADA = "nada"
"""What the server hands out where no job waits."""


class StageJob:
    """A job that this worker has, for as long as it says so. Made by ``stage_worker``."""

    def __init__(self, calls: QueueCalls, told: HandOut, lease_seconds: float, done_stage: int) -> None:
        self.id: int = told.job_id
        """Unique in its list."""

        self.stage: int = told.stage
        """The stage it waited in."""

        self.command: Any = told.command
        """What its owner gave: any value of JSON."""

        self.lease: str = told.lease
        """Names this hand-out; no two of a list are the same."""

        self.failed_attempts: Optional[int] = told.failed_attempts
        """Hand-outs that were taken back since an update last moved it to another stage; None: the server did not tell.

        Neither giving it back nor a redo into another stage sets the count to 0.
        """

        self._calls = calls
        self._lease = Lease(calls, told.job_id, told.lease, lease_seconds)
        self._lease_seconds = lease_seconds
        self._done_stage = done_stage
        self._completion: Optional[_Move] = None
        self._ended_as = ""

    def __repr__(self) -> str:
        return f"<job {self.id} of stage {self.stage}>"

    @property
    def is_lost(self) -> bool:
        """True: the server has taken it back, and somebody else may have it. Its result will be dropped: stop."""
        return self._lease.is_lost

    def done(self, stage: Optional[int] = None, filename: Optional[str] = None, command: Any = None) -> bool:
        """Moves it on, once the server has stored that. The end of the loop's body then adds nothing.

        Args:
            stage: Where it waits from now on, 0 to 10,000; None (default): what the worker was told, or two after the
                stage it came from.
            filename: Replaces the save path, at most 4,096 characters; None (default): it stays.
            command: Replaces its command, for those who work on the next stage: whatever ``json`` can write, at most
                64 KiB; None (default): it stays.

        Returns:
            True: stored. False: the job was taken back before, somebody else has it or has done it, and this result
            is dropped.

        Raises:
            RuntimeError: It has been ended before.
            StageQueueError: The server refused, or did not answer in time. The job is still this worker's.
        """
        self._must_be_open()
        to = self._done_stage if stage is None else stage_number("stage", stage)
        result = {name: value for name, value in (("filename", filename), ("jobcmd", command)) if value is not None}
        self._completion = _Move(to, result or None)
        return self._complete(self._calls.patience_seconds, pause=None)

    def fail(self) -> None:
        """Lets another worker try it, within about a second, and counts a failed attempt.

        After as many of them as the list's settings allow (5 where nothing else was set) it is handed out no more and
        stays flagged. A job that was ended before, or is lost, stays as it is; a server that does not answer within 5
        seconds takes it back when the lease is over.
        """
        if not self._ended_as and not self.is_lost:
            # Before it, so that no heartbeat makes the lease long again.
            self._lease.end()
            self._log_end("is left for another try", self._lease.extend(SHORTEST_LEASE_SECONDS, LEAVING_SECONDS))
        self._end("failed")

    def give_back(self) -> None:
        """Lets another worker have it at once, without counting an attempt: nothing is wrong with it.

        Otherwise as ``fail``.
        """
        if not self._ended_as and not self.is_lost:
            self._lease.end()
            self._log_end("is given back", self._send(_Move(self.stage, None), LEAVING_SECONDS, pause=None))
        self._end("given back")

    def _start(self) -> None:
        self._lease.start()

    def _is_ours(self, pause: _delivery.Pause) -> bool:
        """True unless the server says that the lease is over already."""
        delivery = self._lease.extend(self._lease_seconds, self._calls.patience_seconds, pause)
        return delivery.last.status not in LEASE_IS_OVER

    def _finish(self, pause: _delivery.Pause) -> None:
        """The body has come to its end."""
        if not self._ended_as:
            self._completion = _Move(self._done_stage, None)
            self._complete(self._calls.patience_seconds, pause)

    def _leave(self) -> None:
        """The process is about to end. What was done is not given back: only saying so was interrupted."""
        if self._ended_as or self._completion is None:
            self.give_back()
            return
        try:
            self._complete(LEAVING_SECONDS, pause=None)
        except StageQueueError as error:
            self._lease.end()
            logger.warning("job %d is done, and the server could not be told: %s", self.id, error)

    def _complete(self, max_seconds: float, pause: Optional[_delivery.Pause]) -> bool:
        assert self._completion is not None
        if not self.is_lost:
            # The lease is kept until it is known that the job is done: a server that restarts takes its time.
            self._lease.begin_end()
            delivery = self._send(self._completion, max_seconds, pause)
            if delivery.last.status in LEASE_IS_OVER:
                self._lease.lose(delivery.last.problem)
            else:
                answer_of(delivery)
        self._end("lost" if self.is_lost else "done")
        return not self.is_lost

    def _send(self, move: _Move, max_seconds: float, pause: Optional[_delivery.Pause]) -> _delivery.Delivery:
        return self._calls.send(
            "POST", f"update_job/{self.id}/{move.stage}", text_starting("Success"), body=move.result,
            headers={**self._lease.headers, "Idempotency-Key": move.key}, max_seconds=max_seconds, pause=pause)

    def _must_be_open(self) -> None:
        if self._ended_as and self._ended_as != "lost":
            raise RuntimeError(f"job {self.id} of stage {self.stage} was {self._ended_as} before")

    def _end(self, how: str) -> None:
        self._lease.end()
        self._ended_as = self._ended_as or how

    def _log_end(self, what: str, delivery: _delivery.Delivery) -> None:
        if delivery.last.status in LEASE_IS_OVER:
            logger.info("job %d had been taken back before: %s", self.id, delivery.last.problem)
        elif delivery.last.problem:
            logger.warning("job %d %s only when its lease is over: %s", self.id, what, delivery.last.problem)
        else:
            logger.info("job %d %s", self.id, what)


@dataclass(frozen=True)
class _Move:
    """An end of a job, with what tells its repeats from another one."""

    stage: int
    result: Any
    key: str = field(default_factory=new_key)


def ask(
    calls: QueueCalls, path: str, lease_seconds: float, pause: Optional[_delivery.Pause],
) -> _delivery.Delivery:
    """Asks for a job; a repeat of the request after a lost answer gets the same one."""
    return calls.send(
        "GET", path, json_as(_hand_out_in),
        headers={"Idempotency-Key": new_key(), "Lease-Seconds": f"{lease_seconds:g}"}, pause=pause)


def _hand_out_in(answer: Any, headers: email.message.Message) -> Union[HandOut, str, None]:
    if answer == NADA:
        return NADA
    lease = headers.get("Lease")
    if type(answer["jobid"]) is not int or type(answer["jobstage"]) is not int or not lease:
        return None
    failed_attempts = answer.get("failed_attempts")
    return HandOut(
        job_id=answer["jobid"], command=answer["jobcmd"], stage=answer["jobstage"], lease=lease,
        failed_attempts=failed_attempts if type(failed_attempts) is int else None)
