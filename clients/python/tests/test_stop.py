"""How a training leaves: processes of their own, and real signals."""

import sluice

from . import fakes

WAITS_FOR_TERM = """
import atexit, signal, sluice, time

sleep = time.sleep
time.sleep = lambda seconds: (print("waits"), sleep(seconds))
atexit.register(print, "exit handlers ran")
signal.signal(signal.SIGTERM, lambda *_: print("the trainer's own handler"))
try:
    sluice.stop_for_resize(60)
finally:
    # Launchers pass on a TERM that the process also got itself.
    signal.raise_signal(signal.SIGTERM)
    print("cleaned up")
"""

SAVES_ON_TERM = """
import signal, sluice

def save():
    print("saved")
    return {completed}

term = sluice.on_term(save, total_epochs=9)
{body}
"""


class Resizes(fakes.ClientCase):
    def test_term_ends_the_wait_with_143_and_everything_is_cleaned_up(self):
        process = self.start(WAITS_FOR_TERM)
        self.assertEqual("waits\n", process.stdout.readline())
        process.terminate()
        self.assertEqual((143, "cleaned up\nexit handlers ran\n"), self.finish(process))

    def test_where_nobody_stops_it_it_leaves_with_143_by_itself(self):
        code, output = self.finish(self.start("import sluice; sluice.stop_for_resize(0); print('never')"))
        self.assertEqual(143, code)
        self.assertEqual(sluice.STOPPED_EXIT_CODE, code)
        self.assertIn("leaves by itself", output)
        self.assertNotIn("never", output)

    def test_the_wait_cannot_be_negative(self):
        for seconds in (-1, float("nan")):
            with self.assertRaisesRegex(ValueError, "patience_seconds must be"):
                sluice.stop_for_resize(seconds)


class Terms(fakes.ClientCase):
    def test_it_saves_notifies_and_leaves_with_143(self):
        server = self.server()
        process = self.start(SAVES_ON_TERM.format(completed=2.5, body="print('waits'); signal.pause()"))
        process.stdout.readline()
        process.terminate()
        self.assertEqual((143, "saved\n"), self.finish(process))
        body = server.next_body()
        self.assertEqual((2.5, 9), (body["completed_epochs"], body["total_epochs"]))

    def test_where_nothing_is_new_nothing_is_told(self):
        server = self.server()
        process = self.start(SAVES_ON_TERM.format(completed=None, body="print('waits'); signal.pause()"))
        process.stdout.readline()
        process.terminate()
        self.assertEqual((143, "saved\n"), self.finish(process))
        self.assertTrue(server.requests.empty())

    def test_inside_the_block_term_waits_and_further_ones_change_nothing(self):
        body = (
            "with term:\n    with term:\n        signal.raise_signal(signal.SIGTERM); print('step')\n"
            "    signal.raise_signal(signal.SIGTERM); print('written')\nprint('never')")
        self.assertEqual(
            (143, "step\nwritten\nsaved\n"), self.finish(self.start(SAVES_ON_TERM.format(completed=None, body=body))))

    def test_a_further_term_does_not_break_into_the_checkpoint(self):
        code = (
            "import signal, sluice\ndef save():\n    signal.raise_signal(signal.SIGTERM)\n    print('saved')\n"
            "sluice.on_term(save)\nsignal.raise_signal(signal.SIGTERM)")
        self.assertEqual((143, "saved\n"), self.finish(self.start(code)))

    def test_after_an_error_in_the_block_nothing_is_saved(self):
        body = "with term:\n    signal.raise_signal(signal.SIGTERM)\n    raise SystemExit('half a step')"
        self.assertEqual(
            (1, "half a step\n"), self.finish(self.start(SAVES_ON_TERM.format(completed=1, body=body))))

    def test_a_checkpoint_that_fails_is_said_and_it_leaves_all_the_same(self):
        code, output = self.finish(self.start(
            "import signal, sluice; sluice.on_term(lambda: 1 / 0); signal.raise_signal(signal.SIGTERM)"))
        self.assertEqual(143, code)
        self.assertIn("the one before it stands", output)
        self.assertIn("ZeroDivisionError", output)

    def test_term_is_handled_while_a_notification_waits_for_a_server_that_hangs(self):
        server = self.server()
        server._scripts[:] = [server.hang] * 50
        process = self.start(SAVES_ON_TERM.format(completed=None, body="sluice.notify_checkpoint(1, try_seconds=3600)"))
        server.next_body()
        process.terminate()
        self.assertEqual((143, "saved\n"), self.finish(process))

    def test_it_belongs_on_the_main_thread(self):
        code, output = self.finish(self.start(
            "import sluice, threading; threading.Thread(target=sluice.on_term, args=(print,)).start()"))
        self.assertEqual(0, code)
        self.assertIn("ValueError", output)
