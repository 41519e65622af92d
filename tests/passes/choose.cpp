#include "slim/passes/choose.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr algorithm chosen(int size, int in, int out, window w = {3, 1, 1, 1, 1}, algorithm asked = algorithm::automatic) {
  return op::convolution_algorithm({size, size, in}, {size, size, out}, w, asked);
}
static_assert(chosen(56, 64, 64) == algorithm::winograd_4x4);
static_assert(chosen(14, 512, 512) == algorithm::winograd_4x4);
static_assert(chosen(5, 64, 64) == algorithm::winograd_2x2);  // large tiles would be 64 cells for 25
static_assert(chosen(1, 64, 64) == algorithm::direct);
static_assert(chosen(224, 3, 64) == algorithm::direct);
static_assert(chosen(224, 64, 3) == algorithm::direct);
static_assert(chosen(14, 32, 64, {5, 1, 1, 2, 2}) == algorithm::winograd_4x4);
static_assert(chosen(5, 32, 64, {5, 1, 1, 2, 2}) == algorithm::winograd_2x2);
static_assert(chosen(56, 512, 512, {5, 1, 1, 2, 2}) == algorithm::winograd_4x4);
static_assert(chosen(56, 513, 64, {5, 1, 1, 2, 2}) == algorithm::winograd_2x2);  // accuracy
static_assert(chosen(56, 64, 64, {7, 1, 1, 3, 3}) == algorithm::direct);
static_assert(chosen(56, 64, 64, {3, 2, 1, 1, 1}) == algorithm::direct);
static_assert(chosen(56, 64, 64, {3, 1, 2, 2, 2}) == algorithm::direct);
static_assert(chosen(56, 64, 64, {1, 1, 1, 0, 0}) == algorithm::product);
// What was asked for comes first where it is possible.
static_assert(chosen(56, 64, 64, {3, 1, 1, 1, 1}, algorithm::direct) == algorithm::direct);
static_assert(chosen(56, 64, 64, {3, 1, 1, 1, 1}, algorithm::winograd_2x2) == algorithm::winograd_2x2);
static_assert(chosen(56, 64, 64, {5, 1, 1, 2, 2}, algorithm::direct) == algorithm::direct);
static_assert(chosen(56, 64, 64, {3, 1, 1, 1, 1}, algorithm::product) == algorithm::winograd_4x4);  // no product without rearrangement
static_assert(chosen(8, 3, 5, {3, 1, 1, 1, 1}, algorithm::winograd_4x4) == algorithm::winograd_4x4);
static_assert(chosen(56, 64, 64, {5, 1, 1, 2, 2}, algorithm::winograd_2x2) == algorithm::winograd_2x2);
static_assert(chosen(56, 64, 64, {7, 1, 1, 3, 3}, algorithm::winograd_4x4) == algorithm::direct);

constexpr auto net = arg_scope<conv2d>(conv_algorithm = algorithm::direct)(scope(
    "net", repeat<2>(conv2d(32, {3, 3}, "conv1")) >> conv2d(40, {3, 3}, "conv2", conv_algorithm = algorithm::winograd_2x2) >> max_pool2d({2, 2}, "pool") >>
               conv2d(48, {3, 3}, "conv3", conv_algorithm = algorithm::automatic) >> fully_connected(10, "logits", activation_fn = none)));

template <class Program>
int count(const Program& p, graph::kind kind, algorithm how) {
  int found = 0;
  for (int i = 0; i < p.sizes.steps; ++i) found += p.nodes[p.order[i]].kind == kind && p.nodes[p.order[i]].how == how;
  return found;
}

}  // namespace

TEST_CASE("the policy conv_algorithm reaches a convolution and its gradients") {
  model<net, input<12, 12, 3>> m(seed(1));
  const auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{});
  const auto& p = decltype(step)::program;
  for (const graph::kind kind : {op::convolution::kind, op::convolution_weights_gradient::kind}) {
    CHECK(count(p, kind, algorithm::direct) == 2);
    CHECK(count(p, kind, algorithm::winograd_2x2) == 1);
    CHECK(count(p, kind, algorithm::winograd_4x4) == 1);
  }
  CHECK(count(p, op::convolution_data_gradient::kind, algorithm::direct) == 1);  // the image needs no gradient
  CHECK(count(p, op::convolution_data_gradient::kind, algorithm::winograd_2x2) == 1);
  CHECK(count(p, op::convolution_data_gradient::kind, algorithm::winograd_4x4) == 1);
}

namespace {

template <const auto& Algorithm>
constexpr auto small_vgg = [](const tensor& x) {
  return arg_scope<conv2d>(conv_algorithm = Algorithm)(repeat<2>(conv2d(32, {3, 3}, "conv1")) >> max_pool2d({2, 2}, "pool1") >>
                                                       repeat<2>(conv2d(48, {3, 3}, "conv2")) >> max_pool2d({2, 2}, "pool2") >>
                                                       fully_connected(10, "logits", activation_fn = none))(x);
};
constexpr algorithm winograd = algorithm::winograd_4x4, direct = algorithm::direct;
constexpr auto by_winograd = small_vgg<winograd>;
constexpr auto by_definition = small_vgg<direct>;

/// The losses of 40 steps on four fixed batches.
template <const auto& Net>
std::vector<float> loss_curve() {
  model<Net, input<16, 16, 3>> m(seed(3));
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.02});
  std::vector<float> curve;
  for (unsigned step = 0; step < 40; ++step) {
    const auto x = laws::numbers(8 * 16 * 16 * 3, step % 4);
    const std::vector<float> images(x.begin(), x.end());
    const std::vector<int> labels{0, 3, 1, 7, 9, 2, 5, 4};
    curve.push_back(op(images, labels));
  }
  return curve;
}

}  // namespace

TEST_CASE("training with Winograd and with the direct algorithm follows the same curve") {
  const std::vector<float> one = loss_curve<by_winograd>(), other = loss_curve<by_definition>();
  CHECK(one.back() < 0.5f * one.front());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == doctest::Approx(other[i]).epsilon(0.01));
}
