#!/usr/bin/env python3
"""The page of plot in a real browser: runs that are hard to draw, every chart drawn, no word on the console.

usage: page_test.py <plot> [picture.png]
Exits with 77 (skipped) where there is no chromium, or none that starts.
"""

import math
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return struct.pack('<I', ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(n):
    out = b''
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


# Fields of a protocol buffer by number.
def whole(field, n): return varint(field << 3) + varint(n)
def double(field, x): return varint(field << 3 | 1) + struct.pack('<d', x)
def single(field, x): return varint(field << 3 | 5) + struct.pack('<f', x)
def nested(field, data): return varint(field << 3 | 2) + varint(len(data)) + data
def doubles(field, numbers): return nested(field, struct.pack(f'<{len(numbers)}d', *numbers))


def record(event):
    size = struct.pack('<Q', len(event))
    return size + crc32c(size) + event + crc32c(event)


def event(step, time, *values):
    return record(double(1, time) + whole(2, step) + nested(5, b''.join(nested(1, v) for v in values)))


def scalar(tag, x): return nested(1, tag.encode()) + single(2, x)


def histogram(tag, least, most, counts, limits):
    return nested(1, tag.encode()) + nested(5, double(1, least) + double(2, most) + double(3, sum(counts)) + double(4, 0) + double(5, 0)
                                            + doubles(6, limits) + doubles(7, counts))


nan, inf, huge = math.nan, math.inf, 3.4e38
curves = {
    'constant': [0.1] * 40, 'constant/zero': [0.0] * 9, 'constant/tiny': [1e-45] * 5, 'constant/huge': [huge] * 12, 'constant/negative': [-7.25] * 30,
    'single': [0.5], 'single/nan': [nan], 'two': [1.0, 1.0000001], 'nan': [nan] * 8, 'nan/some': [1, nan, 3, nan, nan, 2], 'infinite': [inf, -inf, inf],
    'infinite/some': [1, inf, 2, -inf, 3], 'huge': [huge, -huge, huge, 0], 'close': [1e8, 1e8 + 8, 1e8 - 8, 1e8], 'ordinary': [1 / (i + 1) for i in range(200)],
}
histograms = {
    'h/ordinary': (-1, 3, [1, 5, 2], [0, 1, 3]), 'h/one': (2, 2, [7], [2.5]), 'h/large': (1e20, 1e20, [7], [2e20]), 'h/empty': (1.79e308, -1.79e308, [], []),
    'h/infinite': (-inf, inf, [1, 1], [0, inf]), 'h/widest': (-1.79e308, 1.79e308, [1, 1], [0, 1.79e308]), 'h/nan': (nan, nan, [1], [1]), 'h/tiny': (0, 5e-324, [3], [1]),
}


def write_run(folder, time_step, first_step):
    folder.mkdir(parents=True)
    with open(folder / 'events.out.tfevents.1.test', 'wb') as file:
        file.write(record(double(1, 1e9) + nested(3, b'brain.Event:2')))
        for tag, values in curves.items():
            for i, x in enumerate(values):
                file.write(event(first_step + i, 1e9 + time_step * i, scalar(tag, x)))
        for tag, (least, most, counts, limits) in histograms.items():
            for i in range(2):
                file.write(event(first_step + i, 1e9 + time_step * i, histogram(tag, least, most, counts, limits)))


def main(plot, picture=None):
    browser = shutil.which('chromium') or shutil.which('chromium-browser')
    if browser is None:
        print('skipped: no chromium')
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        logs = pathlib.Path(scratch) / 'logs'
        write_run(logs / 'moving', 0.5, 1)
        write_run(logs / 'at once', 0, 2 ** 62)  # no time passes, and steps are too large for the page to tell them apart
        subprocess.run([plot, str(logs)], check=True, stdout=subprocess.DEVNULL)
        page = logs / 'plot.html'
        # Every way of drawing the curves, one after the other.
        settings = """<script>
          const wait = () => new Promise(done => setTimeout(done, 50));
          (async () => {
            for (const horizontal of ['step', 'relative', 'clock'])
              for (const log of [true, false])
                for (const smoothing of [0, 0.99, 0.6]) {
                  $('horizontal').value = horizontal, $('horizontal').onchange({target: $('horizontal')});
                  state.log = log, state.smoothing = smoothing;
                  cards.forEach(draw);
                  await wait();
                }
            document.title = 'all drawn';
          })();
        </script></html>"""
        page.write_text(page.read_text().replace('</html>', settings))
        words = [browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking',
                 '--disable-component-update', '--disable-sync', '--no-first-run', f'--user-data-dir={scratch}/profile',
                 '--window-size=1500,9000', '--virtual-time-budget=20000', '--enable-logging=stderr']
        started = subprocess.run([*words, '--dump-dom', 'data:text/html,<p>started</p>'], capture_output=True, text=True, timeout=120)
        if 'started' not in started.stdout:  # a container without /proc, or the place-holder of a package that is elsewhere
            print(f'skipped: {browser} does not start: {started.stderr.strip()[-300:]}')
            return 77
        if picture:
            subprocess.run([*words, f'--screenshot={picture}', page.as_uri()], check=True, stderr=subprocess.DEVNULL, timeout=120)
        done = subprocess.run([*words, '--dump-dom', page.as_uri()], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    failed = [line for line in done.stderr.splitlines() if 'CONSOLE' in line]
    if '<title>all drawn</title>' not in done.stdout:
        failed.append('the page did not come to its end')
    drawn = dict.fromkeys([*curves, *histograms], 0)
    for card in re.findall(r'<article.*?</article>', done.stdout, re.DOTALL):
        tag = re.search(r'<h3 title="([^"]*)"', card)[1]
        shown = 'nothing to show' in card or re.search(r'class="curve"[^>]* d="M[^"]*L|class="ridge"[^>]* d="M|<circle', card)
        if shown and 'NaN' not in card and 'Infinity' not in card:
            drawn[tag] += 1
    failed += [f'{tag}: nothing is drawn' for tag, times in drawn.items() if times < (2 if tag in histograms else 1)]
    print('\n'.join(failed))
    print(f'{0 if failed else 1} passed, {1 if failed else 0} failed')
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
