"""A small multilayer perceptron that learns to tell two spirals apart, in plain lists.

The gradient of a batch is computed over a fixed number of shards and added up in the order of the shards, whoever
computed them. Floating-point addition depends on its order, so this is what makes a run with any number of GPUs, or
one that changed it on the way, end with the same weights to the last bit.
"""

import math
import random

POINTS = 192
BATCH = 48
HIDDEN = 16
SHARDS = 16
PARAMETERS = 4 * HIDDEN + 1
LEARNING_RATE = 0.03


def two_spirals(seed):
    """Points as (x, y, label), the same for the same seed."""
    chance = random.Random(f"data {seed}")
    points = []
    for index in range(POINTS):
        label = index % 2
        turn = (index // 2) / (POINTS // 2)
        angle = 1.5 * math.pi * turn + math.pi * label
        radius = 0.2 + turn
        points.append((
            radius * math.cos(angle) + chance.gauss(0.0, 0.03),
            radius * math.sin(angle) + chance.gauss(0.0, 0.03),
            label))
    return points


def initial_weights(seed):
    """Input weights and bias of each hidden unit, then its output weight; the output bias comes last."""
    chance = random.Random(f"weights {seed}")
    weights = []
    for _ in range(HIDDEN):
        weights += [chance.gauss(0.0, 1.5), chance.gauss(0.0, 1.5), chance.gauss(0.0, 0.5), chance.gauss(0.0, 0.5)]
    return weights + [0.0]


def shard_gradient(weights, points):
    """Loss and gradient, summed over the points."""
    gradient = [0.0] * PARAMETERS
    loss = 0.0
    for x, y, label in points:
        hidden = [
            math.tanh(weights[i] * x + weights[i + 1] * y + weights[i + 2])
            for i in range(0, PARAMETERS - 1, 4)]
        score = weights[-1] + sum(weights[4 * unit + 3] * value for unit, value in enumerate(hidden))
        # Cross-entropy of the sigmoid, in the form that cannot overflow.
        loss += max(score, 0.0) - score * label + math.log1p(math.exp(-abs(score)))
        error = sigmoid(score) - label
        for unit, value in enumerate(hidden):
            at = 4 * unit
            slope = error * weights[at + 3] * (1.0 - value * value)
            gradient[at] += slope * x
            gradient[at + 1] += slope * y
            gradient[at + 2] += slope
            gradient[at + 3] += error * value
        gradient[-1] += error
    return loss, gradient


def sigmoid(score):
    if score >= 0.0:
        return 1.0 / (1.0 + math.exp(-score))
    return math.exp(score) / (1.0 + math.exp(score))


def split(batch):
    """The batch in its shards."""
    return [batch[shard::SHARDS] for shard in range(SHARDS)]


def shards_of(worker, workers):
    """The shards that one of several workers computes."""
    return range(SHARDS * worker // workers, SHARDS * (worker + 1) // workers)


def add_up(parts):
    """Mean loss and gradient of the batch from (shard, loss, gradient) of all its shards, in any order."""
    loss, gradient = 0.0, [0.0] * PARAMETERS
    for _, part_loss, part_gradient in sorted(parts, key=lambda part: part[0]):
        loss += part_loss
        gradient = [total + value for total, value in zip(gradient, part_gradient)]
    return loss / BATCH, [value / BATCH for value in gradient]


def new_state(seed):
    """All that training changes."""
    chance = random.Random(f"order {seed}")
    return {
        "seed": seed,
        "epoch": 0,
        "weights": initial_weights(seed),
        "first_moment": [0.0] * PARAMETERS,
        "second_moment": [0.0] * PARAMETERS,
        "step": 0,
        "random": random_state(chance),
    }


def adam(state, gradient):
    """One step of the Adam optimizer, in place."""
    state["step"] += 1
    first, second, weights = state["first_moment"], state["second_moment"], state["weights"]
    first_scale = 1.0 - 0.9 ** state["step"]
    second_scale = 1.0 - 0.999 ** state["step"]
    for i, slope in enumerate(gradient):
        first[i] = 0.9 * first[i] + 0.1 * slope
        second[i] = 0.999 * second[i] + 0.001 * slope * slope
        weights[i] -= LEARNING_RATE * (first[i] / first_scale) / (math.sqrt(second[i] / second_scale) + 1e-8)


def random_state(chance):
    """A generator's state as JSON can hold it."""
    version, numbers, gauss = chance.getstate()
    return [version, list(numbers), gauss]


def restored_random(saved):
    chance = random.Random()
    chance.setstate((saved[0], tuple(saved[1]), saved[2]))
    return chance
