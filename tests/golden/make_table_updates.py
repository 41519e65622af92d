#!/usr/bin/env python3
"""Prints a table of embeddings after four steps by each optimizer, with TensorFlow's sparse updates: the numbers of tests/optimizers/tables.cpp.

    python3 make_table_updates.py      needs TensorFlow 2

Rows are looked up twice, in one step several times or not at all. LazyAdamOptimizer, which went with tf.contrib, is written down here.
"""

import numpy
import tensorflow as tf

from sequences import number

v1 = tf.compat.v1
v1.disable_eager_execution()
ROWS, WIDTH, STEPS, PLACES = 9, 3, 4, 10


class LazyAdam(v1.train.AdamOptimizer):
    def _resource_apply_sparse(self, grad, var, indices):
        first, second = self._get_beta_accumulators()
        rate = self._lr_t * tf.sqrt(1 - second) / (1 - first)
        m, v = self.get_slot(var, 'm'), self.get_slot(var, 'v')
        new_m = self._beta1_t * tf.gather(m, indices) + (1 - self._beta1_t) * grad
        new_v = self._beta2_t * tf.gather(v, indices) + (1 - self._beta2_t) * grad ** 2
        row = lambda values: tf.IndexedSlices(values, indices)
        return tf.group(m.scatter_update(row(new_m)), v.scatter_update(row(new_v)), var.scatter_sub(row(rate * new_m / (tf.sqrt(new_v) + self._epsilon_t))))


def ids(step):
    return [(step * 5 + i * i * 3) % 7 + (step % 2) * (i % 3) for i in range(PLACES)]


train = v1.train
exactly = lambda *numbers: numpy.float64(numbers)  # others are rounded to float32
for name, optimizer in {
        'gradient_descent': train.GradientDescentOptimizer(*exactly(0.5)),
        'momentum': train.MomentumOptimizer(*exactly(0.5, 0.8)),
        'nesterov_momentum': train.MomentumOptimizer(*exactly(0.5, 0.8), use_nesterov=True),
        'adagrad': train.AdagradOptimizer(*exactly(0.5, 0.2)),
        'adadelta': train.AdadeltaOptimizer(*exactly(0.7, 0.8, 0.01)),
        'rmsprop': train.RMSPropOptimizer(*exactly(0.05, 0.8, 0.5, 0.01)),
        'ftrl': train.FtrlOptimizer(*exactly(0.3, -0.5, 0.1, 0.02, 0.05)),
        'adam': train.AdamOptimizer(*exactly(0.05, 0.8, 0.95, 0.01)),
        'lazy_adam': LazyAdam(*exactly(0.05, 0.8, 0.95, 0.01))}.items():
    with tf.Graph().as_default():
        places, target = v1.placeholder(tf.int32, [PLACES]), v1.placeholder(tf.float64, [PLACES, WIDTH])
        table = v1.get_variable('table', initializer=number(1, ROWS * WIDTH).reshape([ROWS, WIDTH]), use_resource=True)
        first, second = tf.nn.embedding_lookup(table, places), tf.nn.embedding_lookup(table, places[:4])
        loss = tf.reduce_mean(tf.square(first - target)) + tf.reduce_sum(tf.sin(second))
        gradient, = tf.gradients(loss, table)
        assert isinstance(gradient, tf.IndexedSlices)
        step = optimizer.apply_gradients([(gradient, table)])
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for t in range(STEPS):
                session.run(step, {places: ids(t), target: number(10 + t, PLACES * WIDTH).reshape([PLACES, WIDTH])})
            values = ', '.join(f'{x:.15g}' for x in session.run(table).reshape(-1))
            print(f'    {{"{name}", {{{values}}}}},')
