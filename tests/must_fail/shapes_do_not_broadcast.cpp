// Shapes broadcast as in NumPy: as many numbers in another order do not fit.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
constexpr shape mask{4, 1, 3};
#else
constexpr shape mask{3, 2, 4};
#endif
inline constexpr auto net = scope("net", scope("masked", [](const tensor& x) { return x * variable(x, "mask", mask, ones); }));

static_assert(parameter_count<net, input<4, 2, 3>> == 12);
