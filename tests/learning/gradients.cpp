// Gradients without an optimizer, against differences of the loss that the same program gives, and against what a train_op sees.
#include "slim/learning/gradients.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", conv2d(3, {3, 3}, "conv", normalizer_fn = batch_norm, activation_fn = nn::tanh) >> flatten("flat") >>
                                             fully_connected(4, "fc", weights_regularizer = l2_regularizer(0.1), activation_fn = none));
using net_model = model<net, input<4, 3, 2>, precision<double>, keep<"net/conv">>;
constexpr int examples = 3, pixels = 4 * 3 * 2;

const auto images = laws::numbers(examples * pixels, 1);
const std::vector<int> classes{2, 0, 3};

inline constexpr auto two_inputs = [](tensor x, tensor y) { return mean(square(fully_connected(2, "fc", activation_fn = none)(x) - y)) + 0.0 * sum(x); };

}  // namespace

TEST_CASE("create_gradient_op: gradients of inputs and variables, in training form, and nothing changes") {
  net_model m(seed(3));
  const net_model before = m;
  auto gradients = learning::create_gradient_op(m, losses::sparse_softmax_cross_entropy);
  const double loss = gradients(images, classes);
  CHECK(std::memcmp(m.parameters().data(), before.parameters().data(), m.parameters().size_bytes()) == 0);  // moving averages included

  const auto check = [&](double given, double& number, const auto& at) {
    const double kept = number, step = 1e-5;
    number = kept + step;
    const double above = at();
    number = kept - step;
    const double below = at();
    number = kept;
    CHECK(given == doctest::Approx((above - below) / (2 * step)).epsilon(1e-6));
  };
  auto x = images;
  auto forward = learning::create_forward_op(m, losses::sparse_softmax_cross_entropy, capacity(examples));
  CHECK(forward(images, classes) == doctest::Approx(loss).epsilon(1e-14));
  CHECK(forward.losses() == 2);
  CHECK(forward.loss(0) + forward.loss(1) == doctest::Approx(loss).epsilon(1e-14));
  const auto by_image = gradients.input_gradient();
  CHECK(by_image.rows() == examples);
  CHECK(by_image.cols() == pixels);
  for (std::size_t i = 0; i < x.size(); i += 5) check(by_image.data()[i], x[i], [&] { return forward(x, classes); });
  for (const char* name : {"net/conv/weights", "net/fc/weights"}) {
    const bool conv = std::string(name) == "net/conv/weights";
    const auto found = conv ? gradients.gradient<"net/conv/weights">() : gradients.gradient<"net/fc/weights">();
    double* const weights = conv ? m.variable<"net/conv/weights">().data() : m.variable<"net/fc/weights">().data();
    for (std::size_t i = 0; i < found.size(); i += 7) check(found[i], weights[i], [&] { return forward(images, classes); });
  }

  // The same numbers as in a training step, of the batch's own statistics, and not those of inference.
  net_model trained = before;
  auto step = learning::create_train_op(trained, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1}, learning::summarize_gradients{});
  CHECK(step(images, classes) == doctest::Approx(loss).epsilon(1e-14));
  const auto expected = step.gradient<"net/conv/weights">();
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(gradients.gradient<"net/conv/weights">()[i] == doctest::Approx(expected[i]).epsilon(1e-10));
  CHECK(std::ranges::equal(step.end_point<"net/conv">(), gradients.end_point<"net/conv">()));
  CHECK(gradients.output().rows() == examples);
  CHECK(gradients.output()(0, 0) != doctest::Approx(m.predict(images)(0, 0)).epsilon(1e-3));

  std::vector<int> wrong{2, 0, 4};
  CHECK_THROWS_AS(gradients(images, wrong), error);
  const std::vector<int> one{1};
  CHECK(gradients(std::vector<double>(images.begin(), images.begin() + pixels), one) > 0);  // a partial batch
  CHECK(gradients.input_gradient().rows() == 1);
}

TEST_CASE("gradients of a network with several inputs that returns its loss, of the inputs alone, and zeros") {
  model<two_inputs, input<3>, input<2>, precision<double>> m(seed(3));
  auto gradients = learning::create_gradient_op(m, learning::variables_to_train<>{});
  const std::vector<double> x{1, 2, 3, -1, 0, 1}, y{1, -1, 0.5, 2};
  gradients(x, y);
  const auto by_target = gradients.input_gradient<1>();
  for (int e = 0; e < 2; ++e)
    for (int c = 0; c < 2; ++c) {
      double out = 0;
      for (int i = 0; i < 3; ++i) out += x[static_cast<std::size_t>(e * 3 + i)] * m.variable<"fc/weights">()(i, c);
      CHECK(by_target(e, c) == doctest::Approx(-2 * (out - y[static_cast<std::size_t>(e * 2 + c)]) / 4));
    }

  static constexpr auto without_second = [](tensor a, tensor b) { return mean(square(a)) + stop_gradient(mean(b)); };
  model<without_second, input<3>, input<2>, precision<double>> n(seed(1));
  auto partly = learning::create_gradient_op(n);
  partly(x, y);
  CHECK(partly.input_gradient<0>()(1, 0) == doctest::Approx(2 * -1.0 / 6));
  CHECK(partly.input_gradient<1>()(1, 1) == 0);

  // Nothing is before the first step, so that weights of the state have no part in a sequence of one.
  static constexpr auto one_step = [](tensor a) { return mean(square(lstm(2, "cell")(reshape(a, {1, 3})))); };
  model<one_step, input<3>, precision<double>> o(seed(1));
  auto of_cell = learning::create_gradient_op(o);
  of_cell(x);
  for (const double g : of_cell.gradient<"cell/recurrent_kernel">()) CHECK(g == 0);
  CHECK(std::ranges::any_of(of_cell.gradient<"cell/kernel">(), [](double g) { return g != 0; }));
}

namespace {

// Overlapping windows that both take the middle cell: its gradient is the sum of theirs, 3 and −2, and the rule sees that sum.
template <class Rule>
constexpr auto ruled(Rule rule) {
  return [=](tensor x) {
    const tensor y = custom_gradient(x, rule);
    return mean(max_pool2d({2, 1}, 1, "pool")(y) * variable(x, "w", {2, 1, 1}, ones));
  };
}
constexpr auto guided = ruled([](auto, auto g) { return select(g > 0.0, g, 0.0); });
constexpr auto squared = ruled([](auto, auto g) { return g * abs(g); });
constexpr auto bounded = ruled([](auto, auto g) { return 2.0 * g / (1.0 + abs(g)); });
constexpr auto scaled = ruled([](auto x, auto g) { return select(x > 0.0, 3.0 * g, 0.0); });
constexpr auto before_relu = [](tensor x) { return guided(relu(x)); };

template <const auto& Net>
float gradient_of_the_middle() {
  model<Net, input<3, 1, 1>> m{seed(1), capacity(1)};
  m.template variable<"w">()[0] = 6, m.template variable<"w">()[1] = -4;
  auto gradients = learning::create_gradient_op(m);
  gradients(std::vector<float>{1, 5, 2});
  const auto found = gradients.input_gradient();
  CHECK(found[0] == 0.0f);
  CHECK(found[2] == 0.0f);
  return found[1];
}

}  // namespace

TEST_CASE("a rule of custom_gradient in front of overlapping max pooling sees the sum of the windows' gradients") {
  CHECK(gradient_of_the_middle<guided>() == doctest::Approx(1));
  CHECK(gradient_of_the_middle<squared>() == doctest::Approx(1));
  CHECK(gradient_of_the_middle<bounded>() == doctest::Approx(1));
  CHECK(gradient_of_the_middle<scaled>() == doctest::Approx(3));
  CHECK(gradient_of_the_middle<before_relu>() == doctest::Approx(1));
}
