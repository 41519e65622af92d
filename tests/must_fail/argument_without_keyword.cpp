// After its positional arguments a layer takes keywords.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto layer_of_net = conv2d(4, {3, 3}, "conv1", activation_fn = relu6);
#else
inline constexpr auto layer_of_net = conv2d(4, {3, 3}, "conv1", relu6);
#endif
