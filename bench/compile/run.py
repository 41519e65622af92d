#!/usr/bin/env python3
"""What compiling costs: user seconds and peak memory of one compiler run per program, optimized as a user would, in two ways: header-only,
and with compiled kernels (-DSLIM_COMPILED_KERNELS) and a precompiled header.

Programs: the umbrella header alone (include.cpp), a training program each for six nets (lenet.cpp, vgg_16.cpp, resnet_v1_50.cpp,
resnet_v1_200.cpp, mobilenet_v2.cpp, nasnet_large.cpp: 13,000 nodes), and generated ones: a training program with one layer repeated N times ("same N"), which should cost hardly
more than one layer, and with N different layers ("different N"), which should cost time in proportion to N.

With --networks the table is another: every network of nets::get_network, as a training program and as one that only predicts, with compiled
kernels and a precompiled header: nodes of the program, user seconds, peak memory, size of the object.

With g++ the table says what the seconds are spent on, by one more run with -ftime-report. With --peers FOLDER it says what the programs
dlib_lenet.cpp, dlib_vgg16.cpp and dlib_resnet50.cpp of that folder cost, where dlib is installed, and what part of that slim needs.
"""

import argparse
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
include = here.parent.parent / 'include'
files = ['include', 'lenet', 'vgg_16', 'resnet_v1_50', 'resnet_v1_200', 'mobilenet_v2', 'nasnet_large']
peers = {'lenet': 'dlib_lenet', 'vgg_16': 'dlib_vgg16', 'resnet_v1_50': 'dlib_resnet50', 'resnet_v1_200': 'dlib_resnet50', 'mobilenet_v2': 'dlib_resnet50',
         'nasnet_large': 'dlib_resnet50'}
depths = [1, 4, 16, 64]

training_program = '''#include <array>
#include <slim/slim.hpp>
using namespace slim;

inline constexpr auto chain = scope("chain",
     {layers}
  >> fully_connected(10, "logits", activation_fn = none));

int main() {{
  model<chain, input<32,32,8>> net{{seed(1)}};
  auto train_op = learning::create_train_op(net, losses::softmax_cross_entropy, optimizers::gradient_descent(0.001f));
  static const std::array<float, 32 * 32 * 8> images{{}};
  static const std::array<int, 1> labels{{}};
  return train_op(images, labels) > 0.0f ? 0 : 1;
}}
'''


network_program = '''#include <slim/slim.hpp>
#include <slim/nets/nets_factory.hpp>
using namespace slim;

inline constexpr auto net = nets::get_network<"{name}">({classes}, 1e-4);
template <int Nodes>
void nodes() {{}}

{body}
'''
predicts = '''using network = model<net, input<{extents}>>;
float first(network& one, const float* x) {{ return one.predict(std::span<const float>(x, {size}))(0, 0); }}
template void nodes<network::program.sizes.nodes>();'''
trains = '''model<net, input<{extents}>> one{{seed(1), capacity(1)}};
auto trainer = learning::create_train_op(one, losses::sparse_softmax_cross_entropy, optimizers::momentum{{.learning_rate = 0.01}}, capacity(1));
float step(const float* x, const int* label) {{ return trainer(std::span<const float>(x, {size}), std::span<const int>(label, 1)); }}
template void nodes<decltype(trainer)::program.sizes.nodes>();'''


def same(count):
    """The same convolution `count` times."""
    return training_program.format(layers=f'repeat<{count}>(conv2d(8, {{3,3}}), "conv")')


def different(count):
    """`count` convolutions, no two with the same numbers of input and output channels and the same window."""
    layers = [f'conv2d({8 + i}, {{3,3}}, "conv{i + 1}")' for i in range(count)]
    return training_program.format(layers='\n  >> '.join(layers))


def networks():
    """Each network's name with its program that trains and the one that predicts."""
    for name, side in re.findall(r'network<"(\w+)", (\d+)>', (include / 'slim' / 'nets' / 'nets_factory.hpp').read_text()):
        extents = [side, side, '1' if name == 'lenet' else '3']
        if name in ('i3d', 's3dg'):
            extents.insert(0, '16')  # frames
        facts = {'extents': ', '.join(extents), 'size': ' * '.join(extents)}
        classes = 10 if int(side) < 100 else 1001
        yield name, *(network_program.format(name=name, classes=classes, body=body.format(**facts)) for body in (trains, predicts))


def network_row(command, name, trained, predicted, directory):
    cells = [name]
    for kind, text in ('training', trained), ('inference', predicted):
        source, made = os.path.join(directory, f'{name}_{kind}.cpp'), os.path.join(directory, f'{name}_{kind}.o')
        pathlib.Path(source).write_text(text)
        seconds, memory, printed, failed = compile_once([made if word == os.devnull else word for word in command], source)
        if failed:
            raise Failed(next((line for line in printed.splitlines() if 'error' in line), printed.strip()))
        symbols = subprocess.run(['nm', '-C', made], capture_output=True, text=True, check=True).stdout
        cells += [re.search(r'void nodes<(\d+)>', symbols).group(1), f'{seconds:.1f}', f'{memory:.0f}', f'{os.path.getsize(made) / 1e3:.0f}']
        os.remove(made)
    return '| ' + ' | '.join(cells) + ' |'


def programs():
    """All programs by name."""
    found = {name: (here / f'{name}.cpp').read_text() for name in files if (here / f'{name}.cpp').exists()}
    found |= {f'same {count}': same(count) for count in depths}
    found |= {f'different {count}': different(count) for count in depths}
    return found


def package_flags(name):
    done = subprocess.run(['pkg-config', '--cflags', name], capture_output=True, text=True, check=False)
    return shlex.split(done.stdout) if done.returncode == 0 else []


def compile_once(command, source):
    """User seconds, peak memory in MiB (of the largest process of the compiler), what it printed, and whether it failed."""
    with tempfile.TemporaryFile() as output:
        compiler = subprocess.Popen([*command, source], stdout=output, stderr=output)
        _, status, usage = os.wait4(compiler.pid, 0)  # includes the children that the compiler driver has waited for
        compiler.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return usage.ru_utime, usage.ru_maxrss / 1024, output.read().decode(errors='replace'), status != 0


class Failed(Exception):
    pass


def median_of(command, source, runs):
    """Median user seconds and peak MiB."""
    seconds, memory = [], []
    for _ in range(runs):
        one_seconds, one_memory, printed, failed = compile_once(command, source)
        if failed:
            raise Failed(next((line for line in printed.splitlines() if 'error' in line), printed.strip()))
        seconds.append(one_seconds)
        memory.append(one_memory)
    return statistics.median(seconds), statistics.median(memory)


def spent_on(command, source):
    """Percent of g++'s user time for headers and templates, for constant evaluation, and for optimizer and code."""
    _, _, report, _ = compile_once([*command, '-ftime-report'], source)
    found = {line[0].strip(): float(line[1]) for line in re.findall(r'^ (.+?) *: +([0-9.]+) \(', report, re.MULTILINE)}
    total = sum(found.get(f'phase {phase}', 0) for phase in ['setup', 'parsing', 'lang. deferred', 'opt and generate', 'finalize'])
    if total == 0:
        return '– | – | –'
    constants, code = found.get('constant expression evaluation', 0), found.get('phase opt and generate', 0)
    return ' | '.join(f'{100 * part / total:.0f} %' for part in [total - constants - code, constants, code])


def precompiled(command, directory):
    """`command` that takes slim.hpp from a header compiled in advance."""
    header = pathlib.Path(directory) / 'precompiled' / 'slim' / 'slim.hpp.gch'
    header.parent.mkdir(parents=True)
    compile_header = [word for word in command if word not in ('-c', '-o', os.devnull)]
    subprocess.run([*compile_header, '-w', '-x', 'c++-header', '-o', str(header), str(include / 'slim' / 'precompiled.hpp')], check=True)
    header.with_suffix('').write_text(f'#include "{include}/slim/slim.hpp"\n')  # for who includes it once more
    if 'clang' in command[0]:
        return [command[0], '-include-pch', str(header), *command[1:]]
    return [command[0], f'-I{header.parent.parent}', '-include', 'slim/slim.hpp', *command[1:]]


def row(ways, peer, name, text, runs, directory):
    source = os.path.join(directory, name.replace(' ', '_') + '.cpp')
    pathlib.Path(source).write_text(text)
    alone, memory = median_of(ways[0], source, runs)
    fast, fast_memory = median_of(ways[1], source, runs)
    cells = [name, f'{alone:.1f}', f'{memory:.0f}', spent_on(ways[0], source), f'{fast:.1f}', f'{fast_memory:.0f}']
    if peer is not None:
        cells += [f'{peer:.1f}', f'{alone / peer:.2f}', f'{fast / peer:.2f}'] if peer > 0 else ['', '', '']
    return '| ' + ' | '.join(cells) + ' |'


def main():
    parser = argparse.ArgumentParser(prog='./run bench compile', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3, help='compiler runs per program; the median is printed (default 3)')
    parser.add_argument('--only', metavar='TEXT', action='append',
                        help='only the program called TEXT, or all whose names contain it (may be repeated): ' + ', '.join(programs()))
    parser.add_argument('--networks', action='store_true', help='all networks of slim/nets in place of the programs; one run each')
    parser.add_argument('--compiler', default='g++', help='default g++')
    parser.add_argument('--peers', type=pathlib.Path, metavar='FOLDER', help='folder with programs of dlib')
    options = parser.parse_args()
    if options.runs < 1:
        parser.error('--runs: expected at least 1')

    def wanted(name):
        return not options.only or any(part == name or (part in name and part not in programs()) for part in options.only)

    chosen = {name: text for name, text in programs().items() if wanted(name)}
    if not chosen and not options.networks:
        parser.error(f'--only: no program is called like that; there are {", ".join(programs())}')
    limits = ['-fconstexpr-steps=100000000'] if 'clang' in options.compiler else ['-fconstexpr-ops-limit=1000000000',
                                                                                 '-fconstexpr-loop-limit=1000000', '--param=ggc-min-heapsize=524288']
    flags = ['-std=c++20', '-O3', '-march=native', *limits, f'-I{include}', *package_flags('eigen3'), *package_flags('xsimd')]
    command = [options.compiler, *flags, '-c', '-o', os.devnull]

    version = subprocess.run([options.compiler, '--version'], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    print(f'{version}: -std=c++20 -O3 -march=native, user seconds, median of {options.runs}\n')
    if options.networks:
        head = ['network'] + [f'{kind}: {what}' for kind in ('training', 'inference') for what in ('nodes', 's', 'MiB', 'object kB')]
        print('| ' + ' | '.join(head) + ' |\n|---|' + '---:|' * (len(head) - 1), flush=True)
        with tempfile.TemporaryDirectory() as directory:
            fast = precompiled([*command, '-DSLIM_COMPILED_KERNELS'], directory)
            for name, trained, predicted in networks():
                if options.only and not any(part in name for part in options.only):
                    continue
                try:
                    print(network_row(fast, name, trained, predicted, directory), flush=True)
                except Failed as complaint:
                    print(f'| {name} | does not compile: {complaint} |' + ' |' * (len(head) - 2), flush=True)
        return 0
    head = ['program', 'header-only', 'peak MiB', 'headers, templates', 'constant evaluation', 'optimizer, code', 'compiled kernels, precompiled header', 'peak MiB']
    if options.peers:
        head += ['dlib', 'header-only / dlib', 'compiled / dlib']
    print('| ' + ' | '.join(head) + ' |\n|---|' + '---:|' * (len(head) - 1), flush=True)
    complaints, dlib = {}, {}
    with tempfile.TemporaryDirectory() as directory:
        ways = [command, precompiled([*command, '-DSLIM_COMPILED_KERNELS'], directory)]
        for name, text in chosen.items():
            peer = None
            try:
                if options.peers:
                    program = peers.get(name)
                    if program and program not in dlib:
                        dlib[program], _ = median_of(command, str(options.peers / f'{program}.cpp'), options.runs)
                    peer = dlib.get(program, 0)
                print(row(ways, peer, name, text, options.runs, directory), flush=True)
            except Failed as complaint:
                print(f'| {name} | does not compile |' + ' |' * (len(head) - 2), flush=True)
                complaints[name] = complaint
    for name, complaint in complaints.items():
        print(f'{name}: {complaint}', file=sys.stderr)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
