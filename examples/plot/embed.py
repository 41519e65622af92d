#!/usr/bin/env python3
"""Writes a text file as a C++ string literal, in parts, because compilers need not take long ones.

usage: embed.py <text file> <output>
"""

import pathlib
import sys

source, output = map(pathlib.Path, sys.argv[1:])
text, part = source.read_text(encoding='utf-8'), 8000
literals = [f'R"page({text[i:i + part]})page"' for i in range(0, len(text), part)]
output.write_text('\n'.join(literals), encoding='utf-8')
