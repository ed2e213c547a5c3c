"""A trainer that uses the Python client, one epoch at a time as the test allows it.

Called with the control folder of the test, the folder of the client, and how it uses it. It notes each epoch that it
begins in epochs.jsonl, ends epoch N when there is a file epoch-N, and goes on from its checkpoint.
"""

import json
import os
import sys
import time
import types

folder, client, use = sys.argv[1:]
sys.path.insert(0, client)

import sluice  # noqa: E402

EPOCHS = 3
CHECKPOINT = os.path.join(folder, "checkpoint")


def note(name, **what):
    with open(os.path.join(folder, name), "ab", buffering=0) as notes:
        notes.write((json.dumps(what) + "\n").encode())


def restore():
    try:
        with open(CHECKPOINT, encoding="utf-8") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def begin(epoch):
    note("epochs.jsonl", attempt=int(os.environ["SLUICE_ATTEMPT"]), epoch=epoch, gpus=int(os.environ["SLUICE_GPUS"]))


def train(epoch):
    begin(epoch)
    while not os.path.exists(os.path.join(folder, f"epoch-{epoch}")):
        time.sleep(0.02)


def save(epoch):
    with open(CHECKPOINT + ".new", "w", encoding="utf-8") as file:
        file.write(str(epoch))
    os.replace(CHECKPOINT + ".new", CHECKPOINT)


def with_function(patience_seconds):
    for epoch in range(restore() + 1, EPOCHS + 1):
        train(epoch)
        save(epoch)
        told = sluice.notify_checkpoint(epoch, total_epochs=EPOCHS, strict=True)
        if told.resize is not None and epoch < EPOCHS:
            sluice.stop_for_resize(patience_seconds)


def with_callback():
    """As the Trainer of Hugging Face calls its callbacks. Whatever it does after a resize shows as one more epoch."""
    callback = sluice.SluiceCallback()
    args = types.SimpleNamespace(num_train_epochs=float(EPOCHS), max_steps=-1)
    control = types.SimpleNamespace(should_training_stop=False)
    state = types.SimpleNamespace(epoch=None, global_step=restore(), max_steps=EPOCHS, is_world_process_zero=True)
    while state.global_step < state.max_steps and not control.should_training_stop:
        train(state.global_step + 1)
        state.global_step += 1
        state.epoch = float(state.global_step)
        save(state.global_step)
        control = callback.on_save(args, state, control, model=None) or control
    if state.global_step < EPOCHS:
        begin(state.global_step + 1)


if use == "callback":
    with_callback()
else:
    with_function(patience_seconds=0 if use == "impatient function" else 60)
