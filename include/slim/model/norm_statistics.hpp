#pragma once
#include "slim/core/begin.hpp"
// How large gradients usually are. TF-Slim section 6.5, adaptive_clipping_fn.

#include <cmath>
#include <cstdint>

namespace slim::learning {

/// Moving averages of the logarithm of a norm and of its square, both from 0.
struct norm_statistics {
  double mean = 0, mean_square = 0;

  /// The first steps count more than the later ones: min(decay, n/(n + 1)) after n steps.
  static double decay_at(std::int64_t steps, double decay) { return std::fmin(decay, static_cast<double>(steps) / static_cast<double>(steps + 1)); }

  void follow(double norm, double decay) {
    const double logarithm = std::log(norm);
    mean = mean * decay + logarithm * (1 - decay);
    mean_square = mean_square * decay + logarithm * logarithm * (1 - decay);
  }
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
