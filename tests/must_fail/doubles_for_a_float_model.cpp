// Plain doubles for a model that computes in float.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", fully_connected(3, "fc1", activation_fn = none));

#ifdef REPAIRED
using values = std::vector<float>;
#else
using values = std::vector<double>;
#endif

void predict(const values& x) {
  model<net, input<2>> m{seed(1)};
  m.predict(x);
}
