"""Failures on the way: what is tried again, how long, and that no repeat does harm."""

import datetime
import email.utils
import socket
from unittest import mock

import sluice

from . import fakes


class Repeats(fakes.ClientCase):
    def test_after_a_lost_answer_the_very_same_is_sent_again(self):
        # What the server takes as a repeat has the same time: it is taken once, before the first try.
        self.fake_time()
        server = self.server(fakes.lose, fakes.lose)
        told = sluice.notify_checkpoint(1)
        self.assertEqual((True, 3), (told.accepted, told.tries))
        self.assertEqual(1, len({server.requests.get_nowait()[2] for _ in range(3)}))

    def test_what_may_pass_is_tried_again(self):
        self.fake_time()
        for status in (429, 500, 502, 503, 504):
            self.server(fakes.answer(status))
            self.assertEqual((True, 2), self.ended(sluice.notify_checkpoint(1)))

    def test_an_answer_that_is_not_sluices_is_tried_again(self):
        self.fake_time()
        for body in ("", "<html>", "[]", "{}", '{"job": 5}', "[" * 100_000):
            self.server(fakes.answer(200, body))
            self.assertEqual((True, 2), self.ended(sluice.notify_checkpoint(1)))

    def test_an_answer_that_breaks_off_is_tried_again(self):
        def break_off(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
            handler.wfile.write(b'{"job": {}')

        def talk_nonsense(handler):
            handler.wfile.write(b"220 mail.example.org ESMTP\r\n")

        self.fake_time()
        self.server(break_off, talk_nonsense)
        self.assertEqual((True, 3), self.ended(sluice.notify_checkpoint(1)))

    def test_a_refusal_is_final_and_says_why(self):
        clock = self.fake_time()
        for status in (301, 307, 400, 401, 403, 404, 409, 413, 422):
            server = self.server(fakes.answer(status, '{"error": "Job not found"}', [("Retry-After", "1")]))
            with self.assertLogs("sluice", "WARNING") as logs:
                told = sluice.notify_checkpoint(1)
            self.assertEqual((False, 1, status), (*self.ended(told), told.status))
            self.assertEqual(f"{status} Job not found", told.problem)
            self.assertIn(told.problem, logs.output[0])
            self.assertEqual(1, server.requests.qsize())
        self.assertEqual([], clock.sleeps)

    def test_a_refusal_in_other_words_shows_their_beginning(self):
        self.server(fakes.answer(400, "<h1>Bad\n Request</h1>" + "x" * 5000))
        with self.assertLogs("sluice", "WARNING"):
            problem = sluice.notify_checkpoint(1).problem
        self.assertTrue(problem.startswith("400 <h1>Bad Request</h1>x"))
        self.assertLess(len(problem), 400)

    def test_a_token_never_follows_a_redirection(self):
        elsewhere = fakes.FakeServer()
        self.addCleanup(elsewhere.close)
        self.server(fakes.answer(307, "", [("Location", elsewhere.url)]))
        with self.assertLogs("sluice", "WARNING"):
            sluice.notify_checkpoint(1, token="secret")
        self.assertTrue(elsewhere.requests.empty())

    def ended(self, told):
        return told.accepted, told.tries


class Pauses(fakes.ClientCase):
    def test_they_double_up_to_a_limit_and_end_within_the_time(self):
        clock = self.fake_time()
        self.server(*[fakes.answer(500)] * 50)
        with self.assertLogs("sluice", "WARNING"):
            told = sluice.notify_checkpoint(1, max_seconds=30)
        self.assertFalse(told.accepted)
        self.assertEqual([0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0], [round(pause, 6) for pause in clock.sleeps])
        self.assertEqual(len(clock.sleeps) + 1, told.tries)

    def test_they_differ_by_chance(self):
        clock = self.fake_time()
        with mock.patch("sluice._delivery.random.uniform", lambda least, _: least):
            self.server(fakes.answer(500))
            sluice.notify_checkpoint(1)
        self.assertEqual([0.1], clock.sleeps)

    def test_the_server_may_ask_for_a_longer_one(self):
        clock = self.fake_time()
        self.server(fakes.answer(503, "", [("Retry-After", "7")]), fakes.answer(429, "", [("Retry-After", "11")]))
        self.assertTrue(sluice.notify_checkpoint(1).accepted)
        self.assertEqual([7.0, 11.0], clock.sleeps)

    def test_it_may_ask_by_a_date(self):
        clock = self.fake_time()
        at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=20)
        self.server(fakes.answer(503, "", [("Retry-After", email.utils.format_datetime(at, usegmt=True))]))
        self.assertTrue(sluice.notify_checkpoint(1).accepted)
        self.assertEqual(1, len(clock.sleeps))
        self.assertLess(1.0, clock.sleeps[0])
        self.assertLessEqual(clock.sleeps[0], 20.0)

    def test_what_it_asks_for_without_sense_is_not_heard(self):
        clock = self.fake_time()
        for asked in ("-5", "soon", "", "Mon, 99 Foo 2020", "Wed, 21 Oct 2015 07:28:00 GMT", "٣"):
            self.server(fakes.answer(503, "", [("Retry-After", asked.encode().decode("latin-1"))]))
            self.assertTrue(sluice.notify_checkpoint(1).accepted)
        self.assertEqual([0.2] * 6, clock.sleeps)

    def test_a_longer_one_than_there_is_time_for_is_not_waited_for(self):
        clock = self.fake_time()
        self.server(fakes.answer(503, '{"error": "restarting"}', [("Retry-After", "3600")]))
        with self.assertLogs("sluice", "WARNING"):
            told = sluice.notify_checkpoint(1, max_seconds=30)
        self.assertEqual((False, 1, "503 restarting"), (told.accepted, told.tries, told.problem))
        self.assertEqual([], clock.sleeps)


class Absence(fakes.ClientCase):
    def test_a_server_that_is_away_costs_a_warning_and_no_more(self):
        self.fake_time()
        with socket.create_server(("127.0.0.1", 0)) as free:
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with self.assertLogs("sluice", "WARNING") as logs:
            told = sluice.notify_checkpoint(1, url=url, job_name="job")
        self.assertFalse(told.accepted)
        self.assertLess(1, told.tries)
        self.assertIsNone(told.status)
        self.assertEqual(1, len(logs.records))

    def test_who_is_strict_gets_an_error_that_says_all(self):
        self.server(fakes.answer(404, '{"error": "Job not found"}'))
        with self.assertLogs("sluice", "WARNING"), self.assertRaisesRegex(
                sluice.NotificationError, "404 Job not found") as raised:
            sluice.notify_checkpoint(1, strict=True)
        self.assertEqual(404, raised.exception.notification.status)

    def test_who_is_strict_gets_one_where_nothing_could_be_sent(self):
        with self.assertRaisesRegex(sluice.NotificationError, "SLUICE_URL is not set"):
            sluice.notify_checkpoint(1, strict=True)

    def test_a_server_that_hangs_does_not_hold_the_training(self):
        server = self.server()
        server._scripts[:] = [server.hang] * 50
        with self.assertLogs("sluice", "WARNING"):
            told = sluice.notify_checkpoint(1, max_seconds=1.0, try_seconds=0.2)
        self.assertFalse(told.accepted)
        self.assertLess(1, told.tries)

    def test_an_answer_that_drips_in_does_not_hold_the_training(self):
        # Each character comes in time, so that no timeout of a socket ever ends this one.
        server = self.server()
        server._scripts[:] = [server.drip]
        with self.assertLogs("sluice", "WARNING"):
            told = sluice.notify_checkpoint(1, max_seconds=0.3, try_seconds=5.0)
        self.assertEqual((False, 1), (told.accepted, told.tries))
        self.assertIn("no answer within", told.problem)

    def test_where_no_thread_can_be_had_it_is_sent_without(self):
        server = self.server()
        with mock.patch("sluice._delivery.threading.Thread", side_effect=RuntimeError("shutting down")):
            # The server's own threads cannot be had either: a refusal by the address says that it was tried.
            server.close()
            with self.assertLogs("sluice", "WARNING"):
                told = sluice.notify_checkpoint(1, max_seconds=0.1)
        self.assertIn("refused", told.problem)

    def test_no_fault_of_its_own_ends_the_training(self):
        self.server()
        with mock.patch("sluice._delivery._OPENER.open", side_effect=ZeroDivisionError("oops")):
            with self.assertLogs("sluice", "WARNING"):
                told = sluice.notify_checkpoint(1)
        self.assertEqual((False, 1, "ZeroDivisionError: oops"), (told.accepted, told.tries, told.problem))
