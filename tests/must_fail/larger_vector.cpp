// Images have another size, vectors have none.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", upsample(2, "larger") >> flatten("flat"));
#else
inline constexpr auto net = scope("net", flatten("flat") >> upsample(2, "larger"));
#endif

static_assert(variable_count<net, input<2, 8, 4>> == 0);
