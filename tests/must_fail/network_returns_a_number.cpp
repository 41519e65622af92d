// A network returns a tensor, or several.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = [](tensor x) { return x * 3.0; };
#else
inline constexpr auto net = [](tensor) { return 3; };
#endif

int main() {
  model<net, input<8>> m{seed(1)};
  return m.variables();
}
