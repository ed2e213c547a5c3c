#!/usr/bin/env python3
"""An elastic trainer: it really trains, saves after each epoch, and goes on from there with any number of GPUs.

It stands for a trainer that knows Sluice. After each checkpoint it notifies; where the answer says that its GPU count
changes now, it stops right there, so that nothing is lost. On TERM it says goodbye with its last checkpoint and exits.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import time

import checkpoint
import gang
import model
import notifier
import speed

TERMINATED = 128 + signal.SIGTERM
RESIZE_PATIENCE_SECONDS = 60.0
GOODBYE_PATIENCE_SECONDS = 2.0
LOST_NAME = "lost.jsonl"
FAILED_ONCE_NAME = "failed-once"


class Terminated(BaseException):
    """TERM came."""


class Failure(Exception):
    """The failure that --fail-at asked for."""


class TermSignal:
    """Turns TERM into an exception, but never in the middle of a checkpoint."""

    def __init__(self):
        self._is_held = False
        self._came = False

    def listen(self):
        signal.signal(signal.SIGTERM, self.on_signal)

    def on_signal(self, *_):
        self._came = True
        if not self._is_held:
            raise Terminated

    def __enter__(self):
        self._is_held = True

    def __exit__(self, *_):
        self._is_held = False
        if self._came:
            raise Terminated

    def ignore(self):
        """From here on the process is leaving anyway."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


class Trainer:
    """One start of the training."""

    def __init__(self, options, environment, notify, term, curve, clock=time.monotonic, sleep=time.sleep):
        self.options = options
        self.folder = environment.get("CHECKPOINT_DIR") or os.getcwd()
        self.rank = int(environment.get("RANK", "0"))
        self.environment = environment
        self.notify = notify
        self.term = term
        self.curve = curve
        self.clock = clock
        self.sleep = sleep
        self.state = None
        self.unsaved_since = None
        self.saved_at = None
        self.loss = 0.0

    def run(self):
        """Trains to the end. Leaves by an exception where TERM or a failure comes first."""
        own = gpu_count(self.options, self.environment)
        self.gang = gang.join(own, self.environment)
        saved = checkpoint.load(self.folder) if self.rank == 0 else None
        if saved is not None and saved["seed"] != self.options.seed:
            raise checkpoint.CheckpointError(f"the checkpoint was made with --seed {saved['seed']}")
        self.state = self.gang.agree_on(saved or model.new_state(self.options.seed))
        self.saved_at = self.state.get("saved_at")
        self.workers = range(self.gang.workers_before, self.gang.workers_before + own)
        self.points = model.two_spirals(self.options.seed)
        start = f"from epoch {self.state['epoch']}" if self.state["epoch"] else "from the beginning"
        say(f"training {start} with gpus={self.gang.gpus}")
        while self.state["epoch"] < self.options.epochs:
            self.train_epoch()
            self.save()
        self.gang.close()

    def train_epoch(self):
        began = self.clock()
        self.unsaved_since = began if self.unsaved_since is None else self.unsaved_since
        chance = model.restored_random(self.state["random"])
        losses = 0.0
        for step in range(self.options.steps_per_epoch):
            step_began = self.clock()
            batch = [self.points[index] for index in chance.sample(range(len(self.points)), model.BATCH)]
            loss, gradient = self.gradient(batch)
            model.adam(self.state, gradient)
            losses += loss
            self.fail_if_asked(step + 1)
            if self.curve is not None and self.rank == 0:
                rest = self.curve.seconds_per_step(self.gang.gpus) - (self.clock() - step_began)
                if rest > 0.0:
                    self.sleep(rest)
        self.state["random"] = model.random_state(chance)
        self.loss = losses / self.options.steps_per_epoch
        self.samples_per_second = self.options.steps_per_epoch * model.BATCH / max(self.clock() - began, 1e-9)

    def gradient(self, batch):
        """Each of this replica's GPUs computes its shards; the gang adds up."""
        shards = model.split(batch)
        parts = [
            [shard, *model.shard_gradient(self.state["weights"], shards[shard])]
            for worker in self.workers
            for shard in model.shards_of(worker, max(self.gang.gpus, 1))]
        gathered = self.gang.gather(parts)
        return self.gang.share(None if gathered is None else model.add_up(gathered))

    def save(self):
        """Saves, notifies, and waits to be stopped where the answer says that the GPU count changes now."""
        if self.rank != 0:
            self.state["epoch"] += 1
            return
        # Counted where TERM cannot come between: an epoch that is not saved is never reported.
        with self.term:
            self.state["epoch"] += 1
            self.saved_at = self.state["saved_at"] = time.time()
            checkpoint.save(self.folder, self.state)
            self.unsaved_since = None
        epoch, epochs = self.state["epoch"], self.options.epochs
        say(f"epoch {epoch}/{epochs} loss={self.loss:.3f} gpus={self.gang.gpus}"
            f" {self.samples_per_second:.1f} samples/s")
        answer = self.notify.notify(self.saved_at, epoch, epochs)
        resize = answer.get("resize") if answer else None
        if resize and epoch < epochs:
            gpus = resize.get("gpus") if isinstance(resize, dict) else resize
            say(f"stopping at epoch {epoch}: goes on with gpus={gpus}")
            self.sleep(RESIZE_PATIENCE_SECONDS)
            say("nobody stopped it: goes on as before")

    def fail_if_asked(self, steps):
        """Fails once at --fail-at; a marker beside the checkpoint remembers that it did."""
        if self.options.fail_at is None or self.rank != 0:
            return
        marker = os.path.join(self.folder, FAILED_ONCE_NAME)
        if (self.state["epoch"] + steps / self.options.steps_per_epoch >= self.options.fail_at
                and not os.path.exists(marker)):
            with open(marker, "w", encoding="utf-8"):
                pass
            raise Failure(f"failing at epoch {self.options.fail_at}, as asked")

    def record_loss(self, cause):
        """Measures the training that the next start will have to repeat."""
        if self.rank != 0:
            return
        lost = 0.0 if self.unsaved_since is None else self.clock() - self.unsaved_since
        line = {
            "lost_seconds": round(lost, 3),
            "gpus": self.gang.gpus if self.state else 0,
            "epoch": self.state["epoch"] if self.state else 0,
            "cause": cause,
        }
        try:
            with open(os.path.join(self.folder, LOST_NAME), "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            say(f"{LOST_NAME} cannot be written: {error}")

    def say_goodbye(self):
        """The last finished checkpoint again: where the first notification got lost, this one is the news."""
        if self.rank == 0 and self.state and self.saved_at:
            self.notify.notify(self.saved_at, self.state["epoch"], self.options.epochs, tries=1)


def gpu_count(options, environment):
    """GPUs of this replica: what the command line says, else what Sluice or the manifest says, else 1."""
    if options.num_processes is not None:
        return options.num_processes
    for variable in ("SLUICE_GPUS", "NGPU"):
        if environment.get(variable, "").isdigit():
            return max(1, int(environment[variable]))
    return 1


def is_simulated(environment):
    return environment.get("SLUICE_SIMULATED_GPUS") == "1" or shutil.which("nvidia-smi") is None


def say(line):
    print(line, flush=True)


def parse(arguments, environment):
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="An elastic trainer in Python's standard library.")
    parser.add_argument("--epochs", type=positive, default=12)
    parser.add_argument("--steps-per-epoch", type=positive, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--curve", default=environment.get("SPEED_CURVE") or os.path.join(here, "speed-curve.json"),
        help="file of seconds per step by GPU count, for simulated GPUs (SPEED_CURVE); none: as fast as it can")
    parser.add_argument("--fail-at", type=float, help="fail once at this epoch, such as 2.5")
    parser.add_argument(
        "--num_processes", "--num-processes", dest="num_processes", type=positive,
        help="GPUs of this replica, as launchers name them (default: SLUICE_GPUS, NGPU or 1)")
    return parser.parse_args(arguments)


def positive(text):
    value = int(text)
    if not 1 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError("must be from 1 to 1000000")
    return value


def main(arguments, environment):
    options = parse(arguments, environment)
    term = TermSignal()
    curve = None
    if options.curve != "none" and is_simulated(environment):
        try:
            curve = speed.SpeedCurve.read(options.curve)
        except (OSError, ValueError) as error:
            say(f"--curve {options.curve}: {error}")
            return 2
    trainer = Trainer(options, environment, notifier.Notifier(environment, say=say), term, curve)
    try:
        term.listen()
        try:
            trainer.run()
            return 0
        except gang.GangError as error:
            say(str(error))
            # Where the whole gang is being stopped, another replica was quicker: TERM is on its way here too.
            time.sleep(GOODBYE_PATIENCE_SECONDS)
            term.ignore()
            trainer.record_loss("failure")
            return 1
    except Terminated:
        term.ignore()
        trainer.record_loss("stopped")
        trainer.say_goodbye()
        return TERMINATED
    except Failure as failure:
        say(str(failure))
        trainer.record_loss("failure")
        return 1
    except (checkpoint.CheckpointError, OSError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
