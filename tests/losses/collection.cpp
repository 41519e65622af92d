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
