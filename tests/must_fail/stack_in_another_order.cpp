#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = [](tensor x) { return stack<conv2d>({{32, {3, 3}}, {64, {1, 1}}}, "core")(x); };
#else
constexpr auto net = [](tensor x) { return stack(x, conv2d, {{32, {3, 3}}, {64, {1, 1}}}, "core"); };
#endif
model<net, input<8, 8, 3>> m{seed(1)};
