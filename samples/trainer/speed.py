"""How long a step lasts on simulated GPUs."""

import json


class SpeedCurve:
    """Seconds per step by GPU count. Between the written counts the speed (steps per second) is interpolated."""

    def __init__(self, seconds_per_step):
        if not seconds_per_step:
            raise ValueError("a speed curve needs at least one GPU count")
        self._points = sorted((int(gpus), float(seconds)) for gpus, seconds in seconds_per_step.items())
        if any(gpus < 1 or not 0.0 <= seconds < 3600.0 for gpus, seconds in self._points):
            raise ValueError("a speed curve has GPU counts from 1 and seconds from 0 to 3600")

    @classmethod
    def read(cls, path):
        with open(path, encoding="utf-8") as file:
            written = json.load(file)
        if not isinstance(written, dict) or not isinstance(written.get("seconds_per_step"), dict):
            raise ValueError("a speed curve is {\"seconds_per_step\": {\"<gpus>\": <seconds>, ...}}")
        return cls(written["seconds_per_step"])

    def seconds_per_step(self, gpus):
        """Outside the written counts the nearest one holds: nothing is promised that was not measured."""
        first, last = self._points[0], self._points[-1]
        if gpus <= first[0]:
            return first[1]
        if gpus >= last[0]:
            return last[1]
        for (low, low_seconds), (high, high_seconds) in zip(self._points, self._points[1:]):
            if low <= gpus <= high:
                part = (gpus - low) / (high - low)
                if low_seconds == 0.0 or high_seconds == 0.0:
                    return low_seconds + part * (high_seconds - low_seconds)
                return 1.0 / ((1.0 - part) / low_seconds + part / high_seconds)
        return last[1]
