// Renormalization knows no weights, as in TF-Slim.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = [](tensor x, tensor w) { return batch_norm("norm", renorm = true)(x) * w; };
#else
inline constexpr auto net = [](tensor x, tensor w) { return batch_norm("norm", renorm = true, batch_weights = w)(x) * w; };
#endif

static_assert(variable_count<net, input<3>, input<>> == 6);
