#!/usr/bin/env python3
"""Prints TensorFlow's slopes at kinks and at ties: the table `at_kinks` of tests/expr/differentiate.cpp and that of tests/laws/gradient_losses.cpp.

    python3 make_kinks.py      needs TensorFlow 2
"""

import tensorflow as tf


def slope(function, *at):
    variables = [tf.Variable(x, dtype=tf.float64) for x in at]
    with tf.GradientTape() as tape:
        y = function(*variables)
    return [0.0 if g is None else float(g) for g in tape.gradient(y, variables)]


def hinge(x, y):  # TF-Slim: tf.contrib.losses.hinge_loss
    labels = 2 * y - 1
    return tf.nn.relu(1 - labels * x)


NN = tf.nn
for name, function, points in [
    ('relu', NN.relu, [0]),
    ('relu6', NN.relu6, [0, 6]),
    ('elu', NN.elu, [0]),
    ('selu', NN.selu, [0]),
    ('softplus', NN.softplus, [0]),
    ('leaky_relu', NN.leaky_relu, [0]),
    ('swish', NN.silu, [0]),
    ('gelu', lambda x: NN.gelu(x, approximate=False), [0]),
    ('abs', tf.abs, [0]),
    ('max(x, 0)', lambda x: tf.maximum(x, 0.0), [0]),
    ('max(0, x)', lambda x: tf.maximum(tf.constant(0.0, tf.float64), x), [0]),
    ('min(x, 1)', lambda x: tf.minimum(x, 1.0), [1]),
    ('min(1, x)', lambda x: tf.minimum(tf.constant(1.0, tf.float64), x), [1]),
    ('max(min(x, 1), -1)', lambda x: tf.maximum(tf.minimum(x, 1.0), -1.0), [-1, 1]),
    ('min(max(x, -1), 1)', lambda x: tf.minimum(tf.maximum(x, -1.0), 1.0), [-1, 1]),
    ('max(x, -x)', lambda x: tf.maximum(x, -x), [0]),
    ('x * relu(x) + |x|', lambda x: x * NN.relu(x) + tf.abs(x), [0]),
    ('select(x > 0, 2x, 3x)', lambda x: tf.where(x > 0, 2 * x, 3 * x), [0]),
]:
    for x in points:
        print(f'{name} at {x}: {slope(function, x)[0]:.17g}')

for name, function, at in [
    ('max(x, y)', tf.maximum, (2, 2)),
    ('min(x, y)', tf.minimum, (2, 2)),
    ('max(x, y) apart', tf.maximum, (1, 2)),
    ('max(x·y, x + y)', lambda x, y: tf.maximum(x * y, x + y), (2, 2)),
    ('|x − y|', lambda x, y: tf.abs(x - y), (2, 2)),
]:
    print(f'{name} at {at}: {slope(function, *at)}')

for y in (0, 1):
    labels = tf.constant(y, tf.float64)
    print(f'sigmoid_cross_entropy, label {y}, logit 0:', slope(lambda x: NN.sigmoid_cross_entropy_with_logits(labels=labels, logits=x), 0))
    print(f'hinge_loss, label {y}, at its kink:', slope(lambda x: hinge(x, labels), 2 * y - 1))
    print(f'absolute_difference, label {y}, at the label:', slope(lambda x: tf.abs(x - labels), y))
print('max(nan, 1), max(1, nan):', float(tf.maximum(float('nan'), 1.0)), float(tf.maximum(1.0, float('nan'))), float(NN.relu(float('nan'))))
print('sqrt at 0 with gradient 0 and 1:', slope(lambda x: 0.0 * tf.sqrt(x), 0), slope(tf.sqrt, 0))
