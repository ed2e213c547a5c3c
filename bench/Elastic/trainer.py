"""A trainer whose only work is to take its time: epochs that last as long as its GPUs make them, a checkpoint after each."""

import argparse
import os
import time

import sluice

NAME = "epoch"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True, help="an epoch on one GPU")
    parser.add_argument("--scaling", type=float, required=True, help="speed is GPUs to this power")
    options = parser.parse_args()
    epoch_seconds = options.seconds / int(os.environ["SLUICE_GPUS"]) ** options.scaling
    for epoch in range(read_epoch() + 1, options.epochs + 1):
        time.sleep(epoch_seconds)
        write_epoch(epoch)
        answer = sluice.notify_checkpoint(epoch, total_epochs=options.epochs)
        if answer.resize and epoch < options.epochs:
            sluice.stop_for_resize()


def read_epoch():
    try:
        with open(NAME, encoding="ascii") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def write_epoch(epoch):
    with open(NAME + ".new", "w", encoding="ascii") as file:
        file.write(str(epoch))
    os.replace(NAME + ".new", NAME)


main()
