#!/usr/bin/env python3
"""What compiling costs: user seconds and peak memory of one compiler run per program, optimized as a user would: header-only, and with compiled
kernels and a precompiled header.

Programs: the umbrella header alone (include.cpp), a training program each for four nets (lenet.cpp, vgg_16.cpp,
resnet_v1_50.cpp, resnet_v1_200.cpp), and generated ones: a training program with one layer repeated N times ("same N"), which should cost hardly
more than one layer, and with N different layers ("different N"), which should cost time in proportion to N.
"""

import argparse
import os
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
include = here.parent.parent / 'include'
files = ['include', 'lenet', 'vgg_16', 'resnet_v1_50', 'resnet_v1_200']
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


def same(count):
    """The same convolution `count` times."""
    return training_program.format(layers=f'repeat<{count}>(conv2d(8, {{3,3}}), "conv")')


def different(count):
    """`count` convolutions, no two with the same numbers of input and output channels and the same window."""
    layers = [f'conv2d({8 + i}, {{3,3}}, "conv{i + 1}")' for i in range(count)]
    return training_program.format(layers='\n  >> '.join(layers))


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
    """User seconds, peak memory in MiB (of the largest process of the compiler), and '' or what the compiler complained about."""
    with tempfile.TemporaryFile() as output:
        compiler = subprocess.Popen([*command, source], stdout=output, stderr=output)
        _, status, usage = os.wait4(compiler.pid, 0)  # includes the children that the compiler driver has waited for
        compiler.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return usage.ru_utime, usage.ru_maxrss / 1024, output.read().decode(errors='replace') if status != 0 else ''


def precompiled(compiler, flags, directory):
    """The command that takes slim.hpp from a precompiled header and kernels from the library."""
    header = pathlib.Path(directory) / 'slim' / 'slim.hpp.gch'
    header.parent.mkdir()
    flags = [*flags, '-DSLIM_COMPILED_KERNELS']
    subprocess.run([compiler, *flags, '-w', '-x', 'c++-header', '-o', str(header), str(include / 'slim' / 'slim.hpp')], check=True, stderr=subprocess.DEVNULL)
    header.with_suffix('').write_text(f'#include "{include}/slim/slim.hpp"\n')  # for who includes it once more
    return [compiler, *(['-include-pch', str(header)] if 'clang' in compiler else [f'-I{directory}', '-include', 'slim/slim.hpp']), *flags]


def measure(commands, name, text, runs, directory):
    """A row of the table, with two columns for each command."""
    row, complaint = f'| {name} |', None
    for command in commands:
        columns, found = measure_one(command, name, text, runs, directory)
        row, complaint = f'{row} {columns}', complaint or found
    return row, complaint


def measure_one(command, name, text, runs, directory):
    source = os.path.join(directory, name.replace(' ', '_') + '.cpp')
    pathlib.Path(source).write_text(text)
    seconds, memory = [], []
    for _ in range(runs):
        one_seconds, one_memory, complaint = compile_once(command, source)
        if complaint:
            error = next((line for line in complaint.splitlines() if 'error' in line), complaint.strip())
            return 'does not compile | |', error
        seconds.append(one_seconds)
        memory.append(one_memory)
    return f'{statistics.median(seconds):.1f} | {statistics.median(memory):.0f} |', None


def main():
    parser = argparse.ArgumentParser(prog='./run bench compile', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runs', type=int, default=3, help='compiler runs per program; the median is printed (default 3)')
    parser.add_argument('--only', metavar='TEXT', action='append',
                        help='only the program called TEXT, or all whose names contain it (may be repeated): ' + ', '.join(programs()))
    parser.add_argument('--compiler', default='g++', help='default g++')
    options = parser.parse_args()
    if options.runs < 1:
        parser.error('--runs: expected at least 1')

    def wanted(name):
        return not options.only or any(part == name or (part in name and part not in programs()) for part in options.only)

    chosen = {name: text for name, text in programs().items() if wanted(name)}
    if not chosen:
        parser.error(f'--only: no program is called like that; there are {", ".join(programs())}')
    limits = ['-fconstexpr-steps=100000000'] if 'clang' in options.compiler else ['-fconstexpr-ops-limit=1000000000',
                                                                                 '-fconstexpr-loop-limit=1000000']
    flags = ['-std=c++20', '-O3', '-march=native', *limits, f'-I{include}', *package_flags('eigen3'), *package_flags('xsimd')]
    output = ['-c', '-o', os.devnull]

    version = subprocess.run([options.compiler, '--version'], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    print(f'{version}: -std=c++20 -O3 -march=native, median of {options.runs}\n')
    print('| program | header-only: seconds | peak MiB | compiled kernels and precompiled header: seconds | peak MiB |\n|---|---:|---:|---:|---:|', flush=True)
    complaints = {}
    with tempfile.TemporaryDirectory() as directory:
        commands = [[options.compiler, *flags, *output], [*precompiled(options.compiler, flags, directory), *output]]
        for name, text in chosen.items():
            row, complaint = measure(commands, name, text, options.runs, directory)
            print(row, flush=True)
            if complaint:
                complaints[name] = complaint
    for name, complaint in complaints.items():
        print(f'{name}: {complaint}', file=sys.stderr)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
