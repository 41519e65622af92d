// Compiled with -ffast-math, which lets compilers take every number for finite: what is not is found nevertheless.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {
inline constexpr auto net = fully_connected(16, "hidden") >> fully_connected(3, "fc", activation_fn = none);

/// Behind a volatile, so that no compiler works with it in advance.
float from_bits(std::uint32_t bits) {
  volatile std::uint32_t hidden = bits;
  return std::bit_cast<float>(static_cast<std::uint32_t>(hidden));
}
inline constexpr auto pooled = max_pool2d({2, 2}, "pool");
inline constexpr auto largest = [](const tensor& x) { return reduce_max(x, {0, 1}); };
inline constexpr auto convolved = conv2d(4, {3, 3}, "conv", activation_fn = none) >> max_pool2d({2, 2}, "pool");
inline constexpr auto rectified = [](const tensor& x) { return relu(x); };
// One operand is none at a time, but for the first pixel.
inline constexpr auto first_pixel = [](const tensor& x) { return slice(x, {0, 0, 0}, {1, 1, 5}); };
inline constexpr auto greatest = [](const tensor& x) { return max(max(x, first_pixel(x)), max(first_pixel(x) * 0.5, x * 0.5)); };
inline constexpr auto least = [](const tensor& x) { return min(min(x, first_pixel(x)), min(first_pixel(x) * 0.5, x * 0.5)); };
inline constexpr auto chosen = [](const tensor& x) { return where(x, x, 1.0); };
inline constexpr auto clipped = [](const tensor& x) { return clip_by_value(x, -1.0, 3.0); };

/// True when the results have a NaN wherever one stands in the image; `of_first_pixel`: so many of one there.
template <const auto& Net>
bool hands_on(int of_first_pixel = 1) {
  model<Net, input<6, 6, 5>> m{seed(1), capacity(1), 1};
  for (std::size_t at = 0; at < 180; ++at) {
    std::vector<float> x(180);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17);
    x[at] = from_bits(0x7FC00000u);
    const auto y = m.predict(x);
    int found = 0;
    for (long i = 0; i < y.size(); ++i) found += is_nan(y.data()[i]);
    if (found < (at < 5 ? of_first_pixel : 1)) return false;
  }
  return true;
}
}  // namespace

TEST_CASE_TEMPLATE("functions of ordinary numbers are what they are", T, float, double) {
  const auto of = [](auto word, T x) { return static_cast<double>(word(simd::broadcast(x)).get(0)); };
  const double close = sizeof(T) == 4 ? 1e-6 : 1e-14;
  for (const std::uint32_t bits : {0x3089705Fu, 0x3DCCCCCDu, 0x3F000000u, 0x40000000u, 0x41F00000u}) {  // 1e-9, 0.1, 0.5, 2, 30
    const T x = static_cast<T>(from_bits(bits));
    const double exact = static_cast<double>(x);
    CAPTURE(exact);
    CHECK(std::abs(of([](const auto& v) { return simd::exponential(v); }, x) / std::exp(exact) - 1) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::exponential(v); }, -x) / std::exp(-exact) - 1) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::logarithm(v); }, x) - std::log(exact)) < 4 * close);
    CHECK(std::abs(of([](const auto& v) { return simd::logarithm_of_one_plus(v); }, x) / std::log1p(exact) - 1) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::hyperbolic_tangent(v); }, x) - std::tanh(exact)) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::error_function(v); }, x) - std::erf(exact)) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::sine(v); }, x) - std::sin(exact)) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::cosine(v); }, x) - std::cos(exact)) < close);
    CHECK(std::abs(of([](const auto& v) { return simd::round_down(v); }, x) - std::floor(exact)) == 0);
  }
}

TEST_CASE("what takes the larger of two numbers hands on what is none") {
  CHECK(hands_on<pooled>());
  CHECK(hands_on<largest>());
  CHECK(hands_on<convolved>());
  CHECK(hands_on<rectified>());
  CHECK(hands_on<greatest>(36));
  CHECK(hands_on<least>(36));
  CHECK(hands_on<clipped>());
}

TEST_CASE("a condition that is none is not 0") { CHECK(hands_on<chosen>()); }

TEST_CASE("NaN and infinity are found in losses, labels, inputs and variables") {
  for (const std::uint32_t bits : {0x7FC00000u, 0xFFC00000u, 0x7F800000u, 0xFF800000u}) {
    INFO("bits " << bits);
    const float bad = from_bits(bits);
    CHECK_FALSE(is_finite(bad));
    CHECK_FALSE(is_finite(static_cast<double>(bad)));
    CHECK(is_nan(bad) == ((bits & 0x400000u) != 0));
    model<net, input<4>> m{seed(1)};
    auto plain = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.0});
    auto checked = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.0}, learning::check_numerics{});
    std::vector<float> x{1, 2, 3, 4};
    CHECK_THROWS_WITH_AS(plain(x, std::vector<float>{bad}), doctest::Contains("example 0: expected a class from 0 to 2"), error);
    CHECK(is_finite(checked(x, std::vector<int>{1})));
    x[0] = bad;
    CHECK_THROWS_WITH_AS(checked(x, std::vector<int>{1}), doctest::Contains("found 1 NaN or infinite in input 0"), error);
    m = model<net, input<4>>{seed(1)};
    CHECK_THROWS_WITH_AS(plain(x, std::vector<int>{1}), doctest::Contains("expected a finite loss"), error);
    m = model<net, input<4>>{seed(1)};  // the step before has made weights NaN
    m.variable<"fc/biases">()(1) = bad;
    x[0] = 1;
    CHECK_THROWS_WITH_AS(checked(x, std::vector<int>{1}), doctest::Contains("found 1 NaN or infinite in variable fc/biases"), error);
  }
}
