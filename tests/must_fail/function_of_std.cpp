#include <cmath>

#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = fully_connected(4) >> nn::tanh;
#else
inline constexpr auto net = fully_connected(4) >> std::tanh;
#endif
