"""The callback, against fakes: of transformers with the documented signatures of its events, and of torch.distributed.

Neither library is needed to run these tests, and neither was there when they were written.
"""

import os
import sys
import types
from types import SimpleNamespace
from unittest import mock

import sluice

from . import fakes


class TrainerCallback:
    """As transformers documents it: all events take args, state, control, and the rest as keywords."""

    def on_train_begin(self, args, state, control, **kwargs):
        pass

    def on_step_end(self, args, state, control, **kwargs):
        pass

    def on_save(self, args, state, control, **kwargs):
        pass

    def on_train_end(self, args, state, control, **kwargs):
        pass


class Trainer:
    """The part of the Trainer's loop that callbacks see; it saves after every second step."""

    def __init__(self, callbacks, *, epochs=3.0, max_steps=-1, rank=0):
        self.args = SimpleNamespace(num_train_epochs=epochs, max_steps=max_steps)
        self.state = SimpleNamespace(
            epoch=None, global_step=0, max_steps=6, num_train_epochs=2, is_world_process_zero=rank == 0)
        self.control = SimpleNamespace(should_training_stop=False, should_save=False)
        self.callbacks = callbacks

    def event(self, name):
        for callback in self.callbacks:
            result = getattr(callback, name)(
                self.args, self.state, self.control, model=object(), optimizer=object(), train_dataloader=None)
            self.control = self.control if result is None else result

    def train(self):
        self.event("on_train_begin")
        while self.state.global_step < self.state.max_steps and not self.control.should_training_stop:
            self.state.global_step += 1
            self.state.epoch = self.state.global_step / 2
            self.event("on_step_end")
            if self.state.global_step % 2 == 0:
                self.event("on_save")
        self.event("on_train_end")


class FakeRanks:
    """torch.distributed as one rank sees it. ``heard`` is what rank 0 broadcasts where this is another rank."""

    def __init__(self, heard=None, is_initialized=True):
        self.calls = []
        self._heard = heard
        self._is_initialized = is_initialized

    def is_available(self):
        return True

    def is_initialized(self):
        return self._is_initialized

    def barrier(self):
        self.calls.append("barrier")

    def broadcast_object_list(self, object_list, src=None):
        self.calls.append(("broadcast", src, object_list[0]))
        if self._heard is not None:
            object_list[0] = self._heard


class CallbackCase(fakes.ClientCase):
    def setUp(self):
        super().setUp()
        self.use(mock.patch.dict(sys.modules))
        sys.modules.pop("torch.distributed", None)

    def callback(self, *, is_installed=True, **options):
        """A callback whose module finds transformers, or does not."""
        installed = types.ModuleType("transformers")
        installed.TrainerCallback = TrainerCallback
        sys.modules["transformers"] = installed if is_installed else None
        sys.modules.pop("sluice._callback", None)
        return sluice.SluiceCallback(patience_seconds=0, **options)

    def stops(self, trainer):
        with self.assertLogs("sluice", "WARNING"), self.assertRaises(SystemExit) as left:
            trainer.train()
        self.assertEqual(143, left.exception.code)

    def run(self, result=None):
        # What TERM does is changed only in processes that are to leave.
        with mock.patch("sluice._stop.signal.signal"):
            return super().run(result)


class Libraries(CallbackCase):
    def test_where_transformers_is_there_it_is_one_of_its_callbacks(self):
        self.assertIsInstance(self.callback(), TrainerCallback)

    def test_without_transformers_it_is_a_plain_object_with_the_same_method(self):
        server = self.server()
        callback = self.callback(is_installed=False)
        self.assertEqual((object,), type(callback).__bases__)
        control = SimpleNamespace(should_training_stop=False)
        state = SimpleNamespace(epoch=1.0, global_step=1, max_steps=3, is_world_process_zero=True)
        args = SimpleNamespace(num_train_epochs=3, max_steps=-1)
        self.assertIs(control, callback.on_save(args, state, control))
        self.assertEqual(1.0, server.next_body()["completed_epochs"])

    def test_the_functions_do_not_import_transformers(self):
        code = "import sluice, sys; sluice.notify_checkpoint(1); print('transformers' in sys.modules)"
        self.assertEqual((0, "False\n"), self.finish(self.start(code)))

    def test_the_module_has_nothing_that_it_does_not_name(self):
        with self.assertRaisesRegex(AttributeError, "SluiceCallbacks"):
            sluice.SluiceCallbacks
        self.assertTrue(all(hasattr(sluice, name) for name in sluice.__all__))


class Notifications(CallbackCase):
    def test_each_checkpoint_is_told_with_its_epochs(self):
        server = self.server()
        Trainer([self.callback()]).train()
        bodies = [server.next_body() for _ in range(3)]
        self.assertEqual([(1.0, 3.0), (2.0, 3.0), (3.0, 3.0)], [
            (body["completed_epochs"], body["total_epochs"]) for body in bodies])
        self.assertTrue(server.requests.empty())

    def test_where_steps_bound_the_training_the_state_knows_the_epochs(self):
        server = self.server()
        Trainer([self.callback()], max_steps=6).train()
        self.assertEqual(2, server.next_body()["total_epochs"])

    def test_other_ranks_tell_nothing(self):
        server = self.server()
        Trainer([self.callback()], rank=1).train()
        self.assertTrue(server.requests.empty())

    def test_the_trainers_word_on_the_rank_wins_over_the_environments(self):
        server = self.server()
        os.environ["RANK"] = "1"
        Trainer([self.callback()]).train()
        self.assertEqual(3, server.requests.qsize())

    def test_outside_of_sluice_it_does_nothing(self):
        trainer = Trainer([self.callback()])
        trainer.train()
        self.assertEqual(6, trainer.state.global_step)

    def test_while_the_server_stays_away_the_checkpoints_cost_less(self):
        given = []

        def notify(*_, max_seconds, **__):
            given.append(max_seconds)
            is_accepted = len(given) == 2
            return sluice.Notification(accepted=is_accepted, tries=1, problem=None if is_accepted else "away")

        callback = self.callback(max_seconds=20)
        with mock.patch("sluice._callback.notify_checkpoint", notify):
            Trainer([callback]).train()
        self.assertEqual([20, 5.0, 20], given)


class Stops(CallbackCase):
    def test_at_a_resize_it_stops_right_there(self):
        server = self.server(fakes.stored(), fakes.stored(resize={"gpus": 4, "generation": 9}))
        callback = self.callback()
        trainer = Trainer([callback])
        self.stops(trainer)
        self.assertEqual((4, True), (trainer.state.global_step, trainer.control.should_training_stop))
        self.assertEqual(sluice.Resize(gpus=4, generation=9), callback.resize)
        self.assertEqual(2, server.requests.qsize())

    def test_after_the_last_step_there_is_nothing_to_stop(self):
        resize = fakes.stored(resize={"gpus": 4, "generation": 9})
        self.server(fakes.stored(), fakes.stored(), resize)
        callback = self.callback()
        Trainer([callback]).train()
        self.assertIsNone(callback.resize)

    def test_all_ranks_have_written_before_the_first_tells(self):
        ranks = FakeRanks()
        sys.modules["torch.distributed"] = ranks
        server = self.server()
        server._scripts[:] = [
            lambda handler: (ranks.calls.append("told"), fakes.stored(resize={"gpus": 1, "generation": 2})(handler))]
        self.stops(Trainer([self.callback()]))
        self.assertEqual(["barrier", "told", ("broadcast", 0, sluice.Resize(1, 2))], ranks.calls)

    def test_the_others_hear_of_it_and_stop_too(self):
        sys.modules["torch.distributed"] = FakeRanks(heard=sluice.Resize(gpus=1, generation=2))
        server = self.server()
        trainer = Trainer([self.callback()], rank=3)
        self.stops(trainer)
        self.assertEqual(2, trainer.state.global_step)
        self.assertTrue(server.requests.empty())

    def test_ranks_that_are_not_connected_are_not_waited_for(self):
        ranks = FakeRanks(is_initialized=False)
        sys.modules["torch.distributed"] = ranks
        self.server()
        Trainer([self.callback()]).train()
        self.assertEqual([], ranks.calls)

    def test_a_fault_on_the_first_rank_does_not_leave_the_others_waiting(self):
        ranks = FakeRanks()
        sys.modules["torch.distributed"] = ranks
        self.server()
        callback = self.callback()
        with mock.patch("sluice._callback.notify_checkpoint", side_effect=ZeroDivisionError):
            with self.assertLogs("sluice", "ERROR"):
                Trainer([callback]).train()
        self.assertEqual(["barrier", ("broadcast", 0, None)] * 3, ranks.calls)
