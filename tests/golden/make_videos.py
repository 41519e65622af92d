#!/usr/bin/env python3
"""Prints the expected numbers of tests/nets/videos.cpp: i3d and s3dg, which tf_slim has not, restated with its layers; in inference mode, in double.

    python3 make_videos.py      needs what make_layers.py needs, which says what the direction is that a tensor is measured along

Variables hold the sequence that the hash of their name says, as in tests/nets/videos.cpp.
"""

import numpy
import tf_slim as slim
from make_layers import along, number, tf, v1

BLOCKS = {
    'Mixed_3b': (64, 96, 128, 16, 32, 32), 'Mixed_3c': (128, 128, 192, 32, 96, 64), 'Mixed_4b': (192, 96, 208, 16, 48, 64), 'Mixed_4c': (160, 112, 224, 24, 64, 64),
    'Mixed_4d': (128, 128, 256, 24, 64, 64), 'Mixed_4e': (112, 144, 288, 32, 64, 64), 'Mixed_4f': (256, 160, 320, 32, 128, 128), 'Mixed_5b': (256, 160, 320, 32, 128, 128),
    'Mixed_5c': (384, 192, 384, 48, 128, 128),
}


def values_of(name, shape):
    sequence = 2166136261
    for byte in name.encode():
        sequence = (sequence ^ byte) * 16777619 & 0xFFFFFFFF
    x = number(sequence, int(numpy.prod(shape)))
    if name.endswith('weights'):
        x *= (6.0 / numpy.prod(shape[:-1])) ** 0.5
    else:
        x = (1 + 0.5 * x) if name.endswith('variance') else 0.1 * x
    return x.reshape(shape)


def batch_norm(x):
    with v1.variable_scope('BatchNorm'):
        beta, mean, variance = (slim.model_variable(name, [x.shape[4]], tf.float64) for name in ('beta', 'moving_mean', 'moving_variance'))
    return (x - mean) / tf.sqrt(variance + 0.001) + beta


def pool(x, kernel, stride, kind=tf.nn.max_pool2d, padding='SAME'):
    """Over each frame, then along the time: pools of volumes have no double precision."""
    b, t, h, w, c = x.shape
    (kt, kh, kw), (st, sh, sw) = ([n] * 3 if isinstance(n, int) else n for n in (kernel, stride))
    frames = kind(tf.reshape(x, [b * t, h, w, c]), [kh, kw], [sh, sw], padding)
    h, w = frames.shape[1:3]
    return tf.reshape(kind(tf.reshape(frames, [b, t, h * w, c]), [kt, 1], [st, 1], padding), [b, -1, h, w, c])


def video_net(x, classes, first, gated, depth):
    """`first`: frames of the first window; `gated`: s3dg, whose windows are separable; `depth`: what the channels are multiplied with."""
    points = {}

    def d(n):
        return max(int(n * depth), 4)

    def conv(x, n, kernel, scope, stride=1):
        return slim.conv3d(x, d(n), kernel, stride, 'SAME', scope=scope, normalizer_fn=batch_norm)

    def gate(x, scope):
        if not gated:
            return x
        mean = tf.reduce_mean(x, [1, 2, 3], keepdims=True)
        return x * tf.sigmoid(slim.conv3d(mean, x.shape[4], 1, activation_fn=None, biases_initializer=None, scope=f'{scope}/self_gating/transformer_W'))

    def window(x, n, scope):
        if gated:
            x = conv(x, n, [1, 3, 3], scope)
            x = slim.conv3d(x, d(n), [3, 1, 1], scope=f'{scope}/temporal')
        else:
            x = conv(x, n, [3, 3, 3], scope)
        return gate(x, scope)

    def one(x, n, scope):
        return gate(conv(x, n, 1, scope), scope)

    with v1.variable_scope('InceptionV1'):
        x = points['Conv2d_1a_7x7'] = conv(x, 64, [first, 7, 7], 'Conv2d_1a_7x7', 2)
        x = conv(pool(x, [1, 3, 3], [1, 2, 2]), 64, 1, 'Conv2d_2b_1x1')
        x = points['Conv2d_2c_3x3'] = window(x, 192, 'Conv2d_2c_3x3')
        x = pool(x, [1, 3, 3], [1, 2, 2])
        for name, (b0, b1a, b1b, b2a, b2b, b3) in BLOCKS.items():
            if name == 'Mixed_4b':
                x = pool(x, 3, 2)
            if name == 'Mixed_5b':
                x = pool(x, 2, 2)
            with v1.variable_scope(name):
                branches = []
                with v1.variable_scope('Branch_0'):
                    branches.append(one(x, b0, 'Conv2d_0a_1x1'))
                for i, (a, b) in enumerate([(b1a, b1b), (b2a, b2b)]):
                    with v1.variable_scope(f'Branch_{i + 1}'):
                        branches.append(window(conv(x, a, 1, 'Conv2d_0a_1x1'), b, 'Conv2d_0b_3x3'))
                with v1.variable_scope('Branch_3'):
                    branches.append(one(pool(x, 3, 1), b3, 'Conv2d_0b_1x1'))
            x = points[name] = tf.concat(branches, 4)
        with v1.variable_scope('Logits'):
            kernel = [min(have, want) for have, want in zip(x.shape[1:4], (2, 7, 7))]
            x = points['AvgPool_0a_7x7'] = pool(x, kernel, 1, tf.nn.avg_pool2d, 'VALID')
            x = slim.conv3d(x, classes, 1, activation_fn=None, scope='Conv2d_0c_1x1')
            points['Logits'] = tf.squeeze(tf.reduce_mean(x, 1), [1, 2])
        points['Predictions'] = tf.nn.softmax(points['Logits'])
    return points


def run(title, shape, *how):
    with tf.Graph().as_default():
        points = video_net(tf.constant(number(1, int(numpy.prod(shape))).reshape([1, *shape]), tf.float64), 5, *how)
        variables = v1.global_variables()
        with v1.Session() as session:
            given = [v1.placeholder(tf.float64, v.shape) for v in variables]
            session.run([v1.assign(v, g) for v, g in zip(variables, given)], {g: values_of(v.op.name, v.shape.as_list()) for v, g in zip(variables, given)})
            found = session.run(points)
    trained = sum(int(numpy.prod(v.shape)) for v in variables if 'moving_' not in v.op.name)
    print(f'// {title}: {len(variables)} variables, {sum(int(numpy.prod(v.shape)) for v in variables)} numbers, {trained} of them trained')
    for key, value in found.items():
        print(f'    {{"InceptionV1/{key}", {along(value)!r}}},')


def count(title, *how):
    """Of the published network with 1000 classes: shapes only."""
    with tf.Graph().as_default():
        video_net(v1.placeholder(tf.float64, [1, 64, 224, 224, 3]), 1000, *how)
        variables = v1.global_variables()
    trained = sum(int(numpy.prod(v.shape)) for v in variables if 'moving_' not in v.op.name)
    print(f'// {title}: {len(variables)} variables, {sum(int(numpy.prod(v.shape)) for v in variables)} numbers, {trained} of them trained')


if __name__ == '__main__':
    count('i3d', 7, False, 1)
    count('s3dg', 3, True, 1)
    run('i3d', [10, 40, 33, 3], 7, False, 1)
    run('s3dg of an eighth of the channels, at least 4', [20, 48, 64, 3], 3, True, 0.125)
