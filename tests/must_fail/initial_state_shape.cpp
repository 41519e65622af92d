// The state of an lstm is its output and its cell.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](tensor x, tensor h) {
#ifdef REPAIRED
  return lstm(4, "cell", initial_state = stack({h, h}, 0))(x);
#else
  return lstm(4, "cell", initial_state = h)(x);
#endif
};

void predict(const std::vector<float>& x) {
  model<net, input<8, 2>, input<4>> m{seed(1)};
  m.predict(x, x);
}
