"""Tells Sluice about checkpoints, as the trainer controller of the elastic workload manager does."""

import json
import re
import time
import urllib.error
import urllib.request

MOST_TRIES = 4
FIRST_PAUSE_SECONDS = 0.2
TIMEOUT_SECONDS = 3.0

# The server is on this machine or in this cluster, whatever proxy the environment names for the world outside.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def job_name(environment):
    """SLUICE_JOB; without it the pod's name, less what the training operator put at its end; None where neither is."""
    if environment.get("SLUICE_JOB"):
        return environment["SLUICE_JOB"]
    return re.sub(r"-(master|worker)-\d+$", "", environment.get("HOSTNAME", "")) or None


class Notifier:
    """Sends notifications. No failure of it ever ends the training."""

    def __init__(self, environment, say=print, sleep=time.sleep):
        self._url = environment.get("SLUICE_URL", "").rstrip("/")
        self._token = environment.get("SLUICE_TOKEN", "")
        self._job = job_name(environment)
        self._say = say
        self._sleep = sleep

    def notify(self, checkpoint_time, completed_epochs, total_epochs, tries=MOST_TRIES):
        """The server's answer; None where there is no server, or it did not take the notification."""
        if not self._url or not self._job:
            return None
        body = json.dumps({
            "job_name": self._job,
            "last_checkpoint_time": checkpoint_time,
            "completed_epochs": completed_epochs,
            "total_epochs": total_epochs,
        }).encode()
        pause = FIRST_PAUSE_SECONDS
        for remaining in range(tries - 1, -1, -1):
            try:
                return self._send(body)
            except urllib.error.HTTPError as error:
                problem = f"{error.code} {error.read(500).decode(errors='replace').strip()}"
                if error.code < 500:
                    remaining = 0
            except (OSError, ValueError) as error:
                problem = str(error)
            if remaining == 0:
                break
            self._sleep(pause)
            pause *= 2
        # The next checkpoint's notification says all that this one would have said.
        self._say(f"checkpoint notification failed: {problem}")
        return None

    def _send(self, body):
        request = urllib.request.Request(
            f"{self._url}/update_last_checkpoint", data=body, method="PUT",
            headers={"Content-Type": "application/json"})
        if self._token:
            request.add_header("Authorization", f"Bearer {self._token}")
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as response:
            answer = json.loads(response.read(1024 * 1024))
        return answer if isinstance(answer, dict) else None
