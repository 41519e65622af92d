#!/usr/bin/env python3
"""What training on several processes costs: the all-reduce by size, steps of networks on 1, 2 and 4 ranks of this machine and, with --link, on two ranks behind a
link of so many Gb/s between two network namespaces (as root); how much of the transfer hides behind the backward pass; and a model that predicts steps on more
machines, beside what it predicts for the measured ones. Prints Markdown."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

build = pathlib.Path(__file__).resolve().parents[2] / 'build' / 'bench' / 'bench'
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT='1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1', OMPI_MCA_rmaps_base_oversubscribe='1', OMPI_MCA_hwloc_base_binding_policy='none',
                   PRTE_MCA_rmaps_default_mapping_policy=':oversubscribe', PRTE_MCA_hwloc_default_binding_policy='none')  # the same of Open MPI 5
BATCHES = {'lenet': (128, 40), 'resnet_v1_50': (8, 5), 'vgg_16': (8, 5)}  # of the job, steps


class Here:
    """Ranks on this machine."""
    name = 'shared memory'

    def command(self, ranks, program, arguments):
        return ['mpirun', '-n', str(ranks), program, *arguments]


class Link:
    """Two ranks in two network namespaces with a limited link between them."""

    def __init__(self, gigabits):
        self.name = f'link of {gigabits:g} Gb/s'
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.scratch.name)
        agent = self.folder / 'agent'
        agent.write_text('#!/bin/bash\nshift\nexec ip netns exec slim-b unshare --uts bash -c "hostname slim-b; $*"\n')
        agent.chmod(0o755)
        (self.folder / 'hosts').write_text('10.77.0.1 slots=1\n10.77.0.2 slots=1\n')
        for line in ('netns add slim-a', 'netns add slim-b', 'link add veth-a type veth peer name veth-b'):
            subprocess.run(['ip', *line.split()], check=True)
        for number, side in enumerate('ab', 1):
            subprocess.run(['ip', 'link', 'set', f'veth-{side}', 'netns', f'slim-{side}'], check=True)
            for line in (f'ip addr add 10.77.0.{number}/24 dev veth-{side}', f'ip link set veth-{side} up', 'ip link set lo up',
                         f'tc qdisc add dev veth-{side} root tbf rate {gigabits * 1000:g}mbit burst 256kb latency 50ms'):
                subprocess.run(['ip', 'netns', 'exec', f'slim-{side}', *line.split()], check=True)

    def command(self, ranks, program, arguments):
        only = ' '.join(f'--mca {key} {value}' for key, value in {'plm_rsh_agent': self.folder / 'agent', 'btl': 'tcp,self', 'btl_tcp_if_include': '10.77.0.0/24',
                                                                  'oob_tcp_if_include': '10.77.0.0/24'}.items())
        inside = f'hostname slim-a; exec mpirun --hostfile {self.folder / "hosts"} -n {ranks} {only} {program} {" ".join(arguments)}'
        return ['ip', 'netns', 'exec', 'slim-a', 'unshare', '--uts', 'bash', '-c', inside]

    def close(self):
        for side in 'ab':
            subprocess.run(['ip', 'netns', 'del', f'slim-{side}'], check=False)


def measure(place, ranks, program, *arguments):
    done = subprocess.run(place.command(ranks, str(build / program), [str(a) for a in arguments]), env=environment, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f'{program} on {ranks} ranks: {done.stdout}{done.stderr}')
    return json.loads(done.stdout)


def line_through(points, ranks):
    """Latency in seconds and bytes per second of one message, from the smallest and the largest all-reduce: 2 (N − 1) messages of 1/N of the bytes."""
    messages = 2 * (ranks - 1)
    latency = min(seconds for _, seconds in points) / messages
    size, seconds = points[-1]
    return latency, size * messages / ranks / max(seconds - messages * latency, 1e-9)


def predicted(step, ranks, batch, compute, latency, bandwidth, worked_out=1):
    """Seconds of a step and of its transfers on so many ranks with so many examples each, whose own work takes `compute` with that on the rows of `worked_out` of them:
    buckets travel one behind the other, each when it is there. The four figures that ranks exchange in each step travel as well."""
    free = busy = 0
    foreign = (ranks - 1) * batch
    travel = [(size, left, row if foreign <= step['most_rows'] else 0) for size, left, row in step['buckets']]
    compute *= 1 + sum(2 * (ranks - worked_out) * batch * size / 4 for size, _, row in travel if row) / step['operations']
    for size, left, row in travel:
        took = (ranks - 1) * (2 * latency + batch * row / bandwidth) if row else 2 * (ranks - 1) * (latency + size / ranks / bandwidth)
        free = max(free, compute * (1 - left)) + took
        busy += took
    meetings = 2 * (ranks - 1) * latency if ranks > 1 else 0
    return max(compute, free) + meetings, busy


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--only', nargs='+', default=list(BATCHES), choices=list(BATCHES))
    parser.add_argument('--link', type=float, default=0, help='Gb/s between two network namespaces; 0: not measured')
    parser.add_argument('--batch', type=int, help='examples of the job in a step; the usual ones of each network without it. What can hide behind the backward pass grows with it')
    parser.add_argument('--rounds', type=int, default=1)
    options = parser.parse_args()

    places = [Here()] + ([Link(options.link)] if options.link else [])
    try:
        print('| all-reduce | ranks | latency of a message | bandwidth |\n|---|---:|---:|---:|')
        lines = {}
        for place in places:
            for ranks in (2, 4) if isinstance(place, Here) else (2,):
                lines[place, ranks] = line_through(measure(place, ranks, 'all_reduce'), ranks)
                print(f'| {place.name} | {ranks} | {lines[place, ranks][0] * 1e6:.1f} µs | {lines[place, ranks][1] / 1e9:.2f} GB/s |')
        print('\n| step | where | ranks × threads | time | waiting | hidden | predicted |\n|---|---|---:|---:|---:|---:|---:|')
        alone = {}
        for net in options.only:
            batch, steps = BATCHES[net]
            batch = options.batch or batch
            whole = min((measure(places[0], 1, f'distributed_{net}', batch, 2, steps) for _ in range(options.rounds)), key=lambda s: s['step'])
            print(f'| {net}, batch {batch} | one process | 1 × 2 | {whole["step"]:.4f} s | | | |')
            alone[net] = measure(places[0], 1, f'distributed_{net}', batch // 2, 1, steps)
            for (place, ranks), (latency, bandwidth) in lines.items():
                runs = [measure(place, ranks, f'distributed_{net}', batch, 1, steps) for _ in range(options.rounds)]
                one = sorted(runs, key=lambda s: s['step'])[len(runs) // 2]
                guess, busy = predicted(one, ranks, batch / ranks, one['step'] - one['waiting'], latency, bandwidth, ranks)
                hidden = 1 - one['waiting'] / busy if busy > 0 else 1
                print(f'| {net}, batch {batch} | {place.name} | {ranks} × 1 | {one["step"]:.4f} s = {one["step"] / whole["step"]:.2f} × | {one["waiting"]:.4f} s | {max(hidden, 0):.0%} | {guess:.4f} s |')
        print('\nPredicted by the model, one rank of one core on each machine, with half of the batch above; efficiency is the time of one machine over that of N.\n')
        print('| network | link | ' + ' | '.join(f'{n} machines' for n in (2, 8, 64, 1024)) + ' |\n|---|---|' + '---:|' * 4)
        for net in options.only:
            for gigabits, latency in ((10, 20e-6), (100, 5e-6)):
                compute, batch = alone[net]['step'], (options.batch or BATCHES[net][0]) // 2
                cells = [f'{compute / predicted(alone[net], n, batch, compute, latency, gigabits * 1e9 / 8)[0]:.0%}' for n in (2, 8, 64, 1024)]
                print(f'| {net} | {gigabits} Gb/s | ' + ' | '.join(cells) + ' |')
    finally:
        for place in places[1:]:
            place.close()


if __name__ == '__main__':
    main()
