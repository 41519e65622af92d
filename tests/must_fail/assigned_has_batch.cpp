#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", scope("center", [](tensor x) {
#ifdef REPAIRED
                                    assign(variable(x, "center", {4}, zeros, trainable = false), mean_over_batch(x));
#else
  assign(variable(x, "center", {4}, zeros, trainable = false), x);
#endif
                                    return x;
                                  }));
model<net, input<4>> m{seed(1)};
