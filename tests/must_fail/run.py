#!/usr/bin/env python3
"""Mistakes do not compile, and the compiler says what is wrong in a few lines.

For each <case>.cpp there is a <case>.txt: lines of text that must all appear in the first three lines of compiler output that
mention an error, and a line `max_lines: 15`, the most that may be printed altogether. A line `g++: text` or `clang++: text` is for
that compiler only, a line `flags: -x` adds to its command. With -DREPAIRED the same file is a correct program and must compile:
otherwise a missing include would pass for the expected error. Those that only need slim.hpp compile together, as many programs as there are
cores, each file in a namespace of its own. With --mistakes that is left out: for a second compiler.

usage: run.py <build directory> <compiler> [--mistakes]
"""

import functools
import os
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
import compiling

include = re.compile(r'^#include .*', re.MULTILINE)


def expectation(path, compiler):
    """The fragments for `compiler`, the line limit and the flags of a .txt file."""
    family = 'clang++' if 'clang' in compiler else 'g++'
    fragments, max_lines, flags = [], None, []
    for line in path.read_text().splitlines():
        key, _, value = line.partition(':')
        if key.strip() == 'max_lines':
            max_lines = int(value)
        elif key == 'flags':
            flags = value.split()
        elif key in ('g++', 'clang++'):
            fragments += [value.strip()] if key == family else []
        elif line.strip():
            fragments.append(line.strip())
    if not fragments or max_lines is None:
        raise ValueError(f'{path}: expected at least one line of text and a line "max_lines: <number>"')
    return fragments, max_lines, flags


def together(cases):
    """One program of the repaired programs of several cases."""
    top, bodies = ['#include "slim/slim.hpp"'], []
    for case in cases:
        text = (here / f'{case}.cpp').read_text()
        top += include.findall(text)
        bodies.append(f'namespace repaired_{case} {{\n#line 1 "{case}.cpp"\n' + include.sub('', text) + '\n}\n')
    return '\n'.join(dict.fromkeys(top)) + '\n' + ''.join(bodies)


def main(build_root, compiler, *options):
    command, checked = compiling.command(build_root, compiler), ['-fsyntax-only', '-Wall', '-Wextra']
    expected = {path.stem: expectation(path.with_suffix('.txt'), compiler) for path in sorted(here.glob('*.cpp'))}
    usual = [case for case, (_, _, flags) in expected.items()
             if 'slim/slim.hpp' in (here / f'{case}.cpp').read_text() and not any(flag.startswith('-std') for flag in flags)]
    others = [case for case in expected if case not in usual]

    def check_repaired(how, source, text=None):
        status, output = compiling.run([*how, *checked, '-DREPAIRED', '-Werror', '-x', 'c++', source], build_root, text)
        return output if status != 0 else ''

    def check_mistake(case):
        fragments, max_lines, flags = expected[case]
        status, output = compiling.run([*(quick if case in usual else command), *checked, *flags, str(here / f'{case}.cpp')], build_root)
        if status == 0:
            return 'the mistake compiles'
        lines = output.splitlines()
        head = '\n'.join([line for line in lines if 'error' in line][:3])
        missing = [fragment for fragment in fragments if fragment not in head]
        if missing:
            return '\n'.join(f'not in the first three error lines: {fragment}' for fragment in missing) + f'\n{output}'
        if len(lines) > max_lines:
            return f'expected at most {max_lines} lines, found {len(lines)}:\n{output}'
        return ''

    with compiling.precompiled(command, build_root) as quick:
        checks = {}
        if '--mistakes' not in options:
            cores = os.cpu_count()
            checks |= {f'repaired, part {i + 1}': functools.partial(check_repaired, quick, '-', together(usual[i::cores])) for i in range(cores)}
            checks |= {f'repaired {case}': functools.partial(check_repaired, command, str(here / f'{case}.cpp')) for case in others}
        checks |= {case: functools.partial(check_mistake, case) for case in expected}
        return compiling.check_all(list(checks), lambda name: checks[name]())


sys.exit(main(*sys.argv[1:]))
