"""The nets of bench/steps as the peers in Python see them: each is a function of a framework's layers and of an image.

Layers are conv (with batch norm unless `norm` is false), depthwise, dense, max_pool, avg_pool, mean (over the image), flatten, dropout, concat and add_relu or
add; a border is 'SAME' or 'VALID'.
"""


def tiny(l, x):
    for units in (32, 32):
        x = l.dense(x, units, 'tanh')
    return l.dense(x, 4)


def mlp(l, x):
    for units in (128, 64):
        x = l.dense(x, units, 'relu')
    return l.dense(x, 10)


def lenet(l, x):
    for channels in (32, 64):
        x = l.max_pool(l.conv(x, channels, 5, norm=False), 2, 2)
    return l.dense(l.dropout(l.dense(l.flatten(x), 1024, 'relu'), 0.5), 10)


def vgg_16(l, x):
    for count, channels in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(count):
            x = l.conv(x, channels, 3, norm=False)
        x = l.max_pool(x, 2, 2)
    x = l.flatten(x)
    for _ in range(2):
        x = l.dropout(l.dense(x, 4096, 'relu'), 0.5)
    return l.dense(x, 1000)


def resnet_v1_50(l, x):
    """TF-Slim's: the last unit of a block has its stride, in the 3×3 convolution."""
    x = l.max_pool(l.conv(x, 64, 7, 2), 3, 2, 'SAME')
    for i, (width, units, last_stride) in enumerate(((64, 3, 2), (128, 4, 2), (256, 6, 2), (512, 3, 1))):
        for unit in range(units):
            stride = last_stride if unit == units - 1 else 1
            if unit == 0:
                shortcut = l.conv(x, 4 * width, 1, stride, activation=None)
            else:
                shortcut = l.max_pool(x, 1, stride) if stride > 1 else x
            x = l.conv(l.conv(l.conv(x, width, 1), width, 3, stride), 4 * width, 1, activation=None)
            x = l.add_relu(shortcut, x)
    return l.dense(l.mean(x), 1000)


def mobilenet_v1(l, x):
    x = l.conv(x, 32, 3, 2, activation='relu6')
    for channels, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]:
        x = l.conv(l.depthwise(x, 3, stride), channels, 1, activation='relu6')
    return l.dense(l.dropout(l.mean(x), 0.001), 1001)


def mobilenet_v2(l, x):
    x, channels = l.conv(x, 32, 3, 2, activation='relu6'), 32
    for expansion, outputs, first_stride, times in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 3), (6, 64, 2, 4), (6, 96, 1, 3), (6, 160, 2, 3), (6, 320, 1, 1)):
        for unit in range(times):
            stride = first_stride if unit == 0 else 1
            y = l.conv(x, expansion * channels, 1, activation='relu6') if expansion > 1 else x
            y = l.conv(l.depthwise(y, 3, stride), outputs, 1, activation=None)
            x = l.add(x, y) if stride == 1 and channels == outputs else y
            channels = outputs
    return l.dense(l.dropout(l.mean(l.conv(x, 1280, 1, activation='relu6')), 0.2), 1001)


def inception_v3(l, x):
    """Without auxiliary logits."""
    def row(x, *layers):  # layers: channels and kernel
        for channels, kernel in layers:
            x = l.conv(x, channels, kernel)
        return x

    def halved(x, channels):
        return l.conv(x, channels, 3, 2, 'VALID')

    def pooled(x, channels):
        return l.conv(l.avg_pool(x, 3), channels, 1)

    x = l.conv(l.conv(halved(x, 32), 32, 3, border='VALID'), 64, 3)
    x = l.conv(l.conv(l.max_pool(x, 3, 2), 80, 1), 192, 3, border='VALID')
    x = l.max_pool(x, 3, 2)
    for channels in (32, 64, 64):
        x = l.concat(row(x, (64, 1)), row(x, (48, 1), (64, 5)), row(x, (64, 1), (96, 3), (96, 3)), pooled(x, channels))
    x = l.concat(halved(x, 384), halved(row(x, (64, 1), (96, 3)), 96), l.max_pool(x, 3, 2))
    for n in (128, 160, 160, 192):
        across, down = (1, 7), (7, 1)
        x = l.concat(row(x, (192, 1)), row(x, (n, 1), (n, across), (192, down)), row(x, (n, 1), (n, down), (n, across), (n, down), (192, across)), pooled(x, 192))
    x = l.concat(halved(row(x, (192, 1)), 320), halved(row(x, (192, 1), (192, (1, 7)), (192, (7, 1))), 192), l.max_pool(x, 3, 2))
    for _ in range(2):
        a, b = row(x, (384, 1)), row(x, (448, 1), (384, 3))
        forked = [l.conv(y, 384, kernel) for y in (a, b) for kernel in ((1, 3), (3, 1))]
        x = l.concat(row(x, (320, 1)), *forked, pooled(x, 192))
    return l.dense(l.dropout(l.mean(x), 0.2), 1001)


# extent of the input (height, width, channels), classes, weight decay of TF-Slim's arg_scope
NETS = {'tiny': (tiny, (16,), 4, 0), 'mlp': (mlp, (784,), 10, 0), 'lenet': (lenet, (28, 28, 1), 10, 0), 'vgg_16': (vgg_16, (224, 224, 3), 1000, 5e-4),
        'resnet_v1_50': (resnet_v1_50, (224, 224, 3), 1000, 1e-4), 'mobilenet_v1': (mobilenet_v1, (224, 224, 3), 1001, 4e-5),
        'mobilenet_v2': (mobilenet_v2, (224, 224, 3), 1001, 4e-5), 'inception_v3': (inception_v3, (299, 299, 3), 1001, 4e-5)}
