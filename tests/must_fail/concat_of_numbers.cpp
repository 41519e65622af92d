// One number per example has no axis along which others could follow.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", [](const tensor& x) { return concat(x, x * x); });
#else
inline constexpr auto net = scope("net", [](const tensor& x) { return concat(sum_per_example(x), sum_per_example(x * x)); });
#endif

static_assert(parameter_count<net, input<4>> == 0);
