#!/usr/bin/env python3
"""Prints the expected numbers of tests/nets/generative.cpp: generators and discriminators, small, of TF-Slim's own layers.

    python3 make_generative.py [network]      needs what make_layers.py needs, which says what a line is
"""

import sys

import tf_slim as slim
from make_layers import run, tf, v1


def leaky(x):
    """tf.nn.leaky_relu, which has a slope in single precision."""
    return tf.where(x > 0, x, 0.2 * x)


def normal(layer, normalizer, **options):
    return lambda *args, **more: layer(*args, **{'normalizer_fn': normalizer, 'normalizer_params': options} | more)


def reflected(x, rows, columns):
    return tf.pad(x, [[0, 0], rows, columns, [0, 0]], 'REFLECT')


def dcgan_discriminator(x, depth=2):
    conv = normal(slim.conv2d, slim.batch_norm, zero_debias_moving_mean=True, fused=False)
    points = {}
    with v1.variable_scope('Discriminator'):
        for i in range(1, x.shape[1].bit_length()):
            plain = {'normalizer_fn': None, 'normalizer_params': None} if i == 1 else {}
            x = points[f'Discriminator/conv{i}'] = conv(x, depth * 2 ** (i - 1), 4, 2, activation_fn=leaky, scope=f'conv{i}', **plain)
        points['Discriminator/logits'] = tf.reshape(slim.conv2d(x, 1, 1, activation_fn=None, padding='VALID'), [-1, 1])
    return points


def dcgan_generator(x, depth=2, final_size=16, outputs=3):
    up = normal(slim.conv2d_transpose, slim.batch_norm, zero_debias_moving_mean=True, fused=False)
    layers = final_size.bit_length() - 2
    points = {}
    with v1.variable_scope('Generator'):
        x = points['Generator/deconv1'] = up(x[:, None, None, :], depth * 2 ** (layers - 1), 4, 1, 'VALID', scope='deconv1')
        for i in range(2, layers):
            x = points[f'Generator/deconv{i}'] = up(x, depth * 2 ** (layers - i), 4, 2, scope=f'deconv{i}')
        x = points[f'Generator/deconv{layers}'] = slim.conv2d_transpose(x, depth, 4, 2, activation_fn=None, scope=f'deconv{layers}')
        points['Generator/logits'] = slim.conv2d(x, outputs, 1, activation_fn=None, padding='VALID', scope='logits')
    return points


def cyclegan(x, blocks=2, filters=4, kernel=(3, 4), slope=0.25, how='conv2d_transpose'):
    conv = normal(slim.conv2d, slim.instance_norm, epsilon=0.001)
    channels = x.shape[3]

    def around(x):
        return reflected(x, *([(k - 1) // 2, k // 2] for k in kernel))

    def twice(x, outputs):
        if how == 'conv2d_transpose':
            return slim.conv2d_transpose(x, outputs, 3, 2, 'VALID')[:, 1:, 1:]
        if how == 'bilinear_upsample_conv':  # tf.compat.v1.image.resize_bilinear, which returns single precision
            for axis in (1, 2):
                shifted = tf.concat([tf.gather(x, range(1, x.shape[axis]), axis=axis), tf.gather(x, [x.shape[axis] - 1], axis=axis)], axis)
                pairs = tf.stack([x, (x + shifted) / 2], axis + 1)
                x = tf.reshape(pairs, [x.shape[0], *(x.shape[i] * (2 if i == axis else 1) for i in (1, 2, 3))])
        else:
            x = tf.repeat(tf.repeat(x, 2, 1), 2, 2)
        return conv(reflected(x, [1, 1], [1, 1]), outputs, 3, padding='VALID')

    points = {}
    with v1.variable_scope('input'):
        x = points['encoder_0'] = conv(reflected(x, [3, 3], [3, 3]), filters, 7, padding='VALID')
    with v1.variable_scope('encoder'):
        for i in (1, 2):
            x = points[f'encoder_{i}'] = conv(around(x), filters * 2 ** i, kernel, 2, 'VALID')
    for i in range(blocks):
        with v1.variable_scope(f'residual_blocks/block_{i}'):
            y = conv(around(x), filters * 4, kernel, padding='VALID')
            x = points[f'resnet_block_{i}'] = x + conv(around(y), filters * 4, kernel, padding='VALID', activation_fn=None)
    for i in (1, 2):
        with v1.variable_scope(f'decoder/decoder{i}/upconv'):
            x = points[f'decoder{i}'] = twice(x, filters * 2 // i)
    with v1.variable_scope('output'):
        x = points['logits'] = slim.conv2d(reflected(x, [3, 3], [3, 3]), channels, 7, padding='VALID', activation_fn=None)
    return points | {'predictions': tf.tanh(x) + x * slope}


def pix2pix_generator(x, filters=(4, 6, 8), outputs=2, nearest=True):
    """Without dropout, whose masks are another generator's."""
    conv = normal(slim.conv2d, slim.instance_norm, epsilon=0.00001)
    up = normal(slim.conv2d_transpose, slim.instance_norm, epsilon=0.00001)
    plain = {'normalizer_fn': None, 'normalizer_params': None}
    last = len(filters) - 1
    encoded, points = [], {}
    with v1.variable_scope('encoder'):
        for i, n in enumerate(filters):
            x = conv(x, n, 4, 2, activation_fn=None if i == last else leaky, **(plain if i in (0, last) else {}))
            encoded.append(x)
            points[f'encoder{i}'] = x
    with v1.variable_scope('decoder'):
        for i, n in enumerate(reversed(filters)):
            x = tf.nn.relu(x if i == 0 else tf.concat([x, encoded[-i - 1]], 3))
            x = points[f'decoder{i}'] = conv(tf.repeat(tf.repeat(x, 2, 1), 2, 2), n, 4, activation_fn=None) if nearest else up(x, n, 4, 2, activation_fn=None)
    with v1.variable_scope('output'):
        x = slim.conv2d(x, outputs, 4, activation_fn=None)
    return points | {'predictions': tf.tanh(x), 'logits': x}


def pix2pix_discriminator(x, filters=(4, 6, 8)):
    conv = normal(slim.conv2d, slim.instance_norm, epsilon=0.00001)
    points = {}
    for i, n in enumerate(filters):
        plain = {'normalizer_fn': None, 'normalizer_params': None} if i == 0 else {}
        x = points[f'conv{i}'] = conv(reflected(x, [2, 2], [2, 2]), n, 4, 1 if i == len(filters) - 1 else 2, 'VALID', activation_fn=leaky, scope=f'conv{i}', **plain)
    x = slim.conv2d(reflected(x, [2, 2], [2, 2]), 1, 4, padding='VALID', activation_fn=None, scope=f'conv{len(filters)}')
    return points | {'predictions': tf.sigmoid(x), 'logits': x}


NETWORKS = {
    'dcgan_discriminator': lambda name: run(name, dcgan_discriminator, [8, 8, 3]),
    'dcgan_generator': lambda name: run(name, dcgan_generator, [5]),
    'cyclegan': lambda name: run(name, cyclegan, [8, 12, 3]),
    'cyclegan_nearest': lambda name: run(name, lambda x: cyclegan(x, 1, 2, (3, 3), 0, 'nn_upsample_conv'), [12, 8, 3]),
    'cyclegan_bilinear': lambda name: run(name, lambda x: cyclegan(x, 1, 2, (3, 3), 0, 'bilinear_upsample_conv'), [8, 8, 3]),
    'pix2pix_generator': lambda name: run(name, pix2pix_generator, [16, 8, 3]),
    'pix2pix_generator_transposed': lambda name: run(name, lambda x: pix2pix_generator(x, (2, 3), 1, False), [4, 8, 3]),
    'pix2pix_discriminator': lambda name: run(name, pix2pix_discriminator, [9, 8, 3]),
}
if __name__ == '__main__':
    for chosen in sys.argv[1:] or NETWORKS:
        NETWORKS[chosen](chosen)
