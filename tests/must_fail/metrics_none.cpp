#include "slim/metrics/aggregate.hpp"
#include "slim/metrics/mean.hpp"

using namespace slim::metrics;

#ifdef REPAIRED
auto all = aggregate_metrics(streaming_mean());
#else
auto all = aggregate_metrics();
#endif
