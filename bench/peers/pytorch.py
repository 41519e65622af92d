#!/usr/bin/python3
"""PyTorch on the work of bench/steps: pytorch.py NET BATCH THREADS prints `train_us infer_us peak_mib`.

Images are tried in both memory layouts; the better one counts. `pytorch.py NET FILE.onnx` writes the net for ONNX Runtime instead.
"""
import resource
import statistics
import sys
import time

import torch
from torch import nn


def vgg_16():
    layers, channels = [], 3
    for block, (count, width) in enumerate([(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]):
        for _ in range(count):
            layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU(inplace=True)]
            channels = width
        layers.append(nn.MaxPool2d(2))
    head = [nn.Flatten(), nn.Linear(7 * 7 * 512, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4096, 1000)]
    return nn.Sequential(*layers, *head)


class Bottleneck(nn.Module):
    """TF-Slim's resnet_v1.bottleneck: strides in the 3×3 convolution of a block's last unit."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        width = outputs // 4
        self.residual = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
            nn.Conv2d(width, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        if inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        else:
            self.shortcut = nn.MaxPool2d(1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.shortcut(x) + self.residual(x))


def resnet_v1_50():
    layers = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, padding=1)]
    channels = 64
    for outputs, units, stride in [(256, 3, 2), (512, 4, 2), (1024, 6, 2), (2048, 3, 1)]:
        for unit in range(units):
            layers.append(Bottleneck(channels, outputs, stride if unit == units - 1 else 1))
            channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(7 * 7 * 64, 1024), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(1024, 10))


def mlp():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(inplace=True), nn.Linear(128, 64), nn.ReLU(inplace=True), nn.Linear(64, 10))


def tiny():
    return nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 4))


NETS = {'vgg_16': (vgg_16, (3, 224, 224), 1000), 'resnet_v1_50': (resnet_v1_50, (3, 224, 224), 1000), 'lenet': (lenet, (1, 28, 28), 10),
        'mlp': (mlp, (784,), 10), 'tiny': (tiny, (16,), 4)}


def median_microseconds(work):
    """Like bench/steps/measure.hpp: the median of groups of calls, for about a second."""
    def timed(calls):
        begin = time.perf_counter()
        for _ in range(calls):
            work()
        return (time.perf_counter() - begin) * 1e6
    timed(1)
    one = timed(1)
    together = max(1, int(1e4 / one))
    groups = min(101, max(3, int(1e6 / (one * together))))
    return statistics.median(timed(together) / together for _ in range(groups))


def measure(make, extent, classes, batch, layout):
    net = make().to(memory_format=layout)
    images = torch.randn(batch, *extent)
    if len(extent) == 3:
        images = images.contiguous(memory_format=layout)
    labels = torch.randint(0, classes, (batch,))
    weight_decay = 1e-4 if make is resnet_v1_50 else 0  # as the regularizers of TF-Slim's resnet_arg_scope
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, weight_decay=weight_decay)
    loss = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(net(images), labels).backward()
        optimizer.step()

    train = median_microseconds(step)
    net.eval()
    with torch.inference_mode():
        return train, median_microseconds(lambda: net(images))


def main():
    make, extent, classes = NETS[sys.argv[1]]
    if len(sys.argv) == 3:
        torch.onnx.export(make().eval(), torch.randn(1, *extent), sys.argv[2], input_names=['x'], output_names=['y'],
                          dynamic_axes={'x': {0: 'batch'}, 'y': {0: 'batch'}}, opset_version=13)
        return
    torch.set_num_threads(int(sys.argv[3]))
    layouts = [torch.contiguous_format, torch.channels_last] if len(extent) == 3 else [torch.contiguous_format]
    times = [measure(make, extent, classes, int(sys.argv[2]), layout) for layout in layouts]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f'{min(t for t, _ in times):.3f} {min(i for _, i in times):.3f} {peak}')


if __name__ == '__main__':
    main()
