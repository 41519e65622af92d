#include "slim/nets/nets_factory.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = nets::get_network<"inception_v3">(10);
#else
inline constexpr auto net = nets::get_network<"inceptoin_v3">(10);
#endif
