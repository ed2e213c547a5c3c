"""A list of the stage queue as its owner sees it: fill it, set lifetimes, see how far it is."""

from __future__ import annotations

import email.message
import json
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, Union

from . import _arguments
from ._queue_calls import LEAST_JOB_ID, MOST_JOB_ID, QueueCalls, json_as, stage_number, text_starting

MOST_CHUNK_JOBS = 10_000
# Of the JSON; the server takes 64 MiB.
MOST_CHUNK_BYTES = 8 * 1024 * 1024
MOST_MINUTES = 1e9

Jobs = Union[Mapping[int, Any], Iterable[Union[Tuple[int, Any], Tuple[int, Any, int]]]]


@dataclass(frozen=True)
class StageProgress:
    """One stage of a list."""

    stage: int
    """From 0."""

    job_count: int
    """Jobs in it."""

    handed_out: int
    """Of them those in a worker's hands."""

    flagged: int
    """Of them those over their time."""

    lifetime_minutes: Optional[float]
    """0: no limit. None: none was set."""


@dataclass(frozen=True)
class QueueProgress:
    """How far a list is."""

    job_count: int
    """Jobs in all."""

    stages: Tuple[StageProgress, ...]
    """The stages that hold jobs or have a lifetime, in order."""

    last_stage: int
    """The highest stage that has a lifetime; where none has, the highest that holds a job."""

    progress: float
    """From 0 to 1: the mean over the jobs of stage / last stage."""

    flagged: int
    """Jobs over their time."""

    @property
    def is_done(self) -> bool:
        """True: there are jobs, and each has come to the last stage and is in nobody's hands."""
        done = sum(stage.job_count - stage.handed_out for stage in self.stages if stage.stage >= self.last_stage)
        return self.last_stage > 0 and 0 < self.job_count == done


def set_jobs(
    url: Optional[str],
    jobix: Union[int, str, None],
    jobs: Jobs,
    *,
    stage: int = 0,
    token: Optional[str] = None,
    patience_seconds: float = 300.0,
    try_seconds: float = 60.0,
) -> int:
    """Adds jobs to a list; those whose id is there already are left alone, so that it may be repeated.

    They are sent compressed, in requests of at most 10,000 jobs and 8 MiB, each of which is durable when the next one
    is sent. What ``jobs`` yields is never held as a whole.

    Args:
        url: Address of the server, http or https; None: ``SLUICE_URL``. A proxy is never used.
        jobix: The list's secret number, at most 78 digits; None: ``SLUICE_JOBIX``.
        jobs: Commands by id, or pairs of id and command, or triples with the stage the job waits in. Ids are 64-bit
            integers; a command is whatever ``json`` can write, at most 64 KiB.
        stage: Where jobs wait for which no other is given, 0 to 10,000; default 0.
        token: Bearer token; None (default): ``SLUICE_TOKEN``; none is sent where that is not set.
        patience_seconds: Bounds the tries of each request, in seconds, 0.1 to 86,400; default 300.
        try_seconds: Bounds each try, in seconds, 0.1 to 86,400; default 60.

    Returns:
        How many were sent. When it returns, all of them are stored durably.

    Raises:
        TypeError, ValueError: An argument is not what it should be, or an id comes twice; jobs of the requests before
            have been added then.
        StageQueueError: The server refused, or did not answer in time; likewise.
    """
    calls = QueueCalls(url, jobix, token, patience_seconds, try_seconds)
    sent = 0
    for count, body in _chunks(_written(jobs, stage_number("stage", stage))):
        calls.answer("POST", "set", text_starting("Accepted to "), body=body)
        sent += count
    return sent


def init_stages(
    url: Optional[str],
    jobix: Union[int, str, None],
    lifetimes: Sequence[float] = (),
    *,
    token: Optional[str] = None,
    patience_seconds: float = 300.0,
    try_seconds: float = 10.0,
) -> Tuple[float, ...]:
    """Sets the lifetimes of a list's stages where it has none yet, and tells which hold.

    A job that stays in its stage for longer is flagged. The last stage is the highest that has a lifetime.

    Args:
        url: As of ``set_jobs``.
        jobix: As of ``set_jobs``.
        lifetimes: Minutes of stage 0, 1, and so on, 0 to 1e9, fractions are fine; 0: no limit. Empty (default): none
            are set.
        token: As of ``set_jobs``.
        patience_seconds: As of ``set_jobs``.
        try_seconds: As of ``set_jobs``; default 10.

    Returns:
        What holds now, which is something else than was given where the list had lifetimes already.

    Raises:
        TypeError, ValueError: An argument is not what it should be.
        StageQueueError: The server refused, or did not answer in time.
    """
    calls = QueueCalls(url, jobix, token, patience_seconds, try_seconds)
    minutes = [_arguments.number(f"lifetimes[{at}]", given, 0, MOST_MINUTES) for at, given in enumerate(lifetimes)]
    path = "/".join(["init", *(json.dumps(number) for number in minutes)])
    return calls.answer("GET", path, json_as(_lifetimes_in))


def queue_progress(
    url: Optional[str],
    jobix: Union[int, str, None],
    *,
    token: Optional[str] = None,
    patience_seconds: float = 300.0,
    try_seconds: float = 10.0,
) -> QueueProgress:
    """Tells how far a list is.

    Args:
        url: As of ``set_jobs``.
        jobix: As of ``set_jobs``.
        token: As of ``set_jobs``.
        patience_seconds: As of ``set_jobs``.
        try_seconds: As of ``set_jobs``; default 10.

    Returns:
        The counts by stage, and the whole.

    Raises:
        TypeError, ValueError: An argument is not what it should be.
        StageQueueError: The server refused, or did not answer in time.
    """
    calls = QueueCalls(url, jobix, token, patience_seconds, try_seconds)
    return calls.answer("GET", "api/v1/queue", json_as(_progress_in))


def _written(jobs: Jobs, stage: int) -> Iterator[str]:
    """Each job as a member of the JSON object that the server takes."""
    seen = set()
    for entry in jobs.items() if isinstance(jobs, Mapping) else jobs:
        if not isinstance(entry, tuple) or len(entry) not in (2, 3):
            raise TypeError("each job must be a pair (id, command) or a triple (id, command, stage)")
        job_id = _arguments.integer("a job's id", entry[0], LEAST_JOB_ID, MOST_JOB_ID)
        if job_id in seen:
            raise ValueError(f"the job id {job_id} comes twice")
        seen.add(job_id)
        job_stage = stage_number(f"the stage of job {job_id}", entry[2]) if len(entry) == 3 else stage
        command = json.dumps(entry[1], allow_nan=False)
        yield f'"{job_id}": {{"jobstage": {job_stage}, "jobcmd": {command}}}'


def _chunks(written: Iterable[str]) -> Iterator[Tuple[int, bytes]]:
    """Requests below the limits, with the number of jobs in each."""
    members: list[str] = []
    size = 0
    for member in written:
        if members and (len(members) == MOST_CHUNK_JOBS or size + len(member) > MOST_CHUNK_BYTES):
            yield len(members), _object(members)
            members, size = [], 0
        members.append(member)
        size += len(member)
    if members:
        yield len(members), _object(members)


def _object(members: Iterable[str]) -> bytes:
    return ("{" + ", ".join(members) + "}").encode()


def _lifetimes_in(answer: Any, _: email.message.Message) -> Tuple[float, ...]:
    return tuple(_plain(answer[str(stage)]) for stage in range(len(answer)))


def _progress_in(answer: Any, _: email.message.Message) -> QueueProgress:
    return QueueProgress(
        job_count=int(answer["job_count"]),
        stages=tuple(
            StageProgress(
                stage=int(stage["stage"]),
                job_count=int(stage["job_count"]),
                handed_out=int(stage["handed_out"]),
                flagged=int(stage["flagged"]),
                lifetime_minutes=None if stage["lifetime_minutes"] is None else _plain(stage["lifetime_minutes"]))
            for stage in answer["stages"]),
        last_stage=int(answer["last_stage"]),
        progress=float(answer["progress"]),
        flagged=int(answer["flagged"]))


def _plain(value: Any) -> float:
    """A number of JSON as it came: 5 stays an integer."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    return value
