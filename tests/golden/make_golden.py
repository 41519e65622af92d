#!/usr/bin/env python3
"""Writes the expected numbers of tests/golden/*.cpp: two networks built a second time, in PyTorch.

    python3 make_golden.py      writes <network>_<precision>.txt next to this script

Weights, images and labels come from the formula of tests/laws/numbers.hpp and are not stored. A file has one line for each quantity:
its name, how many numbers it has, their sum and Euclidean norm, the stride of the samples, then every stride-th number.
Everything is in the order of the C++ side: NHWC activations, HWIO convolution kernels, [inputs, outputs] matrices.
"""

import pathlib

import numpy
import torch
import torch.nn.functional as F

from sequences import number

SAMPLES = 40


class Parameters:
    """Variables in order of creation; number v holds sequence 100 + v, scaled as the C++ side does."""

    def __init__(self, dtype):
        self.dtype, self.items = dtype, {}

    def make(self, name, shape, trainable=True):
        index = len(self.items)
        if name.endswith('/moving_mean'):
            values = numpy.zeros(shape)
        elif name.endswith('/moving_variance'):
            values = numpy.ones(shape)
        else:
            count = int(numpy.prod(shape))
            if name.endswith('/weights'):
                fan_in = int(numpy.prod(shape[:-1]))
                values = number(100 + index, count) * (3.0 / fan_in) ** 0.5
            elif name.endswith('/gamma'):
                values = 1 + 0.2 * number(100 + index, count)
            else:
                values = 0.1 * number(100 + index, count)
        tensor = torch.tensor(values.reshape(shape), dtype=self.dtype)
        tensor.requires_grad_(trainable)
        self.items[name] = tensor
        return tensor


def conv(x, weights, padding):
    return F.conv2d(x, weights.permute(3, 2, 0, 1), padding=padding)  # HWIO -> OIHW


def flat(x):
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)  # the order of NHWC


class LeNet:
    name, image, classes, batch = 'lenet', (28, 28, 1), 10, 4
    learning_rate = 0.01

    def __init__(self, dtype):
        self.parameters = p = Parameters(dtype)
        for layer, shape in (('conv1', (5, 5, 1, 32)), ('conv2', (5, 5, 32, 64)), ('fc3', (3136, 1024)), ('fc4', (1024, 10))):
            p.make(f'LeNet/{layer}/weights', shape)
            p.make(f'LeNet/{layer}/biases', shape[-1:])

    def __call__(self, x, training):
        v = lambda layer: (self.parameters.items[f'LeNet/{layer}/weights'], self.parameters.items[f'LeNet/{layer}/biases'])
        for layer in ('conv1', 'conv2'):
            weights, biases = v(layer)
            x = F.max_pool2d(F.relu(conv(x, weights, 2) + biases[None, :, None, None]), 2)
        x = flat(x)
        weights, biases = v('fc3')
        x = F.relu(x @ weights + biases)
        weights, biases = v('fc4')
        return x @ weights + biases


class SmallVgg:
    name, image, classes, batch = 'small_vgg', (16, 16, 3), 5, 6
    learning_rate = 0.02
    convolutions = (('conv1/conv1_1', 8), ('conv1/conv1_2', 8), ('conv2/conv2_1', 16), ('conv2/conv2_2', 16))

    def __init__(self, dtype):
        self.parameters = p = Parameters(dtype)
        channels = 3
        for layer, outputs in self.convolutions:
            p.make(f'small_vgg/{layer}/weights', (3, 3, channels, outputs))
            self.make_norm(layer, outputs)
            channels = outputs
        p.make('small_vgg/fc3/weights', (256, 24))
        self.make_norm('fc3', 24)
        p.make('small_vgg/fc4/weights', (24, 5))
        p.make('small_vgg/fc4/biases', (5,))

    def make_norm(self, layer, channels):
        for name in ('beta', 'gamma', 'moving_mean', 'moving_variance'):
            self.parameters.make(f'small_vgg/{layer}/BatchNorm/{name}', (channels,), not name.startswith('moving'))

    def norm(self, x, layer, training):
        # momentum 0.1 of PyTorch is decay 0.9; both average the unbiased variance.
        v = lambda name: self.parameters.items[f'small_vgg/{layer}/BatchNorm/{name}']
        return F.batch_norm(x, v('moving_mean'), v('moving_variance'), v('gamma'), v('beta'), training, 0.1, 0.001)

    def __call__(self, x, training):
        w = lambda layer: self.parameters.items[f'small_vgg/{layer}/weights']
        for layer, _ in self.convolutions:
            x = F.relu(self.norm(conv(x, w(layer), 1), layer, training))
            if layer.endswith('_2'):
                x = F.max_pool2d(x, 2)
        x = F.relu(self.norm(flat(x) @ w('fc3'), 'fc3', training))
        return x @ w('fc4') + self.parameters.items['small_vgg/fc4/biases']


class Writer:
    def __init__(self, digits):
        self.lines, self.digits = [], digits

    def add(self, name, values):
        values = values.detach().double().numpy().ravel()
        stride = max(1, len(values) // SAMPLES) | 1  # odd: samples wander over the channels
        shown = [values.sum(), (values ** 2).sum() ** 0.5]
        text = ' '.join(f'{value:.{self.digits}g}' for value in shown)
        samples = ' '.join(f'{value:.{self.digits}g}' for value in values[::stride])
        self.lines.append(f'{name} {len(values)} {text} {stride} {samples}')


def write(network, dtype, name, digits):
    net, out = network(dtype), Writer(digits)
    height, width, channels = net.image
    images = torch.tensor(number(1, net.batch * height * width * channels), dtype=dtype).reshape(net.batch, height, width, channels).permute(0, 3, 1, 2)
    labels = torch.tensor([(3 * i + 1) % net.classes for i in range(net.batch)])
    trained = {name: value for name, value in net.parameters.items.items() if value.requires_grad}
    with torch.no_grad():
        out.add('inference_logits', net(images, False))
    velocity = {name: torch.zeros_like(value) for name, value in trained.items()}
    losses = []
    for step in range(10):
        logits = net(images, True)
        loss = F.cross_entropy(logits, labels)
        losses.append(loss.detach())
        for value in trained.values():
            value.grad = None
        loss.backward()
        if step == 0:
            out.add('training_logits', logits)
            for key, value in trained.items():
                out.add('gradient:' + key, value.grad)
        with torch.no_grad():
            for key, value in trained.items():
                velocity[key].mul_(0.9).add_(value.grad)
                value.sub_(net.learning_rate * velocity[key])
    out.add('losses', torch.stack(losses))
    for key, value in net.parameters.items.items():
        out.add('final:' + key, value)
    with torch.no_grad():
        out.add('final_logits', net(images, False))
    target = pathlib.Path(__file__).with_name(f'{net.name}_{name}.txt')
    target.write_text('\n'.join(out.lines) + '\n')


if __name__ == '__main__':
    torch.set_num_threads(1)
    for network in (LeNet, SmallVgg):
        write(network, torch.float64, 'double', 16)
