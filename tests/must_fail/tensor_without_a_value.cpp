#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) {
  tensor y = x;
  return y;
};
#else
inline constexpr auto net = [](const tensor& x) {
  tensor y;
  y = x;
  return y;
};
#endif
