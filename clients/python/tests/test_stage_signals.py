"""TERM and Ctrl-C: processes of their own, and real signals."""

import queue
import signal

import sluice

from . import fake_queue, fakes

WORKS = """
import signal, sluice, time
for job in sluice.stage_worker({arguments}):
    print("works on", job.id)
    {body}
print("never")
"""
WAITS_FOR_SIGNAL = "time.sleep(600)"


class Signals(fake_queue.QueueCase):
    def works(self, body=WAITS_FOR_SIGNAL, arguments=""):
        return self.start(WORKS.format(body=body, arguments=arguments))

    def test_term_gives_the_job_back_at_once_and_leaves_with_143(self):
        self.queue.add(1)
        process = self.works()
        self.assertEqual("works on 1\n", process.stdout.readline())
        process.terminate()
        self.assertEqual((143, ""), self.finish(process))
        self.assertEqual(sluice.STOPPED_EXIT_CODE, process.returncode)
        self.assertEqual(({1: 0}, None), (self.queue.stages(), self.queue.jobs[1].origin))
        self.assertEqual(["get", "update"], self.queue.kinds())

    def test_ctrl_c_gives_it_back_too(self):
        self.queue.add(1)
        process = self.works()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        code, output = self.finish(process)
        self.assertEqual(-signal.SIGINT, code)
        self.assertIn("KeyboardInterrupt", output)
        self.assertEqual({1: 0}, self.queue.stages())

    def test_a_job_that_is_done_stays_done(self):
        self.queue.add(1, 2)
        process = self.works(f"job.done(); print('done'); {WAITS_FOR_SIGNAL}")
        self.assertEqual("works on 1\ndone\n", process.stdout.readline() + process.stdout.readline())
        process.terminate()
        self.assertEqual(143, self.finish(process)[0])
        self.assertEqual(["get", "update"], self.queue.kinds())

    def test_term_while_a_job_is_asked_for_loses_none(self):
        self.queue.add(1)
        started = queue.Queue()
        self.queue.plans["get"] = [
            fake_queue.first(lambda: started.get(timeout=fakes.PATIENCE_SECONDS).terminate())]
        process = self.works()
        started.put(process)
        self.assertEqual((143, ""), self.finish(process))
        self.assertEqual(({1: 0}, ["get", "update"]), (self.queue.stages(), self.queue.kinds()))

    def test_term_while_the_end_is_told_to_a_server_that_is_away_tells_it_all_the_same(self):
        self.queue.add(1)
        started = queue.Queue()
        self.queue.plans["update"] = [fake_queue.first(
            lambda: started.get(timeout=fakes.PATIENCE_SECONDS).terminate(),
            fake_queue.refuse(503, "", [("Retry-After", "200")]))]
        process = self.works("pass")
        started.put(process)
        self.assertEqual((143, "works on 1\n"), self.finish(process))
        self.assertEqual({1: 2}, self.queue.stages())
        self.assertEqual(1, len({headers["Idempotency-Key"] for _, headers, _ in self.queue.of("update")}))

    def test_term_ends_a_wait_for_jobs(self):
        process = self.works("pass", "wait=True, poll_seconds=3600")
        self.queue.seen.get(timeout=fakes.PATIENCE_SECONDS)
        process.terminate()
        self.assertEqual((143, ""), self.finish(process))

    def test_term_ends_the_tries_to_reach_a_server(self):
        self.queue.plans["get"] = [fake_queue.refuse(503, "", [("Retry-After", "200")])] * 2
        process = self.works()
        self.queue.seen.get(timeout=fakes.PATIENCE_SECONDS)
        process.terminate()
        self.assertEqual((143, ""), self.finish(process))

    def test_a_handler_of_the_programs_own_is_left_alone(self):
        self.queue.add(1)
        code = (
            "import signal, sluice\n"
            "worker = sluice.stage_worker(wait=True, poll_seconds=3600)\n"
            "signal.signal(signal.SIGTERM, lambda *_: (print('mine'), worker.stop()))\n"
            "for job in worker:\n"
            "    signal.raise_signal(signal.SIGTERM)\n"
            "print('left')")
        self.assertEqual((0, "mine\nleft\n"), self.finish(self.start(code)))
        self.assertEqual({1: 2}, self.queue.stages())

    def test_after_the_loop_signals_do_what_they_did(self):
        code = (
            "import signal, sluice\n"
            "list(sluice.stage_worker())\n"
            "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n"
            "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler")
        self.assertEqual((0, ""), self.finish(self.start(code)))

    def test_a_body_that_holds_term_up_has_its_job_done_and_ends_then(self):
        self.queue.add(1, 2)
        body = "\n    ".join((
            "try:", "    signal.raise_signal(signal.SIGTERM)", "except SystemExit:", "    print('not now')"))
        self.assertEqual((143, "works on 1\nnot now\n"), self.finish(self.works(body)))
        self.assertEqual({1: 2, 2: 0}, self.queue.stages())
