"""Filling a list, its lifetimes, and how far it is."""

import json
import zlib
from unittest import mock

import sluice

from . import fake_queue

JOBIX = fake_queue.JOBIX


class Filling(fake_queue.QueueCase):
    def bodies(self):
        return [
            json.loads(zlib.decompress(body) if body[:1] == b"\x78" else body) for _, _, body in self.queue.of("set")]

    def test_jobs_are_commands_by_id(self):
        self.assertEqual(2, sluice.set_jobs(self.queue.url, JOBIX, {5: "a", -6: {"b": [None]}}))
        self.assertEqual(
            [{"5": {"jobstage": 0, "jobcmd": "a"}, "-6": {"jobstage": 0, "jobcmd": {"b": [None]}}}], self.bodies())

    def test_or_pairs_or_triples_with_their_stage(self):
        jobs = iter([(1, "a"), (2, None, 4)])
        self.assertEqual(2, sluice.set_jobs(None, None, jobs, stage=2))
        self.assertEqual({1: 2, 2: 4}, self.queue.stages())

    def test_none_are_none(self):
        self.assertEqual(0, sluice.set_jobs(None, None, []))
        self.assertEqual([], self.queue.requests)

    def test_many_go_compressed_in_requests_of_a_bounded_size(self):
        with mock.patch("sluice._queue.MOST_CHUNK_JOBS", 1000):
            self.assertEqual(2500, sluice.set_jobs(None, None, ((job_id, "x" * 20) for job_id in range(2500))))
        self.assertEqual([1000, 1000, 500], [len(body) for body in self.bodies()])
        self.assertEqual({b"\x78"}, {body[:1] for _, _, body in self.queue.of("set")})

    def test_large_commands_make_smaller_requests(self):
        with mock.patch("sluice._queue.MOST_CHUNK_BYTES", 1000):
            sluice.set_jobs(None, None, ((job_id, "x" * 400) for job_id in range(5)))
            self.assertEqual([2, 2, 1], [len(body) for body in self.bodies()])
            sluice.set_jobs(None, None, {9: "x" * 5000})
        self.assertEqual(6, len(self.queue.jobs))

    def test_a_lost_answer_does_no_harm(self):
        self.fake_time()
        self.queue.plans["set"] = [fake_queue.lose_answer, fake_queue.refuse(503)]
        sluice.set_jobs(None, None, {1: "a"})
        self.assertEqual(({1: 0}, 3), (self.queue.stages(), len(self.queue.requests)))

    def test_what_the_server_refuses_is_an_error(self):
        self.queue.plans["set"] = [fake_queue.refuse(413, '{"error": "too many jobs"}')]
        with self.assertRaisesRegex(sluice.StageQueueError, "413 too many jobs"):
            sluice.set_jobs(None, None, {1: "a"})

    def test_wrong_jobs_are_named(self):
        for problem, kind, jobs in (
            ("a job's id must be an integer, not str", TypeError, {"1": "a"}),
            ("a job's id must be an integer, not bool", TypeError, {True: "a"}),
            ("a job's id must be from", ValueError, {2**63: "a"}),
            ("the job id 1 comes twice", ValueError, [(1, "a"), (1, "b")]),
            ("the stage of job 1 must be from 0 to 10000", ValueError, [(1, "a", 10_001)]),
            ("each job must be a pair", TypeError, [[1, "a"]]),
            ("not JSON compliant", ValueError, {1: float("nan")}),
        ):
            with self.assertRaisesRegex(kind, problem):
                sluice.set_jobs(None, None, jobs)
        self.assertEqual([], self.queue.requests)


class Lifetimes(fake_queue.QueueCase):
    def test_they_are_set_where_there_are_none(self):
        self.assertEqual((0, 10, 0.5), sluice.init_stages(self.queue.url, JOBIX, [0, 10, 0.5]))
        self.assertEqual("/init/0/10/0.5", self.queue.requests[0][1])
        self.assertEqual((0, 10, 0.5), sluice.init_stages(None, None, [1, 2]))

    def test_without_any_it_tells_which_hold(self):
        self.assertEqual((), sluice.init_stages(None, None))
        self.assertEqual("/init", self.queue.requests[0][1])

    def test_wrong_ones_are_named(self):
        with self.assertRaisesRegex(ValueError, r"lifetimes\[1\] must be from 0 to 1e\+09"):
            sluice.init_stages(None, None, [0, -1])


class Progress(fake_queue.QueueCase):
    def test_it_tells_the_counts_by_stage(self):
        self.queue.lifetimes = [0, 10, 0]
        self.queue.add(1, 2)
        self.queue.add(3, stage=2)
        next(iter(sluice.stage_worker()))
        told = sluice.queue_progress(self.queue.url, JOBIX)
        self.assertEqual((3, 2, 0.5, 0, False), (
            told.job_count, told.last_stage, told.progress, told.flagged, told.is_done))
        self.assertEqual(
            (sluice.StageProgress(0, 1, 0, 0, 0), sluice.StageProgress(1, 1, 1, 0, 10)), told.stages[:2])

    def test_it_is_done_when_all_jobs_wait_in_the_last_stage(self):
        def told(*stages, last=2):
            return sluice.QueueProgress(
                sum(stage[1] for stage in stages), tuple(
                    sluice.StageProgress(*stage, flagged=0, lifetime_minutes=None) for stage in stages), last, 1.0, 0)

        self.assertTrue(told((0, 0, 0), (2, 5, 0)).is_done)
        self.assertTrue(told((2, 5, 0), (4, 1, 0)).is_done)
        self.assertFalse(told((1, 1, 1), (2, 5, 0)).is_done)
        self.assertFalse(told((2, 5, 1)).is_done)
        self.assertFalse(told((0, 5, 0), last=0).is_done)
        self.assertFalse(told().is_done)

    def test_an_answer_that_is_not_understood_is_an_error(self):
        self.fake_time()
        self.queue.plans["progress"] = [fake_queue.refuse(200, '{"job_count": 1}')] * 100
        with self.assertRaisesRegex(sluice.StageQueueError, "not Sluice's"):
            sluice.queue_progress(None, None, patience_seconds=1)
