#!/usr/bin/env python3
"""Writes nets_double.txt, which tests/nets/*_values.cpp read: outputs and inner end points of TF-Slim's networks.

    python3 make_nets.py [network ...]      needs tensorflow 2.15 and tf_slim; with names it prints the lines of these networks only

alexnet_v2, overfeat, vgg_16, inception_v1 to inception_v3 and the resnets are those of tf_slim. The others, which tf_slim has not, are written down here a second time, with the layers
of tf_slim. All are in inference mode, in double. The format is that of make_golden.py; a variable's numbers are the sequence that the hash of its name says (tests/golden/nets.hpp).
"""

import pathlib
import sys

import numpy
import tensorflow as tf
import tf_slim as slim
from keras.src.legacy_tf_layers import normalization
from tf_slim import nets
from tf_slim.nets import inception_v1, inception_v2, inception_v3, resnet_utils, resnet_v1, resnet_v2

from sequences import number

sys.modules['tf_keras.legacy_tf_layers.normalization'] = normalization  # where tensorflow 2.15.1 looks for batch_norm that is not fused
tf.compat.v1.disable_eager_execution()
SAMPLES = 6


def values_of(name, shape):
    """The same formula as golden::set_named_weights."""
    sequence = 2166136261
    for byte in name.encode():
        sequence = (sequence ^ byte) * 16777619 & 0xFFFFFFFF
    x = number(sequence, int(numpy.prod(shape)))
    if name.endswith('weights'):
        fan_in = shape[0] * shape[1] if name.endswith('depthwise_weights') else numpy.prod(shape[:-1])
        x *= (6.0 / fan_in) ** 0.5
    elif name.endswith('/gamma'):
        x = 1 + 0.2 * x
    elif name.endswith('/moving_variance'):
        x = 1 + 0.5 * x
    else:
        x *= 0.1
    return x.reshape(shape)


# What tf_slim lacks.


def branches(*of):
    """Each branch is a function; their outputs side by side."""
    outputs = []
    for i, branch in enumerate(of):
        with tf.compat.v1.variable_scope(f'Branch_{i}'):
            outputs.append(branch())
    return tf.concat(outputs, 3)


def chain(x, *layers):
    """Convolutions (outputs, (height, width), scope[, stride, padding]) and pools ('max' or 'avg', scope[, stride, padding]) in a row."""
    for outputs, *rest in layers:
        if outputs in ('max', 'avg'):
            scope, stride, padding = (*rest, 1, 'SAME')[:3] if len(rest) == 1 else rest
            x = (slim.max_pool2d if outputs == 'max' else slim.avg_pool2d)(x, [3, 3], stride=stride, padding=padding, scope=scope)
        else:
            kernel, scope, stride, padding = (*rest, 1, 'SAME')[:4] if len(rest) == 2 else rest
            x = slim.conv2d(x, outputs, list(kernel), stride=stride, padding=padding, scope=scope)
    return x


def mixed(end_points, name, x, *of):
    with tf.compat.v1.variable_scope(name):
        end_points[name] = branches(*[lambda layers=layers: chain(x, *layers) for layers in of])
    return end_points[name]


def auxiliary_logits(x, classes, scopes):
    with tf.compat.v1.variable_scope('AuxLogits'):
        x = slim.avg_pool2d(x, [5, 5], stride=3, padding='VALID', scope=scopes[0])
        x = slim.conv2d(x, 128, [1, 1], scope=scopes[1])
        x = slim.conv2d(x, 768, x.shape[1:3], padding='VALID', scope=scopes[2])
        return slim.fully_connected(slim.flatten(x), classes, activation_fn=None, scope=scopes[3])


def inception_v4(x, classes):
    points = {}
    V = 'VALID'
    with tf.compat.v1.variable_scope('InceptionV4'):
        x = chain(x, (32, (3, 3), 'Conv2d_1a_3x3', 2, V), (32, (3, 3), 'Conv2d_2a_3x3', 1, V), (64, (3, 3), 'Conv2d_2b_3x3'))
        x = mixed(points, 'Mixed_3a', x, [('max', 'MaxPool_0a_3x3', 2, V)], [(96, (3, 3), 'Conv2d_0a_3x3', 2, V)])
        x = mixed(points, 'Mixed_4a', x, [(64, (1, 1), 'Conv2d_0a_1x1'), (96, (3, 3), 'Conv2d_1a_3x3', 1, V)],
                  [(64, (1, 1), 'Conv2d_0a_1x1'), (64, (1, 7), 'Conv2d_0b_1x7'), (64, (7, 1), 'Conv2d_0c_7x1'), (96, (3, 3), 'Conv2d_1a_3x3', 1, V)])
        x = mixed(points, 'Mixed_5a', x, [(192, (3, 3), 'Conv2d_1a_3x3', 2, V)], [('max', 'MaxPool_1a_3x3', 2, V)])
        for letter in 'bcde':
            x = mixed(points, 'Mixed_5' + letter, x, [(96, (1, 1), 'Conv2d_0a_1x1')], [(64, (1, 1), 'Conv2d_0a_1x1'), (96, (3, 3), 'Conv2d_0b_3x3')],
                      [(64, (1, 1), 'Conv2d_0a_1x1'), (96, (3, 3), 'Conv2d_0b_3x3'), (96, (3, 3), 'Conv2d_0c_3x3')], [('avg', 'AvgPool_0a_3x3'), (96, (1, 1), 'Conv2d_0b_1x1')])
        x = mixed(points, 'Mixed_6a', x, [(384, (3, 3), 'Conv2d_1a_3x3', 2, V)],
                  [(192, (1, 1), 'Conv2d_0a_1x1'), (224, (3, 3), 'Conv2d_0b_3x3'), (256, (3, 3), 'Conv2d_1a_3x3', 2, V)], [('max', 'MaxPool_1a_3x3', 2, V)])
        for letter in 'bcdefgh':
            x = mixed(points, 'Mixed_6' + letter, x, [(384, (1, 1), 'Conv2d_0a_1x1')], [(192, (1, 1), 'Conv2d_0a_1x1'), (224, (1, 7), 'Conv2d_0b_1x7'), (256, (7, 1), 'Conv2d_0c_7x1')],
                      [(192, (1, 1), 'Conv2d_0a_1x1'), (192, (7, 1), 'Conv2d_0b_7x1'), (224, (1, 7), 'Conv2d_0c_1x7'), (224, (7, 1), 'Conv2d_0d_7x1'), (256, (1, 7), 'Conv2d_0e_1x7')],
                      [('avg', 'AvgPool_0a_3x3'), (128, (1, 1), 'Conv2d_0b_1x1')])
        x = mixed(points, 'Mixed_7a', x, [(192, (1, 1), 'Conv2d_0a_1x1'), (192, (3, 3), 'Conv2d_1a_3x3', 2, V)],
                  [(256, (1, 1), 'Conv2d_0a_1x1'), (256, (1, 7), 'Conv2d_0b_1x7'), (320, (7, 1), 'Conv2d_0c_7x1'), (320, (3, 3), 'Conv2d_1a_3x3', 2, V)],
                  [('max', 'MaxPool_1a_3x3', 2, V)])

        def two(y, row, column):
            return tf.concat([slim.conv2d(y, 256, [1, 3], scope=row), slim.conv2d(y, 256, [3, 1], scope=column)], 3)

        for letter in 'bcd':
            with tf.compat.v1.variable_scope('Mixed_7' + letter):
                x = branches(lambda: chain(x, (256, (1, 1), 'Conv2d_0a_1x1')), lambda: two(chain(x, (384, (1, 1), 'Conv2d_0a_1x1')), 'Conv2d_0b_1x3', 'Conv2d_0c_3x1'),
                             lambda: two(chain(x, (384, (1, 1), 'Conv2d_0a_1x1'), (448, (3, 1), 'Conv2d_0b_3x1'), (512, (1, 3), 'Conv2d_0c_1x3')), 'Conv2d_0d_1x3', 'Conv2d_0e_3x1'),
                             lambda: chain(x, ('avg', 'AvgPool_0a_3x3'), (256, (1, 1), 'Conv2d_0b_1x1')))
                points['Mixed_7' + letter] = x
        points['AuxLogits'] = auxiliary_logits(points['Mixed_6h'], classes, ('AvgPool_1a_5x5', 'Conv2d_1b_1x1', 'Conv2d_2a', 'Aux_logits'))
        with tf.compat.v1.variable_scope('Logits'):
            return slim.fully_connected(slim.flatten(tf.reduce_mean(x, [1, 2])), classes, activation_fn=None, scope='Logits'), points


def inception_resnet_v2(x, classes):
    points = {}
    V = 'VALID'

    def residual(x, scale, activated, *of):
        up = slim.conv2d(branches(*[lambda layers=layers: chain(x, *layers) for layers in of]), x.shape[3], [1, 1], normalizer_fn=None, activation_fn=None, scope='Conv2d_1x1')
        y = x + scale * up
        return tf.nn.relu(y) if activated else y

    def block8(x, scale, activated):
        return residual(x, scale, activated, [(192, (1, 1), 'Conv2d_1x1')], [(192, (1, 1), 'Conv2d_0a_1x1'), (224, (1, 3), 'Conv2d_0b_1x3'), (256, (3, 1), 'Conv2d_0c_3x1')])

    with tf.compat.v1.variable_scope('InceptionResnetV2'):
        x = chain(x, (32, (3, 3), 'Conv2d_1a_3x3', 2, V), (32, (3, 3), 'Conv2d_2a_3x3', 1, V), (64, (3, 3), 'Conv2d_2b_3x3'), ('max', 'MaxPool_3a_3x3', 2, V),
                  (80, (1, 1), 'Conv2d_3b_1x1', 1, V), (192, (3, 3), 'Conv2d_4a_3x3', 1, V), ('max', 'MaxPool_5a_3x3', 2, V))
        x = mixed(points, 'Mixed_5b', x, [(96, (1, 1), 'Conv2d_1x1')], [(48, (1, 1), 'Conv2d_0a_1x1'), (64, (5, 5), 'Conv2d_0b_5x5')],
                  [(64, (1, 1), 'Conv2d_0a_1x1'), (96, (3, 3), 'Conv2d_0b_3x3'), (96, (3, 3), 'Conv2d_0c_3x3')], [('avg', 'AvgPool_0a_3x3'), (64, (1, 1), 'Conv2d_0b_1x1')])
        for i in range(10):
            with tf.compat.v1.variable_scope(f'Repeat/block35_{i + 1}'):
                x = residual(x, 0.17, True, [(32, (1, 1), 'Conv2d_1x1')], [(32, (1, 1), 'Conv2d_0a_1x1'), (32, (3, 3), 'Conv2d_0b_3x3')],
                             [(32, (1, 1), 'Conv2d_0a_1x1'), (48, (3, 3), 'Conv2d_0b_3x3'), (64, (3, 3), 'Conv2d_0c_3x3')])
        x = mixed(points, 'Mixed_6a', x, [(384, (3, 3), 'Conv2d_1a_3x3', 2, V)],
                  [(256, (1, 1), 'Conv2d_0a_1x1'), (256, (3, 3), 'Conv2d_0b_3x3'), (384, (3, 3), 'Conv2d_1a_3x3', 2, V)], [('max', 'MaxPool_1a_3x3', 2, V)])
        for i in range(20):
            with tf.compat.v1.variable_scope(f'Repeat_1/block17_{i + 1}'):
                x = residual(x, 0.10, True, [(192, (1, 1), 'Conv2d_1x1')], [(128, (1, 1), 'Conv2d_0a_1x1'), (160, (1, 7), 'Conv2d_0b_1x7'), (192, (7, 1), 'Conv2d_0c_7x1')])
        points['AuxLogits'] = auxiliary_logits(x, classes, ('Conv2d_1a_3x3', 'Conv2d_1b_1x1', 'Conv2d_2a_5x5', 'Logits'))
        x = mixed(points, 'Mixed_7a', x, [(256, (1, 1), 'Conv2d_0a_1x1'), (384, (3, 3), 'Conv2d_1a_3x3', 2, V)], [(256, (1, 1), 'Conv2d_0a_1x1'), (288, (3, 3), 'Conv2d_1a_3x3', 2, V)],
                  [(256, (1, 1), 'Conv2d_0a_1x1'), (288, (3, 3), 'Conv2d_0b_3x3'), (320, (3, 3), 'Conv2d_1a_3x3', 2, V)], [('max', 'MaxPool_1a_3x3', 2, V)])
        for i in range(9):
            with tf.compat.v1.variable_scope(f'Repeat_2/block8_{i + 1}'):
                x = block8(x, 0.20, True)
        with tf.compat.v1.variable_scope('Block8'):
            x = block8(x, 1.0, False)
        x = points['Conv2d_7b_1x1'] = slim.conv2d(x, 1536, [1, 1], scope='Conv2d_7b_1x1')
        with tf.compat.v1.variable_scope('Logits'):
            return slim.fully_connected(slim.flatten(tf.reduce_mean(x, [1, 2])), classes, activation_fn=None, scope='Logits'), points


def mobilenet_v1(x, classes, multiplier, output_stride=None):
    points = {}

    def depth(d):
        return max(int(d * multiplier), 8)

    with tf.compat.v1.variable_scope('MobilenetV1'):
        x = points['Conv2d_0'] = slim.conv2d(x, depth(32), [3, 3], stride=2, scope='Conv2d_0')
        current, rate = 2, 1
        pairs = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512)] + [(1, 512)] * 5 + [(2, 1024), (1, 1024)]
        for i, (stride, outputs) in enumerate(pairs, 1):
            if output_stride is not None and current == output_stride:
                own_stride, own_rate, rate = 1, rate, rate * stride
            else:
                own_stride, own_rate, current = stride, 1, current * stride
            name = f'Conv2d_{i}_depthwise'
            x = points[name] = slim.separable_conv2d(x, None, [3, 3], depth_multiplier=1, stride=own_stride, rate=own_rate, scope=name)
            name = f'Conv2d_{i}_pointwise'
            x = points[name] = slim.conv2d(x, depth(outputs), [1, 1], scope=name)
        if not classes:
            return x, points
        with tf.compat.v1.variable_scope('Logits'):
            x = slim.conv2d(tf.reduce_mean(x, [1, 2], keepdims=True), classes, [1, 1], activation_fn=None, normalizer_fn=None, scope='Conv2d_1c_1x1')
            return tf.squeeze(x, [1, 2]), points


def mobilenet_v2(x, classes, multiplier, finegrain=False, output_stride=None):
    points = {}

    def divisible(v, divisor=8):
        rounded = max(divisor, int(v + divisor / 2) // divisor * divisor)
        return rounded + divisor if rounded < 0.9 * v else rounded

    with tf.compat.v1.variable_scope('MobilenetV2'):
        x = slim.conv2d(x, divisible(32 * multiplier), [3, 3], stride=2, scope='Conv')
        current, rate, count = 2, 1, 0
        for expansion, outputs, first_stride, times in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 3), (6, 64, 2, 4), (6, 96, 1, 3), (6, 160, 2, 3), (6, 320, 1, 1)]:
            for i in range(times):
                stride = first_stride if i == 0 else 1
                if output_stride is not None and current == output_stride:
                    own_stride, own_rate, rate = 1, rate, rate * stride
                else:
                    own_stride, own_rate, current = stride, 1, current * stride
                name = 'expanded_conv' + (f'_{count}' if count else '')
                with tf.compat.v1.variable_scope(name):
                    inputs, channels = x, int(x.shape[3])
                    if expansion > 1:
                        x = slim.conv2d(x, divisible(channels * expansion), [1, 1], scope='expand')
                    x = slim.separable_conv2d(x, None, [3, 3], depth_multiplier=1, stride=own_stride, rate=own_rate, scope='depthwise')
                    x = slim.conv2d(x, divisible(outputs * multiplier), [1, 1], activation_fn=None, scope='project')
                    if stride == 1 and x.shape[3] == channels:
                        x = x + inputs
                points[name] = x
                count += 1
        last = divisible(1280 * (1.0 if finegrain and multiplier < 1 else multiplier))
        x = points['Conv_1'] = slim.conv2d(x, last, [1, 1], scope='Conv_1')
        if not classes:
            return x, points
        with tf.compat.v1.variable_scope('Logits'):
            x = slim.conv2d(tf.reduce_mean(x, [1, 2], keepdims=True), classes, [1, 1], activation_fn=None, normalizer_fn=None, biases_initializer=tf.compat.v1.zeros_initializer(), scope='Conv2d_1c_1x1')
            return tf.squeeze(x, [1, 2]), points


def mobilenet_v3_small(x, classes):
    points = {}

    def divisible(v):
        rounded = max(8, int(v + 4) // 8 * 8)
        return rounded + 8 if rounded < 0.9 * v else rounded

    def hard_swish(v):
        return v * tf.nn.relu6(v + 3) / 6

    def squeeze_excite(v):
        with tf.compat.v1.variable_scope('squeeze_excite'):
            means, channels = tf.reduce_mean(v, [1, 2], keepdims=True), int(v.shape[3])
            squeezed = slim.conv2d(means, divisible(channels / 4), [1, 1], normalizer_fn=None, activation_fn=tf.nn.relu, scope='Conv')
            return v * slim.conv2d(squeezed, channels, [1, 1], normalizer_fn=None, activation_fn=lambda g: tf.nn.relu6(g + 3) * 0.16667, scope='Conv_1')

    with tf.compat.v1.variable_scope('MobilenetV3'):
        x = slim.conv2d(x, 16, [3, 3], stride=2, activation_fn=hard_swish, scope='Conv')
        rows = [(1, 16, 3, 2, True, tf.nn.relu), (72 / 16, 24, 3, 2, False, tf.nn.relu), (88 / 24, 24, 3, 1, False, tf.nn.relu), (4, 40, 5, 2, True, hard_swish)]
        rows += [(6, 40, 5, 1, True, hard_swish)] * 2 + [(3, 48, 5, 1, True, hard_swish)] * 2 + [(6, 96, 5, 2, True, hard_swish)] + [(6, 96, 5, 1, True, hard_swish)] * 2
        for i, (expansion, outputs, kernel, stride, gated, activation) in enumerate(rows):
            with tf.compat.v1.variable_scope('expanded_conv' + (f'_{i}' if i else '')):
                inputs, channels = x, int(x.shape[3])
                if expansion > 1:
                    x = slim.conv2d(x, divisible(channels * expansion), [1, 1], activation_fn=activation, scope='expand')
                x = slim.separable_conv2d(x, None, [kernel, kernel], depth_multiplier=1, stride=stride, activation_fn=activation, scope='depthwise')
                x = points[f'layer_{i + 2}/depthwise_output'] = x
                x = slim.conv2d(squeeze_excite(x) if gated else x, outputs, [1, 1], activation_fn=None, scope='project')
                x = points[f'layer_{i + 2}'] = x + inputs if stride == 1 and outputs == channels else x
        x = slim.conv2d(x, 576, [1, 1], activation_fn=hard_swish, scope='Conv_1')
        x = points['layer_15'] = slim.conv2d(tf.reduce_mean(x, [1, 2], keepdims=True), 1024, [1, 1], normalizer_fn=None, activation_fn=hard_swish, scope='Conv_2')
        with tf.compat.v1.variable_scope('Logits'):
            return tf.squeeze(slim.conv2d(x, classes, [1, 1], activation_fn=None, normalizer_fn=None, scope='Conv2d_1c_1x1'), [1, 2]), points


class Cells:
    """The parts of NASNet and PNASNet. An operation is ('sep', window), ('avg' or 'max', 3) or ('same', 0)."""

    sep3, sep5, sep7, avg, most, same = ('sep', 3), ('sep', 5), ('sep', 7), ('avg', 3), ('max', 3), ('same', 0)
    normal = ([(sep5, 0, sep3, 1), (sep5, 1, sep3, 1), (avg, 0, same, 1), (avg, 1, avg, 1), (sep3, 0, same, 0)], [1, 2, 3, 4, 5, 6])
    reduction = ([(sep5, 0, sep7, 1), (most, 0, sep7, 1), (avg, 0, sep5, 1), (same, 3, avg, 2), (sep3, 2, most, 0)], [3, 4, 5, 6])
    progressive = ([(sep5, 1, most, 1), (sep7, 0, most, 0), (sep5, 0, sep3, 0), (sep3, 4, most, 0), (sep3, 1, same, 0)], [2, 3, 4, 5, 6])

    def __init__(self, filters, bounded):
        self.filters, self.bounded = filters, bounded
        self.relu = tf.nn.relu6 if bounded else tf.nn.relu

    def clip(self, x):
        return tf.clip_by_value(x, -6, 6) if self.bounded else x

    @staticmethod
    def one(x, outputs, convolution, normalizer, stride=1):
        return slim.batch_norm(slim.conv2d(x, outputs, [1, 1], stride=stride, scope=convolution), scope=normalizer)

    def reduce(self, x, outputs, stride):
        if stride == 1:
            return self.one(x, outputs, 'path_conv', 'path_bn')
        first = slim.conv2d(x[:, ::2, ::2], outputs // 2, [1, 1], scope='path1_conv')
        second = slim.conv2d(tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]])[:, 1::2, 1::2], outputs - outputs // 2, [1, 1], scope='path2_conv')
        return slim.batch_norm(tf.concat([first, second], 3), scope='final_path_bn')

    def apply(self, x, operation, stride, outputs):
        kind, window = operation
        channels = int(x.shape[3])
        if kind == 'sep':
            for i in (1, 2):
                x = slim.separable_conv2d(self.relu(x), outputs, [window, window], depth_multiplier=1, stride=stride if i == 1 else 1, scope=f'separable_{window}x{window}_{i}')
                x = slim.batch_norm(x, scope=f'bn_sep_{window}x{window}_{i}')
            return self.clip(x)
        if self.bounded:
            x = tf.nn.relu6(x)
        if kind == 'same':
            return self.clip(self.one(self.relu(x), outputs, '1x1', 'bn_1', stride)) if stride > 1 or channels != outputs else x
        x = (slim.avg_pool2d if kind == 'avg' else slim.max_pool2d)(x, [3, 3], stride=stride, padding='SAME')
        return self.clip(self.one(x, outputs, '1x1', 'bn_1')) if channels != outputs else x

    def cell(self, name, table, x, before, scaling, stride):
        outputs = int(self.filters * scaling)
        with tf.compat.v1.variable_scope(name):
            if before is None:
                before = x
            elif before.shape[2] != x.shape[2]:
                before = self.reduce(self.relu(before), outputs, 2)
            elif before.shape[3] != outputs:
                before = self.one(self.relu(before), outputs, 'prev_1x1', 'prev_bn')
            states = [self.one(self.relu(x), outputs, '1x1', 'beginning_bn'), before]
            for i, (left, l, right, r) in enumerate(table[0]):
                with tf.compat.v1.variable_scope(f'comb_iter_{i}/left'):
                    a = self.apply(states[l], left, stride if l < 2 else 1, outputs)
                with tf.compat.v1.variable_scope(f'comb_iter_{i}/right'):
                    b = self.apply(states[r], right, stride if r < 2 else 1, outputs)
                states.append(tf.nn.relu6(a + b) if self.bounded else a + b)
            for i in table[1]:
                with tf.compat.v1.variable_scope(f'cell_output/reduction_{i}'):
                    if states[i].shape[2] != states[6].shape[2]:
                        states[i] = self.reduce(states[i], outputs, 2)
                    elif states[i].shape[3] != outputs:
                        states[i] = self.reduce(states[i], outputs, 1)
            return tf.concat([states[i] for i in table[1]], 3)


def nasnet(x, classes, cells, filters, stem, imagenet, progressive=False, skip=False, bounded=False):
    points = {}
    parts = Cells(filters, bounded)
    if imagenet:
        x = slim.batch_norm(slim.conv2d(x, int(32 * stem), [3, 3], stride=2, padding='VALID', scope='conv0'), scope='conv0_bn')
    else:
        x = slim.batch_norm(slim.conv2d(x, int(filters * stem), [3, 3], scope='l1_stem_3x3'), scope='l1_stem_bn')
    outputs = [None, x]
    for i in range(2 if imagenet else 0):
        x = parts.cell(f'cell_stem_{i}', parts.progressive if progressive else parts.reduction, x, outputs[-2], 0.25 * 2 ** i, 2)
        outputs.append(x)
    points['Stem'] = x
    reductions = [int(k / 3 * cells) for k in (1, 2)]
    scaling = 1
    for i in range(cells):
        reduces = i in reductions
        scaling *= 2 if reduces else 1
        if skip or (progressive and not reduces):
            before = outputs[-2]
        if reduces and not progressive:
            x = points[f'Reduction_Cell_{reductions.index(i)}'] = parts.cell(f'reduction_cell_{reductions.index(i)}', parts.reduction, x, outputs[-2], scaling, 2)
            outputs.append(x)
        if not skip and not progressive:
            before = outputs[-2]
        x = points[f'Cell_{i}'] = parts.cell(f'cell_{i}', parts.progressive if progressive else parts.normal, x, before, scaling, 2 if progressive and reduces else 1)
        outputs.append(x)
        if i == reductions[1] - 1:
            with tf.compat.v1.variable_scope(f'aux_{i}/aux_logits'):
                y = slim.conv2d(slim.avg_pool2d(parts.relu(x), [5, 5], stride=3, padding='VALID'), 128, [1, 1], scope='proj')
                y = parts.relu(slim.batch_norm(y, scope='aux_bn0'))
                y = parts.relu(slim.batch_norm(slim.conv2d(y, 768, y.shape[1:3], padding='VALID', scope='Conv'), scope='aux_bn1'))
                points['AuxLogits'] = slim.fully_connected(slim.flatten(y), classes, activation_fn=None, scope='FC')
    with tf.compat.v1.variable_scope('final_layer'):
        return slim.fully_connected(tf.reduce_mean(parts.relu(x), [1, 2]), classes, activation_fn=None, scope='FC'), points


def nasnet_scope():
    with slim.arg_scope([slim.conv2d, slim.separable_conv2d], activation_fn=None, biases_initializer=None), slim.arg_scope([slim.batch_norm], scale=True, epsilon=0.001) as scope:
        return scope


def mobile_scope():
    with slim.arg_scope([slim.conv2d, slim.separable_conv2d], activation_fn=tf.nn.relu6, normalizer_fn=slim.batch_norm, normalizer_params={'center': True, 'scale': True, 'epsilon': 0.001}) as scope:
        return scope


def inception_scope():
    with slim.arg_scope([slim.conv2d], activation_fn=tf.nn.relu, normalizer_fn=slim.batch_norm, normalizer_params={'epsilon': 0.001}) as scope:
        return scope


CLASSES = 5
from_package = {
    'alexnet_v2': (nets.alexnet.alexnet_v2_arg_scope, nets.alexnet.alexnet_v2, 224),
    'overfeat': (nets.overfeat.overfeat_arg_scope, nets.overfeat.overfeat, 231),
    'vgg_16': (nets.vgg.vgg_arg_scope, nets.vgg.vgg_16, 224),
    'inception_v1': (inception_v1.inception_v1_arg_scope, inception_v1.inception_v1, 193),
    'inception_v2': (inception_v2.inception_v2_arg_scope, inception_v2.inception_v2, 47),
    'inception_v3': (inception_v3.inception_v3_arg_scope, inception_v3.inception_v3, 107),
    'resnet_v1_50': (resnet_utils.resnet_arg_scope, resnet_v1.resnet_v1_50, 47),
    'resnet_v2_50': (resnet_utils.resnet_arg_scope, resnet_v2.resnet_v2_50, 47),
}
restated = {
    'inception_v4': (inception_scope, inception_v4, 107),
    'inception_resnet_v2': (inception_scope, inception_resnet_v2, 107),
    'mobilenet_v1_025': (mobile_scope, lambda x, classes: mobilenet_v1(x, classes, 0.25), 47),
    'mobilenet_v2_035': (mobile_scope, lambda x, classes: mobilenet_v2(x, classes, 0.35, True), 47),
    'mobilenet_v3_small': (mobile_scope, mobilenet_v3_small, 47),
    'nasnet_small': (nasnet_scope, lambda x, classes: nasnet(x, classes, 3, 8, 0.5, True), 95),
    'nasnet_cifar_small': (nasnet_scope, lambda x, classes: nasnet(x, classes, 3, 6, 2, False, skip=True, bounded=True), 21),
    'pnasnet_small': (nasnet_scope, lambda x, classes: nasnet(x, classes, 3, 8, 0.5, True, progressive=True, skip=True), 95),
    'mobilenet_v1_stride_8': (mobile_scope, lambda x, classes: mobilenet_v1(x, classes, 0.25, 8), 47),
}
# output_stride, and no root: small networks of tf_slim's units.
small_blocks = [('block1', 1, 2, 2), ('block2', 2, 2, 2), ('block3', 3, 2, 2), ('block4', 4, 2, 1)]
from_package |= {
    'resnet_v1_small': (resnet_utils.resnet_arg_scope, lambda x, _, is_training: resnet_v1.resnet_v1(
        x, [resnet_v1.resnet_v1_block(*block) for block in small_blocks], None, is_training, global_pool=False, output_stride=8, scope='resnet_v1_small'), 47),
    'resnet_v2_small': (resnet_utils.resnet_arg_scope, lambda x, _, is_training: resnet_v2.resnet_v2(
        x, [resnet_v2.resnet_v2_block(*block) for block in small_blocks], None, is_training, global_pool=False, output_stride=2, include_root_block=False, scope='resnet_v2_small'), 15),
}
networks = {name: (scope, (lambda x, call=call: call(x, CLASSES, is_training=False)), side) for name, (scope, call, side) in from_package.items()}
networks |= {name: (scope, (lambda x, call=call: call(x, CLASSES)), side) for name, (scope, call, side) in restated.items()}

# End points that are compared beside the output.
inner = {
    'alexnet_v2': ['alexnet_v2/conv2', 'alexnet_v2/pool5', 'alexnet_v2/fc6'],
    'overfeat': ['overfeat/conv2', 'overfeat/pool5', 'overfeat/fc6'],
    'vgg_16': ['vgg_16/conv2/conv2_2', 'vgg_16/pool5', 'vgg_16/fc6'],
    'inception_v1': ['InceptionV1/Mixed_3b', 'InceptionV1/Mixed_4d', 'InceptionV1/Mixed_5c'],
    'inception_v2': ['InceptionV2/Mixed_3b', 'InceptionV2/Mixed_4d', 'InceptionV2/Mixed_5c'],
    'inception_v3': ['InceptionV3/Mixed_5d', 'InceptionV3/Mixed_6e', 'InceptionV3/Mixed_7c', 'InceptionV3/AuxLogits'],
    'inception_v4': ['InceptionV4/Mixed_5e', 'InceptionV4/Mixed_6h', 'InceptionV4/Mixed_7d', 'InceptionV4/AuxLogits'],
    'inception_resnet_v2': ['InceptionResnetV2/Mixed_5b', 'InceptionResnetV2/Mixed_6a', 'InceptionResnetV2/Conv2d_7b_1x1', 'InceptionResnetV2/AuxLogits'],
    'resnet_v1_50': ['resnet_v1_50/block1', 'resnet_v1_50/block2', 'resnet_v1_50/block4'],
    'resnet_v2_50': ['resnet_v2_50/block1', 'resnet_v2_50/block2', 'resnet_v2_50/block4'],
    'resnet_v1_small': [f'resnet_v1_small/block{i}' for i in (1, 2, 3)],
    'resnet_v2_small': [f'resnet_v2_small/block{i}' for i in (1, 2, 3)],
    'mobilenet_v1_stride_8': ['MobilenetV1/Conv2d_12_pointwise'],
    'mobilenet_v1_025': ['MobilenetV1/Conv2d_2_pointwise', 'MobilenetV1/Conv2d_6_depthwise', 'MobilenetV1/Conv2d_13_pointwise'],
    'mobilenet_v3_small': ['MobilenetV3/layer_2/depthwise_output', 'MobilenetV3/layer_7', 'MobilenetV3/layer_15'],
    'nasnet_small': ['Stem', 'Reduction_Cell_0', 'Cell_2', 'AuxLogits'],
    'nasnet_cifar_small': ['Stem', 'Cell_0', 'Cell_2'],
    'pnasnet_small': ['Stem', 'Cell_1', 'AuxLogits'],
    'mobilenet_v2_035': ['MobilenetV2/expanded_conv_2', 'MobilenetV2/expanded_conv_10', 'MobilenetV2/expanded_conv_16'],
}


def line(name, values):
    values = values.ravel()
    stride = max(1, len(values) // SAMPLES) | 1  # odd: samples wander over the channels
    samples = ' '.join(f'{value:.16g}' for value in values[::stride])
    return f'{name} {len(values)} {values.sum():.16g} {(values ** 2).sum() ** 0.5:.16g} {stride} {samples}'


def lines_of(name):
    scope, call, side = networks[name]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        shape = (1, side, side, 3)
        images = tf.constant(number(1, int(numpy.prod(shape))).reshape(shape))
        with slim.arg_scope([slim.batch_norm], fused=False, is_training=False), slim.arg_scope(scope()):
            output, points = call(images)
        variables = tf.compat.v1.global_variables()
        session.run([variable.initializer for variable in variables],
                    {variable.initializer.inputs[1]: values_of(variable.op.name, variable.shape.as_list()) for variable in variables})
        inside = {key: points[key if key in points else key.split('/', 1)[1]] for key in inner[name]}
        output, inside = session.run([output, inside])
        return [line(name + ':output', output)] + [line(f'{name}:{key}', value) for key, value in inside.items()]


if __name__ == '__main__':
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            print('\n'.join(lines_of(name)))
    else:
        lines = [text for name in networks for text in lines_of(name)]
        pathlib.Path(__file__).with_name('nets_double.txt').write_text('\n'.join(lines) + '\n')
