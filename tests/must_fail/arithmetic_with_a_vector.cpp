// A tensor of the network meets numbers, not containers of them; an input has at most five extents.
#include <vector>

#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return 2.0 * x + 1.0; };
inline constexpr long parameters = parameter_count<net, input<1, 2, 3, 4, 5>>;
#else
inline constexpr auto net = [](const tensor& x) { return x + std::vector<double>{1.0}; };
using deep = model<skip, input<1, 2, 3, 4, 5, 6>>;
#endif
