"""What callers give, checked: numbers with their bounds, the server's address, the token."""

from __future__ import annotations

import math
import operator
import re
import urllib.parse
from typing import Any, Optional, Union


def number(name: str, value: Any, least: float, most: float) -> Any:
    """An integer or a float, of whatever kind of number came; integers stay integers on the wire."""
    if isinstance(value, (bool, str, bytes)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    known: Union[int, float]
    try:
        known = operator.index(value)
    except TypeError:
        try:
            known = float(value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name} must be a number, not {type(value).__name__}") from error
    # Written so that NaN, which is neither over nor under anything, is refused.
    if not (least <= known <= most and known < math.inf):
        raise ValueError(f"{name} must be " + (
            f"{least} or more and finite" if most == math.inf else f"from {least:g} to {most:g}"))
    return known


def integer(name: str, value: Any, least: int, most: int) -> int:
    """An integer of whatever kind; floats are none, also where they are whole."""
    try:
        known = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        known = None
    if known is None:
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if not least <= known <= most:
        raise ValueError(f"{name} must be from {least} to {most}")
    return known


def address_problem(address: str) -> Optional[str]:
    """What makes the address of a server unusable; None: nothing."""
    if not address:
        return "SLUICE_URL is not set"
    try:
        parts = urllib.parse.urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not re.fullmatch(r"[!-~]+", address):
        return f"the address of the server must be like http://host:port, not {address!r}"
    return None


def token_problem(token: str) -> Optional[str]:
    """What makes a token unusable, without showing it; None: nothing."""
    if not re.fullmatch(r"[!-~]*", token):
        return "the token must be printable ASCII without spaces"
    return None
