#!/usr/bin/env python3
"""Whole training steps and inference, side by side with the frameworks that are installed: ours and each peer take turns in one run.

Writes docs/benchmarks.md and docs/benchmarks.svg. Ours runs with the threads of --threads; a peer counts with its best number of threads
up to that. Every figure is the median over the rounds of the median in each process; ratios are peer / slim.
"""

import argparse
import datetime
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

here = pathlib.Path(__file__).resolve().parent
root = here.parent
build = root / 'build' / 'bench' / 'bench'
peers_directory = root / 'build' / 'peers'

# net: batches
WORKS = {'tiny': [1, 32, 128], 'mlp': [1, 32, 128], 'lenet': [1, 32, 128], 'resnet_v1_50': [8], 'vgg_16': [1, 8]}
TITLES = {'tiny': 'MLP 16-32-32-4 tanh', 'mlp': 'MLP 784-128-64-10', 'lenet': 'LeNet 28×28', 'resnet_v1_50': 'ResNet-50 224×224', 'vgg_16': 'VGG-16 224×224'}
EXTENTS = {'lenet': '1,28,28', 'resnet_v1_50': '3,224,224', 'vgg_16': '3,224,224'}
PEERS = {'pytorch': 'PyTorch', 'pytorch_cpp': "PyTorch's C++ front end", 'onnx_runtime': 'ONNX Runtime', 'dlib': 'dlib'}


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def find_peers():
    """The command of every installed peer for a net, as functions of (net, batch, threads); and what could not be used."""
    found, versions, missing = {}, {}, {}
    peers_directory.mkdir(parents=True, exist_ok=True)
    python = next((p for p in ('/usr/bin/python3', shutil.which('python3')) if p and run([p, '-c', 'import torch']).returncode == 0), None)
    if python:
        versions['pytorch'] = run([python, '-c', 'import torch; print(torch.__version__)']).stdout.strip()
        found['pytorch'] = lambda net, batch, threads: [python, str(here / 'peers/pytorch.py'), net, str(batch), str(threads)]
    else:
        missing['pytorch'] = 'python3-torch is not installed'

    program = peers_directory / 'pytorch_cpp'
    if build_peer(program, 'pytorch.cpp', ['-I/usr/include/torch/csrc/api/include', '-ltorch', '-ltorch_cpu', '-lc10']):
        versions['pytorch_cpp'] = package_version('libtorch-dev')
        found['pytorch_cpp'] = lambda net, batch, threads: [str(program), net, str(batch), str(threads)] if net in ('tiny', 'mlp') else None
    else:
        missing['pytorch_cpp'] = 'libtorch-dev is not installed'

    modules = peers_directory / 'node_modules' / 'onnxruntime-node'
    if python and shutil.which('node') and modules.exists():
        versions['onnx_runtime'] = run(['node', '-p', f"require('{modules}/package.json').version"]).stdout.strip()
        os.environ['ONNX_RUNTIME'] = str(modules)
        for net in EXTENTS:
            model = peers_directory / f'{net}.onnx'
            if not model.exists():
                run([python, str(here / 'peers/pytorch.py'), net, str(model)])
        found['onnx_runtime'] = lambda net, batch, threads: [
            'node', str(here / 'peers/onnx_runtime.js'), str(peers_directory / f'{net}.onnx'), str(batch), str(threads), EXTENTS[net]] if net in EXTENTS else None
    else:
        missing['onnx_runtime'] = 'needs node, onnxruntime-node (npm) and PyTorch to export the nets'

    flags = run(['pkg-config', '--cflags', '--libs', 'dlib-1']).stdout.split()
    programs = {net: peers_directory / f'dlib_{net}' for net in ('lenet', 'vgg_16')}
    if flags and all(build_peer(path, 'dlib.cpp', [f'-DNET_{net.upper()}', *flags]) for net, path in programs.items()):
        versions['dlib'] = package_version('libdlib-dev')
        found['dlib'] = lambda net, batch, threads: [str(programs[net]), str(batch), str(threads)] if net in programs and threads == 1 else None
    else:
        missing['dlib'] = 'libdlib-dev is not installed'
    return found, versions, missing


def package_version(package):
    return run(['dpkg-query', '--show', '--showformat=${Version}', package]).stdout.strip() or 'of unknown version'


def build_peer(program, source, flags):
    """Compiles a peer unless that was done before; False when its library is not there."""
    path = here / 'peers' / source
    if program.exists() and program.stat().st_mtime > path.stat().st_mtime:
        return True
    return run(['g++', '-std=c++17', '-O3', '-march=native', str(path), '-o', str(program), *flags]).returncode == 0


def measure(command):
    """(train, inference, peak MiB) of one process; None for what it does not do."""
    done = run(command)
    try:
        train, inference, peak = (float(word) for word in done.stdout.split()[-3:])
    except ValueError:
        sys.exit(f'{" ".join(command)}: expected three numbers, found: {(done.stdout + done.stderr).strip()[-400:]}')
    return [None if math.isnan(x) else x for x in (train, inference, peak)]


def compare(net, batch, threads, rounds, peers):
    """Rows (who, kind, microseconds, spread, peak) with the best number of threads of each contender."""
    contenders = {('slim', t): [str(build / f'steps_{net}'), str(batch), str(t)] for t in sorted({1, threads})}
    for name, command in peers.items():
        contenders |= {(name, t): command(net, batch, t) for t in sorted({1, threads}) if command(net, batch, t)}
    samples = {key: [] for key in contenders}
    for _ in range(rounds):
        for key, command in contenders.items():
            samples[key].append(measure(command))
    rows = {}
    for (name, t), runs in samples.items():
        for kind, index in (('train', 0), ('inference', 1)):
            times = [r[index] for r in runs if r[index] is not None]
            if not times:
                continue
            row = {'time': statistics.median(times), 'spread': (max(times) - min(times)) / statistics.median(times), 'threads': t,
                   'peak': statistics.median(r[2] for r in runs)}
            one = rows.setdefault(kind, {}).setdefault(name, {})
            one[t] = row
    return rows


def best(by_threads):
    """The row with the better number of threads."""
    return min(by_threads.values(), key=lambda row: row['time'])


def figure(row, rounds):
    """A time with its spread, if there is one, and the number of threads."""
    return readable(row['time']) + (f' ± {row["spread"]:.0%}' if rounds > 1 else '') + f' ({row["threads"]})'


def readable(microseconds):
    for unit, size in (('s', 1e6), ('ms', 1e3)):
        if microseconds >= size:
            return f'{microseconds / size:.3g} {unit}'
    return f'{microseconds:.3g} µs'


def chart(results):
    """One bar per peer and work: how many times as long the peer takes, on a logarithmic scale."""
    bars = [(f'{TITLES[net]} {kind}, batch {batch}', PEERS[peer], ratio) for net, batch, kind, _, ratios in results for peer, ratio in ratios.items()]
    height, left, width = 18, 330, 480
    most = max(ratio for *_, ratio in bars)
    scale = width / math.log10(max(most, 10) * 1.2)
    colours = {'PyTorch': '#c44e52', "PyTorch's C++ front end": '#dd8452', 'ONNX Runtime': '#4c72b0', 'dlib': '#55a868'}
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 90}" height="{height * len(bars) + 50}" font-family="sans-serif" font-size="11">',
             '<rect width="100%" height="100%" fill="white"/>',
             '<text x="10" y="16" font-size="13">Time of a peer divided by the time of slim (logarithmic; right of the line slim is faster)</text>']
    for i, (work, peer, ratio) in enumerate(bars):
        y = 28 + i * height
        length = max(1.0, scale * math.log10(max(ratio, 1)))
        lines.append(f'<text x="{left - 6}" y="{y + 12}" text-anchor="end">{work}</text>')
        lines.append(f'<rect x="{left}" y="{y + 2}" width="{length:.1f}" height="{height - 5}" fill="{colours[peer]}"/>')
        lines.append(f'<text x="{left + length + 5:.1f}" y="{y + 12}">{ratio:.2f} {peer}</text>')
    lines.append(f'<line x1="{left}" y1="24" x2="{left}" y2="{height * len(bars) + 30}" stroke="black"/>')
    return '\n'.join([*lines, '</svg>', ''])


def machine():
    name = next((line.split(':', 1)[1].strip() for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines() if line.startswith('model name')), 'unknown')
    flags = pathlib.Path('/proc/cpuinfo').read_text()
    vectors = 'AVX-512' if 'avx512f' in flags else 'AVX2' if 'avx2' in flags else 'SSE2'
    return f'{name}, {os.cpu_count()} cores, {vectors}'


def write(results, versions, missing, options):
    compiler = run(['g++', '--version']).stdout.splitlines()[0]
    lines = ['# Benchmarks', '',
             'Written by `./run bench` ' + f'on {datetime.date.today()}. ' + f'Machine: {machine()}. Ours: {compiler}, `-std=c++20 -O3 -march=native`.', '',
             'Peers: ' + ('; '.join(f'{PEERS[p]} {v}' for p, v in versions.items()) or 'none installed') + '.' +
             (' Not measured: ' + '; '.join(f'{PEERS[p]} ({why})' for p, why in missing.items()) + '.' if missing else ''), '',
             f'Ours and the peers took turns, {options.rounds} time(s) each, in a process of its own on random inputs; a figure is the median of the turns, and each turn gives the',
             'median of about a second of steps' + ('' if options.rounds == 1 else '; the spread is (largest − smallest) / median of the turns') + f'. Everybody counts with the better of 1 and {options.threads} threads (PyTorch: also of two image layouts). The ratio is the peer\'s time',
             'divided by ours.', '', '![ratios](benchmarks.svg)', '',
             '| work | batch | slim | peer | peer\'s time | ratio |', '|---|---:|---:|---|---:|---:|']
    for net, batch, kind, rows, ratios in results:
        ours = best(rows['slim'])
        for peer, ratio in ratios.items():
            theirs = best(rows[peer])
            lines.append(f'| {TITLES[net]}, {kind} | {batch} | {figure(ours, options.rounds)} | {PEERS[peer]} | {figure(theirs, options.rounds)} | '
                         f'{ratio:.2f} |')
    lines += ['', 'The number of threads that counted is in brackets.', '', '| work | batch | slim, 1 thread | slim, all threads | speed-up | peak memory of slim | of PyTorch |',
              '|---|---:|---:|---:|---:|---:|---:|']
    for net, batch, kind, rows, _ in results:
        ours = rows['slim']
        if kind != 'train' or len(ours) < 2:
            continue
        one, all_threads = ours[1], ours[options.threads]
        torch = min((row['peak'] for row in rows.get('pytorch', {}).values()), default=None)
        lines.append(f'| {TITLES[net]}, {kind} | {batch} | {readable(one["time"])} | {readable(all_threads["time"])} | {one["time"] / all_threads["time"]:.2f} | '
                     f'{all_threads["peak"]:.0f} MiB | ' + (f'{torch:.0f} MiB |' if torch else '– |'))
    (root / 'docs' / 'benchmarks.md').write_text('\n'.join(lines) + '\n')
    if any(ratios for *_, ratios in results):
        (root / 'docs' / 'benchmarks.svg').write_text(chart(results))


def main():
    parser = argparse.ArgumentParser(prog='./run bench', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=5, help='turns of everybody (default 5)')
    parser.add_argument('--threads', type=int, default=os.cpu_count(), help='most threads (default: the cores)')
    parser.add_argument('--only', action='append', choices=WORKS, help='only this net (may be repeated)')
    parser.add_argument('--without', action='append', default=[], choices=PEERS, help='leave this peer out (may be repeated)')
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error('--rounds and --threads: expected at least 1')
    peers, versions, missing = find_peers()
    for name in options.without:
        peers.pop(name, None), versions.pop(name, None)
        missing[name] = 'left out'
    results = []
    for net in options.only or WORKS:
        for batch in WORKS[net]:
            print(f'{TITLES[net]}, batch {batch} …', file=sys.stderr, flush=True)
            for kind, rows in compare(net, batch, options.threads, options.rounds, peers).items():
                ours = best(rows['slim'])['time']
                results.append((net, batch, kind, rows, {peer: best(row)['time'] / ours for peer, row in rows.items() if peer != 'slim'}))
            write(results, versions, missing, options)  # after each work: a run that is stopped keeps what it has
    print((root / 'docs' / 'benchmarks.md').read_text())


if __name__ == '__main__':
    main()
