#include "slim/losses/collection.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"

using namespace slim;

namespace {

// Losses 1, 2 and 3 times the mean of x; a penalty of ½·0.5·Σw² = 1 on four weights of one.
template <class Total>
constexpr auto net_with(Total total) {
  return [=](tensor x) {
    losses::add_loss(mean(x));
    losses::add_loss(mean(x) * 2.0);
    fully_connected(2, "fc", weights_initializer = ones, weights_regularizer = l2_regularizer(0.5), biases_initializer = none)(x);
    losses::compute_weighted_loss(x, 3.0);
    return total(x);
  };
}
constexpr auto total = net_with([](tensor) { return losses::get_total_loss(); });
constexpr auto without_penalties = net_with([](tensor) { return losses::get_total_loss(false); });
// The sums join the network where they meet one of its tensors.
constexpr auto by_hand = net_with([](tensor x) { return mean(x) + add_n(losses::get_losses()) + losses::get_regularization_losses(); });
constexpr auto own = net_with([](tensor x) { return mean(x) * 10.0; });

template <const auto& Net>
double loss_of() {
  model<Net, input<2>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  return op(std::vector<double>{1, 2, 3, 8});
}

}  // namespace

TEST_CASE("the total is the sum of the collection and of the penalties") {
  CHECK(loss_of<total>() == doctest::Approx(3.5 * (1 + 2 + 3) + 1));
  CHECK(loss_of<without_penalties>() == doctest::Approx(3.5 * 6));
  CHECK(loss_of<by_hand>() == doctest::Approx(3.5 + 3.5 * 6 + 1));
}

TEST_CASE("the total is the same number in inference") {
  model<total, input<2>, precision<double>> m(seed(1));
  CHECK(m.predict(std::vector<double>{1, 2, 3, 8})(0) == doctest::Approx(3.5 * 6 + 1));
}

// TF-Slim trains on what it is given, whatever the collection holds.
TEST_CASE("a network may return a loss of its own") { CHECK(loss_of<own>() == doctest::Approx(35)); }

namespace {

// A scope that is entered twice numbers anew, as do losses of one kind; a loss of no collection is in no sum.
constexpr auto named = [](tensor x, tensor y) {
  losses::mean_squared_error(x, y);
  losses::mean_squared_error(x, y, 2.0);
  scope("tower", [](tensor a, tensor b) { return losses::absolute_difference(a, b); })(x, y);
  scope("tower", [](tensor a, tensor b) { return losses::huber_loss(a, b, 1.0, 2.0, {.scope = "depth", .loss_collection = "watched"}); })(x, y);
  losses::log_loss(0.5 + 0.0 * x, y, 100.0, 1e-7, {.loss_collection = none});
  losses::add_loss(mean(x), "watched");
  apply_regularization(l2_regularizer(2.0), model_variable(x, "a", {2}, constant(3.0)), model_variable(x, "b", {1}, constant(2.0)));
  return outputs(losses::get_losses<"tower">() + 0.0 * mean(x), losses::get_losses<"", "watched">() + 0.0 * mean(x),
                 losses::get_losses<"mean_squared_error_1", "losses">() + 0.0 * mean(x), losses::get_total_loss() + 0.0 * mean(x),
                 losses::get_regularization_losses<"get_reg">() + 0.0 * mean(x));
};

}  // namespace

TEST_CASE("losses are called as in TF-Slim and are found by their names and collections") {
  using net = model<named, input<2>, input<2>, precision<double>>;
  net m(seed(1));
  const std::vector<double> x{1, 2}, y{2, 5};  // distances 1 and 3
  m.predict(x, y);
  CHECK(m.output<0>()(0) == doctest::Approx(2));
  CHECK(m.output<1>()(0) == doctest::Approx((0.5 + 2 * 3 - 2) / 2 + 1.5));
  CHECK(m.output<2>()(0) == doctest::Approx(10));
  CHECK(m.output<3>()(0) == doctest::Approx(5 + 10 + 2 + 22));
  CHECK(m.output<4>()(0) == doctest::Approx(9 + 9 + 4));
  std::vector<std::string> names;
  const auto& p = traced<named, net::options>::program;
  for (int i = 0; i < p.sizes.losses; ++i) names.push_back(graph::scope_name(p.scopes, p.losses[i].scope).c_str());
  CHECK(names == std::vector<std::string>{"mean_squared_error/value", "mean_squared_error_1/value", "tower/absolute_difference/value", "tower/depth/value", "",
                                          "get_regularization_penalty"});
}
