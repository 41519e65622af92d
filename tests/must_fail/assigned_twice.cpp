#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", scope("center", [](tensor x) {
                                    const tensor center = variable(x, "center", {4}, zeros, trainable = false);
                                    assign(center, mean_over_batch(x));
#ifndef REPAIRED
                                    assign(center, center * 0.5);
#endif
                                    return x;
                                  }));
model<net, input<4>> m{seed(1)};
