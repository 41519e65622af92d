#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = repeat<2>(conv2d(8, {3, 3}) >> relu, "block");
#else
inline constexpr auto net = repeat<2>(conv2d(8, {3, 3}), relu, "block");
#endif
