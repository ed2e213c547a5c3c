"""Workers as the stage queue's users write them: urllib, one header, compressed bodies, no lease.

usage: stage_workers.py URL NUMBER fill COUNT       adds jobs 1 to COUNT in stage 0, compressed
       stage_workers.py URL NUMBER work THREADS     works until no job is left, a line a step on standard output

A server that does not answer is asked again until it does. Lines: "got ID", "done ID", "lost" for an answer to a
request for a job that did not come.
"""

import http.client
import json
import sys
import threading
import time
import urllib.error
import urllib.request
import zlib

url, number, action, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
authead = {"jobix": number}
output = threading.Lock()


def say(*words):
    with output:
        print(*words, flush=True)


def ask_for_job(job_stage):
    request = urllib.request.Request(f"{url}/get/{job_stage}", headers=authead)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read().decode("utf8"))


def update_job(jobid, next_stage, fields=None):
    body = None if fields is None else zlib.compress(json.dumps(fields).encode("utf8"))
    request = urllib.request.Request(f"{url}/update_job/{jobid}/{next_stage}", data=body, headers=authead)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read().decode("utf8")
    if text != f"Success, job {jobid} was updated to stage {next_stage}!":
        raise ValueError(text)


def until_answered(ask, if_lost=lambda: None):
    while True:
        try:
            return ask()
        except urllib.error.HTTPError as problem:
            if problem.code != 503:
                raise
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError):
            pass
        if_lost()
        time.sleep(0.02)


def work():
    while True:
        info = until_answered(lambda: ask_for_job(0), lambda: say("lost"))
        if info == "nada":
            return
        jobid = info["jobid"]
        assert info["jobcmd"] == {"x": jobid} and info["jobstage"] == 0 and info["jobix"] == int(number), info
        say("got", jobid)
        # Every other one has a result to tell of.
        fields = {"filename": f"/results/{jobid}.h5"} if jobid % 2 else None
        until_answered(lambda: update_job(jobid, info["jobstage"] + 2, fields))
        say("done", jobid)


def fill():
    jobs = {str(jobid): {"jobstage": 0, "jobcmd": {"x": jobid}} for jobid in range(1, count + 1)}
    request = urllib.request.Request(
        f"{url}/set", data=zlib.compress(json.dumps(jobs).encode("utf8")), headers=authead)
    with urllib.request.urlopen(request, timeout=60) as answer:
        say(answer.read().decode("utf8"))


if action == "fill":
    fill()
else:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
