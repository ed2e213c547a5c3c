"""A job that does nothing but prove who held which GPUs when.

Called with the control folder of the test. It takes a lock a GPU, notes its start, and runs until the test says how it
ends: finish-JOB or finish-all (exit 0), fail-JOB (exit 1). With slow-JOB it survives TERM until die-JOB; with notify-JOB
it reports a checkpoint while it handles TERM, and notes what it was answered.
"""

import fcntl
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request

folder = sys.argv[1]
job = os.environ["SLUICE_JOB"]
who = {
    "job": job,
    "uid": os.environ["SLUICE_RUN_UID"],
    "attempt": int(os.environ["SLUICE_ATTEMPT"]),
    "rank": int(os.environ["RANK"]),
    "pid": os.getpid(),
    "gpus": [int(gpu) for gpu in os.environ["CUDA_VISIBLE_DEVICES"].split(",") if gpu],
}


def note(name):
    # One write of one line: notes of several processes never mix.
    with open(os.path.join(folder, name), "ab", buffering=0) as notes:
        notes.write((json.dumps(who) + "\n").encode())


def is_there(name):
    return os.path.exists(os.path.join(folder, name))


def notify():
    checkpoint = {"job_name": job, "last_checkpoint_time": 4e9, "completed_epochs": 7}
    request = urllib.request.Request(
        os.environ["SLUICE_URL"].rstrip("/") + "/update_last_checkpoint", json.dumps(checkpoint).encode(), method="PUT")
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def on_term(*_):
    note("terms")
    if is_there("notify-" + job):
        who["status"] = notify()
        note("notified")
    while is_there("slow-" + job) and not is_there("die-" + job):
        time.sleep(0.02)
    os._exit(143)


signal.signal(signal.SIGTERM, on_term)
locks = []
for gpu in who["gpus"]:
    lock = open(os.path.join(folder, "gpu-%d" % gpu), "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        note("violations")
    locks.append(lock)

note("starts")
print("attempt %d of %s on GPUs %s" % (who["attempt"], job, who["gpus"]), flush=True)
while True:
    if is_there("fail-" + job):
        sys.exit(1)
    if is_there("finish-" + job) or is_there("finish-all"):
        sys.exit(0)
    time.sleep(0.02)
