#!/usr/bin/env python3
"""Every header compiles alone and twice, without warnings, and defines nothing that two translation units could not share.

A header is not compiled again while neither it nor anything of slim that it includes has changed since it passed. With --together all headers of a folder are
one case: for a second compiler, whose warnings count, while what a header forgets to include the first one has found.

usage: headers.py <build directory> <compiler> [--together]
"""

import hashlib
import itertools
import json
import os
import pathlib
import re
import sys
import tempfile

import compiling


def fingerprint(headers, command):
    """Changes with the command and with every header of slim that `headers` reach."""
    reached, waiting = {}, list(headers)
    while waiting:
        name = waiting.pop()
        if name not in reached and (compiling.include / name).exists():
            reached[name] = (compiling.include / name).read_text()
            waiting += re.findall(r'#\s*include\s*[<"](slim/[^">]+)', reached[name])
    return hashlib.sha256(json.dumps([command, sorted(reached.items())]).encode()).hexdigest()


def main(build_root, compiler, *options):
    command = compiling.command(build_root, compiler) + [*compiling.strict, '-x', 'c++']
    headers = sorted(str(path.relative_to(compiling.include)) for path in compiling.include.rglob('*.hpp'))
    cases = {header: [header] for header in headers}
    if options == ('--together',):
        cases = {folder: list(some) for folder, some in itertools.groupby(headers, os.path.dirname)}
    memory = pathlib.Path(build_root) / f'headers-{compiler}.json'
    passed_before = json.loads(memory.read_text()) if memory.exists() else {}
    passed = {}

    def check(case):
        key = fingerprint(cases[case], command)
        complaint = '' if passed_before.get(case) == key else compile_alone(cases[case])
        if not complaint:
            passed[case] = key
        return complaint

    def compile_alone(some):
        text = ''.join(f'#include "{header}"\n' for header in [*some, *some])
        with tempfile.TemporaryDirectory() as directory:
            compiled = os.path.join(directory, 'header.o')
            status, output = compiling.run([*command, '-c', '-o', compiled, '-'], build_root, text)
            if status != 0:
                return output
            # A function or variable without `inline` is a strong symbol; inline ones are weak or absent.
            status, symbols = compiling.run(['nm', '--demangle', '--defined-only', '--extern-only', compiled], build_root)
            strong = [line for line in symbols.splitlines() if line.split()[1] in 'TDBR']
            return '\n'.join(['not inline:', *strong]) if strong else ''

    status = compiling.check_all(cases, check)
    memory.write_text(json.dumps(passed))
    return status


sys.exit(main(*sys.argv[1:]))
