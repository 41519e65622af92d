#!/usr/bin/env python3
"""Mistakes do not compile, and the compiler says what is wrong in a few lines.

For each <case>.cpp there is a <case>.txt: lines of text that must all appear in the first three lines of compiler output that
mention an error, and a line `max_lines: 15`, the most that may be printed altogether. A line `g++: text` or `clang++: text` is for
that compiler only, a line `flags: -x` adds to its command. With -DREPAIRED the same file is a correct program and must compile:
otherwise a missing include would pass for the expected error. With --mistakes that is left out: for a second compiler.

usage: run.py <build directory> <compiler> [--mistakes]
"""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
import compiling


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


def main(build_root, compiler, *options):
    command = compiling.command(build_root, compiler)
    repaired = '--mistakes' not in options
    cases = sorted(path.stem for path in here.glob('*.cpp'))

    def check(case):
        source = str(here / f'{case}.cpp')
        try:
            fragments, max_lines, flags = expectation(here / f'{case}.txt', compiler)
        except (OSError, ValueError) as problem:
            return str(problem)
        usual = 'slim/slim.hpp' in (here / f'{case}.cpp').read_text() and not any(flag.startswith('-std') for flag in flags)
        how = [*(quick if usual else command), '-fsyntax-only', '-Wall', '-Wextra']
        status, output = compiling.run([*how, '-DREPAIRED', '-Werror', source], build_root) if repaired else (0, '')
        if status != 0:
            return f'the repaired program does not compile:\n{output}'
        status, output = compiling.run([*how, *flags, source], build_root)
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
        return compiling.check_all(cases, check)


sys.exit(main(*sys.argv[1:]))
