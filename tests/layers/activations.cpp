#include "slim/layers/activations.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = [](tensor x) {
  return outputs(relu(x), relu6(x), leaky_relu(x), leaky_relu.with(0.05)(x), elu(x), selu(x), nn::sigmoid(x), nn::tanh(x), softplus(x), swish(x), gelu(x));
};

using reference = double (*)(double);
constexpr reference references[] = {
    [](double x) { return x > 0 ? x : 0; },
    [](double x) { return x < 0   ? 0
                          : x > 6 ? 6
                                  : x; },
    [](double x) { return x > 0 ? x : 0.2 * x; },
    [](double x) { return x > 0 ? x : 0.05 * x; },
    [](double x) { return x > 0 ? x : std::expm1(x); },
    [](double x) { return 1.0507009873554804934193349852946 * (x > 0 ? x : 1.6732632423543772848170429916717 * std::expm1(x)); },
    [](double x) { return 1 / (1 + std::exp(-x)); },
    [](double x) { return std::tanh(x); },
    [](double x) { return x > 30 ? x : std::log1p(std::exp(x)); },
    [](double x) { return x / (1 + std::exp(-x)); },
    [](double x) { return x * 0.5 * std::erfc(-x / std::sqrt(2.0)); },
};

template <class T>
void check(double tolerance) {
  std::vector<T> x;
  for (double v : {-700.0, -80.0, -20.0, -3.5, -1.0, -0.1, -1e-3, 0.0, 1e-3, 0.1, 1.0, 3.5, 5.999, 6.001, 20.0, 80.0, 700.0}) x.push_back(static_cast<T>(v));
  model<net, input<17>, precision<T>> m(seed(1));
  m.predict(x);
  [&]<int... I>(std::integer_sequence<int, I...>) {
    const auto one = [&](int k, const T* found) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double expected = references[k](static_cast<double>(x[i]));
        INFO("activation " << k << " at " << x[i]);
        CHECK(std::abs(found[i] - expected) <= tolerance * (1 + std::abs(expected)));
        // What takes the logarithm of softplus relies on its digits, down to the smallest.
        if (k == 8 && x[i] > -50) CHECK(std::abs(found[i] - expected) <= 4 * tolerance * expected);
      }
    };
    (one(I, m.template output<I>().data()), ...);
  }(std::make_integer_sequence<int, std::size(references)>{});
}

}  // namespace

TEST_CASE("activations in double") { check<double>(1e-15 * 4); }
TEST_CASE("activations in float") { check<float>(6e-8 * 4); }

namespace {
constexpr tensor doubled(tensor x) { return 2 * x; }
constexpr auto named = [](tensor x) {  // the C library has these names, too
  return outputs(fully_connected(2, "units", activation_fn = tanh)(x), fully_connected(2, "units", reuse = true, activation_fn = nn::tanh)(x),
                 fully_connected(2, "units", reuse = true, activation_fn = exp)(x), fully_connected(2, "units", reuse = true, activation_fn = doubled)(x),
                 fully_connected(2, "units", reuse = true, activation_fn = none)(x));
};
}  // namespace
TEST_CASE("a function of tensors is an activation") {
  model<named, input<3>, precision<double>> m(seed(1));
  m.predict(std::vector<double>{0.5, -2.0, 1.5});
  for (int i = 0; i < 2; ++i) {
    CHECK(m.output<0>().data()[i] == m.output<1>().data()[i]);
    CHECK(m.output<3>().data()[i] == 2 * m.output<4>().data()[i]);
    CHECK(m.output<2>().data()[i] == doctest::Approx(std::exp(m.output<4>().data()[i])).epsilon(1e-14));
  }
}
