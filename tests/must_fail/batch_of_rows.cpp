#include "slim/slim.hpp"
using namespace slim;
inline constexpr auto net = fully_connected(3);

#ifdef REPAIRED
using values = std::vector<float>;
#else
using values = std::vector<std::vector<float>>;
#endif

void predict(const values& x) {
  model<net, input<2>> m{seed(1)};
  m.predict(x);
}
