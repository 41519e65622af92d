#!/usr/bin/env python3
"""Runs the program `ranks` on 1, 2 and 4 processes of this machine: equal to one process, the same bits again, failures that end the job, restarts."""

import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

if shutil.which('mpirun') is None:
    print('skipped: there is no mpirun; install an MPI, such as openmpi-bin')
    sys.exit(77)
program = sys.argv[1]
kills = int(sys.argv[2]) if len(sys.argv) > 2 else 3
# Beside other tests the processes share cores: none of them may wait by spinning.
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT='1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM='1', OMPI_MCA_rmaps_base_oversubscribe='1', OMPI_MCA_mpi_yield_when_idle='1',
                   OMPI_MCA_hwloc_base_binding_policy='none', OMPI_MCA_btl='^tcp',
                   PRTE_MCA_rmaps_default_mapping_policy=':oversubscribe', PRTE_MCA_hwloc_default_binding_policy='none')  # the same of Open MPI 5
passed = failed = 0


def check(condition, what, shown=''):
    global passed, failed
    passed, failed = passed + bool(condition), failed + (not condition)
    if not condition:
        print(f'failed: {what}\n{shown}')


def job(ranks, *arguments, limit=120):
    """Exit status, output, seconds."""
    start = time.monotonic()
    done = subprocess.run(['mpirun', '-n', str(ranks), program, *map(str, arguments)], env=environment, timeout=limit, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout, time.monotonic() - start


def killed_job(ranks, random_numbers, *arguments):
    """The same with one rank killed some time after the start; output, and seconds from the kill to the end."""
    process = subprocess.Popen(['mpirun', '-n', str(ranks), program, *map(str, arguments)], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    children = []
    while len(children) < ranks and process.poll() is None:
        time.sleep(0.01)
        children = [int(child) for child in pathlib.Path(f'/proc/{process.pid}/task/{process.pid}/children').read_text().split()]
    time.sleep(0.1 + 0.4 * random_numbers.random())
    start = time.monotonic()
    for child in random_numbers.sample(children, 1 if children else 0):
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it was faster
    output, _ = process.communicate(timeout=120)
    return output, time.monotonic() - start


def bits(output):
    found = re.findall(r'bits ([0-9a-f]{16})', output)
    return found if len(set(found)) == 1 else ['differ']


with tempfile.TemporaryDirectory() as scratch:
    folder = lambda name: str(pathlib.Path(scratch) / name)
    final = {}
    for ranks in (1, 2, 4):
        status, output, _ = job(ranks, 'equal')
        check(status == 0 and output.count('equal 1') == 8 * ranks, f'{ranks} ranks equal one process', output)
        status, output, _ = job(ranks, 'skip')
        check(status == 0 and output.count('skips 1') == ranks, f'{ranks} ranks pass the same batches over', output)
        status, output, _ = job(ranks, 'train', folder(f'whole{ranks}'))
        final[ranks] = bits(output)[0]
        check(status == 0 and len(bits(output)) == ranks, f'{ranks} ranks train, all to the same weights', output)
        check(output.count('global step 40:') == 1 and output.count('Finished training!') == 1, f'one of {ranks} ranks speaks', output)
    check(bits(job(2, 'train', folder('again'))[1])[0] == final[2], 'the same bits in another run')

    for rank in (0, 2):  # a source that breaks, then the same job again without that
        status, output, seconds = job(4, 'train', folder(f'broken{rank}'), rank)
        check(status != 0 and seconds < 20, 'a rank that throws ends the job', output)
        check(f'rank {rank} of 4: source: expected batch 23' in output, 'its reason is said', output)
        check('Caught an error after global step 22.' in output, 'the last good step is saved', output)
        check(bits(job(4, 'train', folder(f'broken{rank}'))[1])[0] == final[4], 'the restarted job ends with the same bits')

    hit = 0
    for attempt in range(kills):  # at any moment: in a step, between steps, while a checkpoint is written
        place = folder(f'killed{attempt}')
        output, seconds = killed_job(4, random.Random(attempt), 'train', place)
        hit += 'Finished training!' not in output
        check(seconds < 20, 'a rank that is killed ends the job', output)
        check(bits(job(4, 'train', place)[1])[0] == final[4], 'the restarted job ends with the same bits')

    status, output, _ = job(4, 'train', folder('other'), 1)
    status, output, _ = job(2, 'train', folder('other'))
    check(status == 0 and 'Restoring parameters' in output and len(bits(output)) == 2, 'another number of ranks goes on', output)

print(f'{hit} of {kills} killed jobs had not ended yet')
print(f'{passed} passed, {failed} failed')
sys.exit(1 if failed else 0)
