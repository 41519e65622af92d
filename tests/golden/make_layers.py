#!/usr/bin/env python3
"""Prints the expected numbers of tests/layers/normalizers.cpp and its neighbours, computed by TF-Slim itself.

    python3 make_layers.py [network]      needs TensorFlow 2, tf_slim and tf_keras

Inputs, targets and variables come from the formula of tests/laws/numbers.hpp, see tests/layers/golden.hpp. A line is a name and what its numbers (of an end point, or of the
gradient of the mean squared error by a variable, or of a variable after one step) are along one fixed direction.
"""

import re
import sys

import numpy
import tensorflow as tf
import tf_slim as slim
from tensorflow.python.framework import ops
from tf_keras.src.layers.normalization.batch_normalization import BatchNormalizationBase
from tf_slim.layers.bucketization_op import bucketize

from sequences import number

v1 = tf.compat.v1
slim.layers.array_ops.unstack, slim.layers.array_ops.stack = tf.unstack, tf.stack  # moved since TF-Slim was written
tf.RegisterGradient('GDNLowerBound')(slim.GDN._lower_bound_grad)
v1.disable_eager_execution()
ops.Tensor = tf.Tensor


def along(values):
    values = numpy.asarray(values, numpy.float64).reshape(-1)
    return float(values @ number(77, values.size))


def run(name, network, shape, batch=3):
    """`network(x)` returns end points in a dict; the last of them is what the loss reads."""
    with tf.Graph().as_default():
        x = tf.constant(number(1, batch * int(numpy.prod(shape))).reshape([batch, *shape]), tf.float64)
        points = network(x)
        y = list(points.values())[-1]
        target = tf.constant(number(2, batch * int(numpy.prod(y.shape[1:]))).reshape([batch, *y.shape[1:]]), tf.float64)
        loss = tf.reduce_mean(tf.square(y - target))
        variables = v1.trainable_variables()
        slopes = tf.gradients(loss, variables)
        with v1.Session() as session:
            session.run(v1.global_variables_initializer())
            for v in variables:
                base = 1.0 if v.op.name.split('/')[-1] in ('gamma', 'w', 'temperature', 'reparam_beta') else 0.0
                shift = 0.3 * number(100 + sum(v.op.name.encode()), int(numpy.prod(v.shape))).reshape(v.shape)
                v.load(base + shift, session)
            averages = [v for v in v1.global_variables() if re.search('moving_|renorm_', v.op.name)]
            for v in averages:
                last = v.op.name.split('/')[-1]
                base = 1.0 if last.endswith(('variance', 'stddev')) else 0.0
                v.load(2.0 if last == 'local_step' else base + 0.3 * number(200 + len(last), int(numpy.prod(v.shape))).reshape(v.shape), session)
            fetched = session.run({'points': points, 'slopes': slopes})
            print(f'// {name}')
            for key, value in fetched['points'].items():
                print(f'    {{"{key}", {along(value)!r}}},')
            for v, slope in zip(variables, fetched['slopes']):
                print(f'    {{"d {v.op.name}", {along(slope)!r}}},')
            session.run(v1.get_collection(v1.GraphKeys.UPDATE_OPS))
            for v in averages:
                short = re.sub('^[^/]*/([^/]*)/moving', '\\1/moving', v.op.name)  # TF-Slim opens the scope twice for what is biased
                print(f'    {{"{short}", {along(session.run(v))!r}}},')


def weighted(x):
    return x * slim.model_variable('w', x.shape[1:], tf.float64, tf.ones_initializer())


def normalizers(x):
    x = weighted(x)
    points = {
        'layer': slim.layer_norm(x, scope='layer'),
        'last': slim.layer_norm(x, center=False, activation_fn=tf.tanh, begin_norm_axis=-1, begin_params_axis=2, scope='last'),
        'instance': slim.instance_norm(x, epsilon=0.01, scope='instance'),
        'group': slim.group_norm(x, groups=2, scope='group'),
        'rows': slim.group_norm(x, groups=1, reduction_axes=[1], scale=False, scope='rows'),
        'unit': slim.unit_norm(x, 3, scope='unit'),
        'ball': slim.layers.poincare_normalize(x, 3),
    }
    return points | {'all': sum(points.values())}


def spatial_softmax(features, name, temperature=1.0, trainable=True):
    """TF-Slim's, which makes its grids in single precision, in double."""
    height, width, channels = features.shape[1:]
    with v1.variable_scope(name):
        divisor = slim.model_variable('temperature', (), tf.float64, tf.constant_initializer(temperature), trainable=trainable)
    attention = tf.nn.softmax(tf.reshape(tf.transpose(features / divisor, [0, 3, 1, 2]), [-1, height * width]))
    rows, columns = tf.meshgrid(tf.linspace(tf.constant(-1.0, tf.float64), 1.0, height), tf.linspace(tf.constant(-1.0, tf.float64), 1.0, width), indexing='ij')
    expected = [tf.reduce_sum(tf.reshape(place, [-1]) * attention, 1, keepdims=True) for place in (rows, columns)]
    return tf.reshape(tf.concat(expected, 1), [-1, channels * 2])


def small(x):
    x = weighted(x)
    scaled = slim.layers.scale_gradient(x, tf.constant(0.25, tf.float64))
    points = {
        'maxout': slim.maxout(x, 2, scope='maxout'),
        'spatial': spatial_softmax(x, 'spatial'),
        'sharp': spatial_softmax(scaled * x, 'sharp', 0.5, False),
        'inner': slim.layers._inner_flatten(tf.square(scaled), 3, scope='inner'),
        'buckets': tf.cast(bucketize(x, boundaries=[-0.5, -0.1, 0.0, 0.3]), tf.float64),
    }
    back = slim.sequence_to_images(slim.images_to_sequence(x) * 3, 2)
    flat = [tf.reshape(t, [3, -1]) for t in (*list(points.values())[:4], back)]
    return points | {'all': tf.concat(flat, 1)}


def units(x):
    x = weighted(x)
    legacy = slim.legacy_fully_connected(x, 3, activation_fn=tf.tanh, name='legacy')
    stacked = slim.stack(slim.flatten(x), slim.relu, [5, 4], scope='stack')
    plain = slim.linear(stacked, 4, scope='plain')
    points = {'legacy': legacy, 'stacked': stacked, 'elu': slim.elu(plain, 3), 'six': slim.relu6(plain * 20, 3, scope='six')}
    return points | {'all': tf.concat([tf.reshape(legacy, [3, -1]), stacked, points['elu'], points['six']], 1)}


def gdns(x):
    """With bounds that some of the parameters hit."""
    x = weighted(x)
    wide = slim.GDN(beta_min=0.9, gamma_init=0.2, reparam_offset=0.1, name='wide')
    narrow = slim.GDN(inverse=True, name='narrow', dtype=tf.float64)
    points = {'wide': wide(x), 'narrow': narrow(x)}
    return points | {'all': points['wide'] + points['narrow']}


def core_batch_norm(x, name, **options):
    """The layer that TF-Slim's batch_norm calls for these options, which the old one is no longer part of."""
    # TensorFlow rounds 1 - decay to single precision: these are exact there.
    layer = BatchNormalizationBase(epsilon=0.01, momentum=0.75, name=name, dtype=tf.float64, **options)
    layer.epsilon = tf.constant(layer.epsilon, tf.float64)
    y = layer(x, training=True)
    for update in layer.updates:
        v1.add_to_collection(v1.GraphKeys.UPDATE_OPS, update)
    return y


def batch_norms(x):
    weights = x[:, 0, 0, 0] + 2.0
    x = weighted(x)
    options = {'decay': 0.75, 'epsilon': 0.01, 'scale': True}
    points = {
        'plain': slim.batch_norm(x, fused=False, zero_debias_moving_mean=True, scope='plain', **options),
        'counted': slim.batch_norm(x, batch_weights=weights, scope='counted', **options),
        'renorm': core_batch_norm(x, 'renorm', renorm=True, renorm_clipping={'rmin': 0.6, 'rmax': 0.7, 'dmax': 0.2}, renorm_momentum=0.875),
        'free': core_batch_norm(x, 'free', renorm=True, renorm_momentum=0.875, scale=False),
        'adjusted': core_batch_norm(x, 'adjusted', fused=False, adjustment=lambda shape: (1 + x[:, :1, :1, :], 0.1 * x[:, :1, :1, :1])),
    }
    return points | {'all': sum(points.values())}


NETWORKS = {'normalizers': lambda: run('normalizers', normalizers, [2, 3, 4]), 'small': lambda: run('small', small, [2, 3, 4]),
            'units': lambda: run('units', units, [2, 3, 4]), 'gdns': lambda: run('gdns', gdns, [2, 3, 4]), 'batch_norms': lambda: run('batch_norms', batch_norms, [2, 3, 4])}
if __name__ == '__main__':
    for chosen in sys.argv[1:] or NETWORKS:
        NETWORKS[chosen]()
