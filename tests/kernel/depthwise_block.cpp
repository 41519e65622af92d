#include "slim/kernel/depthwise_block.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// max(0, value + bias of the channel + number in the same place).
template <class T>
void biased_relu(const void* self, long row, long row_end, long column, long column_end) {
  const expression_context<T>& of = *static_cast<const expression_context<T>*>(self);
  for (; row < row_end; ++row)
    for (long c = column; c < column_end; ++c) {
      const long at = row * of.width + c;
      of.outputs[0][at] = std::max(of.inputs[0][at] + of.inputs[1][c] + (of.inputs[2] != nullptr ? of.inputs[2][at] : T(0)), T(0));
    }
}

/// A convolution of a block, with what its stage needs.
template <class T>
struct layer {
  convolution_geometry geometry;
  std::vector<T> weights, biases, residual, packed;

  layer(const convolution_geometry& g, long size, unsigned seed)
      : geometry(g), weights(values<T>(size, seed)), biases(values<T>(g.output_channels, seed + 1)) {}

  block_stage<T> stage(T* result) const {
    block_stage<T> made{geometry, weights.data(), packed.empty() ? nullptr : packed.data(), &biased_relu<T>, {}};
    made.context.inputs[0] = made.context.outputs[0] = result;
    made.context.inputs[1] = biases.data(), made.context.inputs[2] = residual.empty() ? nullptr : residual.data();
    made.context.width = geometry.output_channels;
    return made;
  }
  void pack() {
    const long depth = stage(nullptr).depth_limit();
    const tap_grid grid = convolution_grid(geometry, 1);
    packed.resize(static_cast<std::size_t>(packed_weights_elements<T>(grid)));
    pack_weights(grid, tap_weights<T>{weights.data(), geometry.kernel_width, false}, packed.data(), 1, depth);
  }
  /// The whole result at once.
  std::vector<T> convolved(long batch, const std::vector<T>& x) const {
    std::vector<T> y(static_cast<std::size_t>(batch * geometry.output_height * geometry.output_width * geometry.output_channels), T(NAN));
    const block_stage<T> made = stage(y.data());
    const epilogue<T> after{made.store, &made.context};
    contract_taps(convolution_grid(geometry, batch), x.data(), tap_weights<T>{weights.data(), geometry.kernel_width, false}, y.data(), after, 1,
                  made.depth_limit());
    return y;
  }
  std::vector<T> convolved_by_channel(long batch, const std::vector<T>& x) const {
    std::vector<T> y(static_cast<std::size_t>(batch * geometry.output_height * geometry.output_width * geometry.output_channels), T(NAN));
    const block_stage<T> made = stage(y.data());
    depthwise_convolution(geometry, batch, x.data(), weights.data(), y.data(), epilogue<T>{made.store, &made.context}, 1);
    return y;
  }
};

struct block_case {
  convolution_geometry first, depthwise;  // the first may have no outputs: then the block begins with the depthwise one
  int outputs;
  long batch;
};

constexpr convolution_geometry none{};
const block_case cases[] = {
    {convolution_of(9, 7, 3, 12, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), convolution_of(9, 7, 12, 12, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 5, 3},
    {convolution_of(40, 20, 5, 200, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), convolution_of(40, 20, 200, 200, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 19, 1},
    {convolution_of(33, 30, 17, 150, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), convolution_of(33, 30, 150, 150, 3, 3, 2, 2, 1, 1, 0, 1, 0, 1), 70, 2},
    {convolution_of(60, 50, 3, 33, 3, 3, 2, 2, 1, 1, 0, 1, 0, 1), convolution_of(30, 25, 33, 33, 5, 3, 1, 2, 1, 1, 2, 2, 1, 1), 8, 2},
    {convolution_of(21, 26, 4, 300, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), convolution_of(21, 26, 300, 300, 3, 3, 3, 1, 2, 2, 2, 2, 2, 2), 6, 1},
    {none, convolution_of(40, 30, 150, 150, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 40, 2},
    {none, convolution_of(20, 9, 30, 60, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1), 300, 1},
};

}  // namespace

TEST_CASE_TEMPLATE("a block in bands is its convolutions one after the other, for every thread count", T, SLIM_TEST_SCALARS) {
  for (const block_case& c : cases) {
    CAPTURE(&c - cases);
    const convolution_geometry& g = c.depthwise;
    const bool opens = c.first.output_channels > 0;
    const convolution_geometry& in = opens ? c.first : g;
    const auto x = values<T>(c.batch * in.input_height * in.input_width * in.input_channels, 1);
    layer<T> first(c.first, weights_size({c.first, 1}), 2), depthwise(g, static_cast<long>(g.kernel_height) * g.kernel_width * g.output_channels, 4),
        last(convolution_of(g.output_height, g.output_width, g.output_channels, c.outputs, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0),
             static_cast<long>(g.output_channels) * c.outputs, 6);
    last.residual = values<T>(c.batch * g.output_height * g.output_width * c.outputs, 8);
    const std::vector<T> expected = last.convolved(c.batch, depthwise.convolved_by_channel(c.batch, opens ? first.convolved(c.batch, x) : x));
    for (const bool packed : {false, true}) {
      if (packed && opens) first.pack();
      if (packed) last.pack();
      for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
        std::vector<T> y(expected.size(), T(NAN)), workspace(static_cast<std::size_t>(depthwise_block_workspace<T>(g, opens, threads)), T(NAN));
        const block_stage<T> opening = first.stage(nullptr);
        depthwise_block<T>({opens ? &opening : nullptr, depthwise.stage(nullptr), last.stage(y.data())}, c.batch, x.data(), y.data(), workspace.data(),
                           threads);
        CHECK(y == expected);
      }
    }
  }
}

TEST_CASE("bands are several where a whole image does not fit") {
  int several = 0;
  for (const block_case& c : cases) several += block_bands::of<float>(c.depthwise, c.first.output_channels > 0).rows < c.depthwise.output_height;
  CHECK(several >= 3);
}
