// What a run hands back: every output and kept end point has memory of its own, whatever it is computed from.

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "slim/eigen.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = [](tensor x) {
  const tensor flat = flatten("flat")(x);
  const tensor y = fully_connected(2, "fc", activation_fn = none, weights_initializer = ones)(flat);
  return outputs(x, flat, y, flatten("again")(y), tensor(2.5));
};

// Gradients that are numbers, views of numbers, or filled with one; losses of shape [1], of variables alone, that are a variable, a number, or given twice.
constexpr auto constants = [](tensor x) {
  const tensor v = variable(x, "v", {}, ones), t = variable(x, "t", {1}, ones), w = variable(x, "w", {5}, ones), u = variable(x, "u", {2, 2}, ones);
  const tensor itself = variable(x, "itself", {}, ones), stopped = variable(x, "stopped", {2}, ones);
  variable(x, "only_regularized", {3}, ones, l2_regularizer(0.5));
  losses::add_loss(v * 3.0);
  losses::add_loss(square(t));
  losses::add_loss(exp(-t) * mean(square(x)));
  losses::add_loss(sum(w) * 0.5);
  losses::add_loss(sum(flatten("flat")(u)) * 2.0);
  losses::add_loss(itself);
  losses::add_loss(itself);
  losses::add_loss(mean(stop_gradient(stopped)));
  losses::compute_weighted_loss(x, 0.0);
  return losses::get_total_loss();
};
constexpr auto lonely = [](tensor x) { return variable(x, "v", {}, ones); };
constexpr auto nothing_to_learn = [](tensor) { return tensor(2.0); };

/// One step of gradient descent, `factor` of it: the loss and the variables after it are those worked out by hand.
template <class T, class... Options>
void check_constants(long batch, bool clipped, const Options&... options) {
  model<constants, precision<T>, input<2>> m{seed(1), capacity(4)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0.1}, options..., capacity(4));
  const std::vector<T> x(static_cast<std::size_t>(2 * batch), T(2));
  const double e = std::exp(-1.0), by_t = 2 - 4 * e;
  CHECK(op(x) == doctest::Approx(3 + 1 + 4 * e + 2.5 + 8 + 2 + 1 + 0.75));
  for (const int i : {1, 5, 6}) CHECK(op.loss(i) == 1);  // of the variables before the step
  CHECK(op.loss(8) == 0);
  const double step = clipped ? 0.1 / std::sqrt(9 + by_t * by_t + 5 * 0.25 + 4 * 4 + 4 + 3 * 0.25) : 0.1;
  const auto check = [&](const char* name, double gradient) {
    CAPTURE(name);
    for (int v = 0; v < m.variables(); ++v)
      if (m.variable_name(v) == name)
        for (const T value : m.variable_values(v)) CHECK(value == doctest::Approx(1 - step * gradient));
  };
  check("v", 3), check("t", by_t), check("w", 0.5), check("u", 2), check("itself", 2), check("stopped", 0), check("only_regularized", 0.5);
}

}  // namespace

TEST_CASE("inputs, views of inputs and constants can be outputs") {
  model<net, input<1, 2, 1>, keep<"flat">> m(seed(1));
  m.predict(std::vector<float>{1, 2, 3, 4});  // gone when the outputs are read
  Eigen::Matrix<float, 2, 2, Eigen::RowMajor> images, sums;
  images << 1, 2, 3, 4;
  sums << 3, 3, 7, 7;
  CHECK(m.output<0>() == images);
  CHECK(m.output<1>() == images);
  CHECK(m.end_point<"flat">() == images);
  CHECK(m.output<2>() == sums);
  CHECK(m.output<3>() == sums);
  CHECK(m.output<4>()(0, 0) == 2.5f);
}

TEST_CASE("gradients and losses that are constants, variables or of shape [1]") {
  for (const long batch : {1, 3}) {
    check_constants<float>(batch, false);
    check_constants<double>(batch, true, learning::clip_global_norm{1});
  }
  model<lonely, input<1>> m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0.1});
  CHECK(op(std::vector<float>{7}) == 1);
  CHECK(m.variable_values(0)[0] == doctest::Approx(0.9));
  model<nothing_to_learn, input<1>> constant_model{seed(1)};
  auto no_change = learning::create_train_op(constant_model, optimizers::keep_gradients{});
  CHECK(no_change(std::vector<float>{7}) == 2);
}

TEST_CASE("one tensor may be several outputs") {
  static constexpr auto twice = [](tensor x) {
    const tensor y = 2.0 * x, v = variable(x, "v", {2}, ones);
    return outputs(y, y, x, x, v, v, flatten("flat")(y), y * 1.0);
  };
  model<twice, input<2, 1>> m{seed(1)};
  m.predict(std::vector<float>{1, 2});
  const auto check = [](const auto& found, float first, float second) { CHECK((found.data()[0] == first && found.data()[1] == second)); };
  check(m.output<0>(), 2, 4), check(m.output<1>(), 2, 4), check(m.output<2>(), 1, 2), check(m.output<3>(), 1, 2);
  check(m.output<4>(), 1, 1), check(m.output<5>(), 1, 1), check(m.output<6>(), 2, 4), check(m.output<7>(), 2, 4);
}

namespace {
constexpr auto named_parts = scope("net", conv2d(2, {1, 1}, "a") >> conv2d(3, {1, 1}, "b")) >> flatten("flat");
}

TEST_CASE("end points as a list: those that are kept and outputs, or all") {
  const std::vector<float> x(2 * 12, 1.0f);
  model<named_parts, input<2, 2, 3>, keep<"net/a">> some(seed(1));
  some.predict(x);
  const auto kept = some.end_points();
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].name == "net/a");
  CHECK(kept[0].extent == shape{2, 2, 2});
  CHECK(std::equal(kept[0].values.begin(), kept[0].values.end(), some.end_point<"net/a">().data()));
  CHECK(kept[1].name == "flat");

  model<named_parts, input<2, 2, 3>, keep<"*">> all(seed(1));
  all.predict(x);
  REQUIRE(all.end_points().size() == 3);
  CHECK(all.end_points()[1].name == "net/b");
  CHECK(all.end_points()[1].values.size() == 2 * 12);
  CHECK(std::equal(kept[0].values.begin(), kept[0].values.end(), all.end_points()[0].values.begin()));
  auto op = learning::create_train_op(all, losses::mean_squared_error, optimizers::gradient_descent{0.0});
  op(x, x);
  REQUIRE(op.end_points().size() == 3);
  CHECK(std::equal(kept[1].values.begin(), kept[1].values.end(), op.end_points()[2].values.begin()));
}
