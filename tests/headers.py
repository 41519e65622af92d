#!/usr/bin/env python3
"""Every header compiles alone and twice, without warnings, and defines nothing that two translation units could not share.

A case is a chain of headers, each reached by the includes of the next: what one of them forgets to include, those before it cannot have declared unless its own
includes do. So a case costs what its last header costs, and less where a header that many reach stands in front, compiled in advance. A chain is not compiled again
while nothing of slim that it includes has changed since it passed.
With --together there are two cases, all headers by their names and by their names backwards, each behind what it includes: for a second compiler, whose warnings
count, while what a header forgets to include the other one finds. Of two headers with nothing to do with each other each stands in front in one of the two: clang
warns of a parameter with the name of what is declared in front.

usage: headers.py <build directory> <compiler> [--together]
"""

import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import re
import sys
import tempfile

import compiling


def reached_from(headers):
    """The text of every header of slim that `headers` reach, themselves included."""
    reached, waiting = {}, list(headers)
    while waiting:
        name = waiting.pop()
        if name not in reached and (compiling.include / name).exists():
            reached[name] = (compiling.include / name).read_text()
            waiting += re.findall(r'#\s*include\s*[<"](slim/[^">]+)', reached[name])
    return reached


def fingerprint(headers, command):
    """Changes with the command and with every header of slim that `headers` reach."""
    return hashlib.sha256(json.dumps([command, headers, sorted(reached_from(headers).items())]).encode()).hexdigest()


def chains(headers):
    """As few chains as there can be: each header is followed by one that reaches it, and by none that another follows (a matching by augmenting paths)."""
    reached = {header: reached_from([header]).keys() - {header} for header in headers}
    followers = {header: [other for other in headers if header in reached[other]] for header in headers}
    before = {}

    def follow(header, tried):
        for other in followers[header]:
            if other not in tried:
                tried.add(other)
                if other not in before or follow(before[other], tried):
                    before[other] = header
                    return True
        return False

    for header in headers:
        follow(header, set())
    for last in set(headers) - set(before.values()):
        chain = [last]
        while chain[0] in before:
            chain.insert(0, before[chain[0]])
        yield chain


def behind_includes(headers, backwards):
    """The headers in the order of their names, but each behind what it includes."""
    done = {}

    def add(name):
        if name not in done and (compiling.include / name).exists():
            done[name] = None  # before its includes: whoever includes each other stands as it comes
            for other in sorted(re.findall(r'#\s*include\s*[<"](slim/[^">]+)', (compiling.include / name).read_text()), reverse=backwards):
                add(other)
            del done[name]
            done[name] = None

    for header in sorted(headers, reverse=backwards):
        add(header)
    return [name for name in done if name in headers]


def main(build_root, compiler, *options):
    command = compiling.command(build_root, compiler) + compiling.strict
    headers = compiling.headers()
    cases = {' < '.join(chain): chain for chain in sorted(chains(headers))}
    if options == ('--together',):
        cases = {'all': behind_includes(headers, False), 'all, backwards': behind_includes(headers, True)}
    # Of these a case begins with the first that it reaches.
    fronts = [] if options else ['slim/slim.hpp', 'slim/op/list.hpp', 'slim/core/error.hpp']
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
        front = [name for name in fronts if name in reached_from(some)][:1]
        text = ''.join(f'#include "{header}"\n' for header in [*front, *some, *some])
        with tempfile.TemporaryDirectory() as directory:
            compiled = os.path.join(directory, 'header.o')
            status, output = compiling.run([*(commands[front[0]] if front else command), '-x', 'c++', '-c', '-o', compiled, '-'], build_root, text)
            if status != 0:
                return output
            # A function or variable without `inline` is a strong symbol; inline ones are weak or absent.
            status, symbols = compiling.run(['nm', '--demangle', '--defined-only', '--extern-only', compiled], build_root)
            strong = [line for line in symbols.splitlines() if line.split()[1] in 'TDBR']
            return '\n'.join(['not inline:', *strong]) if strong else ''

    with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor() as pool:
        made = [compiling.precompiled(command, build_root, name) for name in fronts]
        commands = dict(zip(fronts, pool.map(stack.enter_context, made)))
        status = compiling.check_all(cases, check)
    memory.write_text(json.dumps(passed))
    return status


sys.exit(main(*sys.argv[1:]))
