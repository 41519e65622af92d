#!/usr/bin/env python3
"""Every source file is as clang-format of the version below leaves it: other versions differ in places. It breaks no comments: those end by themselves at the
same column.

usage: format.py [--mend]; without that version the test is skipped, with a line that says so.
"""

import pathlib
import re
import shutil
import subprocess
import sys

version = 19
source = pathlib.Path(__file__).resolve().parent.parent


def formatter():
    """The program, or None."""
    for name in (f'clang-format-{version}', 'clang-format'):
        if shutil.which(name):
            found = re.search(r'version (\d+)', subprocess.run([name, '--version'], capture_output=True, text=True, check=True).stdout)
            if found and int(found.group(1)) == version:
                return name
    return None


program = formatter()
if program is None:
    print(f'skipped: clang-format {version} is not here')
    sys.exit(77)
files = sorted(path for folder in ('include', 'tests', 'examples', 'bench') for path in (source / folder).rglob('*.[ch]pp'))
if '--mend' in sys.argv:
    subprocess.run([program, '-i', *files], check=True)
    sys.exit(0)
wrong = []
for first in range(0, len(files), 64):  # in portions, so that the command line stays short
    done = subprocess.run([program, '--dry-run', '--ferror-limit=1', *files[first:first + 64]], capture_output=True, text=True, check=True)
    wrong += re.findall(r'^(.+?):(\d+):\d+: warning: code should be clang-formatted', done.stderr, re.MULTILINE)
wrong += [(path, number) for path in files for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 160 and line.lstrip().startswith('//')]
for path, line in wrong:
    print(f'{pathlib.Path(path).relative_to(source)}:{line}: not formatted; tests/format.py --mend does it, or a comment of more than 160 columns')
bad = len({path for path, _ in wrong})
print(f'{len(files) - bad} passed, {bad} failed')
sys.exit(1 if wrong else 0)
