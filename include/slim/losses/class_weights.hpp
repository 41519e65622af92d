#pragma once
#include "slim/core/begin.hpp"
// Losses that count more for some classes.

#include <cstddef>

#include "slim/functions/gather.hpp"
#include "slim/initializers/initializers.hpp"
#include "slim/layers/variable.hpp"

namespace slim::losses {

/// The weight of each label's class, for the `weights` of a loss on class numbers, of each example or each pixel: a local variable `ClassWeights/values` that
/// is not trained. `weights` holds one number for each class and has static storage duration. Like every weight it multiplies the loss of its example, and the
/// average is over the examples whose weight is not 0. Labels of no class throw slim::error before anything changes.
template <std::size_t Classes>
constexpr tensor class_weights(const tensor& labels, const float (&weights)[Classes]) {
  tracer& trace = *labels.trace;
  const int outer = trace.open_unique("ClassWeights");
  const tensor each = gather(local_variable(labels, "values", {static_cast<int>(Classes)}, from_values(weights)), labels);
  trace.close(outer);
  return each;
}

}  // namespace slim::losses

#include "slim/core/end.hpp"
