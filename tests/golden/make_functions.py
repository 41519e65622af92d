#!/usr/bin/env python3
"""Prints what TensorFlow has for functions of tensors where conventions decide: gradients at ties and bounds, words that fill a sequence up. The numbers are in
tests/functions/functions.cpp.

    python3 make_functions.py      needs TensorFlow 2
"""

import numpy
import tensorflow as tf

from sequences import number


def gradient(function, *values):
    variables = [tf.Variable(value, dtype=tf.float64) for value in values]
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(function(*variables))
    return [float(x) for one in tape.gradient(y, variables) for x in tf.reshape(tf.convert_to_tensor(one), [-1])]


ties = [[2.0, 5.0, 5.0], [1.0, 5.0, 0.0]]
for name, found in [
    ('reduce_max', gradient(lambda x: tf.reduce_max(x) * 3, ties)),
    ('reduce_min(1)', gradient(lambda x: tf.reduce_min(-x, 1) ** 2, ties)),
    ('clip_by_value', gradient(lambda x: tf.clip_by_value(x, 1.0, 2.0), ties)),
    ('where', gradient(lambda x: tf.where(x >= 5, x * x, 3 * x), ties)),
    ('pow', gradient(tf.pow, [2.0, -2.0, 0.0, 1.5], [3.0, 2.0, 2.0, -0.5])),
]:
    print(name, ', '.join(f'{x:.17g}' for x in found))


def bow_encoder(table):  # tf.contrib.layers.bow_encoder: a sparse lookup without the zeros, rows of nothing are word 0
    ids = tf.constant([[0, 3, 3, 0], [0, 0, 0, 0], [6, 1, 0, 2]], tf.int64)
    return tf.nn.safe_embedding_lookup_sparse([table], tf.sparse.from_dense(ids), combiner='mean', default_id=0)


table = number(1, 14).reshape(7, 2)
print('bow_encoder', ', '.join(f'{float(x):.17g}' for x in tf.reshape(bow_encoder(tf.constant(table)), [-1])))
print('its gradient', ', '.join(f'{x:.17g}' for x in gradient(lambda x: bow_encoder(x) ** 2, table)))
