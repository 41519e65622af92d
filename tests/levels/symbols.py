#!/usr/bin/env python3
"""What the library compiles for one level has names of that level, and nothing of it runs before a level is chosen: the linker could otherwise take a function
for AVX-512 where another file calls it, and lesser processors would meet instructions they do not have.

usage: symbols.py <archive of a level...>
"""

import re
import subprocess
import sys

# In a mangled name: a namespace or an architecture of xsimd.
names_of_levels = ['avx512', 'avx512f', 'avx512dq', 'avx2', 'avx', 'avx_with_fma', 'avx2_without_fma', 'sse2', 'sse4', 'ssse3', 'sse4_1', 'sse4_2', 'neon', 'neon64', 'plain']
of_a_level = re.compile('|'.join(f'{len(name)}{name}' for name in names_of_levels))

failed = 0
for archive in sys.argv[1:]:
    symbols = subprocess.run(['nm', '--defined-only', archive], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    names = [line.split()[1:] for line in symbols if len(line.split()) == 3]
    shared = [name for kind, name in names if kind in 'TWVuDBR' and not of_a_level.search(name) and not name.startswith('DW.ref.')
              and not re.fullmatch(r'_ZN4slim2op8compiled\d+(baseline|avx2|avx512)E', name)]
    early = [name for kind, name in names if name.startswith('_GLOBAL__sub_I')]
    print(f'{"FAILED" if shared or early or not names else "ok    "} {archive}')
    for name in (shared + early)[:20]:
        print(f'  {name}')
    failed += bool(shared or early or not names)
print(f'{len(sys.argv) - 1 - failed} passed, {failed} failed')
sys.exit(1 if failed else 0)
