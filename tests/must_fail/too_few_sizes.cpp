#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = embed_sequence(10, 4);
#else
constexpr auto net = embed_sequence(10);
#endif
model<net, input<4>> m{seed(1)};
