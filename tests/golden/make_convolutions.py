#!/usr/bin/env python3
"""Prints the table `golden` of tests/layers/convolutions.cpp: each row a name, the number of elements, and four sums that weigh each element of the result differently.

    python3 make_convolutions.py      needs TensorFlow 2 or PyTorch, and prints the rows of the one it finds
"""

import numpy as np

try:
    import tensorflow as tf
except ImportError:
    tf = None
    import torch
    F = torch.nn.functional


def numbers(shape, seed):  # exact in binary
    i = np.arange(np.prod(shape))
    return (((i * 7 + i // 5 + seed * 13) % 23 - 11) / 8.0).reshape(shape)


def row(name, y):
    y = np.asarray(y, dtype=np.float64).ravel()
    i = np.arange(y.size)
    sums = [float((y * ((i * k + i // 3) % 17 - 8)).sum()) for k in (3, 5, 7, 11)]
    print(f'    {{"{name}", {y.size}, {{{", ".join(repr(s) for s in sums)}}}}},')


def tensorflow():
    x1, x2, x3 = numbers((2, 9, 4), 1), numbers((2, 7, 6, 4), 1), numbers((2, 5, 7, 6, 3), 1)
    conv = lambda x, w, seed=2, **k: tf.nn.convolution(x, numbers(w, seed), **k)
    row('conv1d', conv(x1, (3, 4, 5), strides=2, padding='SAME'))
    row('conv1d_valid', conv(x1, (2, 4, 3), dilations=3, padding='VALID'))
    causal = tf.pad(x1, [[0, 0], [4, 0], [0, 0]])
    row('conv1d_causal', conv(causal, (3, 4, 5), dilations=2, padding='VALID'))
    row('conv1d_causal_stride', conv(tf.pad(x1, [[0, 0], [2, 0], [0, 0]]), (3, 4, 5), strides=2, padding='VALID'))
    row('in_plane', tf.nn.depthwise_conv2d(x2, np.repeat(numbers((3, 2, 1, 1), 2), 4, axis=2), [1, 2, 2, 1], 'SAME'))
    row('global_max', tf.reduce_max(x2, [1, 2]))
    row('conv3d', conv(x3, (3, 3, 3, 3, 4), padding='SAME'))
    row('conv3d_stride', conv(x3, (2, 3, 2, 3, 4), strides=(2, 3, 2), padding='SAME'))
    row('conv3d_valid', conv(x3, (3, 1, 2, 3, 4), strides=(2, 1, 1), padding='VALID'))
    row('conv3d_rate', conv(x3, (2, 3, 2, 3, 4), dilations=(3, 2, 1), padding='SAME'))
    for name, kernel, strides, padding, extents in [
            ('conv3d_transpose', (3, 3, 2), (2, 2, 3), 'SAME', (10, 14, 18)),
            ('conv3d_transpose_valid', (3, 2, 4), (2, 3, 1), 'VALID', (11, 21, 9)),
            ('conv3d_transpose_plain', (3, 1, 2), (1, 1, 1), 'SAME', (5, 7, 6))]:
        row(name, tf.nn.conv3d_transpose(x3, numbers(kernel + (4, 3), 2), (2,) + extents + (4,), (1,) + strides + (1,), padding))

    def largest(x, kernel, **k):  # tf.nn.pool has no doubles for images in three dimensions; floats are exact here
        return tf.nn.pool(x.astype(np.float32), kernel, 'MAX', **k)

    def mean(x, kernel, **k):  # of real cells, channel by channel
        apart = np.moveaxis(x, -1, 1).reshape((-1,) + x.shape[1:-1] + (1,))
        total, cells = (tf.nn.convolution(of, np.ones(kernel + (1, 1)), **k).numpy() for of in (apart, np.ones_like(apart)))
        return np.moveaxis((total / cells).reshape((x.shape[0], x.shape[-1]) + total.shape[1:-1]), 1, -1)

    for kind, pool in ('max', largest), ('avg', mean):
        row(f'{kind}_pool3d', pool(x3, (3, 2, 2), strides=(2, 2, 2), padding='VALID'))
        row(f'{kind}_pool3d_same', pool(x3, (3, 3, 2), strides=(2, 3, 1), padding='SAME'))
        row(f'{kind}_pool1d', pool(x1, (3,), strides=(2,), padding='SAME'))
        row(f'{kind}_pool1d_rate', pool(x1, (3,), dilations=(3,), padding='VALID'))
        row(f'{kind}_pool2d_rate', pool(x2, (3, 2), dilations=(2, 3), padding='VALID'))
        row(f'{kind}_pool3d_rate', pool(x3, (2, 3, 2), dilations=(3, 2, 1), padding='VALID'))


def pytorch():
    x2 = torch.tensor(numbers((2, 7, 6, 4), 1)).permute(0, 3, 1, 2)
    back = lambda y: y.permute(0, 2, 3, 1).contiguous()
    weights = lambda *extents: torch.tensor(numbers(extents, 2)).permute(3, 2, 0, 1)
    row('groups', back(F.conv2d(x2, weights(3, 2, 2, 6), stride=2, groups=2)))
    row('groups_depthwise', back(F.conv2d(x2, weights(3, 3, 1, 8), padding=1, groups=4)))
    for mode in ('nearest', 'bilinear'):
        corners = {} if mode == 'nearest' else {'align_corners': False}
        row(f'upsample_{mode}', back(F.interpolate(x2, scale_factor=(3, 2), mode=mode, **corners)))
        row(f'upsample_{mode}_4', back(F.interpolate(x2, scale_factor=4, mode=mode, **corners)))


tensorflow() if tf else pytorch()
