#!/usr/bin/env python3
"""ONNX Runtime on the work of bench/steps/stream.cpp, beside what that prints: one step at a time, states bound to memory, one thread.

    python3 onnx_runtime_stream.py steps_stream      needs onnx and onnxruntime

Prints `layer units slim whole call`, nanoseconds of slim and of ONNX Runtime. A call from Python costs time that no user of the C API pays: `call` is what
a net costs that hands its inputs on.
"""

import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from stopwatch import median_microseconds


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def weights(name, *shape):
    return helper.make_tensor(name, TensorProto.FLOAT, shape, (0.1 * np.random.randn(*shape)).astype(np.float32).tobytes(), raw=True)


def recurrent(kind, units):
    """Nodes, states by their names before and after, constants."""
    gates = 4 if kind == 'LSTM' else 3
    states = [('h', 'h_next', [1, 1, units])] + ([('c', 'c_next', [1, 1, units])] if kind == 'LSTM' else [])
    attributes = {} if kind == 'LSTM' else {'linear_before_reset': 1}
    node = helper.make_node(kind, ['x', 'W', 'R', 'B', ''] + [s[0] for s in states], ['y'] + [s[1] for s in states], hidden_size=units, **attributes)
    return [node], states, [weights('W', 1, gates * units, units), weights('R', 1, gates * units, units), weights('B', 1, 2 * gates * units)], [1, 1, units]


def convolution(units):
    states = [('seen', 'seen_next', [1, units, 8])]
    ends = [helper.make_tensor(n, TensorProto.INT64, [1], [v]) for n, v in (('first', 1), ('last', 9), ('axis', 2))]
    nodes = [helper.make_node('Concat', ['seen', 'x'], ['all'], axis=2), helper.make_node('Conv', ['all', 'W', 'B'], ['z'], dilations=[4]), helper.make_node('Relu', ['z'], ['y']),
             helper.make_node('Slice', ['all', 'first', 'last', 'axis'], ['seen_next'])]
    return nodes, states, [weights('W', units, units, 3), weights('B', units)] + ends, [1, units, 1]


def nanoseconds(nodes, states, constants, extent):
    inputs = [value('x', extent)] + [value(s[0], s[2]) for s in states]
    outputs = [value(s[1], s[2]) for s in states] + [value('y', None)]
    model = helper.make_model(helper.make_graph(nodes, 'step', inputs, outputs, constants), opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
    bound = session.io_binding()
    for name, shape in [('x', extent)] + [(s[0], s[2]) for s in states]:
        bound.bind_ortvalue_input(name, onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32)))
    for name, shape in [(s[1], s[2]) for s in states]:
        bound.bind_ortvalue_output(name, onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32)))
    bound.bind_output('y', 'cpu')
    return 1e3 * median_microseconds(lambda: session.run_with_iobinding(bound))


own = {}
for line in subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True).stdout.splitlines():
    layer, units, time_taken = line.split()
    own[layer, int(units)] = time_taken
for layer, made in [('lstm', lambda u: recurrent('LSTM', u)), ('gru', lambda u: recurrent('GRU', u)), ('conv1d', convolution)]:
    for units in (16, 64):
        nodes, states, constants, extent = made(units)
        through = [helper.make_node('Identity', [a], [b]) for a, b in [('x', 'y')] + [s[:2] for s in states]]
        print(f'{layer} {units} {own[layer, units]} {nanoseconds(nodes, states, constants, extent):.0f} {nanoseconds(through, states, [], extent):.0f}')
