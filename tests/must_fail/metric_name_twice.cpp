#include "slim/metrics/aggregate.hpp"
#include "slim/metrics/mean.hpp"

using namespace slim::metrics;

#ifdef REPAIRED
auto all = aggregate_metric_map(metric<"accuracy">(streaming_mean()), metric<"loss">(streaming_mean()));
#else
auto all = aggregate_metric_map(metric<"loss">(streaming_mean()), metric<"loss">(streaming_mean()));
#endif
