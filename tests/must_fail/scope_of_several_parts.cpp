#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = scope("net", fully_connected(4) >> relu);
#else
inline constexpr auto net = scope("net", fully_connected(4), relu);
#endif
