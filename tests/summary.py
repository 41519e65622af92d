#!/usr/bin/env python3
"""Adds up the cases of all tests of some build directories and prints `N passed, N failed` as the last line.

A test program counts as many cases as it reports (doctest's summary, or the last line of a script); one that reports none, or
fails without a failed case (a crash, a time-out), counts as one case, and so do a build that failed and a test that it left without its program.
usage: summary.py <number of builds that failed> <build directory>...
"""

import json
import pathlib
import re
import sys

passed, failed, tests = 0, int(sys.argv[1]), []
for directory in map(pathlib.Path, sys.argv[2:]):
    log = directory / 'meson-logs' / 'testlog.json'
    ran = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    missing = {test['name'] for test in json.loads((directory / 'meson-info' / 'intro-tests.json').read_text())} - {test['name'] for test in ran}
    for name in sorted(missing):
        print(f'not run, because its program does not compile: {name}')
    failed += len(missing)
    tests += ran
for test in tests:
    report = re.search(r'^\[doctest\] test cases: .*?(\d+) passed \| +(\d+) failed|^(\d+) passed, (\d+) failed$',
                       test.get('stdout', ''), re.MULTILINE)
    counts = [int(number) for number in report.groups() if number is not None] if report else [0, 0]
    good = test['result'] in ('OK', 'EXPECTEDFAIL')
    if good and counts[0] == 0:
        counts[0] = 1
    if not good and counts[1] == 0:
        counts[1] = 1
    if test['result'] != 'SKIP':
        passed += counts[0]
        failed += counts[1]
print(f'{passed} passed, {failed} failed')
sys.exit(1 if failed or not passed else 0)
