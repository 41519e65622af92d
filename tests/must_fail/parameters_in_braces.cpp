#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = conv2d(8, {3, 3}, normalizer_params = params(decay = 0.9));
#else
inline constexpr auto net = conv2d(8, {3, 3}, normalizer_params = {decay = 0.9});
#endif
