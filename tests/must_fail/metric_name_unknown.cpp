#include "slim/metrics/aggregate.hpp"
#include "slim/metrics/mean.hpp"

using namespace slim::metrics;

auto all = aggregate_metric_map(metric<"eval/Accuracy">(streaming_mean()), metric<"eval/Loss">(streaming_mean()));
#ifdef REPAIRED
double value = all.value<"eval/Loss">();
#else
double value = all.value<"eval/Los">();
#endif
