#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = scope("net", fully_connected(4) >> relu);
inline constexpr auto shared = scope("net", fully_connected(4), true);
#else
inline constexpr auto net = scope("net", fully_connected(4), relu);
inline constexpr auto shared = scope("net", fully_connected(4), "true");
#endif
