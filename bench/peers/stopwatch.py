"""What bench/median.hpp is to programs in C++."""

import os
import resource
import statistics
import time


now = time.process_time if os.environ.get('BENCH_CLOCK') == 'processor' else time.perf_counter


def microseconds(work, calls=1):
    begin = now()
    for _ in range(calls):
        work()
    return (now() - begin) * 1e6


def median_microseconds(work):
    """Median of one call, over calls in groups of about a hundredth of a second for about half a second."""
    microseconds(work)
    one = microseconds(work)
    if one > 1e6:
        return one
    together = max(1, int(1e4 / one))
    groups = min(51, max(3, int(5e5 / (one * together))))
    return statistics.median(microseconds(work, together) / together for _ in range(groups))


def report(work):
    """Prints `answered first median peak`: the clock when the first call was over in nanoseconds, microseconds of that call and of later ones, MiB."""
    first = microseconds(work)
    answered = time.monotonic_ns()
    median = median_microseconds(work)
    print(f'{answered} {first:.3f} {median:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}')
