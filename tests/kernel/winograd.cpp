#include "slim/kernel/winograd_convolution.hpp"
#include "slim/kernel/winograd_weights_gradient.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// Relative RMS error allowed: six points lose about a digit, eight a little more where a thousand channels are summed.
template <class T, class Transform>
constexpr double winograd_tolerance = (sizeof(T) == 4 ? 1e-6 : 5e-15) * (Transform::inputs == 8   ? 12
                                                                         : Transform::inputs == 6 ? 10
                                                                                                  : 2);

/// Random shapes: odd sizes and channels, every padding, more than one block of tiles, more channels than one reduction takes, and numbers of columns
/// around every group and panel. For simulated vectors, which are slow, and where the tests are repeated, perhaps in an emulator, fewer.
template <class T>
std::vector<convolution_case> winograd_cases(int taps) {
  std::mt19937 random(7);
  const auto in = [&](int least, int most) { return std::uniform_int_distribution<int>(least, most)(random); };
  std::vector<convolution_case> cases{
      {convolution_of(1, 1, 1, 1, taps, taps, 1, 1, 1, 1, taps / 2, taps / 2, taps / 2, taps / 2), 1},
      {convolution_of(taps, taps, 2, 3, taps, taps, 1, 1, 1, 1, 0, 0, 0, 0), 1},
      {convolution_of(24, 28, 16, 32, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), std::is_floating_point_v<T> ? 5 : 3},
      {convolution_of(5, 6, 1300, 18, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), 1},
      {convolution_of(6, 7, 20, 130, taps, taps, 1, 1, 1, 1, 2, 2, 0, 1), 17},
      {convolution_of(7, 6, 9, 33, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), 2},
      {convolution_of(6, 5, 5, 64, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), 1},
      {convolution_of(5, 6, 7, 65, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), 1},
      {convolution_of(5, 5, 4, 97, taps, taps, 1, 1, 1, 1, 1, 1, 1, 1), 1},
  };
#ifdef TEST_OWN_VECTORS_ONLY
  constexpr int random_cases = 2;
#else
  constexpr int random_cases = std::is_floating_point_v<T> ? 12 : 2;
#endif
  for (int i = 0; i < random_cases; ++i)
    cases.push_back(
        {convolution_of(in(5, 17), in(5, 17), in(1, 40), in(1, 40), taps, taps, 1, 1, 1, 1, in(0, taps - 1), in(0, taps - 1), in(0, taps - 1), in(0, taps - 1)),
         in(1, 17)});
  return cases;
}

/// The three passes in double.
template <class T>
struct definition {
  std::vector<T> x, weights, dy;
  std::vector<double> y_expected, dx_expected, dweights_expected;

  explicit definition(const convolution_case& c)
      : x(values<T>(input_size(c), 1)), weights(values<T>(weights_size(c), 2)), dy(values<T>(output_size(c), 3)), y_expected(dy.size()), dx_expected(x.size()),
        dweights_expected(weights.size()) {
    for_each_product(c, [&](auto in, auto w, auto out) {
      y_expected[out] += static_cast<double>(x[in]) * static_cast<double>(weights[w]);
      dx_expected[in] += static_cast<double>(dy[out]) * static_cast<double>(weights[w]);
      dweights_expected[w] += static_cast<double>(x[in]) * static_cast<double>(dy[out]);
    });
  }
};

template <class T, class Transform>
void check_all_passes(const convolution_case& c, const definition<T>& is) {
  const convolution_geometry& g = c.geometry;
  const auto& [x, weights, dy, y_expected, dx_expected, dweights_expected] = is;
  const winograd_plane forward = forward_plane(g), backward = data_gradient_plane(g);
  std::vector<T> first_y, first_dx, first_dweights;
  for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
    // Scratch memory holds anything, even what is not a number.
    std::vector<T> workspace(static_cast<std::size_t>(std::max({winograd_convolution_workspace<T, Transform>(forward, c.batch, threads),
                                                                winograd_convolution_workspace<T, Transform>(backward, c.batch, threads),
                                                                winograd_weights_gradient_workspace<T, Transform>(forward, c.batch, threads)})),
                             T(NAN));
    std::vector<T> y(dy.size(), T(NAN)), dx(x.size(), T(NAN)), dweights(weights.size(), T(NAN));
    const recorder<T> y_calls(y.data(), output_size(c) / g.output_channels, g.output_channels);
    winograd_convolution<T, Transform>(forward, c.batch, x.data(), weights.data(), false, nullptr, y.data(), workspace.data(), y_calls.hook(), threads);
    std::vector<T> prepared(static_cast<std::size_t>(winograd_weights_layout<T, Transform>(forward).weights_elements())), again(y.size());
    winograd_transform_weights<T, Transform>(forward, weights.data(), false, prepared.data(), threads);
    winograd_convolution<T, Transform>(forward, c.batch, x.data(), nullptr, false, prepared.data(), again.data(), workspace.data(), {}, threads);
    CHECK(again == y);
    CHECK(distance(y, y_expected) <= winograd_tolerance<T, Transform>);
    CHECK(y_calls.exact(y));
    const recorder<T> dx_calls(dx.data(), input_size(c) / g.input_channels, g.input_channels);
    winograd_convolution<T, Transform>(backward, c.batch, dy.data(), weights.data(), true, nullptr, dx.data(), workspace.data(), dx_calls.hook(), threads);
    CHECK(distance(dx, dx_expected) <= winograd_tolerance<T, Transform>);
    CHECK(dx_calls.exact(dx));
    winograd_weights_gradient<T, Transform>(forward, c.batch, x.data(), dy.data(), workspace.data(), threads,
                                            store_rows<T>{dweights.data(), g.output_channels});
    CHECK(distance(dweights, dweights_expected) <= winograd_tolerance<T, Transform>);
    if (threads == 1) first_y = y, first_dx = dx, first_dweights = dweights;
    CHECK(y == first_y);
    CHECK(dx == first_dx);
    CHECK(dweights == first_dweights);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("Winograd equals the definition of all three passes, for every thread count, and finishes each element once", T, SLIM_TEST_SCALARS) {
  for (const convolution_case& c : winograd_cases<T>(3)) {
    const convolution_geometry& g = c.geometry;
    INFO(c.batch << " x " << g.input_height << ' ' << g.input_width << ' ' << g.input_channels << " to " << g.output_height << ' ' << g.output_width << ' '
                 << g.output_channels << ", border " << g.pad_top << ' ' << g.pad_left);
    const definition<T> is(c);
    check_all_passes<T, winograd_4x4_3x3>(c, is);
    check_all_passes<T, winograd_2x2_3x3>(c, is);
  }
  for (const convolution_case& c : winograd_cases<T>(5)) {
    const convolution_geometry& g = c.geometry;
    INFO("5x5: " << c.batch << " x " << g.input_height << ' ' << g.input_width << ' ' << g.input_channels << " to " << g.output_height << ' ' << g.output_width
                 << ' ' << g.output_channels << ", border " << g.pad_top << ' ' << g.pad_left);
    const definition<T> is(c);
    check_all_passes<T, winograd_2x2_5x5>(c, is);
    check_all_passes<T, winograd_4x4_5x5>(c, is);
  }
}
