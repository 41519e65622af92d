#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = arg_scope<conv2d, fully_connected>(activation_fn = none)(fully_connected(3));
#else
constexpr auto net = arg_scope({conv2d, fully_connected}, activation_fn = none)(fully_connected(3));
#endif
model<net, input<8>> m{seed(1)};
