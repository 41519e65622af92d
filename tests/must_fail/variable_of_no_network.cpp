#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return variable(x, "w", {3, 4}); };
#else
inline constexpr auto net = [](const tensor&) { return variable("w", {3, 4}); };
#endif
