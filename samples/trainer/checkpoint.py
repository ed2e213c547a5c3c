"""Checkpoints: one file, replaced as a whole, so that a crash at any moment leaves the old one or the new one."""

import json
import os

NAME = "checkpoint.json"


class CheckpointError(Exception):
    """The file is there and cannot be used."""


def save(folder, state):
    path = os.path.join(folder, NAME)
    temporary = f"{path}.{os.getpid()}.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        json.dump(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    # The rename itself is durable only once its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(folder):
    """The last saved state; None where there is none."""
    path = os.path.join(folder, NAME)
    try:
        with open(path, encoding="utf-8") as file:
            state = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error
    if not isinstance(state, dict) or not isinstance(state.get("epoch"), int) or "weights" not in state:
        raise CheckpointError(f"{path} is not a checkpoint of this trainer")
    return state
