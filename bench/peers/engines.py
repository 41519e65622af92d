#!/usr/bin/env python3
"""Inference engines on the work of bench/steps, on the nets that pytorch.py wrote: engines.py ENGINE FOLDER NET BATCH THREADS; stopwatch.py says what is
printed. Everybody computes with 32 bits. `engines.py convert FILE.pt` writes ncnn's files beside FILE.pt."""

import pathlib
import sys

import numpy as np

from nets import NETS
from stopwatch import report


def onnx_runtime(folder, net, x, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_free_dimension_override_by_name('batch', len(x))
    session = onnxruntime.InferenceSession(folder / f'{net}.onnx', options, providers=['CPUExecutionProvider'])
    bound = session.io_binding()  # without copies of input and output
    bound.bind_ortvalue_input('x', onnxruntime.OrtValue.ortvalue_from_numpy(x))
    bound.bind_output('y', 'cpu')
    return lambda: session.run_with_iobinding(bound)


def openvino(folder, net, x, threads):
    import openvino as ov
    core = ov.Core()
    model = core.read_model(folder / f'{net}.onnx')
    model.reshape(list(x.shape))
    request = core.compile_model(model, 'CPU', {'INFERENCE_NUM_THREADS': threads, 'PERFORMANCE_HINT': 'LATENCY', 'INFERENCE_PRECISION_HINT': 'f32'}).create_infer_request()
    request.set_input_tensor(ov.Tensor(x, shared_memory=True))
    return request.infer


def ncnn(folder, net, x, threads):
    """It has no batches: one example after the other."""
    import ncnn as nn
    engine = nn.Net()
    engine.opt.num_threads = threads
    engine.opt.use_fp16_packed = engine.opt.use_fp16_storage = engine.opt.use_fp16_arithmetic = engine.opt.use_bf16_storage = False
    engine.load_param(str(folder / f'{net}.ncnn.param'))
    engine.load_model(str(folder / f'{net}.ncnn.bin'))
    examples = [nn.Mat(example) for example in x]

    def work():
        for example in examples:
            extractor = engine.create_extractor()
            extractor.input('in0', example)
            extractor.extract('out0')

    return work


def convert(path):
    """pnnx folds batch norms and writes what ncnn reads; other files, and FILE.pt, are removed."""
    import subprocess
    import pnnx
    path = pathlib.Path(path)
    extent = NETS[path.stem][1]
    shape = ','.join(map(str, (1, *extent[2:], *extent[:2])))
    subprocess.run([pnnx.EXEC_PATH, path.name, f'inputshape=[{shape}]', 'fp16=0'], cwd=path.parent, check=True)
    for passing in (path, *path.parent.glob(f'{path.stem}*pnnx*')):
        passing.unlink()


def main():
    if sys.argv[1] == 'convert':
        convert(sys.argv[2])
        return
    engine, folder, net = {'onnx_runtime': onnx_runtime, 'openvino': openvino, 'ncnn': ncnn}[sys.argv[1]], pathlib.Path(sys.argv[2]), sys.argv[3]
    extent = NETS[net][1]
    x = np.random.default_rng(1).standard_normal((int(sys.argv[4]), *extent[2:], *extent[:2]), dtype=np.float32)
    report(engine(folder, net, x, int(sys.argv[5])))


if __name__ == '__main__':
    main()
