// Networks for videos: values of the definition restated with TF-Slim's layers (tests/golden/make_videos.py), which also counts its variables; names, end
// points, options.

#include "slim/nets/i3d.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "slim/initializers/fill.hpp"
#include "tests/layers/golden.hpp"
#include "tests/nets/facts.hpp"

using namespace slim;

namespace {

constexpr auto whole = nets::i3d_arg_scope()(nets::make_i3d(5));
constexpr auto narrow = nets::s3dg_arg_scope()(nets::make_s3dg(5, {.depth_multiplier = 0.125, .min_depth = 4}));

/// A variable holds the sequence that the hash of its name says.
template <class Model>
void set_by_name(Model& m) {
  for (int v = 0; v < m.variables(); ++v) {
    const std::string name = m.variable_name(v);
    const slim::shape& extent = m.variable_shape(v);
    std::uint32_t sequence = 2166136261u, i = 0;
    for (const char c : name) sequence = (sequence ^ static_cast<unsigned char>(c)) * 16777619u;
    const bool weights = name.ends_with("weights"), variance = name.ends_with("variance");
    const double scale = weights ? std::sqrt(6.0 * extent.channels() / static_cast<double>(extent.size())) : variance ? 0.5 : 0.1;
    for (auto& value : m.variable_values(v))
      value = static_cast<std::remove_reference_t<decltype(value)>>((variance ? 1 : 0) + scale * laws::number(sequence, i++));
  }
}

/// One video through the network: its end points along one direction.
template <const auto& Net, class T, class Video, slim::text... Points>
void check_video(std::initializer_list<golden::line> expected, double tolerance) {
  model<Net, Video, precision<T>, keep<Points>...> m(seed(1), capacity(1));
  set_by_name(m);
  m.predict(laws::numbers<T>(decltype(m)::options::input_extents[0].size(), 1));
  auto line = expected.begin();
  const auto check = [&](const char* name, const auto& values) {
    INFO(name);
    CHECK(std::string(name) == line->name);
    double largest = 1;
    for (const T v : values) largest = std::max(largest, std::abs(static_cast<double>(v)));
    CHECK(std::abs(golden::along(values) - line->value) <= tolerance * (std::abs(line->value) + largest));
    ++line;
  };
  (check(Points.c_str(), m.template end_point<Points>()), ...);
}

template <const auto& Net, class Video>
void check_counts(long trainable, long all, int variables) {
  const graph::graph g = facts::traced_now<Net, Video>();
  CHECK(g.error.broken == graph::rule::none);
  long found_trainable = 0, found_all = 0;
  for (const graph::variable_entry& v : g.variables) found_all += v.extent.size(), found_trainable += v.trainable ? v.extent.size() : 0;
  CHECK(found_trainable == trainable);
  CHECK(found_all == all);
  CHECK(g.variables.size() == variables);
}

}  // namespace

TEST_CASE("i3d computes what its definition says") {
  check_video<whole, double, input<10, 40, 33, 3>, "InceptionV1/Conv2d_1a_7x7", "InceptionV1/Conv2d_2c_3x3", "InceptionV1/Mixed_3c", "InceptionV1/Mixed_4f",
              "InceptionV1/Mixed_5c", "InceptionV1/Logits", "InceptionV1/Predictions">(
      {
          {"InceptionV1/Conv2d_1a_7x7", 36.86873153297074},
          {"InceptionV1/Conv2d_2c_3x3", -145.66222844939125},
          {"InceptionV1/Mixed_3c", 397.6944922021661},
          {"InceptionV1/Mixed_4f", -99.40167045549062},
          {"InceptionV1/Mixed_5c", 65.60617580983686},
          {"InceptionV1/Logits", 5.7523417020048555},
          {"InceptionV1/Predictions", 0.858256188547828},
      },
      1e-9);
}

TEST_CASE("s3dg computes what its definition says") {
  const std::initializer_list<golden::line> expected = {
      {"InceptionV1/Conv2d_1a_7x7", -95.4572912236575}, {"InceptionV1/Conv2d_2c_3x3", -85.72078679631721}, {"InceptionV1/Mixed_3c", 46.77348423443887},
      {"InceptionV1/Mixed_4f", 1.1381592539765633},     {"InceptionV1/Mixed_5c", 0.11408863828988391},     {"InceptionV1/Logits", -0.06896167674772585},
      {"InceptionV1/Predictions", 0.3074249632113109},
  };
  check_video<narrow, double, input<20, 48, 64, 3>, "InceptionV1/Conv2d_1a_7x7", "InceptionV1/Conv2d_2c_3x3", "InceptionV1/Mixed_3c", "InceptionV1/Mixed_4f",
              "InceptionV1/Mixed_5c", "InceptionV1/Logits", "InceptionV1/Predictions">(expected, 1e-9);
  check_video<narrow, float, input<20, 48, 64, 3>, "InceptionV1/Conv2d_1a_7x7", "InceptionV1/Conv2d_2c_3x3", "InceptionV1/Mixed_3c", "InceptionV1/Mixed_4f",
              "InceptionV1/Mixed_5c", "InceptionV1/Logits", "InceptionV1/Predictions">(expected, 1e-5);
}

TEST_CASE("i3d and s3dg have as many parameters as the definition") {
  check_counts<nets::i3d, input<64, 224, 224, 3>>(13'304'984, 13'319'544, 230);
  check_counts<nets::s3dg, input<64, 224, 224, 3>>(10'133'848, 10'148'408, 305);
}

TEST_CASE("names and end points of videos") {
  static constexpr auto features = nets::s3dg_arg_scope()(nets::make_s3dg(0));
  static constexpr auto base = nets::s3dg_arg_scope()(nets::make_s3dg(7, {.final_endpoint = "Conv2d_2c_3x3"}));
  static constexpr auto late =
      nets::s3dg_arg_scope()(nets::make_s3dg(7, {.final_endpoint = "Mixed_3c", .temporal_conv_startat = "Mixed_3c", .gating_startat = nullptr}));
  using video = input<32, 64, 64, 3>;
  const auto names = facts::variable_names<base, video>();
  CHECK(names == std::vector<std::string>{
                     "InceptionV1/Conv2d_1a_7x7/weights", "InceptionV1/Conv2d_1a_7x7/BatchNorm/beta", "InceptionV1/Conv2d_1a_7x7/BatchNorm/moving_mean",
                     "InceptionV1/Conv2d_1a_7x7/BatchNorm/moving_variance", "InceptionV1/Conv2d_2b_1x1/weights", "InceptionV1/Conv2d_2b_1x1/BatchNorm/beta",
                     "InceptionV1/Conv2d_2b_1x1/BatchNorm/moving_mean", "InceptionV1/Conv2d_2b_1x1/BatchNorm/moving_variance",
                     "InceptionV1/Conv2d_2c_3x3/weights", "InceptionV1/Conv2d_2c_3x3/BatchNorm/beta", "InceptionV1/Conv2d_2c_3x3/BatchNorm/moving_mean",
                     "InceptionV1/Conv2d_2c_3x3/BatchNorm/moving_variance", "InceptionV1/Conv2d_2c_3x3/temporal/weights",
                     "InceptionV1/Conv2d_2c_3x3/temporal/biases", "InceptionV1/Conv2d_2c_3x3/self_gating/transformer_W/weights"});
  const graph::graph of_base = facts::traced_now<base, video>(), of_features = facts::traced_now<features, video>(), of_late = facts::traced_now<late, video>();
  CHECK(of_base.nodes[of_base.outputs[0]].extent == slim::shape{16, 16, 16, 192});
  CHECK(of_features.nodes[of_features.outputs[0]].extent == slim::shape{3, 1, 1, 1024});
  for (const std::string& name : facts::names_in(of_late)) CHECK((name.find("temporal") == name.npos || name.find("Mixed_3c") != name.npos));
  CHECK(facts::names_in(of_late).size() == 4 * (3 + 12) + 2 * 2);
  for (const graph::variable_entry& v : of_base.variables) CHECK(v.collections.contains("moving_vars") == std::string(v.name).starts_with("moving_"));
}

TEST_CASE("options that a video network does not take are refused") {
  static constexpr auto even = nets::s3dg_arg_scope()(nets::make_s3dg(7, {.first_temporal_kernel_size = 4}));
  static constexpr auto nowhere = nets::s3dg_arg_scope()(nets::make_s3dg(7, {.gating_startat = "Mixed_6a"}));
  static constexpr auto nothing = nets::s3dg_arg_scope()(nets::make_s3dg(7, {.depth_multiplier = 0}));
  static constexpr auto unknown = nets::i3d_arg_scope()(nets::make_i3d(7, {.final_endpoint = "Mixed_5d"}));
  static constexpr auto pairs = nets::s3dg_arg_scope()(scope("net", nets::conv3d_spatiotemporal(4, {2, 3, 3}, "conv")));
  using video = input<8, 32, 32, 3>;
  const auto refused = [](const graph::graph& g, const char* argument) {
    CHECK(g.error.broken == graph::rule::number_wrong);
    CHECK(std::string(g.error.detail) == argument);
  };
  refused(facts::traced_now<even, video>(), "first_temporal_kernel_size");
  refused(facts::traced_now<nowhere, video>(), "gating_startat");
  refused(facts::traced_now<nothing, video>(), "depth_multiplier");
  refused(facts::traced_now<pairs, video>(), "kernel_size");
  CHECK(facts::traced_now<unknown, video>().error.broken == graph::rule::end_point_missing);
  CHECK(facts::traced_now<whole, input<32, 32, 3>>().error.broken == graph::rule::rank_mismatch);
}

TEST_CASE("a convolution along the time begins as the identity") {
  float values[5 * 3 * 3];
  fill(values, {5, 1, 1, 3, 3}, nets::center_initializer(), 1, 1, 1);
  for (int tap = 0; tap < 5; ++tap)
    for (int in = 0; in < 3; ++in)
      for (int out = 0; out < 3; ++out) CHECK(values[(tap * 3 + in) * 3 + out] == (tap == 2 && in == out ? 1 : 0));
}
