#!/usr/bin/env python3
"""Writes own_layers_double.txt, which tests/nets/own_layers.cpp reads: the networks of examples/own_layers in PyTorch, their scores, losses and gradients.

    python3 make_own_layers.py

Format, formulas and orders are those of make_golden.py.
"""

import pathlib

import numpy
import torch
import torch.nn.functional as F

from make_golden import Parameters, number


def images(shape):
    return torch.tensor(number(1, int(numpy.prod(shape))).reshape(shape))


def transformer(p):
    """7 tokens of 6 numbers, width 12, 3 heads, 5 classes."""
    def dense(x, name, outputs):
        return x @ p.make(name + '/weights', (x.shape[-1], outputs)) + p.make(name + '/biases', (outputs,))

    def norm(x, name):
        gamma, beta = p.make(name + '/gamma', (12,)), p.make(name + '/beta', (12,))
        return F.layer_norm(x, (12,), gamma, beta, 1e-5)

    t, b = 'transformer/', 'transformer/block1/'
    x = images((3, 7, 6))
    x = dense(x, t + 'embedding', 12)
    x = x + p.make(t + 'places', (7, 12))
    q, k, v = (part.reshape(3, 7, 3, 4).transpose(1, 2) for part in dense(norm(x, b + 'norm1'), b + 'attention/qkv', 36).split(12, -1))
    mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(3, 7, 12)
    x = x + dense(mixed, b + 'attention/out', 12)
    x = x + dense(F.gelu(dense(norm(x, b + 'norm2'), b + 'mlp1', 24)), b + 'mlp2', 12)
    logits = dense(norm(x, t + 'norm').mean(1), t + 'logits', 5)
    return logits, F.cross_entropy(logits, torch.tensor([(3 * i + 1) % 5 for i in range(3)]))


def kernel(weights):
    return weights.permute(3, 2, 0, 1)  # HWIO -> OIHW


def squeeze_excitation(p):
    """5x7x2 images, 4 channels, 3 classes."""
    def conv(x, name, size, outputs, stride=1):
        y = F.conv2d(x, kernel(p.make(name + '/weights', (size, size, x.shape[1], outputs))), stride=stride, padding=size // 2)
        beta = p.make(name + '/BatchNorm/beta', (outputs,))
        p.make(name + '/BatchNorm/moving_mean', (outputs,), False), p.make(name + '/BatchNorm/moving_variance', (outputs,), False)
        return F.batch_norm(y, None, None, None, beta, True, eps=0.001)

    def block(x, name, outputs, stride):
        shortcut = conv(x, name + '/shortcut', 1, outputs, stride)
        y = conv(F.relu(conv(x, name + '/conv1', 3, outputs, stride)), name + '/conv2', 3, outputs)
        squeeze, excite = p.make(name + '/gate/squeeze/weights', (outputs, outputs // 2)), p.make(name + '/gate/excite/weights', (outputs // 2, outputs))
        gate = torch.sigmoid(F.relu(y.mean((2, 3)) @ squeeze) @ excite)
        return F.relu(shortcut + y * gate[:, :, None, None])

    x = images((4, 5, 7, 2)).permute(0, 3, 1, 2)
    x = block(block(F.relu(conv(x, 'se_resnet/stem', 3, 4)), 'se_resnet/block1', 4, 1), 'se_resnet/block2', 8, 2)
    logits = x.mean((2, 3)) @ p.make('se_resnet/logits/weights', (8, 3)) + p.make('se_resnet/logits/biases', (3,))
    return logits, F.cross_entropy(logits, torch.tensor([(3 * i + 1) % 3 for i in range(4)]))


def u_net(p):
    """7x9x2 images, 4 channels, 3 classes; each fifth pixel has no class."""
    def conv(x, name, size, outputs):
        weights, biases = p.make(name + '/weights', (size, size, x.shape[1], outputs)), p.make(name + '/biases', (outputs,))
        return F.conv2d(x, kernel(weights), biases, padding=size // 2)

    def level(x, name, channels, inner):
        kept = F.relu(conv(x, name + '/down', 3, channels))
        y = inner(F.max_pool2d(kept, 2), name)
        weights, biases = p.make(name + '/wide/weights', (2, 2, channels, y.shape[1])), p.make(name + '/wide/biases', (channels,))
        y = F.relu(F.conv_transpose2d(y, kernel(weights), biases, stride=2))
        y = F.pad(y, (0, kept.shape[3] - y.shape[3], 0, kept.shape[2] - y.shape[2]))
        return F.relu(conv(torch.cat([kept, y], 1), name + '/up', 3, channels))

    middle = lambda x, name: F.relu(conv(x, name + '/middle', 3, 16))
    x = images((3, 7, 9, 2)).permute(0, 3, 1, 2)
    logits = conv(level(x, 'u_net/level1', 4, lambda y, name: level(y, name + '/level2', 8, middle)), 'u_net/logits', 1, 3)
    labels = torch.tensor([255 if i % 5 == 0 else (2 * i + i // 7) % 3 for i in range(3 * 63)]).reshape(3, 7, 9)
    return logits.permute(0, 2, 3, 1), F.cross_entropy(logits, labels, ignore_index=255)


def line(name, tensor):
    values = tensor.detach().contiguous().reshape(-1).numpy()
    stride = max(1, len(values) // 6)
    return ' '.join([name, str(len(values)), repr(float(values.sum())), repr(float(numpy.sqrt((values**2).sum()))), str(stride), *(repr(float(x)) for x in values[::stride])])


lines = []
for network in (transformer, squeeze_excitation, u_net):
    parameters = Parameters(torch.float64)
    logits, loss = network(parameters)
    loss.backward()
    lines += [line(network.__name__ + ':logits', logits), line(network.__name__ + ':loss', loss)]
    lines += [line(name, variable.grad) for name, variable in parameters.items.items() if variable.grad is not None]
(pathlib.Path(__file__).parent / 'own_layers_double.txt').write_text('\n'.join(lines) + '\n')
