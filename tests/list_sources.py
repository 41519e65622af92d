#!/usr/bin/env python3
"""Prints the source files of the test programs, one `<folder>/<file>.cpp` per line: every folder but those with a driver script."""

import pathlib

here = pathlib.Path(__file__).parent
for source in sorted(here.glob('*/*.cpp')):
    if source.parent.name not in ('must_fail', 'consumer', 'precompiled', 'fuzz', 'distributed'):
        print(source.relative_to(here))
