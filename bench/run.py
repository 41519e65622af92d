#!/usr/bin/env python3
"""Whole training steps and inference, side by side with the frameworks that are installed: ours and each peer take turns in one run.

Every measurement is a process of its own. PyTorch can work in several ways (eager or compiled, two orders of an image's numbers): it tries each once and goes on with
the fastest. A run takes about as long as --minutes says: each row has its share, and does as many rounds as fit in, at least one. A whole run
writes its section, that of the machine's vector width, of docs/benchmarks.md; with --quick or --only it is printed.
"""

import argparse
import datetime
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import time

here = pathlib.Path(__file__).resolve().parent
root = here.parent
peers_directory = root / 'build' / 'peers'
document = root / 'docs' / 'benchmarks.md'
python = peers_directory / 'venv' / 'bin' / 'python'

IMAGES, SMALL_IMAGES = [1, 8], [1, 32, 128]
WORKS = {'tiny': SMALL_IMAGES, 'mlp': SMALL_IMAGES, 'lenet': SMALL_IMAGES, 'mobilenet_v1': IMAGES, 'mobilenet_v2': IMAGES, 'resnet_v1_50': IMAGES, 'inception_v3': IMAGES,
         'vgg_16': IMAGES}
TITLES = {'tiny': 'MLP 16-32-32-4 tanh', 'mlp': 'MLP 784-128-64-10', 'lenet': 'LeNet 28×28', 'mobilenet_v1': 'MobileNet v1 224×224', 'mobilenet_v2': 'MobileNet v2 224×224',
          'resnet_v1_50': 'ResNet-50 224×224', 'inception_v3': 'Inception v3 299×299', 'vgg_16': 'VGG-16 224×224', 'stream': 'streaming steps'}
NEIGHBOURS = {('lenet', 32, 'train'), ('resnet_v1_50', 8, 'train')}  # measured beside as many busy processes as there are cores, too
PEERS = {'pytorch': 'PyTorch', 'pytorch_cpp': "PyTorch's C++ front end", 'tensorflow': 'TensorFlow', 'jax': 'JAX', 'onnx_runtime': 'ONNX Runtime', 'openvino': 'OpenVINO',
         'ncnn': 'ncnn', 'dlib': 'dlib'}
PACKAGES = {'pytorch': 'torch', 'tensorflow': 'tensorflow-cpu', 'jax': 'jax', 'onnx_runtime': 'onnxruntime', 'openvino': 'openvino', 'ncnn': 'ncnn'}
# What keeps each library to 256-bit vectors. ONNX Runtime, OpenVINO and ncnn have no such switch.
AVX2 = {'ONEDNN_MAX_CPU_ISA': 'AVX2', 'ATEN_CPU_CAPABILITY': 'avx2', 'MKL_ENABLE_INSTRUCTIONS': 'AVX2', 'XLA_FLAGS': '--xla_cpu_max_isa=AVX2'}
KINDS = {'train': 'training', 'inference': 'inference'}


def run(command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)


def machine():
    text = pathlib.Path('/proc/cpuinfo').read_text()
    name = next((line.split(':', 1)[1].strip() for line in text.splitlines() if line.startswith('model name')), 'unknown processor')
    vectors = 'AVX-512' if 'avx512f' in text else 'AVX2' if 'avx2' in text else os.uname().machine
    return name, vectors


class Failure(str):
    """Why there is no figure."""


class Peers:
    """Versions of what is installed, reasons for what is not, and commands."""

    def __init__(self, nets, compiled):
        self.versions, self.missing, self.compiled = {}, {}, compiled
        for name, package in PACKAGES.items():
            found = run([python, '-c', f'import importlib.metadata as m; print(m.version("{package}"))']) if python.exists() else None
            if found and found.returncode == 0:
                self.versions[name] = found.stdout.strip()
            else:
                log = peers_directory / f'{package}.log'
                why = log.read_text().strip().splitlines()[-1] if log.exists() and log.stat().st_size else './run bench --peers has not been run'
                self.missing[name] = f'not installed: {why}'
        self.write_nets(nets)
        self.build_programs(nets)

    def write_nets(self, nets):
        """The nets of the engines, written by PyTorch once; ncnn's by way of another form."""
        def written(path, script, *arguments):
            if not path.exists():
                print(f'writing {path.name} …', file=sys.stderr, flush=True)
                run([python, here / 'peers' / script, *arguments])

        for net in nets:
            onnx, traced, converted = (peers_directory / f'{net}{end}' for end in ('.onnx', '.pt', '.ncnn.bin'))
            if 'onnx_runtime' in self.versions or 'openvino' in self.versions:
                written(onnx, 'pytorch.py', net, onnx)
            if 'ncnn' in self.versions and not converted.exists():
                written(traced, 'pytorch.py', net, traced)
                written(converted, 'engines.py', 'convert', traced)

    def build_programs(self, nets):
        """Peers in C++, for the nets that they have: PyTorch's from the libraries of its Python package."""
        dlib_flags = run(['pkg-config', '--cflags', '--libs', 'dlib-1']).stdout.split()
        for name, programs, flags, why in (('pytorch_cpp', [''] if {'tiny', 'mlp'} & set(nets) else [], self.torch_flags(), 'not installed: needs PyTorch'),
                                           ('dlib', [net for net in ('lenet', 'vgg_16') if net in nets], dlib_flags, 'not installed: needs libdlib-dev')):
            if not flags:
                self.missing[name] = why
                continue
            source = here / 'peers' / {'pytorch_cpp': 'pytorch.cpp', 'dlib': 'dlib.cpp'}[name]
            for net in programs:
                program = peers_directory / (f'{name}_{net}' if net else name)
                if not program.exists() or program.stat().st_mtime < max(source.stat().st_mtime, (here / 'median.hpp').stat().st_mtime):
                    print(f'compiling {program.name} …', file=sys.stderr, flush=True)
                    done = run(['g++', '-std=c++20', '-O3', '-march=native', *([f'-DNET_{net.upper()}'] if net else []), source, '-o', program, *flags])
                    if done.returncode != 0:
                        self.missing[name] = next((line for line in done.stderr.splitlines() if 'error' in line), '')
                        self.missing[name] = f'not compiled: {self.missing[name]}'
        if 'pytorch_cpp' not in self.missing:
            self.versions['pytorch_cpp'] = self.versions['pytorch']
        if 'dlib' not in self.missing:
            self.versions['dlib'] = run(['pkg-config', '--modversion', 'dlib-1']).stdout.strip()

    def torch_flags(self):
        if 'pytorch' not in self.versions:
            return []
        folder = pathlib.Path(run([python, '-c', 'import importlib.util as u; print(u.find_spec("torch").submodule_search_locations[0])']).stdout.strip())
        return [f'-isystem{folder}/include', f'-isystem{folder}/include/torch/csrc/api/include', f'-L{folder}/lib', f'-Wl,-rpath,{folder}/lib', '-ltorch', '-ltorch_cpu', '-lc10']

    def commands(self, name, net, batch, threads, kind):
        """The ways in which a peer does a work: {variant: command}."""
        script = here / 'peers'
        if name == 'pytorch':
            ways = ['eager', 'compiled'] if self.compiled else ['eager']
            return {way + order: [python, script / 'pytorch.py', net, batch, threads, kind, way + order] for way in ways for order in ([''] if net in ('tiny', 'mlp') else ['', '-nhwc'])}
        if name in ('tensorflow', 'jax'):
            return {'graph': [python, script / 'keras_layers.py', name, net, batch, threads, kind]}
        if name in ('onnx_runtime', 'openvino', 'ncnn'):
            return {'engine': [python, script / 'engines.py', name, peers_directory, net, batch, threads]} if kind == 'inference' else {}
        if name == 'pytorch_cpp':
            return {'eager': [peers_directory / name, net, batch, threads, kind]} if net in ('tiny', 'mlp') else {}
        return {'eager': [peers_directory / f'dlib_{net}', batch]} if kind == 'train' and threads == 1 and net in ('lenet', 'vgg_16') else {}


def measure(command, limit):
    """What a process printed, with its time to the first answer: {'start', 'first', 'time', 'peak'} in microseconds and MiB; or a Failure."""
    begin = time.monotonic_ns()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        out, error = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # compilers that it started, too
        process.communicate()
        return Failure(f'longer than {limit:.0f} s')
    try:
        answered, first, median, peak = (float(word) for word in out.split()[-4:])
    except ValueError:
        lines = (error or out).strip().splitlines()
        return Failure(lines[-1][:120] if lines else f'ended with {process.returncode}')
    return {'start': (answered - begin) / 1e3, 'first': first, 'time': median, 'peak': peak}


def turns(slim, peers, work, options, deadline):
    """{(name, threads): (variant, samples)}; with a Failure in place of samples."""
    net, batch, kind = work
    threads = sorted({options.threads, 1}, reverse=True)
    commands = {('slim', t): {'': [slim / f'steps_{net}', batch, t, kind]} for t in threads}
    commands |= {(name, t): peers.commands(name, net, batch, t, kind) for t in threads for name in peers.versions}
    taken = {}
    for (name, t), variants in commands.items():
        if (name, options.threads) in taken and t != options.threads:  # what was fastest on all threads
            variant, known = taken[name, options.threads]
            variants = {} if isinstance(known, Failure) or time.monotonic() > deadline else {variant: variants[variant]}
        for variant, command in variants.items():
            best, known = taken.get((name, t), ('', Failure()))
            if variant.startswith('compiled') and best.endswith('-nhwc') != variant.endswith('-nhwc'):
                continue  # compiling takes a minute: only in the order of numbers that is faster without
            sample = measure(command, options.limit)
            if not isinstance(sample, Failure) and (isinstance(known, Failure) or sample['time'] < known[0]['time']):
                taken[name, t] = variant, [sample]
            else:
                taken.setdefault((name, t), (variant, sample))
    for _ in range(1, options.rounds):
        for key, (variant, samples) in taken.items():
            if time.monotonic() > deadline:
                return taken
            if not isinstance(samples, Failure) and not isinstance(sample := measure(commands[key][variant], options.limit), Failure):
                samples.append(sample)
    return taken


def beside_neighbours(slim, peers, work, taken, options):
    """{(name, threads): microseconds} beside as many busy processes as there are cores."""
    net, batch, kind = work
    busy = [subprocess.Popen([sys.executable, '-c', 'while True: pass']) for _ in range(os.cpu_count())]
    try:
        found = {}
        for (name, t), (variant, samples) in taken.items():
            if isinstance(samples, Failure):
                continue
            command = [slim / f'steps_{net}', batch, t, kind] if name == 'slim' else peers.commands(name, net, batch, t, kind)[variant]
            sample = measure(command, 2 * options.limit)
            if not isinstance(sample, Failure):
                found[name, t] = sample['time']
        return found
    finally:
        for process in busy:
            process.kill()
            process.wait()


def readable(microseconds):
    for unit, size in (('s', 1e6), ('ms', 1e3)):
        if microseconds >= size:
            return f'{microseconds / size:.3g} {unit}'
    return f'{microseconds:.3g} µs'


class Row:
    """One work: what everybody took."""

    def __init__(self, work, taken):
        self.work, self.taken, self.busy = work, taken, {}

    def figure(self, name, what='time', threads=None):
        """The median over the rounds with the better number of threads, or with `threads`; None without one."""
        return min((statistics.median(s[what] for s in samples) for (n, t), (_, samples) in self.taken.items()
                    if n == name and threads in (None, t) and not isinstance(samples, Failure)), default=None)

    def best_peer(self, threads=None):
        return min((name for name in PEERS if self.figure(name, threads=threads)), key=lambda name: self.figure(name, threads=threads), default=None)

    def ratio(self, threads=None):
        """None where somebody has no time on so many threads, who might be the best."""
        if any(self.figure(name) and not self.figure(name, threads=threads) for name in PEERS):
            return None
        peer, own = self.best_peer(threads), self.figure('slim', threads=threads)
        return self.figure(peer, threads=threads) / own if peer and own else None

    def cell(self, name):
        """Median, (smallest–largest), how and on how many threads."""
        own = [(t, variant, samples) for (n, t), (variant, samples) in self.taken.items() if n == name]
        good = [entry for entry in own if not isinstance(entry[2], Failure)]
        if not good:
            return own[0][2] if own else '–'
        t, variant, samples = min(good, key=lambda entry: statistics.median(s['time'] for s in entry[2]))
        times = [s['time'] for s in samples]
        spread = f' ({readable(min(times))}–{readable(max(times))})' if len(times) > 1 else ''
        how = ', '.join([variant] * (name == 'pytorch') + [str(t)])
        return f'{readable(statistics.median(times))}{spread} [{how}]'

    def title(self):
        return f'{TITLES[self.work[0]]} | {self.work[1]}'


def shown(ratio):
    return f'{ratio:.2f}' if ratio else '–'


def table(head, rows):
    return ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head), *('| ' + ' | '.join(cells) + ' |' for cells in rows), '']


def compile_seconds(build):
    """{net: seconds} that the last compilation took, from ninja's log."""
    log = build / '.ninja_log'
    entries = [line.split('\t') for line in log.read_text().splitlines()[1:]] if log.exists() else []
    return {match[1]: (int(end) - int(begin)) / 1e3 for begin, end, _, output, *_ in entries if (match := re.search(r'steps_(\w+)\.cpp\.o$', output))}


def section(rows, stream, peers, options, build):
    """What a run found, in Markdown."""
    name, vectors = machine()
    width = 'AVX2' if options.avx2 else vectors
    compiler = run(['g++', '--version']).stdout.splitlines()[0]
    threads = options.threads
    lines = [f'## {width}', '', f'Measured on {datetime.date.today()}. Machine: {name}, {os.cpu_count()} cores, {vectors}. slim: {compiler}, `-std=c++20 -O3 '
             + ('-march=x86-64-v3`.' if options.avx2 else '-march=native`.'), '']
    if options.avx2:
        lines += ['Peers were kept to AVX2 by ' + ', '.join(f'`{key}={value}`' for key, value in AVX2.items()) + '; ONNX Runtime, OpenVINO and ncnn have no such switch.', '']
    lines += table(['peer', 'version'], [[PEERS[p], peers.versions.get(p) or peers.missing[p]] for p in PEERS])
    for kind, noun in KINDS.items():
        own = [row for row in rows if row.work[2] == kind]
        if not own:
            continue
        who = [p for p in PEERS if p in peers.versions and any((p, threads) in row.taken or (p, 1) in row.taken for row in own)]
        lines += [f'### {noun.capitalize()}', '']
        lines += table(['work', 'batch', 'slim', 'best peer', 'ratio', 'ratio, one thread', *(PEERS[p] for p in who)],
                       [[row.title(), row.cell('slim'), PEERS.get(row.best_peer(), '–'), shown(row.ratio()), shown(row.ratio(1)), *(row.cell(p) for p in who)] for row in own])
        lines += [f'Peak memory of {noun} in MiB, and the time from the start of the process to the end of the first ' + ('step' if kind == 'train' else 'inference')
                  + ', of PyTorch in the way that was fastest later:', '']
        lines += table(['work', 'batch', 'slim', *(PEERS[p] for p in who)],
                       [[row.title(), *(f'{row.figure(p, "peak"):.0f}, {readable(row.figure(p, "start"))}' if row.figure(p) else '–' for p in ['slim', *who])] for row in own])
    steps = [row for row in rows if row.work[2] == 'train' and row.figure('slim', threads=1) and row.figure('slim', threads=threads)]
    if steps and threads > 1:
        compiled = compile_seconds(build)
        lines += ['### Threads, first step, compilation', '']
        lines += table(['work', 'batch', 'slim, 1 thread', f'{threads} threads', 'speed-up', 'first step / later', 'compilation'],
                       [[row.title(), readable(row.figure('slim', threads=1)), readable(row.figure('slim', threads=threads)),
                         shown(row.figure('slim', threads=1) / row.figure('slim', threads=threads)), shown(row.figure('slim', 'first', threads) / row.figure('slim', threads=threads)),
                         f'{compiled[row.work[0]]:.0f} s' if row.work[0] in compiled else '–'] for row in steps])
    busy = [row for row in rows if row.busy]
    if busy:
        lines += ['### Beside as many busy processes as cores', '']
        lines += table(['work', 'batch', 'who', '1 thread', f'{threads} threads', 'idle machine, 1 thread', f'{threads} threads'],
                       [[row.title(), {'slim': 'slim', **PEERS}[p], *(readable(t) if t else '–' for t in (row.busy.get((p, 1)), row.busy.get((p, threads)), row.figure(p, threads=1), row.figure(p, threads=threads)))]
                        for row in busy for p in dict.fromkeys(name for name, _ in row.busy)])
    if stream:
        lines += ['### One step of a stream', '', 'One thread, as many inputs as units; the convolution has 3 taps 4 steps apart. A call of ONNX Runtime from Python has a cost of its own, which is subtracted '
                  'for the second ratio.', '']
        lines += table(['layer', 'units', 'slim', 'ONNX Runtime', 'of it the call', 'ratio', 'without the call'],
                       [[layer, str(units), f'{own} ns', f'{whole} ns', f'{call} ns', shown(whole / own), shown((whole - call) / own)] for layer, units, own, whole, call in stream])
    return '\n'.join(lines)


INTRODUCTION = '''# Benchmarks

Written by `./run bench`, a section for each vector width that was measured. Ours and the peers took turns, each in processes of its own on random inputs; a process gives the
median over about half a second of calls, a figure is the median over the turns, with the smallest and the largest in brackets. Everybody counts with the better of one and all
threads (the number is in square brackets), PyTorch also with the better of eager and `torch.compile` and of two orders of an image's numbers, and with folded batch norms in inference; TensorFlow and JAX below the
layers of Keras; ncnn, which has no batches, with one example after the other. All compute with 32 bits. Engines run nets that PyTorch exported. Ratios are the best peer's time divided by slim's.
'''


def write(text, width):
    """Replaces the section of this width in the document."""
    old = document.read_text() if document.exists() else ''
    sections = {part.split('\n', 1)[0]: part.rstrip() for part in re.split(r'^## ', old, flags=re.MULTILINE)[1:]}
    sections[width] = text.removeprefix('## ').rstrip()
    document.write_text('\n'.join([INTRODUCTION, *(f'## {part}\n' for _, part in sorted(sections.items()))]))


def main():
    parser = argparse.ArgumentParser(prog='./run bench', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--minutes', type=float, default=40, help='about how long a run takes (default 40)')
    parser.add_argument('--rounds', type=int, default=5, help='most turns of everybody (default 5)')
    parser.add_argument('--limit', type=float, default=120, help='most seconds of one process (default 120)')
    parser.add_argument('--threads', type=int, default=os.cpu_count(), help='most threads (default: the cores)')
    parser.add_argument('--only', action='append', choices=[*WORKS, 'stream'], help='only this net (may be repeated)')
    parser.add_argument('--kind', choices=KINDS, help='only training, or only inference')
    parser.add_argument('--batch', type=int, action='append', help='only this batch (may be repeated)')
    parser.add_argument('--without', action='append', default=[], choices=PEERS, help='leave this peer out (may be repeated)')
    parser.add_argument('--quick', action='store_true', help='one turn of everybody, with nothing on one thread, no busy neighbours, and PyTorch without torch.compile, which takes minutes')
    parser.add_argument('--processor-time', action='store_true', help='on one thread, by the time that a process has worked: for a look at ratios on a machine that others use')
    parser.add_argument('--avx2', action='store_true', help='vectors of 256 bits for everybody on a machine that has wider ones')
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error('--rounds and --threads: expected at least 1')
    if options.processor_time:
        options.threads, os.environ['BENCH_CLOCK'] = 1, 'processor'
    os.environ['TORCHINDUCTOR_CACHE_DIR'] = str(peers_directory / 'inductor')
    os.environ |= {'TF_CPP_MIN_LOG_LEVEL': '3', 'JAX_PLATFORMS': 'cpu'} | (AVX2 if options.avx2 else {})
    build = root / 'build' / ('bench-avx2' if options.avx2 else 'bench')
    slim = build / 'bench'
    peers_directory.mkdir(parents=True, exist_ok=True)
    nets = [net for net in options.only or WORKS if net != 'stream']
    peers = Peers(nets, not options.quick)
    for name in options.without:
        if peers.versions.pop(name, None):
            peers.missing[name] = 'left out'
    works = [(net, batch, kind) for net in nets for batch in options.batch or WORKS[net] for kind in ([options.kind] if options.kind else KINDS)]
    whole = not (options.quick or options.only or options.kind or options.batch or options.processor_time)
    rows, stream = [], []
    end = time.monotonic() + (0 if options.quick else 60 * options.minutes)
    for i, work in enumerate(works):
        now = time.monotonic()
        row = Row(work, turns(slim, peers, work, options, now + (end - now) / (len(works) - i)))
        rows.append(row)
        print(f'{row.title()} {KINDS[work[2]]}: slim {row.cell("slim")}, ratio {shown(row.ratio())} ({PEERS.get(row.best_peer(), "no peer")}), one thread {shown(row.ratio(1))}',
              file=sys.stderr, flush=True)
        if work in NEIGHBOURS and not options.quick and not options.processor_time:
            row.busy = beside_neighbours(slim, peers, work, row.taken, options)
        if whole:  # after each work: a run that is stopped keeps what it has
            write(section(rows, stream, peers, options, build), 'AVX2' if options.avx2 else machine()[1])
    if 'onnx_runtime' in peers.versions and (not options.only or 'stream' in options.only):
        lines = run([python, here / 'peers' / 'onnx_runtime_stream.py', slim / 'steps_stream']).stdout.splitlines()
        stream = [(layer, *map(int, numbers)) for layer, *numbers in (line.split() for line in lines)]
    text = section(rows, stream, peers, options, build)
    if whole:
        write(text, 'AVX2' if options.avx2 else machine()[1])
    print(text)


if __name__ == '__main__':
    main()
