#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return slice(x, {0}, {1}); };
#else
inline constexpr auto net = [](const tensor& x) {
  for (const tensor& y : x) return y;
  return x;
};
#endif
