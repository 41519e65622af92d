// The option final_endpoint names an end point of the base of the network.
#include "slim/slim.hpp"
#include "slim/nets/inception_v1.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = nets::make_inception_v1(0, {.final_endpoint = "Mixed_3c"});
#else
inline constexpr auto net = nets::make_inception_v1(0, {.final_endpoint = "Mixed_3e"});
#endif
model<net, input<32, 32, 3>> make() { return model<net, input<32, 32, 3>>(seed(1)); }
