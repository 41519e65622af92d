#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = fully_connected(8) + fully_connected(8);
#else
inline constexpr auto net = fully_connected(8) - fully_connected(8);
#endif
