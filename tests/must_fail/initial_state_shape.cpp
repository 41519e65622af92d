// The state of an lstm is its output and its cell; it has a last one where it is asked for.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](tensor x, tensor h) {
#ifdef REPAIRED
  return lstm(4, "cell", initial_state = stack({h, h}, 0))(x);
#else
  return lstm(4, "cell", initial_state = h)(x);
#endif
};

inline constexpr auto ends = [](tensor x) {
#ifdef REPAIRED
  return last_state(lstm(4, "cell", return_state = true)(x));
#else
  return last_state(lstm(4, "cell")(x));
#endif
};
inline constexpr long parameters = parameter_count<ends, input<8, 2>>;

void predict(const std::vector<float>& x) {
  model<net, input<8, 2>, input<4>> m{seed(1)};
  m.predict(x, x);
}
