"""Tests of the sample trainer. Run them with `python3 -m unittest` in this folder."""

import contextlib
import http.server
import io
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
from unittest import mock

import checkpoint
import model
import notifier
import speed
import train

HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_SECONDS = 60


class FakeServer:
    """Records what is sent, and answers what it is told to."""

    def __init__(self):
        self.requests = queue.Queue()
        self.answer = lambda body: {"message": "Job updated successfully", "job": {}}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.put((self.path, dict(self.headers), body))
                answer = json.dumps(outer.answer(body)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next_body(self):
        return self.requests.get(timeout=PATIENCE_SECONDS)[2]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class TrainerCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def server(self):
        server = FakeServer()
        self.addCleanup(server.close)
        return server

    def start(self, *arguments, **variables):
        environment = {"PATH": os.environ["PATH"], "CHECKPOINT_DIR": self.folder, "SLUICE_SIMULATED_GPUS": "1"}
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "train.py"), *arguments],
            env=environment | variables, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def finish(self, process):
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)
        return process.returncode, output

    def train(self, *arguments, **variables):
        return self.finish(self.start("--curve", "none", *arguments, **variables))

    def slow_curve(self):
        path = os.path.join(self.folder, "curve.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"seconds_per_step": {"1": 0.05}}, file)
        return path

    def saved(self):
        state = checkpoint.load(self.folder)
        state.pop("saved_at")
        return state

    def lost(self):
        with open(os.path.join(self.folder, train.LOST_NAME), encoding="utf-8") as file:
            return [json.loads(line) for line in file]


class Results(TrainerCase):
    def test_the_loss_really_falls(self):
        _, output = self.train("--epochs", "16")
        losses = [float(line.split("loss=")[1].split()[0]) for line in output.splitlines() if "loss=" in line]
        self.assertEqual(16, len(losses))
        self.assertLess(losses[-1], losses[0] / 4)

    def test_any_number_of_gpus_gives_the_same_weights(self):
        results = []
        for gpus in ("1", "3", "8", "20"):
            with tempfile.TemporaryDirectory() as self.folder:
                self.assertEqual(0, self.train("--epochs", "2", SLUICE_GPUS=gpus)[0])
                results.append(self.saved())
        self.assertTrue(all(result == results[0] for result in results))

    def test_a_run_resumed_with_another_gpu_count_equals_an_uninterrupted_one(self):
        self.train("--epochs", "5", SLUICE_GPUS="2")
        uninterrupted = self.saved()
        os.remove(os.path.join(self.folder, checkpoint.NAME))
        self.train("--epochs", "2", SLUICE_GPUS="8")
        code, output = self.train("--epochs", "5", SLUICE_GPUS="3")
        self.assertEqual(0, code)
        self.assertIn("training from epoch 2 with gpus=3", output)
        self.assertEqual(uninterrupted, self.saved())

    def test_a_gang_of_two_replicas_gives_the_weights_of_one(self):
        self.train("--epochs", "2", SLUICE_GPUS="1")
        alone = self.saved()
        os.remove(os.path.join(self.folder, checkpoint.NAME))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        replicas = [
            self.start(
                "--curve", "none", "--epochs", "2",
                SLUICE_GPUS="2", WORLD_SIZE="2", RANK=rank, MASTER_ADDR="127.0.0.1", MASTER_PORT=port)
            for rank in ("0", "1")]
        for replica in replicas:
            code, output = self.finish(replica)
            self.assertEqual(0, code, output)
            self.assertIn("gpus=4", output)
        self.assertEqual(alone, self.saved())

    def test_a_failure_that_was_asked_for_happens_once(self):
        code, output = self.train("--epochs", "4", "--fail-at", "2.5")
        self.assertEqual(1, code)
        self.assertIn("failing at epoch 2.5", output)
        self.assertEqual("failure", self.lost()[0]["cause"])
        code, output = self.train("--epochs", "4", "--fail-at", "2.5")
        self.assertEqual(0, code)
        self.assertIn("training from epoch 2", output)

    def test_a_finished_run_that_is_started_again_is_finished(self):
        self.train("--epochs", "2")
        before = self.saved()
        self.assertEqual(0, self.train("--epochs", "2")[0])
        self.assertEqual(before, self.saved())


class Checkpoints(TrainerCase):
    def test_a_crash_before_the_rename_leaves_the_old_checkpoint(self):
        checkpoint.save(self.folder, {"epoch": 1, "weights": []})
        with mock.patch("os.replace", side_effect=OSError("crash")), self.assertRaises(OSError):
            checkpoint.save(self.folder, {"epoch": 2, "weights": []})
        self.assertEqual(1, checkpoint.load(self.folder)["epoch"])

    def test_a_checkpoint_is_on_the_disk_before_it_takes_its_name(self):
        happened = []
        real = os.replace
        with mock.patch("os.fsync", side_effect=lambda _: happened.append("fsync")), \
                mock.patch("os.replace", side_effect=lambda *names: (happened.append("rename"), real(*names))):
            checkpoint.save(self.folder, {"epoch": 1, "weights": []})
        self.assertEqual(["fsync", "rename", "fsync"], happened)

    def test_a_broken_checkpoint_is_named_and_not_overwritten(self):
        path = os.path.join(self.folder, checkpoint.NAME)
        with open(path, "w", encoding="utf-8") as file:
            file.write("{")
        code, output = self.train("--epochs", "1")
        self.assertEqual(1, code)
        self.assertIn("checkpoint.json cannot be read", output)
        with open(path, encoding="utf-8") as file:
            self.assertEqual("{", file.read())

    def test_a_checkpoint_of_another_seed_is_refused(self):
        self.train("--epochs", "1", "--seed", "1")
        code, output = self.train("--epochs", "2", "--seed", "2")
        self.assertEqual(1, code)
        self.assertIn("--seed 1", output)


class Notifications(TrainerCase):
    def test_each_checkpoint_is_notified_as_the_original_does(self):
        server = self.server()
        code, _ = self.train(
            "--epochs", "2", SLUICE_URL=server.url + "/", HOSTNAME="my-job-master-0", SLUICE_TOKEN="secret")
        self.assertEqual(0, code)
        for epoch in (1, 2):
            path, headers, body = server.requests.get(timeout=PATIENCE_SECONDS)
            self.assertEqual("/update_last_checkpoint", path)
            self.assertEqual("Bearer secret", headers["Authorization"])
            self.assertEqual("application/json", headers["Content-Type"])
            self.assertEqual(("my-job", epoch, 2), (body["job_name"], body["completed_epochs"], body["total_epochs"]))
            self.assertIsInstance(body["last_checkpoint_time"], float)
            self.assertEqual(4, len(body))

    def test_the_jobs_name_comes_from_the_pods_name(self):
        self.assertEqual("a", notifier.job_name({"HOSTNAME": "a-master-0"}))
        self.assertEqual("a-b", notifier.job_name({"HOSTNAME": "a-b-worker-11"}))
        self.assertEqual("a", notifier.job_name({"HOSTNAME": "x-master-0", "SLUICE_JOB": "a"}))
        self.assertIsNone(notifier.job_name({}))

    def test_a_server_that_is_away_costs_bounded_retries_and_never_the_training(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        pauses, lines = [], []
        away = notifier.Notifier(
            {"SLUICE_URL": f"http://127.0.0.1:{port}", "SLUICE_JOB": "a"}, say=lines.append, sleep=pauses.append)
        self.assertIsNone(away.notify(1.0, 1, 2))
        self.assertEqual([0.2, 0.4, 0.8], pauses)
        self.assertIn("notification failed", lines[0])

    def test_a_refusal_is_not_repeated(self):
        server, pauses = self.server(), []
        refused = notifier.Notifier(
            {"SLUICE_URL": server.url + "/get", "SLUICE_JOB": "a"}, say=lambda _: None, sleep=pauses.append)
        with mock.patch.object(notifier.Notifier, "_send", side_effect=notifier.urllib.error.HTTPError(
                server.url, 404, "Not Found", {}, io.BytesIO(b"Job not found"))):
            self.assertIsNone(refused.notify(1.0, 1, 2))
        self.assertEqual([], pauses)


class Stopping(TrainerCase):
    def test_term_notifies_the_last_checkpoint_again_and_measures_what_is_lost(self):
        server = self.server()
        process = self.start(
            "--epochs", "1000", "--steps-per-epoch", "2", "--curve", self.slow_curve(),
            SLUICE_URL=server.url, SLUICE_JOB="a")
        server.next_body()
        process.send_signal(signal.SIGTERM)
        code, output = self.finish(process)
        self.assertEqual(143, code, output)
        bodies = []
        while not server.requests.empty():
            bodies.append(server.next_body())
        saved = checkpoint.load(self.folder)
        self.assertEqual((saved["epoch"], saved["saved_at"]),
                         (bodies[-1]["completed_epochs"], bodies[-1]["last_checkpoint_time"]))
        (lost,) = self.lost()
        self.assertGreaterEqual(lost["lost_seconds"], 0.0)
        self.assertEqual(("stopped", 1), (lost["cause"], lost["gpus"]))

    def test_an_answer_with_a_resize_stops_the_training_right_there(self):
        server = self.server()
        server.answer = lambda body: {"job": {}} | (
            {"resize": {"gpus": 4, "generation": 7}} if body["completed_epochs"] == 2 else {})
        process = self.start("--epochs", "9", "--curve", "none", SLUICE_URL=server.url, SLUICE_JOB="a")
        for line in process.stdout:
            if line.startswith("stopping at epoch 2"):
                break
        self.assertIn("gpus=4", line)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(143, self.finish(process)[0])
        self.assertEqual(2, self.saved()["epoch"])
        self.assertEqual(0.0, self.lost()[0]["lost_seconds"])

    def test_a_trainer_that_nobody_stops_goes_on(self):
        class Resizing:
            def notify(self, *_, **__):
                return {"resize": {"gpus": 4, "generation": 7}}

        options = train.parse(["--epochs", "3", "--steps-per-epoch", "1"], {})
        pauses = []
        trainer = train.Trainer(
            options, {"CHECKPOINT_DIR": self.folder}, Resizing(), train.TermSignal(), None, sleep=pauses.append)
        with contextlib.redirect_stdout(io.StringIO()):
            trainer.run()
        self.assertEqual([60.0, 60.0], pauses)
        self.assertEqual(3, self.saved()["epoch"])

    def test_term_in_the_middle_of_a_checkpoint_waits_for_its_end(self):
        term = train.TermSignal()
        steps = []
        with self.assertRaises(train.Terminated):
            with term:
                term.on_signal()
                steps.append("saved")
        self.assertEqual(["saved"], steps)
        with self.assertRaises(train.Terminated):
            term.on_signal()


class Speed(TrainerCase):
    def test_speed_is_interpolated_between_the_written_counts(self):
        curve = speed.SpeedCurve({"1": 1.0, "2": 0.5, "4": 0.25})
        self.assertEqual(0.5, curve.seconds_per_step(2))
        self.assertAlmostEqual(1 / 3, curve.seconds_per_step(3))
        self.assertEqual((1.0, 0.25), (curve.seconds_per_step(0), curve.seconds_per_step(9)))

    def test_the_written_curve_is_never_perfectly_linear(self):
        curve = speed.SpeedCurve.read(os.path.join(HERE, "speed-curve.json"))
        one = curve.seconds_per_step(1)
        for gpus in range(2, 9):
            self.assertGreater(curve.seconds_per_step(gpus), one / gpus)
            self.assertLess(curve.seconds_per_step(gpus), curve.seconds_per_step(gpus - 1))

    def test_each_step_lasts_as_the_curve_says(self):
        class Silent:
            def notify(self, *_, **__):
                return None

        now = [0.0]

        def sleep(seconds):
            now[0] += seconds

        options = train.parse(["--epochs", "2", "--steps-per-epoch", "3"], {})
        trainer = train.Trainer(
            options, {"CHECKPOINT_DIR": self.folder, "SLUICE_GPUS": "2"}, Silent(), train.TermSignal(),
            speed.SpeedCurve({"1": 1.0, "2": 0.5}), clock=lambda: now[0], sleep=sleep)
        with contextlib.redirect_stdout(io.StringIO()):
            trainer.run()
        self.assertAlmostEqual(3.0, now[0])

    def test_a_curve_that_is_none_is_refused_with_the_reason(self):
        path = os.path.join(self.folder, "curve.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[]")
        code, output = self.finish(self.start("--curve", path))
        self.assertEqual(2, code)
        self.assertIn("seconds_per_step", output)

    def test_the_gpu_count_comes_from_the_command_line_first(self):
        options = train.parse(["--num_processes=3"], {})
        self.assertEqual(3, train.gpu_count(options, {"SLUICE_GPUS": "2"}))
        plain = train.parse([], {})
        self.assertEqual(2, train.gpu_count(plain, {"SLUICE_GPUS": "2", "NGPU": "5"}))
        self.assertEqual((5, 1), (train.gpu_count(plain, {"NGPU": "5"}), train.gpu_count(plain, {})))


if __name__ == "__main__":
    unittest.main()
