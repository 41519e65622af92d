#!/usr/bin/env python3
"""`using namespace` of std and of all namespaces in which users write leaves every public name usable, alone and unqualified.

usage: names.py <build directory> <compiler>
"""

import re
import sys

import compiling
import docs

namespaces = docs.namespaces + ['slim::data::dataset_factory', 'slim::data::preprocessing', 'slim::data::tfexample_decoder', 'slim::model_analyzer']
twice = {'tensor'}  # the tensor of a network and the handler of TF-Slim's decoder: both are the words of TensorFlow's users
also_in_std = {'beta', 'decay', 'slice', 'stack'}  # words of TF-Slim's users; beside `using namespace std` they are written slim::decay

declared_type = re.compile(r'(?:struct|class|enum class|enum|union|concept|using) (\w+)(?!::)\b')
declared = re.compile(r'(\w+)(?:\[.*\])?(?: ?[({=;]|$)')


def without_brackets(line):
    """The line without template parameters and arguments."""
    shorter = re.sub(r'<[^<>]*>', '', line)
    return line if shorter == line else without_brackets(shorter)


def public_names(header):
    """The names that a header declares in the namespaces of users: what stands at the beginning of a line."""
    names, inside = set(), []
    for line in header.splitlines():
        if found := re.match(r'namespace ([\w: ]+) \{', line):
            inside.append(found[1])
        elif line.startswith('}  // namespace'):
            inside = inside[:-1]
        elif '::'.join(inside) in namespaces and re.match(r'(?!(?:inline )?namespace)[a-z\[]', line) and 'operator' not in line:
            bare = without_brackets(line.split('//')[0]).removeprefix('template ').strip()
            if not bare.startswith('<') and (found := declared_type.match(bare) or declared.search(bare)):
                names.add(found[1])
    return names - {'static_assert'}


def main(build_root, compiler):
    headers = compiling.headers()
    names = sorted(set.union(*(public_names((compiling.include / header).read_text()) for header in headers)))
    program = '\n'.join(['#include <bits/stdc++.h>', '#include <slim/slim.hpp>', *(f'#include <{header}>' for header in headers),
                         *(f'using namespace {name};' for name in ['std', *namespaces]),
                         'namespace unqualified {', *(f'using ::{name};' for name in names), '}', ''])
    command = compiling.command(build_root, compiler) + ['-fsyntax-only', '-w', '-x', 'c++', '-']
    _, output = compiling.run(command + (['-ferror-limit=0'] if 'clang' in compiler else []), build_root, program)
    ambiguous = r"error: (?:reference to \W(\w+)\W is ambiguous|a type named '(\w+)' is hidden by a declaration in a different namespace)"
    clashes = {found[1] or found[2] for found in re.finditer(ambiguous, output)}
    others = [line for line in output.splitlines() if 'error: ' in line and not re.search(ambiguous, line)]
    clashes |= set(names) & {part for name in namespaces for part in name.split('::')}
    complaints = [f'{name}: two namespaces have this name; rename the lesser one' for name in sorted(clashes - also_in_std - twice)]
    complaints += [f'{name}: clashes with nothing; take it from the list' for name in sorted((also_in_std | twice) - clashes)]
    print('\n'.join(others + complaints + [f'{len(names)} names']))
    return 1 if others or complaints else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
