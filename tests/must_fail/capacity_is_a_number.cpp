#include "slim/slim.hpp"
using namespace slim;
inline constexpr auto net = fully_connected(3);

void make() {
#ifdef REPAIRED
  model<net, input<2>> m{seed(1), capacity(64)};
#else
  model<net, input<2>> m{seed(1), 64};
#endif
  m.predict(std::vector<float>(2));
}
