// Convolutions and pools of all ranks beside TensorFlow and PyTorch: tests/golden/make_convolutions.py.

#include <boost/hana/tuple.hpp>
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "slim/learning/gradients.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

struct row {
  const char* name;
  long size;
  double sums[4];
};

constexpr row golden[] = {
    {"conv1d", 50, {6.921875, 23.6875, -55.703125, 44.234375}},
    {"conv1d_valid", 36, {27.4375, -26.015625, 17.484375, 5.140625}},
    {"conv1d_causal", 90, {129.640625, -29.859375, 74.9375, 70.171875}},
    {"conv1d_causal_stride", 50, {32.671875, -45.40625, -79.921875, -92.109375}},
    {"in_plane", 96, {30.125, -0.796875, 28.046875, 41.90625}},
    {"global_max", 8, {-6.875, -4.875, -15.625, -22.25}},
    {"conv3d", 1680, {245.5625, -389.15625, 122.296875, 179.390625}},
    {"conv3d_stride", 216, {-69.546875, 443.9375, -435.515625, -81.90625}},
    {"conv3d_valid", 560, {137.25, 108.234375, 84.265625, -59.296875}},
    {"conv3d_rate", 1680, {74.546875, -32.890625, -349.640625, 258.390625}},
    {"conv3d_transpose", 20160, {-541.453125, 278.015625, -2056.546875, 152.15625}},
    {"conv3d_transpose_valid", 16632, {-616.375, -42.6875, 58.453125, 20.609375}},
    {"conv3d_transpose_plain", 1680, {-92.828125, -222.25, 294.59375, -4.625}},
    {"max_pool3d", 108, {9.375, -9.0, 0.25, -348.875}},
    {"max_pool3d_same", 324, {-16.0, -1.25, -20.5, -1019.5}},
    {"max_pool1d", 40, {9.375, -10.375, 1.75, -82.375}},
    {"max_pool1d_rate", 24, {6.875, -0.375, -1.25, -47.625}},
    {"max_pool2d_rate", 72, {15.0, -6.5, -38.625, -160.25}},
    {"max_pool3d_rate", 180, {15.25, 4.625, -14.5, -590.375}},
    {"avg_pool3d", 108, {5.895833333333332, -2.9062499999999996, 5.114583333333332, 4.15625}},
    {"avg_pool3d_same", 324, {-22.203125000000004, 30.50520833333333, -9.578125000000002, -13.274305555555557}},
    {"avg_pool1d", 40, {-11.416666666666668, -5.333333333333332, 0.04166666666666696, -7.270833333333332}},
    {"avg_pool1d_rate", 24, {-0.6666666666666667, 3.7916666666666665, 3.291666666666667, 12.916666666666666}},
    {"avg_pool2d_rate", 72, {-0.43749999999999645, -9.395833333333336, -31.8125, 8.000000000000002}},
    {"avg_pool3d_rate", 180, {7.187500000000003, 36.25, -0.562499999999997, -1.7604166666666656}},
    {"groups", 108, {148.5625, -69.828125, -26.046875, 162.1875}},
    {"groups_depthwise", 672, {-72.84375, -253.296875, 18.875, -288.640625}},
    {"upsample_nearest", 2016, {86.75, 309.125, 642.0, 34.875}},
    {"upsample_nearest_4", 5376, {21.875, 12.875, 46.375, 5.0}},
    {"upsample_bilinear", 2016, {124.09375000000004, 188.15625, 360.23958333333326, 85.50000000000001}},
    {"upsample_bilinear_4", 5376, {-7.45703125, -31.837890625, 8.1953125, 119.9375}},
};

template <class T>
std::vector<T> numbers(long count, long seed) {
  std::vector<T> result;
  for (long i = 0; i < count; ++i) result.push_back(static_cast<T>(static_cast<double>((i * 7 + i / 5 + seed * 13) % 23 - 11) / 8));
  return result;
}

constexpr double tolerance_of(double) { return 1e-12; }
constexpr double tolerance_of(float) { return 1e-5; }

template <class Found>
void check_row(const char* name, const Found& found) {
  INFO(name);
  using T = std::remove_cvref_t<decltype(*found.data())>;
  const row* expected = nullptr;
  for (const row& one : golden)
    if (std::string_view(one.name) == name) expected = &one;
  REQUIRE(expected != nullptr);
  REQUIRE(static_cast<long>(found.size()) == expected->size);
  const int step[] = {3, 5, 7, 11};
  for (int k = 0; k < 4; ++k) {
    double sum = 0, most = 1;
    for (long i = 0; i < static_cast<long>(found.size()); ++i) {
      const double term = static_cast<double>(found.data()[i]) * static_cast<double>((i * step[k] + i / 3) % 17 - 8);
      sum += term, most += std::abs(term);
    }
    CHECK(std::abs(sum - expected->sums[k]) <= tolerance_of(T()) * most);
  }
}

/// The outputs of a network for two examples, whose weights are numbers and whose biases stay 0, beside the rows of their names; then each example alone, and a
/// part of the capacity.
template <class T, const auto& Net, class Input>
void check_rows(std::initializer_list<const char*> names, long extent) {
  model<Net, Input, precision<T>> m(seed(1), capacity(5), 1);
  for (int v = 0; v < m.variables(); ++v) {
    const auto values = m.variable_values(v);
    if (!std::string_view(m.variable_name(v)).ends_with("weights")) continue;
    const std::vector<T> given = numbers<T>(static_cast<long>(values.size()), 2);
    std::copy(given.begin(), given.end(), values.begin());
  }
  const std::vector<T> images = numbers<T>(2 * extent, 1), last(images.begin() + extent, images.end());
  m.predict(images);
  std::vector<std::vector<T>> both;
  const auto each = [&](auto visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (visit(I, m.template output<static_cast<int>(I)>()), ...); }(std::make_index_sequence<Net.count>{});
  };
  each([&](std::size_t i, const auto& found) {
    check_row(names.begin()[i], found);
    both.emplace_back(found.data(), found.data() + found.size());
  });
  m.predict(last);
  each([&](std::size_t i, const auto& found) {
    INFO(names.begin()[i]);
    REQUIRE(2 * static_cast<std::size_t>(found.size()) == both[i].size());
    for (std::size_t k = 0; k < both[i].size() / 2; ++k) REQUIRE(std::abs(found.data()[k] - both[i][both[i].size() / 2 + k]) <= tolerance_of(T()) * 10);
  });
}

/// Several layers of one input.
template <class... Layers>
struct heads {
  static constexpr std::size_t count = sizeof...(Layers);
  hana::tuple<Layers...> all;
  constexpr auto operator()(tensor x) const {
    return hana::unpack(all, [&](const auto&... layer) { return outputs(layer(x)...); });
  }
};
template <class... Layers>
constexpr auto side_by_side(const Layers&... layers) {
  return heads<Layers...>{hana::make_tuple(layers...)};
}

constexpr auto sequences = arg_scope<conv1d>(activation_fn = none);
constexpr auto of_sequences = side_by_side(sequences(conv1d(5, 3, 2, "conv1d")), sequences(conv1d(3, 2, "conv1d_valid", rate = 3, padding = VALID)),
                                           arg_scope<convolution>(activation_fn = none)(convolution(5, 3, "conv1d_causal", rate = 2, padding = CAUSAL)),
                                           sequences(conv1d(5, 3, 2, "conv1d_causal_stride", padding = CAUSAL)));

constexpr auto of_images = side_by_side(conv2d_in_plane({3, 2}, {2, 2}, "in_plane", activation_fn = none), global_max_pool("global_max"),
                                        conv2d(6, {3, 2}, 2, "groups", groups = 2, padding = VALID, activation_fn = none),
                                        conv2d(8, {3, 3}, "groups_depthwise", groups = 4, activation_fn = none));

constexpr auto volumes = arg_scope<conv3d, convolution, conv3d_transpose>(activation_fn = none);
constexpr auto of_volumes = side_by_side(volumes(conv3d(4, 3, "conv3d")), volumes(convolution(4, {2, 3, 2}, "conv3d_stride", stride = {2, 3, 2})),
                                         volumes(conv3d(4, {3, 1, 2}, "conv3d_valid", stride = {2, 1, 1}, padding = VALID)),
                                         volumes(conv3d(4, {2, 3, 2}, "conv3d_rate", rate = {3, 2, 1})));
constexpr auto by_winograd = side_by_side(volumes(conv3d(4, 3, "conv3d", conv_algorithm = algorithm::winograd_4x4)));
constexpr auto transposed = side_by_side(volumes(conv3d_transpose(4, {3, 3, 2}, {2, 2, 3}, "conv3d_transpose")),
                                         volumes(conv3d_transpose(4, {3, 2, 4}, "conv3d_transpose_valid", stride = {2, 3, 1}, padding = VALID)),
                                         volumes(conv3d_transpose(4, {3, 1, 2}, "conv3d_transpose_plain")));

constexpr auto larger = side_by_side(upsample({3, 2}, "upsample_nearest"), upsample(4, "upsample_nearest_4"),
                                     upsample({3, 2}, "upsample_bilinear", interpolation = upsampling::bilinear),
                                     arg_scope<upsample>(interpolation = upsampling::bilinear)(upsample(4, "upsample_bilinear_4")));

template <pooling Kind>
constexpr auto pools = side_by_side(pool(3, Kind, "pool1d", stride = 2, padding = SAME), pool(3, Kind, "pool1d_rate", dilation_rate = 3));
constexpr auto largest_of_volumes = side_by_side(max_pool3d({3, 2, 2}, 2, "max_pool3d"), max_pool3d({3, 3, 2}, {2, 3, 1}, "max_pool3d_same", padding = SAME),
                                                 pool({2, 3, 2}, pooling::max, "max_pool3d_rate", dilation_rate = {3, 2, 1}));
constexpr auto mean_of_volumes = side_by_side(avg_pool3d({3, 2, 2}, "avg_pool3d"), avg_pool3d({3, 3, 2}, "avg_pool3d_same", stride = {2, 3, 1}, padding = SAME),
                                              pool({2, 3, 2}, pooling::avg, "avg_pool3d_rate", dilation_rate = {3, 2, 1}));
constexpr auto dilated_images =
    side_by_side(pool({3, 2}, pooling::max, "max_pool2d_rate", dilation_rate = {2, 3}), pool({3, 2}, pooling::avg, "avg_pool2d_rate", dilation_rate = {2, 3}));

template <class T>
void check_pools() {
  check_rows<T, pools<pooling::max>, input<9, 4>>({"max_pool1d", "max_pool1d_rate"}, 9 * 4);
  check_rows<T, pools<pooling::avg>, input<9, 4>>({"avg_pool1d", "avg_pool1d_rate"}, 9 * 4);
  check_rows<T, largest_of_volumes, input<5, 7, 6, 3>>({"max_pool3d", "max_pool3d_same", "max_pool3d_rate"}, 5 * 7 * 6 * 3);
  check_rows<T, mean_of_volumes, input<5, 7, 6, 3>>({"avg_pool3d", "avg_pool3d_same", "avg_pool3d_rate"}, 5 * 7 * 6 * 3);
  check_rows<T, dilated_images, input<7, 6, 4>>({"max_pool2d_rate", "avg_pool2d_rate"}, 7 * 6 * 4);
}

}  // namespace

TEST_CASE("convolutions of sequences, also causal") {
  check_rows<double, of_sequences, input<9, 4>>({"conv1d", "conv1d_valid", "conv1d_causal", "conv1d_causal_stride"}, 9 * 4);
  check_rows<float, of_sequences, input<9, 4>>({"conv1d", "conv1d_valid", "conv1d_causal", "conv1d_causal_stride"}, 9 * 4);
}
TEST_CASE("convolutions in groups and in plane, the largest of an image") {
  check_rows<double, of_images, input<7, 6, 4>>({"in_plane", "global_max", "groups", "groups_depthwise"}, 7 * 6 * 4);
  check_rows<float, of_images, input<7, 6, 4>>({"in_plane", "global_max", "groups", "groups_depthwise"}, 7 * 6 * 4);
}
TEST_CASE("convolutions of volumes and their transposes") {
  check_rows<double, of_volumes, input<5, 7, 6, 3>>({"conv3d", "conv3d_stride", "conv3d_valid", "conv3d_rate"}, 5 * 7 * 6 * 3);
  check_rows<float, of_volumes, input<5, 7, 6, 3>>({"conv3d", "conv3d_stride", "conv3d_valid", "conv3d_rate"}, 5 * 7 * 6 * 3);
  check_rows<double, by_winograd, input<5, 7, 6, 3>>({"conv3d"}, 5 * 7 * 6 * 3);
  check_rows<double, transposed, input<5, 7, 6, 3>>({"conv3d_transpose", "conv3d_transpose_valid", "conv3d_transpose_plain"}, 5 * 7 * 6 * 3);
  check_rows<float, transposed, input<5, 7, 6, 3>>({"conv3d_transpose", "conv3d_transpose_valid", "conv3d_transpose_plain"}, 5 * 7 * 6 * 3);
}
TEST_CASE("pools of sequences, images and volumes") { check_pools<double>(), check_pools<float>(); }
TEST_CASE("larger images, from the nearest pixel and between pixels") {
  check_rows<double, larger, input<7, 6, 4>>({"upsample_nearest", "upsample_nearest_4", "upsample_bilinear", "upsample_bilinear_4"}, 7 * 6 * 4);
  check_rows<float, larger, input<7, 6, 4>>({"upsample_nearest", "upsample_nearest_4", "upsample_bilinear", "upsample_bilinear_4"}, 7 * 6 * 4);
}
TEST_CASE("the first of equal maxima in a volume gets the gradient") {
  static constexpr auto net = [](tensor x) { return sum(max_pool3d(2, 1, "pool")(x)); };
  model<net, input<3, 3, 3, 1>, precision<double>> m(seed(1));
  auto gradients = learning::create_gradient_op(m);
  gradients(std::vector<double>(27));
  for (int i = 0; i < 27; ++i) CHECK(gradients.input_gradient().data()[i] == (i % 3 < 2 && i / 3 % 3 < 2 && i / 9 < 2 ? 1 : 0));
}
TEST_CASE("names of layers that are given none") {
  static constexpr auto net = scope("net", conv3d(2, 1) >> conv3d_transpose(2, 1) >> pool(1, pooling::avg) >> max_pool3d(1, 1) >> convolution(2, 1) >>
                                               avg_pool3d(2) >> pool(1, pooling::max));
  model<net, input<2, 2, 2, 1>, keep<"net/avg_pool">, keep<"net/MaxPool3D">, keep<"net/AvgPool3D">, keep<"net/max_pool">> m(seed(1));
  CHECK(m.predict(std::vector<float>(8)).size() == 2);
  CHECK(m.variable_name(0) == std::string("net/Conv/weights"));
  CHECK(m.variable_name(2) == std::string("net/Conv3d_transpose/weights"));
  CHECK(m.variable_name(5) == std::string("net/Conv_1/biases"));
}
