#!/usr/bin/env python3
"""Every header compiles alone and twice, without warnings, and defines nothing that two translation units could not share.

usage: headers.py <build directory> <compiler>
"""

import os
import sys
import tempfile

import compiling


def main(build_root, compiler):
    command = compiling.command(build_root, compiler) + ['-Wall', '-Wextra', '-Werror', '-x', 'c++']
    if 'clang' in compiler:  # the other compiler checks that the headers also work without OpenMP
        command.append('-fopenmp')
    headers = sorted(str(path.relative_to(compiling.include)) for path in compiling.include.rglob('*.hpp'))

    def check(header):
        text = f'#include "{header}"\n#include "{header}"\n'
        with tempfile.TemporaryDirectory() as directory:
            compiled = os.path.join(directory, 'header.o')
            status, output = compiling.run([*command, '-c', '-o', compiled, '-'], build_root, text)
            if status != 0:
                return output
            # A function or variable without `inline` is a strong symbol; inline ones are weak or absent.
            status, symbols = compiling.run(['nm', '--demangle', '--defined-only', '--extern-only', compiled], build_root)
            strong = [line for line in symbols.splitlines() if line.split()[1] in 'TDBR']
            return '\n'.join(['not inline:', *strong]) if strong else ''

    return compiling.check_all(headers, check)


sys.exit(main(*sys.argv[1:]))
