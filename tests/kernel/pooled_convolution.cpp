#include "slim/kernel/pooled_convolution.hpp"

#include "slim/kernel/max_pool.hpp"
#include "slim/kernel/winograd_convolution.hpp"
#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// Biases and relu, on a whole result and on pixels in scratch memory.
template <class T>
struct biased_relu {
  T* result;
  long channels;
  std::vector<T> biases = values<T>(channels, 9);

  void finish(T& value, long channel) const { value = std::max(value + biases[static_cast<std::size_t>(channel)], T(0)); }
  epilogue<T> whole() const {
    return {[](const void* self, long row, long row_end, long column, long column_end) {
              const biased_relu& of = *static_cast<const biased_relu*>(self);
              for (; row < row_end; ++row)
                for (long c = column; c < column_end; ++c) of.finish(of.result[row * of.channels + c], c);
            },
            this};
  }
  pooled_epilogue<T> pooled(long size, long cells = 0) const {
    return {size,
            [](const void* self, T* scratch, long rows, long columns, long first_column) {
              const biased_relu& of = *static_cast<const biased_relu*>(self);
              for (long i = 0; i < rows * columns; ++i) of.finish(scratch[i], first_column + i % columns);
            },
            this, cells};
  }
};

/// `convolve(y, after)` and `convolve_pooled(y, after)` are a convolution in the two forms: the bits must be the same.
template <class T, class Convolve, class ConvolvePooled>
void check_same(const convolution_case& c, long size, const Convolve& convolve, const ConvolvePooled& convolve_pooled) {
  const convolution_geometry& g = c.geometry;
  const int height = g.output_height / static_cast<int>(size), width = g.output_width / static_cast<int>(size), side = static_cast<int>(size);
  std::vector<T> y(static_cast<std::size_t>(output_size(c)), T(NAN)), expected(y.size() / static_cast<std::size_t>(size * size)),
      found(expected.size(), T(NAN));
  const biased_relu<T> after{y.data(), g.output_channels};
  convolve(y.data(), after.whole());
  std::vector<T> expected_cells(expected.size()), found_both(2 * expected.size() + 7, T(NAN));
  max_pool_with_cells<T>({g.output_height, g.output_width, g.output_channels, height, width, side, side, side, side, 0, 0}, c.batch, y.data(), expected.data(),
                         expected_cells.data(), {}, 1);
  convolve_pooled(found.data(), after.pooled(size));
  CHECK(found == expected);
  const auto cells = static_cast<std::ptrdiff_t>(expected.size() + 7);
  convolve_pooled(found_both.data(), after.pooled(size, cells));
  CHECK(std::equal(expected.begin(), expected.end(), found_both.begin()));
  CHECK(std::equal(expected_cells.begin(), expected_cells.end(), found_both.begin() + cells));
}

struct pooled_case {
  convolution_case convolution;
  long size;
};

const pooled_case direct_cases[] = {
    {{convolution_of(2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1}, 2},    {{convolution_of(28, 28, 1, 32, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2), 3}, 2},
    {{convolution_of(15, 11, 3, 19, 3, 3, 2, 2, 1, 1, 1, 1, 2, 1), 2}, 2}, {{convolution_of(18, 9, 2, 7, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2), 5}, 3},
    {{convolution_of(32, 20, 3, 65, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1}, 4},
};

template <class T, class Transform>
void check_winograd(const pooled_case& p) {
  const convolution_geometry& g = p.convolution.geometry;
  const auto x = values<T>(input_size(p.convolution), 1), weights = values<T>(weights_size(p.convolution), 2);
  const winograd_plane plane = forward_plane(g);
  for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
    std::vector<T> workspace(static_cast<std::size_t>(winograd_convolution_workspace<T, Transform>(plane, p.convolution.batch, threads)), T(NAN));
    const auto run = [&](T* y, const epilogue<T>& after, const winograd_pool<T, Transform>& pool) {
      winograd_convolution<T, Transform>(plane, p.convolution.batch, x.data(), weights.data(), false, nullptr, y, workspace.data(), after, threads, pool);
    };
    check_same<T>(
        p.convolution, p.size, [&](T* y, const epilogue<T>& after) { run(y, after, {}); },
        [&](T* y, const pooled_epilogue<T>& after) { run(y, {}, pool_with<T, Transform>(after)); });
  }
}

/// Few and many tiles, odd channels, tiles that hang over the image, more columns than are finished together.
std::vector<pooled_case> winograd_cases(int taps, int size) {
  const int pad = taps / 2;
  const auto same = [&](int height, int width, int in, int out) { return convolution_of(height, width, in, out, taps, taps, 1, 1, 1, 1, pad, pad, pad, pad); };
  return {{{same(size, size, 1, 1), 1}, size},
          {{same(7 * size, 3 * size, 5, 19), 2}, size},
          {{same(14 * size, 5 * size, 33, 70), 3}, size},
          {{same(12 * size, 26 * size, 8, 40), size == 2 ? 9 : 2}, size}};
}

}  // namespace

TEST_CASE_TEMPLATE("a pooled direct convolution is the convolution and then the pool", T, SLIM_TEST_SCALARS) {
  for (const pooled_case& p : direct_cases) {
    CAPTURE(&p - direct_cases);
    const convolution_geometry& g = p.convolution.geometry;
    const auto x = values<T>(input_size(p.convolution), 1), weights = values<T>(weights_size(p.convolution), 2);
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads)
      check_same<T>(
          p.convolution, p.size,
          [&](T* y, const epilogue<T>& after) { convolution<T>(g, p.convolution.batch, x.data(), weights.data(), nullptr, y, after, threads); },
          [&](T* y, const pooled_epilogue<T>& after) { pooled_convolution<T>(g, p.convolution.batch, x.data(), weights.data(), y, after, threads); });
  }
}

TEST_CASE_TEMPLATE("a pooled Winograd convolution is the convolution and then the pool", T, SLIM_TEST_SCALARS) {
  for (const int size : {2, 4})
    for (const pooled_case& p : winograd_cases(3, size)) check_winograd<T, winograd_4x4_3x3>(p);
  for (const pooled_case& p : winograd_cases(3, 2)) check_winograd<T, winograd_2x2_3x3>(p);
  // The store knows of a transform only how many pixels a tile has: the others are tried on the machine's own vectors, and where tests are repeated on floats.
  if constexpr (std::is_floating_point_v<T> && (sizeof(T) == 4 || slim::test::most_threads<T> > 2)) {
    for (const int size : {2, 4})
      for (const pooled_case& p : winograd_cases(5, size)) check_winograd<T, winograd_4x4_5x5>(p);
    for (const pooled_case& p : winograd_cases(5, 2)) check_winograd<T, winograd_2x2_5x5>(p);
  }
}

TEST_CASE_TEMPLATE("what is not a number stays in a pooled store, wherever it stands in its square", T, SLIM_TEST_SCALARS) {
  const long size = 2, channels = 19;
  for (long place = 0; place < size * size; ++place) {
    std::vector<T> scratch(static_cast<std::size_t>(size * size * channels), T(1)), found(static_cast<std::size_t>(channels));
    scratch[static_cast<std::size_t>(place * channels + 17)] = T(NAN);
    store_pooled<T>({size, nullptr, nullptr}, scratch.data(), size, size, channels, 0, found.data(), channels, channels);
    for (std::size_t c = 0; c < found.size(); ++c) CHECK(std::isnan(static_cast<double>(found[c])) == (c == 17));
  }
}
