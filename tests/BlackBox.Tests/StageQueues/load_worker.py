"""One worker of many, in a process of its own, on a list whose jobs go through several stages.

usage: load_worker.py sluice|original URL NUMBER STAGES FOLDER NAME

"sluice" works with clients/python; "original" as the users of the original do: one header, no lease, no key, and a
server that does not answer is asked again. Both go on until FOLDER/stop is there. Each line of FOLDER/NAME is

    began JOB STAGE      the job was handed out
    done JOB STAGE       that it is done was acknowledged
    dropped JOB STAGE    it was taken back before (sluice)
    lost STAGE           a request for a job had no answer (original)

A job whose command has "hold" stays in its worker's hands until FOLDER/release is there.
"""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request

style, url, number, stages, folder, name = sys.argv[1:]
# The last ones first, so that jobs come to their end while others begin.
STAGES = range(2 * (int(stages) - 1), -1, -2)
PAUSE_SECONDS = 0.05
LEASE_SECONDS = float(os.environ.get("LEASE_SECONDS", "60"))

output = open(os.path.join(folder, name), "a", buffering=1, encoding="ascii")


def say(*words):
    print(*words, file=output)


def is_there(file):
    return os.path.exists(os.path.join(folder, file))


def work_on(job_id, stage, command):
    assert command["id"] == job_id and command["done"] == stage // 2, (job_id, stage, command)
    say("began", job_id, stage)
    while command.get("hold") and not is_there("release"):
        time.sleep(PAUSE_SECONDS)
    return {**command, "done": stage // 2 + 1}


def work_with_sluice():
    import sluice

    while not is_there("stop"):
        for stage in STAGES:
            for job in sluice.stage_worker(url, number, stage, lease_seconds=LEASE_SECONDS):
                result = work_on(job.id, job.stage, job.command)
                say("done" if job.done(command=result) else "dropped", job.id, job.stage)
        time.sleep(PAUSE_SECONDS)


def ask(path, body=None, if_lost=lambda: None):
    while True:
        try:
            request = urllib.request.Request(f"{url}/{path}", data=body, headers={"jobix": number})
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as problem:
            if problem.code != 503:
                raise
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as problem:
            # A connection that was refused carried no request.
            if not isinstance(getattr(problem, "reason", None), ConnectionRefusedError):
                if_lost()
        time.sleep(PAUSE_SECONDS)


def work_as_originals_do():
    while not is_there("stop"):
        for stage in STAGES:
            while True:
                job = json.loads(ask(f"get/{stage}", if_lost=lambda: say("lost", stage)))
                if job == "nada":
                    break
                result = work_on(job["jobid"], stage, job["jobcmd"])
                ask(f"update_job/{job['jobid']}/{stage + 2}", json.dumps({"jobcmd": result}).encode())
                say("done", job["jobid"], stage)
        time.sleep(PAUSE_SECONDS)


work_with_sluice() if style == "sluice" else work_as_originals_do()
