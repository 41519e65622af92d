// A mask has 1, −1 or the extent of the input in each place.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", dropout(0.5, "drop", is_training = true, noise_shape = {-1, 1, 8, 9}));
#else
inline constexpr auto net = scope("net", dropout(0.5, "drop", is_training = true, noise_shape = {-1, 1, 3, 9}));
#endif

static_assert(variable_count<net, input<8, 8, 9>> == 0);
