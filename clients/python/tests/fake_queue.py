"""A stage queue of one list in memory, behind HTTP, that can lose answers, refuse, and take leases back."""

import collections
import http.server
import json
import os
import queue
import re
import threading
import zlib

from . import fakes

JOBIX = 4611686018427387904


def lose_answer(handler, act):
    """What was asked for is done; nobody hears of it."""
    act()
    fakes.lose(handler)


def lose_request(handler, _):
    fakes.lose(handler)


def refuse(status, body="", headers=()):
    """Nothing is done, and this is said."""
    return lambda handler, _: fakes.answer(status, body, headers)(handler)


def first(action, then=None):
    """Something happens before the request is looked at."""

    def plan(handler, act):
        action()
        (then or _obey)(handler, act)

    return plan


def _obey(handler, act):
    fakes.answer(*act())(handler)


class Job:
    def __init__(self, stage, command):
        self.stage, self.command, self.filename = stage, command, None
        self.origin, self.hand_outs, self.failed_attempts = None, 0, 0
        self.lease, self.lease_seconds, self.done_with = None, None, None

    def wait_in(self, stage):
        self.stage, self.origin, self.lease, self.lease_seconds = stage, None, None, None


class FakeQueue:
    """``plans`` holds, by kind of request (get, update, lease, set, init, progress), what becomes of the next ones."""

    def __init__(self):
        self.jobs, self.lifetimes, self.keys = {}, [], {}
        self.requests = []
        self.plans = collections.defaultdict(list)
        self.seen = queue.Queue()
        self._lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer._take(self)

            do_POST = do_PUT = do_GET

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def add(self, *job_ids, stage=0, command=None):
        for job_id in job_ids:
            self.jobs[job_id] = Job(stage, command)

    def take_back(self, job_id):
        """As the server does when a lease is over."""
        job = self.jobs[job_id]
        job.failed_attempts += 1
        job.wait_in(job.origin)

    def stages(self):
        return {job_id: job.stage for job_id, job in self.jobs.items()}

    def kinds(self):
        return [kind for kind, *_ in self.requests]

    def of(self, kind):
        """Path, headers and body of each request of a kind."""
        return [request[1:] for request in self.requests if request[0] == kind]

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        kind, act = self._route(handler, body)
        with self._lock:
            self.requests.append((kind, handler.path, handler.headers, body))
            plan = self.plans[kind].pop(0) if self.plans[kind] else _obey

        def locked():
            with self._lock:
                return act()

        plan(handler, locked)
        self.seen.put(kind)

    def _route(self, handler, body):
        headers = handler.headers
        if headers["jobix"] != str(JOBIX):
            return "stranger", lambda: (403, "jobix is missing")
        for kind, pattern, act in (
            ("get", r"GET /get/(\d+)(?:/(\d+))?", self._get),
            ("update", r"POST /update_job/(-?\d+)/(\d+)", self._update),
            ("lease", r"PUT /api/v1/queue/jobs/(-?\d+)/lease", self._extend),
            ("set", r"POST /set", self._set),
            ("init", r"GET /init((?:/[\d.e+-]+)*)", self._init),
            ("progress", r"GET /api/v1/queue", self._progress),
        ):
            match = re.fullmatch(pattern, f"{handler.command} {handler.path}")
            if match:
                return kind, lambda: act(match, headers, body)
        return "unknown", lambda: (404, "")

    def _get(self, match, headers, _):
        key = headers["Idempotency-Key"]
        if key in self.keys:
            return self.keys[key]
        stage = int(match[1])
        waiting = sorted(
            job_id for job_id, job in self.jobs.items() if job.stage == stage and job.origin is None)
        if not waiting:
            return 200, '"nada"'
        job_id = waiting[0]
        job = self.jobs[job_id]
        job.hand_outs += 1
        job.origin, job.stage = stage, int(match[2] or stage + 1)
        job.lease, job.lease_seconds = f"{job_id}-{job.hand_outs}", float(headers["Lease-Seconds"])
        said = {
            "jobid": job_id, "jobcmd": job.command, "jobstage": stage, "jobix": JOBIX,
            "failed_attempts": job.failed_attempts}
        self.keys[key] = 200, json.dumps(said), [("Lease", job.lease), ("Cache-Control", "no-store")]
        return self.keys[key]

    def _update(self, match, headers, body):
        job, stage, lease = self.jobs.get(int(match[1])), int(match[2]), headers["Lease"]
        if job is None:
            return 404, f"No job {match[1]} in this list, nothing was updated!"
        if (lease, stage) != job.done_with:
            if lease != job.lease:
                return 409, json.dumps({"error": f"the lease {lease} was taken back"})
            said = json.loads(zlib.decompress(body) if body[:1] == b"\x78" else body or b"{}")
            job.filename, job.command = said.get("filename", job.filename), said.get("jobcmd", job.command)
            job.done_with = lease, stage
            if stage != job.origin:
                job.failed_attempts = 0
            job.wait_in(stage)
        return 200, f"Success, job {match[1]} was updated to stage {stage}!"

    def _extend(self, match, headers, _):
        job = self.jobs.get(int(match[1]))
        if job is None:
            return 404, '{"error": "no such job"}'
        if headers["Lease"] != job.lease:
            return 409, json.dumps({"error": "the lease was taken back"})
        job.lease_seconds = float(headers["Lease-Seconds"])
        return 200, json.dumps({"lease_seconds": job.lease_seconds})

    def _set(self, _, __, body):
        for job_id, said in json.loads(zlib.decompress(body) if body[:1] == b"\x78" else body).items():
            self.jobs.setdefault(int(job_id), Job(said["jobstage"], said["jobcmd"]))
        return 200, f"Accepted to {JOBIX}!"

    def _init(self, match, _, __):
        if not self.lifetimes:
            self.lifetimes = [json.loads(part) for part in match[1].split("/")[1:]]
        return 200, json.dumps({str(stage): minutes for stage, minutes in enumerate(self.lifetimes)})

    def _progress(self, *_):
        counts = collections.Counter(job.stage for job in self.jobs.values())
        out = collections.Counter(job.stage for job in self.jobs.values() if job.origin is not None)
        last = len(self.lifetimes) - 1
        return 200, json.dumps({
            "job_count": len(self.jobs), "last_stage": last, "progress": 0.5, "flagged": 0, "version": "1",
            "settings": {"redeliver": False, "max_attempts": 5},
            "stages": [
                {"stage": stage, "job_count": counts[stage], "handed_out": out[stage], "flagged": 0,
                 "lifetime_minutes": self.lifetimes[stage] if stage <= last else None}
                for stage in sorted({*counts, *range(last + 1)})]})


class QueueCase(fakes.ClientCase):
    """A test with a list, to which the environment points."""

    def setUp(self):
        super().setUp()
        self.queue = self.another_queue()
        os.environ.update(SLUICE_URL=self.queue.url, SLUICE_JOBIX=str(JOBIX))

    def another_queue(self):
        made = FakeQueue()
        self.addCleanup(made.close)
        return made
