#!/usr/bin/env python3
"""The C++ samples of README.md and docs/*.md compile as they are written.

The samples of a page make one program, in their order, so that a later one may use what an earlier one made. Includes and
`using namespace` stand at its top, after slim.hpp and `using namespace std`, `slim` and all namespaces in which users write. A sample
that declares something at the beginning of a line (`inline constexpr`, `struct` ...) stands outside of functions, all others in main, each
in braces that end with the page: it may give an old name a new meaning. What the reader need not see stands in a comment of the page:

    <!-- cpp
    std::vector<float> images;
    -->

usage: docs.py <build directory> <compiler> [page...]
"""

import re
import sys

import compiling

namespaces = ['std', 'slim', 'slim::data', 'slim::losses', 'slim::learning', 'slim::metrics', 'slim::optimizers', 'slim::nets', 'slim::checkpoint',
              'slim::evaluation', 'slim::summaries']
sample = re.compile(r'^(?:```cpp\n(.*?)^```|<!-- cpp\n(.*?)^-->)', re.DOTALL | re.MULTILINE)
declares = re.compile(r'^(inline |struct |template ?<|namespace \w+ \{|static_assert\(|int main)', re.MULTILINE)
for_the_top = re.compile(r'^(#include .*|using namespace [\w:]+;.*)\n', re.MULTILINE)


def program(text, page):
    """One program of all samples of a page; its lines have the numbers that they have in the page."""
    top, outside, inside = [], [], []
    for found in sample.finditer(text):
        code = found[1] or found[2] or ''
        line = text.count('\n', 0, found.start()) + 2
        at = f'#line {line} "{page}"\n'
        top += for_the_top.findall(code)
        code = for_the_top.sub('\n', code)
        if declares.search(code):
            outside.append(f'namespace sample_{line} {{\n{at}{code}')
        elif code.strip():
            inside.append(f'{{\n{at}{code}')
    includes = [line for line in top if line.startswith('#')]
    usings = [line for line in top if not line.startswith('#')]
    return '\n'.join(['#include <slim/slim.hpp>', *includes, *(f'namespace {name} {{}}\nusing namespace {name};' for name in namespaces), *usings,
                      *outside, 'int samples() {', *inside, '}' * len(inside), 'return 0; }', '}' * len(outside), ''])


def main(build_root, compiler, *pages):
    command = compiling.command(build_root, compiler)
    texts = {str(path.relative_to(compiling.source_root)): path.read_text()
             for path in [compiling.source_root / 'README.md', *sorted(compiling.source_root.glob('docs/*.md'))]}
    known = set(compiling.headers())
    texts = {page: text for page, text in texts.items() if known.issuperset(re.findall(r'#include <(slim/[^>]+)>', text))}
    with_samples = [page for page, text in texts.items() if sample.search(text) and (not pages or page in pages)]

    def check(page):
        status, output = compiling.run([*quick, '-fsyntax-only', '-x', 'c++', '-'], build_root, program(texts[page], page))
        return output if status != 0 else ''

    with compiling.precompiled(command, build_root) as quick:
        return compiling.check_all(with_samples, check)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
