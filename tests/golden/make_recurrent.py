#!/usr/bin/env python3
"""Prints Keras's values and gradients of recurrent layers, and PyTorch's beside them: the tables of tests/layers/recurrent.cpp.

    python3 make_recurrent.py      needs TensorFlow 2 or PyTorch
"""

import math

BATCH, TIME, INPUTS, UNITS = 2, 5, 3, 2
GATES = {'simple_rnn': 1, 'gru': 3, 'lstm': 4}


def numbers(shape, sequence):
    count = math.prod(shape)
    return [math.sin(sequence + 0.7 * i) for i in range(count)]


def shapes(cell):
    columns = GATES[cell] * UNITS
    return [(INPUTS, columns), (UNITS, columns), (2, columns) if cell == 'gru' else (columns,)]


def with_keras(cell):
    import numpy as np
    import tensorflow as tf
    layer = {'simple_rnn': tf.keras.layers.SimpleRNN, 'gru': tf.keras.layers.GRU, 'lstm': tf.keras.layers.LSTM}[cell](UNITS, return_sequences=True, dtype='float64')
    x = tf.constant(np.reshape(numbers((BATCH, TIME, INPUTS), 1), (BATCH, TIME, INPUTS)))
    layer(x)
    layer.set_weights([np.reshape(numbers(s, k + 2), s) for k, s in enumerate(shapes(cell))])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_mean(y * y)
    gradients = tape.gradient(loss, [x, *layer.trainable_variables])
    return y.numpy(), [g.numpy() for g in gradients]


def with_torch(cell):
    import numpy as np
    import torch
    torch.set_default_dtype(torch.float64)
    layer = {'simple_rnn': torch.nn.RNN, 'gru': torch.nn.GRU, 'lstm': torch.nn.LSTM}[cell](INPUTS, UNITS, batch_first=True)
    order = [1, 0, 2] if cell == 'gru' else list(range(GATES[cell]))  # PyTorch: r, z, n

    def turned(w):
        return torch.tensor(np.concatenate([np.split(w, GATES[cell], axis=-1)[i] for i in order], axis=-1).T.copy())

    kernel, recurrent, bias = [np.reshape(numbers(s, k + 2), s) for k, s in enumerate(shapes(cell))]
    with torch.no_grad():
        layer.weight_ih_l0.copy_(turned(kernel)), layer.weight_hh_l0.copy_(turned(recurrent))
        layer.bias_ih_l0.copy_(turned(bias[0] if cell == 'gru' else bias)), layer.bias_hh_l0.copy_(turned(bias[1]) if cell == 'gru' else torch.zeros_like(layer.bias_hh_l0))
    x = torch.tensor(np.reshape(numbers((BATCH, TIME, INPUTS), 1), (BATCH, TIME, INPUTS)), requires_grad=True)
    y, _ = layer(x)
    (y * y).mean().backward()

    def back(g):
        parts = np.split(g.numpy().T if g.dim() > 1 else g.numpy(), GATES[cell], axis=-1)
        return np.concatenate([parts[i] for i in order], axis=-1)

    bias = np.stack([back(layer.bias_ih_l0.grad), back(layer.bias_hh_l0.grad)]) if cell == 'gru' else back(layer.bias_ih_l0.grad)
    return y.detach().numpy(), [x.grad.numpy(), back(layer.weight_ih_l0.grad), back(layer.weight_hh_l0.grad), bias]


def row(values):
    return '{' + ', '.join(f'{v:.17g}' for v in values) + '}'


for cell in GATES:
    for library in (with_keras, with_torch):
        try:
            y, (_, *gradients) = library(cell)
        except ImportError:
            continue
        print(f'{cell} {library.__name__}: {{{row(y[:, 2:].ravel())},\n    {{{", ".join(row(g.ravel()) for g in gradients)}}}}}')
