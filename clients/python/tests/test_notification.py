"""What is sent, what is made of the answer, and what is never sent."""

import fractions
import os
import time

import sluice

from . import fakes


class Requests(fakes.ClientCase):
    def test_it_sends_what_the_contract_names(self):
        server = self.server()
        told = sluice.notify_checkpoint(2.5, total_epochs=10, checkpoint_time=1701234567)
        self.assertTrue(told.accepted)
        path, headers, body = server.requests.get_nowait()
        self.assertEqual("/update_last_checkpoint", path)
        self.assertEqual("application/json", headers["Content-Type"])
        self.assertIsNone(headers["Authorization"])
        # Integers stay integers: the server gives numbers back as they came.
        self.assertEqual(
            b'{"job_name": "job", "last_checkpoint_time": 1701234567, "completed_epochs": 2.5, "total_epochs": 10}',
            body)

    def test_without_more_it_tells_the_epochs_and_the_time(self):
        server = self.server()
        before = time.time()
        sluice.notify_checkpoint(3)
        body = server.next_body()
        self.assertEqual({"job_name", "last_checkpoint_time", "completed_epochs"}, set(body))
        self.assertLessEqual(before, body["last_checkpoint_time"])
        self.assertLessEqual(body["last_checkpoint_time"], time.time())

    def test_numbers_of_any_kind_are_taken(self):
        class Index:
            def __index__(self):
                return 4

        server = self.server()
        sluice.notify_checkpoint(fractions.Fraction(1, 2), total_epochs=Index(), checkpoint_time=-1e12)
        body = server.next_body()
        self.assertEqual(
            (0.5, 4, -1e12), (body["completed_epochs"], body["total_epochs"], body["last_checkpoint_time"]))

    def test_a_token_is_sent_where_there_is_one(self):
        server = self.server()
        os.environ["SLUICE_TOKEN"] = "secret\n"
        sluice.notify_checkpoint(1)
        self.assertEqual("Bearer secret", server.requests.get_nowait()[1]["Authorization"])

    def test_without_a_name_the_one_of_the_pod_is_taken(self):
        server = self.server()
        del os.environ["SLUICE_JOB"]
        for host in ("my-job-master-0", "my-job-worker-12"):
            os.environ["HOSTNAME"] = host
            sluice.notify_checkpoint(1, rank=0)
            self.assertEqual("my-job", server.next_body()["job_name"])

    def test_a_job_says_which_one_it_is_as_another_may_have_its_name_by_now(self):
        server = self.server()
        os.environ["SLUICE_RUN_UID"] = "u-1"
        sluice.notify_checkpoint(1)
        self.assertEqual("u-1", server.next_body()["sluice_run_uid"])
        sluice.notify_checkpoint(1, job_name="another")
        self.assertNotIn("sluice_run_uid", server.next_body())

    def test_arguments_win_over_the_environment(self):
        server = self.server()
        os.environ.update(SLUICE_URL="http://127.0.0.1:1", SLUICE_TOKEN="other", RANK="3")
        sluice.notify_checkpoint(1, url=server.url + "/behind/", job_name="naïve", token="mine", rank=0)
        path, headers, _ = server.requests.queue[0]
        self.assertEqual(("/behind/update_last_checkpoint", "Bearer mine"), (path, headers["Authorization"]))
        self.assertEqual("naïve", server.next_body()["job_name"])

    def test_a_proxy_of_the_environment_is_not_used(self):
        self.server()
        os.environ.update(http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1", no_proxy="", NO_PROXY="")
        code = "import sluice; print(sluice.notify_checkpoint(1, max_seconds=10).accepted)"
        self.assertEqual((0, "True\n"), self.finish(self.start(code)))


class Answers(fakes.ClientCase):
    def test_a_resize_is_told(self):
        self.server(fakes.stored(resize={"gpus": 2, "generation": 7, "later": "more"}))
        told = sluice.notify_checkpoint(1)
        self.assertEqual(sluice.Resize(gpus=2, generation=7), told.resize)
        self.assertEqual((True, None, 200, 1), (told.accepted, told.problem, told.status, told.tries))

    def test_without_a_resize_there_is_none(self):
        self.server(fakes.stored(), fakes.stored(resize=None))
        self.assertIsNone(sluice.notify_checkpoint(1).resize)
        self.assertIsNone(sluice.notify_checkpoint(2).resize)

    def test_a_resize_that_is_not_understood_is_said_and_ignored(self):
        for resize in (5, "soon", [], {"gpus": "2", "generation": 7}, {"gpus": True, "generation": 7}, {"gpus": 2}):
            self.server(fakes.stored(resize=resize))
            with self.assertLogs("sluice", "WARNING"):
                told = sluice.notify_checkpoint(1)
            self.assertTrue(told.accepted)
            self.assertIsNone(told.resize)


class Arguments(fakes.ClientCase):
    def test_what_is_no_number_is_refused_by_name(self):
        for value in ("3", b"3", True, None, object(), [1]):
            with self.assertRaisesRegex(TypeError, "completed_epochs must be a number"):
                sluice.notify_checkpoint(value)
        with self.assertRaisesRegex(TypeError, "total_epochs"):
            sluice.notify_checkpoint(1, total_epochs="all")

    def test_what_is_out_of_range_is_refused_by_name(self):
        for value in (-1, -0.1, float("nan"), float("inf")):
            with self.assertRaisesRegex(ValueError, "completed_epochs must be 0 or more"):
                sluice.notify_checkpoint(value)
        for name, value in (
                ("total_epochs", -1), ("checkpoint_time", 1.1e12), ("checkpoint_time", float("nan")),
                ("max_seconds", 0), ("max_seconds", 3601), ("try_seconds", 0.09)):
            with self.assertRaisesRegex(ValueError, name):
                sluice.notify_checkpoint(1, **{name: value})

    def test_wrong_arguments_are_refused_on_every_rank(self):
        with self.assertRaises(ValueError):
            sluice.notify_checkpoint(-1, rank=5)


class Silence(fakes.ClientCase):
    def test_other_ranks_send_nothing_and_have_no_problem(self):
        server = self.server()
        os.environ["RANK"] = "1"
        self.assertEqual(sluice.Notification(), sluice.notify_checkpoint(1, strict=True))
        os.environ["RANK"] = "0"
        self.assertEqual(sluice.Notification(), sluice.notify_checkpoint(1, rank=2))
        self.assertTrue(server.requests.empty())

    def test_a_rank_that_is_no_number_counts_as_the_first(self):
        self.server()
        os.environ["RANK"] = "first"
        self.assertTrue(sluice.notify_checkpoint(1).accepted)

    def test_outside_of_sluice_nothing_happens_and_nobody_is_warned(self):
        with self.assertLogs("sluice", "INFO") as logs:
            told = sluice.notify_checkpoint(1)
        self.assertEqual((False, "SLUICE_URL is not set", 0), (told.accepted, told.problem, told.tries))
        self.assertEqual(["INFO"], [record.levelname for record in logs.records])

    def test_an_address_that_is_none_is_said(self):
        for address in ("127.0.0.1:5000", "ftp://host", "http://", "http://host:x", "http://host:99999", "http://a b"):
            with self.assertLogs("sluice", "WARNING"):
                told = sluice.notify_checkpoint(1, url=address, job_name="job")
            self.assertIn("address of the server", told.problem)
            self.assertEqual(0, told.tries)

    def test_a_missing_name_is_said(self):
        os.environ["HOSTNAME"] = "laptop"
        with self.assertLogs("sluice", "WARNING"):
            self.assertEqual("SLUICE_JOB is not set", sluice.notify_checkpoint(1, url="http://127.0.0.1:1").problem)

    def test_a_token_that_cannot_be_one_is_not_sent_and_not_shown(self):
        for token in ("two words", "line\nbreak", "tökén"):
            with self.assertLogs("sluice", "WARNING") as logs:
                told = sluice.notify_checkpoint(1, url="http://127.0.0.1:1", job_name="job", token=token)
            self.assertIn("token must be", told.problem)
            self.assertNotIn(token, logs.output[0])
