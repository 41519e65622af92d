#!/usr/bin/env python3
"""A folder of include/slim includes only what stands on its own floor or below, and packages stay where they belong."""

import pathlib
import re
import sys

include = pathlib.Path(__file__).resolve().parent.parent / 'include'

floors = [  # from the bottom: values, the language of a network, its compiler, what runs programs, what users call
    'core',
    'shape simd tensor',
    'policy expr',
    'graph',
    'kernel',
    'op',
    'passes trace',
    'functions',
    'layers initializers regularizers losses metrics optimizers',
    'compose compile',
    'run',
    'model',
    'report',
    'checkpoint data',
    'summary',
    'learning evaluation',
    'nets',
]
floor_of = {folder: floor for floor, folders in enumerate(floors) for folder in folders.split()}

strangers = [('kernel', 'graph')]  # a lower floor, but kernels take plain numbers

packages = {  # the only folders, or headers beside the umbrella, that may include a package
    r'Eigen/': ['eigen.hpp', 'metrics'],
    r'xsimd/': ['simd'],
    r'boost/hana': ['policy', 'compose', 'nets', 'metrics'],
}
never = r'(iostream|regex|functional|random)$'  # too dear for every user's compile time

# What writes or expects a decimal comma where the program's locale has one; see core/number_text.hpp.
by_locale = r'\b(strto(f|d|ld)|ato[fi]|sto(f|d|ld)|setlocale|is(alpha|alnum|space|upper|lower|punct)|to(upper|lower))\s*\(|printf\([^;]*%[-+ #0-9.*]*l?[aefgAEFG]\b'

# What the umbrella must not reach: anything with streams, files of a format, or an operating system behind it.
not_in_umbrella = (r'slim/(data|checkpoint|summary|evaluation|nets)/|'
                   r'(fstream|sstream|iomanip|filesystem|zlib\.h|unistd\.h)$|Eigen/|rapidjson/|protozero/')


def includes(header):
    return re.findall(r'^\s*#\s*include\s*[<"]([^">]+)[">]', (include / header).read_text(), re.MULTILINE)


def check(header):
    """The complaints about one header."""
    parts = header.split('/')
    folder = parts[1] if len(parts) > 2 else None
    if folder is not None and folder not in floor_of:
        yield f'{header}: the folder {folder} has no floor; add it to {pathlib.Path(__file__).name}'
        return
    if (included := includes(header)) and parts[-1] not in ('begin.hpp', 'end.hpp') and (included[0], included[-1]) != ('slim/core/begin.hpp', 'slim/core/end.hpp'):
        yield f'{header}: does not begin with core/begin.hpp and end with core/end.hpp'
    for included in includes(header):
        other = included.split('/')
        if re.match(never, included):
            yield f'{header}: includes <{included}>, which no header of the library may'
        for package, allowed in packages.items():
            if re.match(package, included) and (folder or parts[-1]) not in allowed:
                yield f'{header}: includes <{included}>, which is for {", ".join(allowed)} only'
        if folder is None or other[0] != 'slim':
            continue
        if len(other) == 2 and folder != 'nets':  # whole networks are written as a user writes them
            yield f'{header}: includes the umbrella {included}'
        elif len(other) > 2 and other[1] in floor_of and floor_of[other[1]] > floor_of[folder]:
            yield f'{header}: floor {floor_of[folder]} includes {included} of floor {floor_of[other[1]]}'
        elif (folder, other[1]) in strangers:
            yield f'{header}: {folder} must not know {other[1]} ({included})'


def check_locale(path):
    """The complaints about functions that depend on the locale."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := re.search(by_locale, line.split('//')[0]):
            yield f'{path.name}:{number}: {found[0]} depends on the locale; use core/number_text.hpp or <charconv>'


def check_umbrella():
    """The complaints about what slim.hpp reaches, with the way there."""
    reached, waiting = {'slim/slim.hpp': []}, ['slim/slim.hpp']
    while waiting:
        header = waiting.pop()
        for included in includes(header):
            way = [*reached[header], header]
            if re.match(not_in_umbrella, included):
                yield f'slim/slim.hpp: reaches {included} ({" -> ".join(way)})'
            if (include / included).exists() and included not in reached:
                reached[included] = way
                waiting.append(included)


def check_cycles(headers):
    """The complaints about folders of one floor that include each other, in a circle."""
    below = {}
    for header in headers:
        folder = header.split('/')[1]
        below.setdefault(folder, {}).update({included.split('/')[1]: (header, included) for included in includes(header)
                                             if included.startswith('slim/') and included.count('/') > 1 and included.split('/')[1] != folder})
    for folder in below:
        reached, waiting = {}, [(folder, [])]
        while waiting:
            at, way = waiting.pop()
            for other, (header, included) in below.get(at, {}).items():
                if other == folder:
                    yield f'{header}: includes {included}, which closes the circle {" -> ".join([folder, *way, folder])}'
                elif other not in reached:
                    reached[other] = True
                    waiting.append((other, [*way, other]))


headers = sorted(str(path.relative_to(include)) for path in include.rglob('*.hpp'))
complaints = {header: [*check(header), *check_locale(include / header)] for header in headers}
for path in sorted((include.parent / 'examples').rglob('*.[ch]pp')):  # users start from these
    complaints[str(path)] = list(check_locale(path))
if 'slim/slim.hpp' in complaints:
    complaints['slim/slim.hpp'] += check_umbrella()
for line in check_cycles([header for header in headers if header.count('/') > 1]):
    complaints[line.split(':')[0]].append(line)
for lines in complaints.values():
    for line in lines:
        print(line)
failed = sum(1 for lines in complaints.values() if lines)
print(f'{len(complaints) - failed} passed, {failed} failed')
sys.exit(1 if failed else 0)
