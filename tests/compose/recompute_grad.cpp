// A part whose values are computed again for its gradient: the same gradients in less memory.
#include "slim/compose/recompute_grad.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "slim/report/explain.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr auto block = residual("add", conv2d(6, {3, 3}, "conv1", normalizer_fn = batch_norm) >> dropout(0.8, "drop") >> conv2d(6, {3, 3}, "conv2") >>
                                           conv2d(6, {3, 3}, "conv3", activation_fn = nn::tanh));
constexpr auto head = flatten("flat") >> fully_connected(3, "logits", activation_fn = none);
constexpr auto plain = scope("net", repeat<16>(scope("inner", block), "block") >> head);
constexpr auto thrifty = scope("net", repeat<16>(recompute_grad(scope("inner", block)), "block") >> head);

using plain_model = model<plain, input<7, 6, 6>, precision<double>>;
using thrifty_model = model<thrifty, input<7, 6, 6>, precision<double>>;

const auto images = laws::numbers(3 * 7 * 6 * 6, 1);
const std::vector<int> classes{2, 0, 1};

}  // namespace

TEST_CASE("recompute_grad on 16 residual blocks: the same gradients and averages in less than half of the memory") {
  plain_model a(seed(3));
  thrifty_model b(seed(3));
  auto plain_op = learning::create_train_op(a, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.05});
  auto thrifty_op = learning::create_train_op(b, losses::sparse_softmax_cross_entropy, optimizers::momentum{.learning_rate = 0.05});
  CHECK(2 * thrifty_op.program.example_elements <= plain_op.program.example_elements);
  MESSAGE("arena: ", thrifty_op.program.example_elements, " of ", plain_op.program.example_elements);
  for (int step = 0; step < 3; ++step) CHECK(plain_op(images, classes) == thrifty_op(images, classes));
  CHECK(std::ranges::equal(a.parameters(), b.parameters()));  // to the bit, dropout and moving averages included
  CHECK(a.predict(images) == b.predict(images));

  const std::string steps = explain(thrifty_op);
  CHECK(steps.find("conv2 (again)") != std::string::npos);
  CHECK(steps.find("logits (again)") == std::string::npos);
}

namespace {

/// The same network with and without recompute_grad, as `again` says: parts within a part, one of two tensors, one that passes its input on, one that
/// nothing depends on, a kept end point and a loss inside, weights that are shared.
template <bool Again>
constexpr auto maybe(const auto& part) {
  if constexpr (Again) return recompute_grad(part);
  else return part;
}
template <bool Again>
constexpr auto odd = scope("net", [](tensor x, tensor y) {
  const auto shared = [](tensor z) { return fully_connected(4, "shared", activation_fn = nn::tanh, reuse = z.trace->reuse)(z); };
  x = maybe<Again>(
      scope("a", fully_connected(4, "fc1", activation_fn = nn::tanh) >> maybe<Again>(fully_connected(4, "fc2", activation_fn = sigmoid)) >> shared))(x);
  const auto joined = maybe<Again>([](tensor p, tensor q) {
    const tensor product = p * fully_connected(4, "q", activation_fn = elu)(q);
    losses::add_loss(mean(square(product)) * 0.1);
    return product + p;
  });
  const tensor z = joined(x, y);
  const tensor unused = maybe<Again>(fully_connected(7, "unused"))(z);
  static_cast<void>(unused);
  const tensor same = maybe<Again>(skip)(z);
  return mean(square(fully_connected(2, "out")(same + x))) + losses::get_total_loss();
});
template <bool Again>
using odd_model = model<odd<Again>, input<3>, input<4>, precision<double>, keep<"net/a/fc2">>;

}  // namespace

TEST_CASE("recompute_grad: parts of every form") {
  odd_model<false> a(seed(5));
  odd_model<true> b(seed(5));
  auto plain_op = learning::create_train_op(a, optimizers::gradient_descent{.learning_rate = 0.1});
  auto again_op = learning::create_train_op(b, optimizers::gradient_descent{.learning_rate = 0.1});
  const auto x = laws::numbers(5 * 3, 1), y = laws::numbers(5 * 4, 2);
  for (int step = 0; step < 2; ++step) CHECK(plain_op(x, y) == doctest::Approx(again_op(x, y)).epsilon(1e-13));
  REQUIRE(a.parameters().size() == b.parameters().size());
  for (std::size_t i = 0; i < a.parameters().size(); ++i) CHECK(a.parameters()[i] == doctest::Approx(b.parameters()[i]).epsilon(1e-12));
  CHECK(std::ranges::equal(plain_op.end_point<"net/a/fc2">(), again_op.end_point<"net/a/fc2">()));
}

TEST_CASE("rev_block: TF-Slim's scopes, and the gradients of what it stands for") {
  static constexpr auto f = fully_connected(3, "fc", activation_fn = nn::tanh);
  static constexpr auto reversible = [](tensor x1, tensor x2) {
    const auto [y1, y2] = rev_block<2>(x1, x2, f, f >> fully_connected(3, "fc2"));
    return mean(square(y1 - 2.0 * y2));
  };
  static constexpr auto written_out = [](tensor x1, tensor x2) {
    for (const char* layer : {"revblock/revlayer_0", "revblock/revlayer_1"}) {
      x1 = x1 + scope(layer, scope("f", f))(x2);
      x2 = x2 + scope(layer, scope("g", f >> fully_connected(3, "fc2")))(x1);
    }
    return mean(square(x1 - 2.0 * x2));
  };
  model<reversible, input<3>, input<3>, precision<double>> a(seed(2));
  model<written_out, input<3>, input<3>, precision<double>> b(seed(2));
  REQUIRE(a.variables() == b.variables());
  for (int v = 0; v < a.variables(); ++v) CHECK(a.variable_name(v) == b.variable_name(v));
  auto first = learning::create_train_op(a, optimizers::gradient_descent{.learning_rate = 0.1});
  auto second = learning::create_train_op(b, optimizers::gradient_descent{.learning_rate = 0.1});
  const auto x = laws::numbers(4 * 3, 1), y = laws::numbers(4 * 3, 2);
  for (int step = 0; step < 2; ++step) CHECK(first(x, y) == doctest::Approx(second(x, y)).epsilon(1e-13));
  for (std::size_t i = 0; i < a.parameters().size(); ++i) CHECK(a.parameters()[i] == doctest::Approx(b.parameters()[i]).epsilon(1e-12));
}

namespace {

/// Pools at the end of a part, whose maxima others read and whose cells only the gradient, twice the same one, and one that overlaps.
template <bool Again>
constexpr auto pooled = scope("net", [](tensor x) {
  x = maybe<Again>(conv2d(5, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool1"))(x);
  x = maybe<Again>([](tensor y) { return max_pool2d({3, 3}, "pool2", stride = 1)(y) + max_pool2d({3, 3}, "pool3", stride = 1)(y); })(x);
  return fully_connected(3, "logits", activation_fn = none)(flatten()(x));
});
template <bool Again>
using pooled_model = model<pooled<Again>, input<12, 10, 2>, precision<double>>;

}  // namespace

TEST_CASE("recompute_grad: max pools") {
  pooled_model<false> a(seed(6));
  pooled_model<true> b(seed(6));
  auto plain_op = learning::create_train_op(a, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 0.1});
  auto thrifty_op = learning::create_train_op(b, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 0.1});
  const auto x = laws::numbers(3 * 12 * 10 * 2, 4);
  for (int step = 0; step < 3; ++step) CHECK(plain_op(x, classes) == thrifty_op(x, classes));
  CHECK(std::ranges::equal(a.parameters(), b.parameters()));
}
