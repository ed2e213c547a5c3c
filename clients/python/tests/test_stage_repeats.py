"""Failures on the way between a worker and its list: nothing is lost, done twice, or waited for without end."""

import json
import socket
import threading
from unittest import mock

import sluice
from sluice import _lease

from . import fake_queue, fakes


class Repeats(fake_queue.QueueCase):
    def setUp(self):
        super().setUp()
        self.clock = self.fake_time()
        self.use(mock.patch("sluice._signals.time", self.clock))

        def pause(_, seconds):
            self.clock.sleep(seconds)
            return False

        self.use(mock.patch("sluice._stage_worker._Loop._pause", pause))

    def keys(self, kind):
        return {headers["Idempotency-Key"] for _, headers, _ in self.queue.of(kind)}

    def test_after_a_lost_answer_the_same_job_comes_again(self):
        self.queue.add(1, 2)
        self.queue.plans["get"] = [fake_queue.lose_answer, fake_queue.lose_request, fake_queue.lose_answer]
        jobs = []
        for job in sluice.stage_worker():
            jobs.append(job.id)
            job.done()
            break
        self.assertEqual([1], jobs)
        self.assertEqual(1, len(self.keys("get")))
        self.assertEqual({1: 2, 2: 0}, self.queue.stages())

    def test_a_lost_answer_to_an_end_does_no_harm(self):
        self.queue.add(1)
        self.queue.plans["update"] = [fake_queue.lose_answer] * 2
        self.assertEqual([1], [job.id for job in sluice.stage_worker()])
        self.assertEqual((3, 1), (len(self.queue.of("update")), len(self.keys("update"))))
        self.assertEqual({1: 2}, self.queue.stages())

    def test_what_may_pass_is_tried_again(self):
        self.queue.add(1)
        self.queue.plans["get"] = [fake_queue.refuse(status) for status in (500, 502, 503, 504, 429)]
        self.queue.plans["update"] = [fake_queue.refuse(503), fake_queue.refuse(200, "<html>")]
        list(sluice.stage_worker())
        self.assertEqual({1: 2}, self.queue.stages())

    def test_the_server_may_ask_for_a_pause(self):
        self.queue.plans["get"] = [fake_queue.refuse(429, "", [("Retry-After", "17")])]
        list(sluice.stage_worker())
        self.assertEqual([17.0], self.clock.sleeps)

    def test_a_hand_out_whose_lease_is_over_before_its_answer_came_is_not_worked_on(self):
        self.queue.add(1)
        self.queue.plans["get"] = [
            fake_queue.lose_answer, fake_queue.first(lambda: self.queue.take_back(1))]
        seen = [(job.id, job.lease, job.failed_attempts) for job in sluice.stage_worker()]
        self.assertEqual([(1, "1-2", 1)], seen)
        self.assertEqual(["get", "get", "lease", "get", "update", "get"], self.queue.kinds())

    def test_a_hand_out_that_took_several_tries_has_its_whole_lease(self):
        self.queue.add(1)
        self.queue.plans["get"] = [fake_queue.lose_answer]
        self.queue.plans["lease"] = [fake_queue.refuse(503)]
        self.assertEqual([1], [job.id for job in sluice.stage_worker(lease_seconds=90)])
        self.assertEqual("90", self.queue.of("lease")[-1][1]["Lease-Seconds"])

    def test_answers_that_are_not_of_the_server_are_tried_again(self):
        good = {"jobid": 1, "jobcmd": 5, "jobstage": 0, "jobix": 1}
        with_lease = [("Lease", "1-1")]
        for answer in (
            fake_queue.refuse(200, "<html>", with_lease),
            fake_queue.refuse(200, "null", with_lease),
            fake_queue.refuse(200, "[1]", with_lease),
            fake_queue.refuse(200, '"nothing"', with_lease),
            fake_queue.refuse(200, "[" * 100_000, with_lease),
            fake_queue.refuse(200, json.dumps(good)),
            fake_queue.refuse(200, json.dumps({**good, "jobid": "1"}), with_lease),
            fake_queue.refuse(200, json.dumps({**good, "jobid": True}), with_lease),
            fake_queue.refuse(200, json.dumps({**good, "jobstage": None}), with_lease),
        ):
            self.queue.plans["get"] = [answer]
            self.assertEqual([], list(sluice.stage_worker()))
        self.assertEqual(18, len(self.queue.requests))

    def test_a_refusal_is_final_and_says_why(self):
        for status in (301, 400, 401, 403, 404, 413, 422):
            self.queue.plans["get"] = [fake_queue.refuse(status, '{"error": "no"}')]
            with self.assertRaisesRegex(sluice.StageQueueError, f"^{status} no$") as raised:
                list(sluice.stage_worker())
            self.assertEqual(status, raised.exception.status)
        self.assertEqual([], self.clock.sleeps)

    def test_number_and_token_never_follow_a_redirection(self):
        elsewhere = self.another_queue()
        self.queue.plans["get"] = [fake_queue.refuse(302, "", [("Location", elsewhere.url + "/get/0")])]
        with self.assertRaisesRegex(sluice.StageQueueError, "302"):
            list(sluice.stage_worker(token="secret"))
        self.assertEqual([], elsewhere.requests)

    def test_patience_has_an_end(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with self.assertRaisesRegex(sluice.StageQueueError, r"refused.*tries") as raised:
            list(sluice.stage_worker(url, patience_seconds=100))
        self.assertIsNone(raised.exception.status)
        self.assertLessEqual(sum(self.clock.sleeps), 100)
        self.assertGreater(sum(self.clock.sleeps), 90)
        self.assertLessEqual(max(self.clock.sleeps), 5)

    def test_a_job_whose_end_cannot_be_told_is_an_error_of_the_loop(self):
        self.queue.add(1)
        self.queue.plans["update"] = [fake_queue.refuse(503, '{"error": "away"}')] * 1000
        with self.assertRaisesRegex(sluice.StageQueueError, "503 away"):
            list(sluice.stage_worker(patience_seconds=30))


class Leases(fake_queue.QueueCase):
    def setUp(self):
        super().setUp()
        # Beats come at each hundredth of a lease of a second.
        self.use(mock.patch("sluice._lease.BEATS_PER_LEASE", 100))
        self.lost = threading.Event()
        lose = _lease.Lease.lose

        def lose_and_tell(lease, why):
            lose(lease, why)
            self.lost.set()

        self.use(mock.patch("sluice._lease.Lease.lose", lose_and_tell))

    def beats(self, count):
        while count > 0:
            count -= self.queue.seen.get(timeout=fakes.PATIENCE_SECONDS) == "lease"

    def test_while_the_body_runs_the_lease_is_extended(self):
        self.queue.add(1)
        for job in sluice.stage_worker(lease_seconds=2):
            self.beats(3)
            self.assertEqual("2", self.queue.of("lease")[0][1]["Lease-Seconds"])
            self.assertEqual("1-1", self.queue.of("lease")[0][1]["Lease"])
            self.assertFalse(job.is_lost)
        self.assertEqual({1: 2}, self.queue.stages())

    def test_after_the_end_no_heartbeat_comes(self):
        self.queue.add(1)
        for job in sluice.stage_worker(lease_seconds=1):
            self.beats(1)
            job.done()
            self.assertFalse(job._lease._thread.is_alive())
        self.assertEqual("get", self.queue.kinds()[-1])

    def test_a_body_is_told_that_its_job_was_taken_back_and_its_result_is_dropped(self):
        for take_back in (lambda: self.queue.take_back(1), lambda: self.queue.jobs.pop(1)):
            self.queue.jobs.clear()
            self.queue.add(1)
            self.lost.clear()
            with self.assertLogs("sluice", "WARNING") as logs:
                for job in sluice.stage_worker(lease_seconds=1):
                    take_back()
                    self.assertTrue(self.lost.wait(fakes.PATIENCE_SECONDS))
                    self.assertTrue(job.is_lost)
                    self.assertFalse(job.done())
                    self.assertFalse(job.done())
                    break
            self.assertEqual(1, len(logs.output))
            self.assertIn("job 1 is no longer this worker's", logs.output[0])
        self.assertNotIn("update", self.queue.kinds())

    def test_a_result_that_comes_too_late_is_dropped_and_the_loop_goes_on(self):
        self.use(mock.patch("sluice._lease.BEATS_PER_LEASE", 1))
        self.queue.add(1, 2)
        with self.assertLogs("sluice", "WARNING") as logs:
            for job in sluice.stage_worker():
                if job.id == 1 and job.failed_attempts == 0:
                    self.queue.take_back(1)
        self.assertEqual({1: 2, 2: 2}, self.queue.stages())
        self.assertEqual(1, len(logs.output))
        self.assertEqual(["1-1", "1-2", "2-1"], [headers["Lease"] for _, headers, _ in self.queue.of("update")])

    def test_heartbeats_outlive_a_server_that_is_away_for_a_while(self):
        self.use(mock.patch("sluice._delivery.random.uniform", lambda *_: 0))
        self.queue.add(1)
        self.queue.plans["lease"] = [fake_queue.refuse(503), fake_queue.lose_request, fake_queue.lose_answer]
        for job in sluice.stage_worker(lease_seconds=1):
            self.beats(5)
            self.assertFalse(job.is_lost)
        self.assertEqual({1: 2}, self.queue.stages())

    def test_while_the_end_is_told_to_a_server_that_comes_back_the_lease_is_kept(self):
        self.queue.add(1)
        self.queue.plans["update"] = [fake_queue.first(lambda: self.beats(2), fake_queue.refuse(503))]
        self.assertEqual([1], [job.id for job in sluice.stage_worker(lease_seconds=1)])
        self.assertEqual({1: 2}, self.queue.stages())

    def test_a_heartbeat_that_finds_its_job_done_is_no_loss(self):
        self.queue.add(1)

        def done_then_beat(handler, act):
            act()
            self.beats(1)
            fakes.lose(handler)

        self.queue.plans["update"] = [done_then_beat]
        with self.assertNoLogsOf("sluice"):
            self.assertEqual([1], [job.id for job in sluice.stage_worker(lease_seconds=1)])
        self.assertFalse(self.lost.is_set())

    def test_without_a_thread_for_heartbeats_the_work_goes_on(self):
        self.queue.add(1)
        start = threading.Thread.start

        def refuse(thread):
            if "lease" in thread.name:
                raise RuntimeError("can't start new thread")
            start(thread)

        with mock.patch("threading.Thread.start", refuse), self.assertLogs("sluice", "WARNING") as logs:
            self.assertEqual([1], [job.id for job in sluice.stage_worker()])
        self.assertIn("its lease is not extended", logs.output[0])

    def assertNoLogsOf(self, name):
        # assertNoLogs came with Python 3.10.
        return mock.patch(f"{name}._lease.logger.warning", side_effect=AssertionError("it was logged"))


class Leaving(fake_queue.QueueCase):
    def test_a_server_that_is_away_takes_a_failed_job_back_by_itself(self):
        clock = self.fake_time()
        self.queue.add(1)
        self.queue.plans["lease"] = [fake_queue.refuse(503)] * 100
        with self.assertLogs("sluice", "WARNING") as logs:
            for job in sluice.stage_worker():
                job.fail()
        self.assertIn("only when its lease is over", logs.output[0])
        self.assertLessEqual(sum(clock.sleeps), 5)

    def test_a_job_that_was_taken_back_needs_no_giving_back(self):
        self.queue.add(1)
        with self.assertLogs("sluice", "INFO") as logs:
            for job in sluice.stage_worker():
                self.queue.take_back(1)
                job.give_back()
                break
        self.assertIn("had been taken back before", logs.output[0])
