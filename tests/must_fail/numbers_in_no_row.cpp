#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = fully_connected(8);
inline void infer() {
  model<net, input<4>> m{seed(1)};
#ifdef REPAIRED
  m.predict(std::vector<char>(4));
#else
  m.predict(std::vector<bool>(4));
#endif
}
