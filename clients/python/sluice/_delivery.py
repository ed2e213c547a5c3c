"""Brings one request to the server: bounded tries over HTTP that do no harm, however often they arrive."""

from __future__ import annotations

import datetime
import email.message
import email.utils
import http.client
import json
import queue
import random
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any, Callable, Optional

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
SHORTEST_TRY_SECONDS = 0.05
MOST_ANSWER_BYTES = 4 * 1024 * 1024
MOST_SHOWN_CHARACTERS = 300

TOO_MANY_REQUESTS = 429
FIRST_SERVER_ERROR = 500



class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """Tokens and the numbers of lists are for the server that was named, and for no other."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any) -> None:
        return None


# The server is on this machine or in this cluster, whatever proxy the environment names for the world outside.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirection)


@dataclass(frozen=True)
class Outcome:
    """How a try ended: with the server's answer, or with a problem that another try may or may not get over."""

    answer: Any = None
    """What was understood; None where there is a problem."""

    problem: str = ""
    """In words; empty: there is none."""

    may_pass: bool = False
    retry_after_seconds: float = 0.0
    status: Optional[int] = None


@dataclass(frozen=True)
class Delivery:
    """How all tries ended together; ``last`` is the outcome that decided."""

    last: Outcome
    tries: int


Understand = Callable[[int, email.message.Message, bytes], Outcome]
"""Makes an outcome of a successful status, the headers and the body."""

Pause = Callable[[float], bool]
"""Waits for so many seconds; True: nobody wants the answer any more."""


def deliver(
    request: urllib.request.Request,
    understand: Understand,
    *,
    max_seconds: float,
    try_seconds: float,
    pause: Optional[Pause] = None,
) -> Delivery:
    """Sends until the server has answered, it has refused, or the time is up.

    Args:
        request: What is sent. The server must take a repeat of it for the same.
        understand: Reads the answer.
        max_seconds: Bounds all tries and the pauses between them, in seconds.
        try_seconds: Bounds each try, in seconds, from the look-up of the host's name to the last byte of the answer.
        pause: Waits between tries; None (default): sleeps.

    Returns:
        The outcome of the last try. Never raises for what a server or a network can do.
    """
    deadline = time.monotonic() + max_seconds
    pause_seconds = FIRST_PAUSE_SECONDS
    tries = 0
    while True:
        tries += 1
        remaining = max(deadline - time.monotonic(), SHORTEST_TRY_SECONDS)
        outcome = _within(min(try_seconds, remaining), lambda seconds: _send(request, understand, seconds))
        if not outcome.may_pass:
            return Delivery(outcome, tries)
        # Jitter, so that the jobs of a server that was away do not all come back at the same moment.
        wait = max(pause_seconds * random.uniform(0.5, 1.0), outcome.retry_after_seconds)
        if wait + SHORTEST_TRY_SECONDS > deadline - time.monotonic() or (pause or _sleep)(wait):
            return Delivery(outcome, tries)
        pause_seconds = min(2 * pause_seconds, LONGEST_PAUSE_SECONDS)


def foreign(status: int, body: bytes) -> Outcome:
    """Something between here and the server may answer in its place; then another try may reach it."""
    return Outcome(
        problem=f"{status} with an answer that is not Sluice's: {_shown(body)}", may_pass=True, status=status)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False


def _within(seconds: float, attempt: Callable[[float], Outcome]) -> Outcome:
    """Runs the attempt in a thread, since no timeout of a socket bounds a name's look-up or an answer that drips in."""
    outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
    try:
        threading.Thread(target=lambda: outcomes.put(attempt(seconds)), daemon=True).start()
    except RuntimeError:
        # No thread can be had, as while the interpreter shuts down: then the socket's timeout has to do.
        return attempt(seconds)
    try:
        return outcomes.get(timeout=seconds)
    except queue.Empty:
        return Outcome(problem=f"no answer within {seconds:.1f} s", may_pass=True)


def _send(request: urllib.request.Request, understand: Understand, seconds: float) -> Outcome:
    try:
        with _OPENER.open(request, timeout=seconds) as response:
            return understand(response.status, response.headers, response.read(MOST_ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return _refusal(error)
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        return Outcome(problem=str(reason) or type(reason).__name__, may_pass=True)
    except Exception as error:  # Whatever it is, it must not end a training.
        return Outcome(problem=f"{type(error).__name__}: {error}")


def _refusal(error: urllib.error.HTTPError) -> Outcome:
    try:
        body = error.read(MOST_ANSWER_BYTES)
    except (OSError, http.client.HTTPException):
        body = b""
    may_pass = error.code == TOO_MANY_REQUESTS or error.code >= FIRST_SERVER_ERROR
    return Outcome(
        problem=f"{error.code} {_message(body) or error.reason}",
        may_pass=may_pass,
        retry_after_seconds=_retry_after(error.headers.get("Retry-After")) if may_pass else 0.0,
        status=error.code)


def _message(body: bytes) -> str:
    """The server's own words, where the body has them; otherwise its beginning."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict) and isinstance(said.get("error"), str):
        return said["error"][:MOST_SHOWN_CHARACTERS]
    return _shown(body)


def _shown(body: bytes) -> str:
    return " ".join(body[:MOST_SHOWN_CHARACTERS].decode(errors="replace").split())


def _retry_after(header: Optional[str]) -> float:
    """Seconds from now that the header asks for, as a number or as a date; 0 where it says neither."""
    if not header:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        at = email.utils.parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return max(0.0, (at - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
