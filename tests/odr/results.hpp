#pragma once
// What the networks of one source file compute.

#include <vector>

#include "slim/slim.hpp"

struct odr_results {
  long outputs;
  double inline_value, unnamed_value, loss;
};

const slim::version_number* version_seen_by_second();
odr_results results_of_second();

namespace {

template <const auto& InlineNet, const auto& StaticNet, const auto& UnnamedNet>
odr_results results_of() {
  const std::vector<float> ones(4, 1.0f), zero(1, 0.0f);
  slim::model<InlineNet, slim::input<4>> one{slim::seed(1)};
  slim::model<UnnamedNet, slim::input<4>> two{slim::seed(1)};
  slim::model<StaticNet, slim::input<4>> three{slim::seed(1)};
  auto train = slim::learning::create_train_op(three, slim::losses::mean_squared_error, slim::optimizers::gradient_descent{0.0});
  const auto y = one.predict(ones);
  return {static_cast<long>(y.cols()), static_cast<double>(y(0, 0)), static_cast<double>(two.predict(ones)(0, 0)), static_cast<double>(train(ones, zero))};
}

}  // namespace
