#!/usr/bin/env python3
"""PyTorch on the work of bench/steps: pytorch.py NET BATCH THREADS train|inference VARIANT; stopwatch.py says what is printed.

VARIANT is eager or compiled, with -nhwc behind it for images whose channels come last. `pytorch.py NET FILE.onnx` and `pytorch.py NET FILE.pt` write
the net for engines instead.
"""

import sys

import torch
from torch import fx, nn
from torch.nn import functional

from nets import NETS
from stopwatch import report

ACTIVATIONS = {'relu': lambda x: functional.relu(x, inplace=True), 'relu6': lambda x: functional.relu6(x, inplace=True), 'tanh': torch.tanh, None: lambda x: x}


class Layers:
    """What nets.py calls. The first pass makes the modules, without memory; every other finds them again."""

    def __init__(self):
        self.made, self.used = nn.ModuleList(), 0

    def module(self, make):
        if self.used == len(self.made):
            self.made.append(make())
        self.used += 1
        return self.made[self.used - 1]

    def conv(self, x, outputs, kernel, stride=1, border='SAME', norm=True, activation='relu', depthwise=False):
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = tuple((k - 1) // 2 if border == 'SAME' else 0 for k in kernel)
        x = self.module(lambda: nn.Conv2d(x.shape[1], outputs or x.shape[1], kernel, stride, padding, groups=x.shape[1] if depthwise else 1, bias=not norm))(x)
        if norm:
            x = self.module(lambda: nn.BatchNorm2d(x.shape[1]))(x)
        return ACTIVATIONS[activation](x)

    def depthwise(self, x, kernel, stride):
        return self.conv(x, None, kernel, stride, activation='relu6', depthwise=True)

    def dense(self, x, outputs, activation=None):
        return ACTIVATIONS[activation](self.module(lambda: nn.Linear(x.shape[1], outputs))(x))

    def dropout(self, x, rate):
        return self.module(lambda: nn.Dropout(rate))(x)

    def max_pool(self, x, kernel, stride, border='VALID'):
        return functional.max_pool2d(x, kernel, stride, (kernel - 1) // 2 if border == 'SAME' else 0)

    def avg_pool(self, x, kernel):
        return functional.avg_pool2d(x, kernel, 1, (kernel - 1) // 2, count_include_pad=False)

    def mean(self, x):
        return functional.adaptive_avg_pool2d(x, 1).flatten(1)

    def flatten(self, x):
        return x.flatten(1)

    def concat(self, *xs):
        return torch.cat(xs, 1)

    def add(self, x, y):
        return x + y

    def add_relu(self, x, y):
        return functional.relu(x + y, inplace=True)


class Net(nn.Module):
    def __init__(self, describe, shape):
        super().__init__()
        self.describe, self.layers = describe, Layers()
        with torch.device('meta'):
            self.forward(torch.empty(1, *shape))
        self.made = self.layers.made.to_empty(device='cpu')
        for module in self.made:
            if hasattr(module, 'reset_parameters'):
                module.reset_parameters()

    def forward(self, x):
        self.layers.used = 0
        return self.describe(self.layers, x)


def make(name):
    """The net as plain calls of its modules, the shape of an example, the number of classes and the weight decay."""
    describe, extent, classes, decay = NETS[name]
    shape = extent if len(extent) == 1 else (extent[2], *extent[:2])
    return fx.symbolic_trace(Net(describe, shape)), shape, classes, decay


def export(net, shape, path):
    net.eval()
    x = torch.randn(1, *shape)
    if path.endswith('.onnx'):
        torch.onnx.export(net, (x,), path, input_names=['x'], output_names=['y'], dynamic_axes={'x': {0: 'batch'}, 'y': {0: 'batch'}}, opset_version=17, dynamo=False)
    else:
        torch.jit.trace(net, x).save(path)


def train(net, x, classes, decay, compiled):
    labels = torch.randint(0, classes, (len(x),))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, weight_decay=decay, fused=True)

    def loss_of(x, labels):
        return functional.cross_entropy(net(x), labels)

    loss = torch.compile(loss_of) if compiled else loss_of

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(x, labels).backward()
        optimizer.step()

    report(step)


def infer(net, x, compiled):
    net.eval()
    with torch.inference_mode() if not compiled else torch.no_grad():
        if compiled:
            from torch._inductor import config
            config.freezing = True  # folds batch norms and orders weights as the kernels want them
            net = torch.compile(net)
        else:
            from torch.fx.experimental.optimization import fuse
            net = fuse(net)  # folds batch norms
        report(lambda: net(x))


def main():
    net, shape, classes, decay = make(sys.argv[1])
    if len(sys.argv) == 3:
        export(net, shape, sys.argv[2])
        return
    batch, threads, kind, variant = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
    torch.set_num_threads(threads)
    x = torch.randn(batch, *shape)
    if variant.endswith('-nhwc'):
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    compiled = variant.startswith('compiled')
    if kind == 'train':
        train(net, x, classes, decay, compiled)
    else:
        infer(net, x, compiled)


if __name__ == '__main__':
    main()
