"""Calls about one list of the stage queue: who asks, what is sent along, and what is made of the answers."""

from __future__ import annotations

import email.message
import json
import os
import re
import urllib.request
import uuid
import zlib
from typing import Any, Callable, Mapping, Optional, Union

from . import _arguments, _delivery

MOST_PATIENCE_SECONDS = 86_400.0
LEAST_WAIT_SECONDS = 0.1
MOST_STAGE = 10_000
LEAST_JOB_ID = -(2**63)
MOST_JOB_ID = 2**63 - 1
# Below this the packing costs more than the way.
LEAST_PACKED_BYTES = 1024


class StageQueueError(Exception):
    """The server refused, or did not answer in time; the message says which. It never shows the list's number.

    ``status`` is the last HTTP status; None: there was none.
    """

    def __init__(self, problem: str, status: Optional[int] = None) -> None:
        super().__init__(problem)
        self.status = status


class QueueCalls:
    """One list on one server. It is not changed after it was made, and any thread may use it."""

    def __init__(
        self,
        url: Optional[str],
        jobix: Union[int, str, None],
        token: Optional[str],
        patience_seconds: float,
        try_seconds: float,
    ) -> None:
        self._address = os.environ.get("SLUICE_URL", "") if url is None else url
        self._jobix = _jobix_of(os.environ.get("SLUICE_JOBIX", "") if jobix is None else jobix)
        self._token = os.environ.get("SLUICE_TOKEN", "").strip() if token is None else token
        problem = _arguments.address_problem(self._address) or _arguments.token_problem(self._token)
        if problem is not None:
            raise ValueError(problem)
        self.patience_seconds: float = _arguments.number(
            "patience_seconds", patience_seconds, LEAST_WAIT_SECONDS, MOST_PATIENCE_SECONDS)
        self.try_seconds: float = _arguments.number(
            "try_seconds", try_seconds, LEAST_WAIT_SECONDS, MOST_PATIENCE_SECONDS)

    def send(
        self,
        method: str,
        path: str,
        understand: _delivery.Understand,
        *,
        headers: Optional[Mapping[str, str]] = None,
        body: Any = None,
        max_seconds: Optional[float] = None,
        pause: Optional[_delivery.Pause] = None,
    ) -> _delivery.Delivery:
        """Sends until there is an answer, a refusal, or no patience left.

        Args:
            method: Of HTTP.
            path: Without the slash at its start.
            understand: Reads the answer.
            headers: Beside the list's number and the token.
            body: What is sent as JSON, or as it is where it is bytes; None: nothing.
            max_seconds: Bounds all tries, in seconds; None: the patience.
            pause: Waits between tries; None: sleeps.

        Returns:
            How it ended; nothing is raised for what a server or a network can do.
        """
        request = urllib.request.Request(
            f"{self._address.rstrip('/')}/{path}", data=_packed(body), method=method,
            headers={"jobix": self._jobix, **(headers or {})})
        if body is not None:
            # Which of the forms it is the server sees at its first bytes.
            request.add_header("Content-Type", "application/json")
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        return _delivery.deliver(
            request, understand, max_seconds=self.patience_seconds if max_seconds is None else max_seconds,
            try_seconds=self.try_seconds, pause=pause)

    def answer(self, method: str, path: str, understand: _delivery.Understand, **more: Any) -> Any:
        """What ``send`` brought back.

        Raises:
            StageQueueError: The server refused, or did not answer in time.
        """
        return answer_of(self.send(method, path, understand, **more))


def answer_of(delivery: _delivery.Delivery) -> Any:
    """What was understood; otherwise ``StageQueueError``."""
    last = delivery.last
    if last.problem:
        raise StageQueueError(last.problem + (f" ({delivery.tries} tries)" if delivery.tries > 1 else ""), last.status)
    return last.answer


def new_key() -> str:
    """Tells the repeats of one request from another request."""
    return str(uuid.uuid4())


def json_as(read: Callable[[Any, email.message.Message], Any]) -> _delivery.Understand:
    """Reads JSON. What is none, or what ``read`` answers with None or a common error, is not of the server."""

    def understand(status: int, headers: email.message.Message, body: bytes) -> _delivery.Outcome:
        try:
            answer = read(json.loads(body), headers)
        except (ValueError, RecursionError, TypeError, LookupError, AttributeError):
            answer = None
        if answer is None:
            return _delivery.foreign(status, body)
        return _delivery.Outcome(answer=answer, status=status)

    return understand


def text_starting(start: str) -> _delivery.Understand:
    """Reads a text that begins so; what does not is not of the server."""

    def understand(status: int, _: email.message.Message, body: bytes) -> _delivery.Outcome:
        text = body.decode(errors="replace")
        if not text.startswith(start):
            return _delivery.foreign(status, body)
        return _delivery.Outcome(answer=text, status=status)

    return understand


def stage_number(name: str, stage: Any) -> int:
    return _arguments.integer(name, stage, 0, MOST_STAGE)


def _jobix_of(given: Union[int, str]) -> str:
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise TypeError(f"jobix must be an integer, not {type(given).__name__}")
    text = str(given).strip()
    if not text:
        raise ValueError("jobix is not given, and SLUICE_JOBIX is not set")
    # The message does not repeat it: who knows it may change the list.
    if not re.fullmatch(r"[+-]?[0-9]{1,78}", text):
        raise ValueError("jobix must be an integer of at most 78 digits")
    return text


def _packed(body: Any) -> Optional[bytes]:
    if body is None:
        return None
    written = body if isinstance(body, bytes) else json.dumps(body, allow_nan=False).encode()
    return written if len(written) < LEAST_PACKED_BYTES else zlib.compress(written)
