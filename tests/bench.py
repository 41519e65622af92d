#!/usr/bin/env python3
"""The programs of bench compile. Of those that differ in their network alone the small ones stand for all, and the peers' are left out, which few machines have.

usage: bench.py <build directory> <compiler>
"""

import sys

import compiling

folder = compiling.source_root / 'bench'
large = ('inception', 'mobilenet', 'nasnet', 'resnet', 'vgg')


def main(build_root, compiler):
    command = compiling.command(build_root, compiler)
    cases = [str(path.relative_to(folder)) for path in sorted(folder.rglob('*.cpp')) if path.parent.name != 'peers' and not path.name.startswith(large)]
    for header, needing in {'mpi.h': 'distributed/', 'benchmark/benchmark.h': 'kernels/'}.items():
        if compiling.run([*command, '-fsyntax-only', '-x', 'c++', '-'], build_root, f'#include <{header}>')[0] != 0:
            print(f'skipped, because there is no {header}: {needing}')
            cases = [case for case in cases if not case.startswith(needing)]

    def check(case):
        first = command if case.startswith('kernels/') else quick  # these have names of slim.hpp's
        status, output = compiling.run([*first, '-fsyntax-only', '-Wall', '-Wextra', '-Werror', str(folder / case)], build_root)
        return output if status != 0 else ''

    with compiling.precompiled(command, build_root) as quick:
        return compiling.check_all(cases, check)


sys.exit(main(*sys.argv[1:]))
