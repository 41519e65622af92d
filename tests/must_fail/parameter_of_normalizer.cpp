#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = conv2d(2, {1, 1}, "conv", normalizer_fn = batch_norm, normalizer_params = params(decay = 0.5));
#else
constexpr auto net = conv2d(2, {1, 1}, "conv", normalizer_fn = batch_norm, normalizer_params = params(keep_prob = 0.5));
#endif
static_assert(variable_count<net, input<4, 4, 3>> == 4);
