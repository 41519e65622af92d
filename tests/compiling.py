"""What the test scripts share: the compiler command of a user of slim, and running several compilers at a time."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import tempfile

# A program of a user with these flags, and slim's headers as its own, compiles without a warning.
strict = ['-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wsign-conversion', '-Wshadow', '-Werror']

source_root = pathlib.Path(__file__).resolve().parent.parent
include = source_root / 'include'


def mpi_flags():
    """Where mpi.h is; None on a machine without MPI."""
    for package in ('ompi-c', 'mpich'):
        with contextlib.suppress(OSError):
            found = subprocess.run(['pkg-config', '--cflags-only-I', package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if found.returncode == 0:
                return [word.replace('-I', '-isystem', 1) for word in shlex.split(found.stdout)]
    return None


def headers():
    """The headers of slim that compile on this machine, relative to `include`: without MPI those are left out that need it."""
    texts = {str(path.relative_to(include)): path.read_text() for path in sorted(include.rglob('*.hpp'))}
    needing = {name for name, text in texts.items() if '<mpi.h>' in text} if mpi_flags() is None else set()
    while more := {name for name, text in texts.items() if name not in needing and any(f'"{other}"' in text for other in needing)}:
        needing |= more
    if needing:
        print('skipped, because there is no MPI: ' + ', '.join(sorted(needing)))
    return [name for name in texts if name not in needing]


def command(build_root, compiler):
    """The compiler with the include paths and the language standard of the build in `build_root`, without optimization.
    Must run in `build_root`."""
    entries = json.loads((pathlib.Path(build_root) / 'compile_commands.json').read_text())
    words = iter(next(shlex.split(entry['command']) for entry in entries if entry['file'].endswith('tests/main.cpp')))
    flags = []
    for word in words:
        if word == '-isystem':
            flags += [word, next(words)]
        elif word.startswith(('-I', '-isystem', '-std=')):
            flags.append(word)
    limits = ['-fconstexpr-steps=100000000'] if 'clang' in compiler else ['-fconstexpr-ops-limit=1000000000',
                                                                          '-fconstexpr-loop-limit=1000000', '--param=ggc-min-heapsize=524288']
    return [compiler, *flags, *(mpi_flags() or []), *limits, '-O0', '-fdiagnostics-color=never']


@contextlib.contextmanager
def precompiled(command, build_root, name='slim/slim.hpp'):
    """`command` with a header of slim compiled in advance, which the first line of a source file then takes in a fifth of the time. g++ finds it by its place,
    clang by its name."""
    clang = 'clang' in command[0]
    command = [*command, *(['-fpch-instantiate-templates'] if clang else [])]  # once, in advance
    with tempfile.TemporaryDirectory() as directory:
        header = pathlib.Path(directory) / f'{name}.gch'
        header.parent.mkdir(parents=True)
        status, output = run([*(word for word in command if word != '-Werror'), '-x', 'c++-header', '-o', str(header), str(include / name)], build_root)
        # A header that is compiled itself is a main file with #pragma once: the only warning there may be.
        if status != 0 or any(' warning: ' in line and '#pragma once' not in line for line in output.splitlines()):
            raise SystemExit(f'{name} does not compile:\n{output}')
        header.with_suffix('').write_text(f'#include "{include}/{name}"\n')  # for who includes it once more
        yield [*command, '-include-pch', str(header)] if clang else [command[0], f'-I{directory}', *command[1:]]


def run(arguments, build_root, text=None):
    """Runs a command in `build_root` with `text` as its input; returns its exit status and everything it printed."""
    done = subprocess.run(arguments, cwd=build_root, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def check_all(cases, check):
    """Calls check(case), which returns a complaint or '', for all cases, a few at a time; prints every case and the totals.
    Returns the exit status for the script."""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, complaint in zip(cases, pool.map(check, cases)):
            print(f'{"FAILED" if complaint else "ok    "} {case}', flush=True)
            if complaint:
                failed += 1
                print(complaint, flush=True)
    print(f'{len(cases) - failed} passed, {failed} failed')
    return 1 if failed else 0
