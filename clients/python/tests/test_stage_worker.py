"""The loop: what is asked for, and what becomes of a job by the way its body is left."""

import gc
import json
import os
import threading
from unittest import mock

import sluice

from . import fake_queue, fakes

JOBIX = fake_queue.JOBIX


class Requests(fake_queue.QueueCase):
    def test_it_asks_for_a_job_with_a_lease_and_tells_what_became_of_it(self):
        self.queue.add(7, command={"x": [1, None]})
        for job in sluice.stage_worker(self.queue.url, JOBIX, token="secret"):
            self.assertEqual((7, 0, {"x": [1, None]}, "7-1", 0), (
                job.id, job.stage, job.command, job.lease, job.failed_attempts))
            self.assertFalse(job.is_lost)
        path, headers, _ = self.queue.of("get")[0]
        self.assertEqual("/get/0", path)
        self.assertEqual((str(JOBIX), "60", "Bearer secret"), (
            headers["jobix"], headers["Lease-Seconds"], headers["Authorization"]))
        path, headers, body = self.queue.of("update")[0]
        self.assertEqual(("/update_job/7/2", "7-1", b""), (path, headers["Lease"], body))
        self.assertEqual(["get", "update", "get"], self.queue.kinds())

    def test_each_request_has_a_key_of_its_own(self):
        self.queue.add(1, 2)
        list(sluice.stage_worker())
        keys = [headers["Idempotency-Key"] for kind in ("get", "update") for _, headers, _ in self.queue.of(kind)]
        self.assertEqual(5, len(set(keys)))

    def test_the_stages_can_be_chosen(self):
        self.queue.add(1, stage=1)
        list(sluice.stage_worker(stage=1, working_stage=5, done_stage=2))
        self.assertEqual("/get/1/5", self.queue.of("get")[0][0])
        self.assertEqual({1: 2}, self.queue.stages())

    def test_jobs_come_one_after_the_other(self):
        self.queue.add(3, 1, 2, stage=4)
        self.assertEqual([1, 2, 3], [job.id for job in sluice.stage_worker(stage=4)])
        self.assertEqual({1: 6, 2: 6, 3: 6}, self.queue.stages())

    def test_the_environment_names_server_list_and_token(self):
        os.environ["SLUICE_TOKEN"] = " secret\n"
        self.assertEqual([], list(sluice.stage_worker()))
        self.assertEqual("Bearer secret", self.queue.of("get")[0][1]["Authorization"])

    def test_a_server_that_does_not_tell_attempts_leaves_them_open(self):
        hand_out = json.dumps({"jobid": 1, "jobcmd": None, "jobstage": 0, "jobix": JOBIX})
        self.queue.plans["get"] = [fake_queue.refuse(200, hand_out, [("Lease", "1-1")])]
        with self.assertLogs("sluice", "WARNING"):
            self.assertEqual([None], [job.failed_attempts for job in sluice.stage_worker()])

    def test_wrong_arguments_are_named_and_the_number_is_never_shown(self):
        for problem, arguments in (
            ("jobix must be an integer", dict(jobix="12x4")),
            ("jobix must be an integer", dict(jobix="1\r\nEvil: 1")),
            ("jobix must be an integer of at most 78 digits", dict(jobix="1" * 79)),
            ("jobix is not given", dict(jobix=" ")),
            ("address of the server", dict(url="nowhere")),
            ("stage must be from 0 to 10000", dict(stage=-1)),
            ("done_stage must be from 0 to 10000", dict(stage=9999)),
            ("lease_seconds must be from 1 to 86400", dict(lease_seconds=0.5)),
            ("poll_seconds must be from 0.5 to 3600", dict(poll_seconds=0)),
            ("patience_seconds must be from 0.1 to 86400", dict(patience_seconds=0)),
            ("wait must be 0 or more", dict(wait=-1)),
            ("token must be printable", dict(token="a b")),
        ):
            with self.assertRaisesRegex(ValueError, problem) as raised:
                sluice.stage_worker(**arguments)
            self.assertNotIn(arguments.get("jobix", "").strip() or "nothing", str(raised.exception))
        for arguments in (dict(jobix=1.0), dict(jobix=True), dict(stage=1.0), dict(wait="long")):
            with self.assertRaises(TypeError):
                sluice.stage_worker(**arguments)


class Ends(fake_queue.QueueCase):
    def test_continue_is_an_end_too(self):
        self.queue.add(1)
        for _ in sluice.stage_worker():
            continue
        self.assertEqual({1: 2}, self.queue.stages())

    def test_done_moves_it_at_once_with_what_is_told_and_the_end_adds_nothing(self):
        self.queue.add(1, command="old")
        for job in sluice.stage_worker():
            self.assertTrue(job.done(6, filename="a/b", command={"big": "x" * 5000}))
            self.assertEqual({1: 6}, self.queue.stages())
        stored = self.queue.jobs[1]
        self.assertEqual(("a/b", {"big": "x" * 5000}), (stored.filename, stored.command))
        self.assertEqual(["get", "update", "get"], self.queue.kinds())
        self.assertEqual(b"\x78", self.queue.of("update")[0][2][:1], "what is long is compressed")

    def test_a_break_before_done_lets_another_try_it_and_counts(self):
        self.queue.add(1)
        for _ in sluice.stage_worker():
            break
        self.assertEqual(["get", "lease"], self.queue.kinds())
        self.assertEqual(1.0, self.queue.jobs[1].lease_seconds, "so that it is taken back after a second")

    def test_a_break_after_done_ends_the_loop_alone(self):
        self.queue.add(1, 2)
        for job in sluice.stage_worker():
            job.done()
            break
        self.assertEqual(["get", "update"], self.queue.kinds())

    def test_an_error_goes_its_way_and_another_may_try_the_job(self):
        self.queue.add(1)
        with self.assertRaises(ZeroDivisionError):
            for _ in sluice.stage_worker():
                1 / 0
        self.assertEqual(["get", "lease"], self.queue.kinds())
        self.assertEqual(1.0, self.queue.jobs[1].lease_seconds)

    def test_an_error_in_a_loop_over_a_kept_worker_is_told_at_once_too(self):
        self.queue.add(1)
        worker = sluice.stage_worker()
        gc.disable()
        self.addCleanup(gc.enable)
        try:
            for _ in worker:
                raise KeyError
        except KeyError:
            self.assertEqual(["get", "lease"], self.queue.kinds())

    def test_a_failed_job_does_not_end_the_loop(self):
        self.queue.add(1, 2)
        for job in sluice.stage_worker():
            if job.id == 1:
                job.fail()
                job.fail()
        self.assertEqual(["get", "lease", "get", "update", "get"], self.queue.kinds())
        self.assertEqual({1: 1, 2: 2}, self.queue.stages())

    def test_a_job_that_is_given_back_waits_again_at_once(self):
        self.queue.add(1)
        for job in sluice.stage_worker():
            job.give_back()
            break
        self.assertEqual({1: 0}, self.queue.stages())
        self.assertIsNone(self.queue.jobs[1].origin)
        self.assertEqual(["get", "update"], self.queue.kinds())

    def test_a_job_ends_once(self):
        self.queue.add(1)
        for job in sluice.stage_worker():
            job.done()
            job.fail()
            job.give_back()
            with self.assertRaisesRegex(RuntimeError, "job 1 of stage 0 was done before"):
                job.done()
        self.assertEqual(["get", "update", "get"], self.queue.kinds())

    def test_a_result_that_is_refused_is_an_error_and_the_job_is_left_to_others(self):
        self.queue.add(1)
        self.queue.plans["update"] = [fake_queue.refuse(400, '{"error": "jobcmd is too long"}')]
        with self.assertRaisesRegex(sluice.StageQueueError, "400 jobcmd is too long") as raised:
            for _ in sluice.stage_worker():
                pass
        self.assertEqual(400, raised.exception.status)
        self.assertEqual(["get", "update", "lease"], self.queue.kinds())

    def test_a_result_that_cannot_be_written_is_an_error_and_nothing_is_sent(self):
        self.queue.add(1)
        for value in (float("nan"), object()):
            with self.assertRaises((ValueError, TypeError)):
                for job in sluice.stage_worker():
                    job.done(command=value)
            self.queue.take_back(1)
        self.assertNotIn("update", self.queue.kinds())

    def test_a_process_that_was_forked_off_in_the_body_says_nothing_of_the_job(self):
        self.queue.add(1)
        code = (
            "import os, sluice, sys\n"
            "for job in sluice.stage_worker():\n"
            "    if os.fork() == 0:\n"
            "        sys.exit(0)\n"
            "    os.wait()\n"
            "print('done')")
        self.assertEqual((0, "done\n"), self.finish(self.start(code)))
        self.assertEqual(["get", "update", "get"], self.queue.kinds())


class Waits(fake_queue.QueueCase):
    def pauses(self):
        """The pauses between looks, each over at once."""
        pauses = []
        self.use(mock.patch("sluice._stage_worker.random.uniform", lambda _, most: most))

        def wait(_, seconds):
            pauses.append(seconds)
            return False

        self.use(mock.patch("sluice._stage_worker._Loop._pause", wait))
        return pauses

    def test_without_jobs_it_ends(self):
        self.assertEqual([], list(sluice.stage_worker()))
        self.assertEqual(["get"], self.queue.kinds())

    def test_it_looks_again_with_growing_pauses_that_begin_anew_after_a_job(self):
        pauses = self.pauses()
        worker = sluice.stage_worker(wait=True, poll_seconds=3)
        nothing = fake_queue.refuse(200, '"nada"')
        self.queue.add(1, 2)
        self.queue.plans["get"] = [nothing] * 5 + [fake_queue._obey] + [nothing] * 2
        for job in worker:
            if job.id == 2:
                worker.stop()
        self.assertEqual([0.5, 1.0, 2.0, 3, 3, 0.5, 1.0], pauses)
        self.assertEqual({1: 2, 2: 2}, self.queue.stages())

    def test_it_waits_no_longer_than_it_is_told_and_looks_once_more_then(self):
        clock = fakes.FakeTime()
        self.use(mock.patch("sluice._stage_worker.time", clock))
        self.use(mock.patch("sluice._stage_worker.random.uniform", lambda _, most: most))
        self.use(mock.patch("sluice._stage_worker._Loop._pause", lambda _, seconds: clock.sleep(seconds)))
        self.assertEqual([], list(sluice.stage_worker(wait=2.25, poll_seconds=60)))
        self.assertEqual([0.5, 1.0, 0.75], clock.sleeps)
        self.assertEqual(["get"] * 4, self.queue.kinds())

    def test_stop_ends_a_wait_from_another_thread(self):
        worker = sluice.stage_worker(wait=True, poll_seconds=3600)
        with mock.patch("sluice._stage_worker.FIRST_POLL_SECONDS", 3600):
            looping = threading.Thread(target=lambda: list(worker))
            looping.start()
            self.queue.seen.get(timeout=fakes.PATIENCE_SECONDS)
            worker.stop()
            looping.join(fakes.PATIENCE_SECONDS)
        self.assertFalse(looping.is_alive())

    def test_a_job_that_comes_with_a_stop_is_given_back(self):
        worker = sluice.stage_worker()
        self.queue.add(1)
        self.queue.plans["get"] = [fake_queue.first(worker.stop)]
        self.assertEqual([], list(worker))
        self.assertEqual(({1: 0}, ["get", "update"]), (self.queue.stages(), self.queue.kinds()))

    def test_many_threads_may_loop_over_one_worker_and_none_gets_the_job_of_another(self):
        self.queue.add(*range(40))
        worker = sluice.stage_worker()
        got = []
        threads = [threading.Thread(target=lambda: got.extend(job.id for job in worker)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(fakes.PATIENCE_SECONDS)
        self.assertEqual(list(range(40)), sorted(got))
        self.assertEqual({2}, set(self.queue.stages().values()))
