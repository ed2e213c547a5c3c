"""A server that answers what a test tells it to, a clock that moves when somebody sleeps, a clean environment."""

import http.server
import json
import os
import queue
import subprocess
import sys
import threading
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PATIENCE_SECONDS = 60
STEERING = (
    "SLUICE_URL", "SLUICE_JOB", "SLUICE_JOBIX", "SLUICE_TOKEN", "SLUICE_RUN_UID", "RANK", "HOSTNAME")


def stored(**more):
    """The answer to a notification that was stored, as a script for FakeServer."""
    return answer(200, json.dumps({"message": "Job updated successfully", "job": {"job_name": "job"}, **more}))


def answer(status, body="", headers=()):
    def send(handler):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body.encode())))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return send


def lose(handler):
    """The request arrived; the answer does not."""
    handler.close_connection = True


class FakeServer:
    """Records requests, and answers each with the next script; when there is none left, that it was stored."""

    def __init__(self, *scripts):
        self.requests = queue.Queue()
        self.closing = threading.Event()
        self._scripts = list(scripts)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.put((self.path, self.headers, body))
                (outer._scripts.pop(0) if outer._scripts else stored())(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def hang(self, handler):
        """Says nothing, until the test is over."""
        self.closing.wait(PATIENCE_SECONDS)
        handler.close_connection = True

    def drip(self, handler):
        """One character after the other, each in time, and never done."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        try:
            while not self.closing.wait(0.01):
                handler.wfile.write(b".")
        except OSError:
            pass
        handler.close_connection = True

    def next_body(self):
        return json.loads(self.requests.get(timeout=PATIENCE_SECONDS)[2])

    def close(self):
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


class FakeTime:
    """Time as the retries see it: a sleep is over at once, and is remembered."""

    def __init__(self):
        self.now = 1000.0
        self.sleeps = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.sleeps.append(seconds)
        self.now += seconds


class ClientCase(unittest.TestCase):
    """A test in an environment that says nothing of Sluice."""

    def setUp(self):
        kept = {name: value for name, value in os.environ.items() if name not in STEERING}
        self.use(mock.patch.dict(os.environ, kept, clear=True))

    def use(self, patch):
        value = patch.start()
        self.addCleanup(patch.stop)
        return value

    def server(self, *scripts):
        """A server that the environment points to, for the job "job"."""
        server = FakeServer(*scripts)
        self.addCleanup(server.close)
        os.environ.update(SLUICE_URL=server.url, SLUICE_JOB="job")
        return server

    def fake_time(self):
        """Retries that take no time, with the longest of their pauses."""
        self.use(mock.patch("sluice._delivery.random.uniform", lambda _, most: most))
        return self.use(mock.patch("sluice._delivery.time", FakeTime()))

    def start(self, code):
        """Runs Python code that can import sluice, in the environment of the test, with pipes to and from it."""
        process = subprocess.Popen(
            [sys.executable, "-B", "-u", "-c", code],
            env=dict(os.environ, PYTHONPATH=ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finish(self, process):
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, output
