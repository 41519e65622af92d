// Branches that are concatenated differ in channels only.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
constexpr int strides = 1;
#else
constexpr int strides = 2;
#endif
inline constexpr auto net = scope("net", scope("mixed", concat(conv2d(4, {1, 1}, "branch_0"), conv2d(6, {3, 3}, strides, "branch_1"))));

static_assert(end_point<net, "net/mixed/branch_1", input<8, 8, 3>>[2] == 6);
