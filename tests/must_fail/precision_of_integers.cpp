// A model computes in float or in double.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = fully_connected(3, "fc");

#ifdef REPAIRED
using scalar = double;
#else
using scalar = int;
#endif

int main() {
  model<net, input<6>, precision<scalar>> m{seed(1)};
  return static_cast<int>(m.predict(std::vector<scalar>(6))(0, 0));
}
