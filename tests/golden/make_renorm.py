#!/usr/bin/env python3
"""Prints variables after some steps of training with batch renormalization, by the layer that TF-Slim's batch_norm calls: the numbers of tests/layers/batch_norm.cpp.

    python3 make_renorm.py      needs TensorFlow 2 with Keras 2 (2.15, or a later one with TF_USE_LEGACY_KERAS=1)

Corrections r and d are inside their bounds in some steps and beyond each of them in others.
"""

import numpy
import tensorflow as tf

from sequences import number

v1 = tf.compat.v1
v1.disable_eager_execution()
BATCH, INPUTS, CHANNELS, STEPS, SHOWN = 5, 3, 2, 8, (1, 4, 8)
RMIN, RMAX, DMAX = numpy.float64([0.6, 1.5, 0.4])


def images(t):
    return (number(10 + t, BATCH * INPUTS) * (0.4 + t % 4) + 0.3 * (t % 3)).reshape([BATCH, INPUTS])


for name, clipping in (('clipped', {'rmin': RMIN, 'rmax': RMAX, 'dmax': DMAX}), ('free', None)):
    with tf.Graph().as_default():
        x, target = v1.placeholder(tf.float64, [BATCH, INPUTS]), v1.placeholder(tf.float64, [BATCH, CHANNELS])
        weights = v1.get_variable('weights', initializer=number(1, INPUTS * CHANNELS).reshape([INPUTS, CHANNELS]))
        layer = v1.layers.BatchNormalization(momentum=numpy.float64(0.9), epsilon=numpy.float64(0.001), renorm=True, renorm_clipping=clipping, renorm_momentum=numpy.float64(0.8), dtype=tf.float64, fused=False)
        inner = tf.matmul(x, weights)
        y, predicted = layer(inner, training=True), layer(inner, training=False)
        loss = tf.reduce_mean(tf.square(y - target))
        trained = [weights, layer.gamma, layer.beta]
        with tf.control_dependencies(layer.updates):
            step = v1.train.GradientDescentOptimizer(numpy.float64(0.2)).minimize(loss, var_list=trained)
        kept = [layer.moving_mean, layer.moving_variance, layer.moving_stddev, layer.renorm_mean, layer.renorm_stddev]
        seen = set()
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for t in range(1, STEPS + 1):
                batch = {x: images(t), target: number(30 + t, BATCH * CHANNELS).reshape([BATCH, CHANNELS])}
                before, values = session.run([kept, inner], batch)
                r, d = numpy.sqrt(values.var(0) + 0.001) / before[4], (values.mean(0) - before[3]) / before[4]
                seen |= {kind for kind, is_so in (('small', r < RMIN), ('large', r > RMAX), ('between', (r > RMIN) & (r < RMAX)), ('right', d > DMAX), ('left', d < -DMAX), ('near', abs(d) < DMAX)) if is_so.any()}
                found = session.run([loss, step], batch)[0]
                if t in SHOWN:
                    numbers = [found, *numpy.concatenate([v.reshape(-1) for v in session.run(trained + kept)]), *session.run(predicted, batch).reshape(-1)[:2]]
                    print(f'    {{"{name}", {t}, {{' + ', '.join(f'{float(v):.15g}' for v in numbers) + '}},')
        assert len(seen) == 6, seen
