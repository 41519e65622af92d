#!/usr/bin/env python3
"""Writes the headers of slim as one file, for those who copy it into their tree.

Each header stands where it is included first, so the order is right by itself; each system header is included once. Headers that stay out of
slim/slim.hpp are named in addition: data/, checkpoint/ and summary/ need zlib, RapidJSON or libraries for images.

usage: amalgamate.py [-o FILE] [slim/header.hpp...]        by default the umbrella and the networks, to the standard output
"""

import argparse
import pathlib
import re
import sys

include = pathlib.Path(__file__).resolve().parent
around = ['slim/core/begin.hpp', 'slim/core/end.hpp']  # stand at both ends of every header, and here of the file


class Writer:
    def __init__(self):
        self.seen, self.under_condition, self.lines, self.depth = set(around), set(), [], 0

    def add(self, header, included_by=''):
        """Appends a header, with those that it includes before it; once."""
        if header in self.under_condition and self.depth == 0:
            raise SystemExit(f'{included_by}: includes {header}, which another header includes under a condition only')
        if header in self.seen:
            return
        self.seen.add(header)
        if self.depth > 0:
            self.under_condition.add(header)
        for line in (include / header).read_text().splitlines():
            found = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
            if found and (include / found[1]).exists():
                self.add(found[1], header)
            elif found and self.depth == 0:
                if found[1] not in self.seen:
                    self.lines.append(line)
                self.seen.add(found[1])
            elif not re.match(r'\s*#\s*pragma once', line):
                self.depth += bool(re.match(r'\s*#\s*if', line)) - bool(re.match(r'\s*#\s*endif', line))
                self.lines.append(line)


def license_lines():
    text = (include.parent / 'LICENSE').read_text()
    name = 'Apache-2.0' if 'Apache License' in text else 'see LICENSE'
    return [f'// SPDX-License-Identifier: {name}', *(f'// {line}' for line in text.splitlines() if line.startswith('Copyright'))]


def version():
    config = (include / 'slim/core/config.hpp').read_text()
    return '.'.join(re.search(rf'SLIM_VERSION_{part} (\d+)', config)[1] for part in ('MAJOR', 'MINOR', 'PATCH'))


def main():
    parser = argparse.ArgumentParser(description='slim in one header')
    parser.add_argument('-o', '--output', default='-')
    parser.add_argument('headers', nargs='*', default=[], metavar='slim/header.hpp')
    options = parser.parse_args()
    writer = Writer()
    for header in ['slim/slim.hpp', *(options.headers or sorted(str(path.relative_to(include)) for path in include.glob('slim/nets/*.hpp')))]:
        if not (include / header).exists():
            raise SystemExit(f'amalgamate: no header {header} in {include}')
        writer.add(header)
    text = '\n'.join([f'// slim {version()}: TensorFlow-Slim as a header-only C++20 library, all of it in one file. Made by ./run amalgamate; change the headers that it is made from.',
                      *license_lines(), '#pragma once', (include / around[0]).read_text().rstrip(), *writer.lines, (include / around[1]).read_text().rstrip(), ''])
    text = re.sub(r'\n{3,}', '\n\n', text)
    if options.output == '-':
        sys.stdout.write(text)
    else:
        pathlib.Path(options.output).write_text(text)


main()
