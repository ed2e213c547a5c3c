"""The checkpoint notification."""

from __future__ import annotations

import email.message
import json
import logging
import math
import os
import re
import time
import urllib.request
from dataclasses import dataclass
from typing import Any, Mapping, Optional, SupportsFloat, Union

from . import _arguments, _delivery

MOST_TIME_SECONDS = 1e12
LEAST_WAIT_SECONDS = 0.1
MOST_WAIT_SECONDS = 3600.0

logger = logging.getLogger("sluice")


@dataclass(frozen=True)
class Resize:
    """The job's number of GPUs changes now: it is about to be stopped, and started again from this checkpoint."""

    gpus: int
    """GPUs of each replica from then on."""

    generation: int
    """Number of the decision; later decisions have higher ones."""


@dataclass(frozen=True)
class Notification:
    """What became of a notification."""

    accepted: bool = False
    """True: the server has stored the checkpoint, and keeps it whatever happens to it."""

    resize: Optional[Resize] = None
    """Where it is there, stop here: see ``stop_for_resize``."""

    problem: Optional[str] = None
    """Why it was not accepted, in words; None where it was, and on ranks that send nothing."""

    status: Optional[int] = None
    """The last HTTP status; None where there was none."""

    tries: int = 0
    """Requests that were made."""


class NotificationError(Exception):
    """The notification was not accepted, and ``strict`` was asked for. ``notification`` says more."""

    def __init__(self, notification: Notification) -> None:
        super().__init__(notification.problem)
        self.notification = notification


def notify_checkpoint(
    completed_epochs: Union[int, float, SupportsFloat],
    *,
    total_epochs: Union[int, float, SupportsFloat, None] = None,
    checkpoint_time: Union[int, float, SupportsFloat, None] = None,
    url: Optional[str] = None,
    job_name: Optional[str] = None,
    token: Optional[str] = None,
    rank: Optional[int] = None,
    max_seconds: float = 30.0,
    try_seconds: float = 5.0,
    strict: bool = False,
) -> Notification:
    """Tells Sluice that a checkpoint is complete. Call it right after the checkpoint is safe on disk, on all ranks.

    Only rank 0 sends; on the others it does nothing and answers at once, so that what rank 0 learns has to be shared
    by the caller (the package's README shows how). Connections that fail, statuses from 500, 429, and answers that
    are not Sluice's are tried again after 0.2 s, doubling up to 5 s, or after the ``Retry-After`` of the answer. A
    repeat does no harm: the time of the checkpoint is taken once, and the server takes the same notification again,
    or a late one, for what it is.

    Args:
        completed_epochs: Epochs in the checkpoint, 0 or more; fractions are fine.
        total_epochs: Epochs of the whole training, 0 or more; None (default): not told.
        checkpoint_time: When it was complete, in seconds since the Unix epoch, within ±1e12; None (default): now.
        url: Address of the server, http or https; None (default): ``SLUICE_URL``. A proxy is never used.
        job_name: The job's name; None (default): ``SLUICE_JOB``, otherwise ``HOSTNAME`` less the ``-master-0`` or
            ``-worker-0`` that the training operator put at its end.
        token: Bearer token; None (default): ``SLUICE_TOKEN``; none is sent where that is not set.
        rank: Number of this process in the training; None (default): ``RANK``, and 0 where that is not set.
        max_seconds: Bounds the whole call, in seconds, 0.1 to 3600; default 30.
        try_seconds: Bounds each try, in seconds, 0.1 to 3600; default 5.
        strict: True: raise where rank 0's notification is not accepted. Default False: log a warning, so that no
            training ends because a server is away. The next checkpoint's notification says all that this one would.

    Returns:
        What became of it. ``resize`` says that the job is about to be stopped.

    Raises:
        TypeError, ValueError: An argument is no number, or out of its range; on every rank alike.
        NotificationError: ``strict``, and it was not accepted.
    """
    body: dict[str, Any] = {
        "last_checkpoint_time": _arguments.number(
            "checkpoint_time", time.time() if checkpoint_time is None else checkpoint_time,
            -MOST_TIME_SECONDS, MOST_TIME_SECONDS),
        "completed_epochs": _arguments.number("completed_epochs", completed_epochs, 0, math.inf),
    }
    if total_epochs is not None:
        body["total_epochs"] = _arguments.number("total_epochs", total_epochs, 0, math.inf)
    max_seconds = _arguments.number("max_seconds", max_seconds, LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS)
    try_seconds = _arguments.number("try_seconds", try_seconds, LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS)
    if (_rank_in(os.environ) if rank is None else rank) != 0:
        return Notification()

    address = os.environ.get("SLUICE_URL", "") if url is None else url
    name = _job_name_in(os.environ) if job_name is None else job_name
    if job_name is None and os.environ.get("SLUICE_RUN_UID"):
        # The name may be another job's by now, while this one is still being ended.
        body["sluice_run_uid"] = os.environ["SLUICE_RUN_UID"]
    secret = os.environ.get("SLUICE_TOKEN", "").strip() if token is None else token
    problem = _problem_of(address, name, secret)
    if problem is not None:
        notification = Notification(problem=problem)
        # A training that does not run under Sluice is nothing to warn of.
        logger.log(logging.WARNING if address else logging.INFO, "no checkpoint notification: %s", problem)
    else:
        request = _request(address, secret, {"job_name": name, **body})
        notification = _notification_of(
            _delivery.deliver(request, _understand, max_seconds=max_seconds, try_seconds=try_seconds))
        if notification.problem is not None:
            logger.warning(
                "checkpoint notification failed after %d tries: %s", notification.tries, notification.problem)
    if strict and not notification.accepted:
        raise NotificationError(notification)
    return notification


def _rank_in(environment: Mapping[str, str]) -> int:
    try:
        return int(environment.get("RANK", "0"))
    except ValueError:
        return 0


def _job_name_in(environment: Mapping[str, str]) -> str:
    if environment.get("SLUICE_JOB"):
        return environment["SLUICE_JOB"]
    pod = re.fullmatch(r"(.+)-(?:master|worker)-\d+", environment.get("HOSTNAME", ""))
    return pod.group(1) if pod else ""


def _problem_of(address: str, name: str, token: str) -> Optional[str]:
    """What makes the settings unusable; None: nothing. Never shows the token."""
    return (
        _arguments.address_problem(address)
        or (None if name else "SLUICE_JOB is not set")
        or _arguments.token_problem(token))


def _request(address: str, token: str, body: Mapping[str, Any]) -> urllib.request.Request:
    request = urllib.request.Request(
        address.rstrip("/") + "/update_last_checkpoint", data=json.dumps(body).encode(), method="PUT",
        headers={"Content-Type": "application/json"})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    return request


def _understand(status: int, _: email.message.Message, body: bytes) -> _delivery.Outcome:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("job"), dict):
        return _delivery.Outcome(answer=answer, status=status)
    return _delivery.foreign(status, body)


def _notification_of(delivery: _delivery.Delivery) -> Notification:
    last = delivery.last
    if last.answer is None:
        return Notification(problem=last.problem, status=last.status, tries=delivery.tries)
    return Notification(
        accepted=True, resize=_resize_in(last.answer), status=last.status, tries=delivery.tries)


def _resize_in(answer: Mapping[str, Any]) -> Optional[Resize]:
    told = answer.get("resize")
    if told is None:
        return None
    gpus, generation = (told.get("gpus"), told.get("generation")) if isinstance(told, dict) else (None, None)
    if type(gpus) is int and type(generation) is int:
        return Resize(gpus=gpus, generation=generation)
    logger.warning("the server's resize is not understood: %r", told)
    return None
