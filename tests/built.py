#!/usr/bin/env python3
"""Prints the names of those tests of a build directory whose programs are up to date, one a line. Meson itself runs no test at all when one program is missing,
and would take an old one for the one that did not compile.

usage: built.py <build directory>
"""

import json
import os
import pathlib
import subprocess
import sys

directory = pathlib.Path(sys.argv[1]).resolve()


def listed(what):
    return json.loads((directory / 'meson-info' / f'intro-{what}.json').read_text())


files = {target['id']: target['filename'] for target in listed('targets')}
for test in listed('tests'):
    needed = [os.path.relpath(file, directory) for target in test['depends'] for file in files[target]]
    if not needed or 'no work to do' in subprocess.run(['ninja', '-C', directory, '-n', *needed], stdout=subprocess.PIPE, text=True).stdout:
        print(test['name'])
