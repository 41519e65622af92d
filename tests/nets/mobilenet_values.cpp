// MobileNets against a second definition of them in TensorFlow.
#include "slim/nets/mobilenet_v1.hpp"
#include "slim/nets/mobilenet_v2.hpp"
#include "slim/nets/mobilenet_v3.hpp"
#include "tests/golden/nets.hpp"
#include "tests/nets/facts.hpp"

using namespace slim;

namespace {
constexpr auto v1 = nets::mobilenet_v1_arg_scope()(nets::make_mobilenet_v1(5, {.depth_multiplier = 0.25}));
constexpr auto dense = nets::mobilenet_v1_arg_scope()(nets::make_mobilenet_v1(5, {.depth_multiplier = 0.25, .output_stride = 8, .global_pool = true}));
constexpr auto v2 = nets::mobilenet_v2_arg_scope()(nets::make_mobilenet_v2(5, {.depth_multiplier = 0.35, .finegrain_classification_mode = true}));
constexpr auto v3 = nets::mobilenet_v3_arg_scope()(nets::make_mobilenet_v3_small(5));
constexpr auto early = nets::make_mobilenet_v1(0, {.output_stride = 16, .use_explicit_padding = true, .final_endpoint = "Conv2d_12_depthwise"});
constexpr auto features = nets::mobilenet_v1_arg_scope()(nets::make_mobilenet_v1(0, {.depth_multiplier = 0.01, .min_depth = 16}));
constexpr auto options =
    nets::mobilenet_v1_arg_scope(0.1, {.regularize_depthwise = true})(nets::make_mobilenet_v1(5, {.spatial_squeeze = false, .prediction_fn = none}));
constexpr auto own_layers =
    nets::mobilenet_v1_arg_scope(0.1, {.normalizer_fn = none})(nets::make_mobilenet_v1({{24, 2, false, 5}, {48, 2}}, 5, {.global_pool = true}));
constexpr auto refused_stride = nets::make_mobilenet_v1(5, {.output_stride = 4});
constexpr auto refused_width = nets::make_mobilenet_v1(5, {.depth_multiplier = -1});

const graph::named_node& last_of(const graph::graph& g) { return g.end_points[g.end_points.size() - 1]; }
std::string last_end_point(const graph::graph& g) { return graph::scope_name(g.scopes, last_of(g).scope).c_str(); }
}  // namespace

TEST_CASE("mobilenet_v1 computes what it does in TensorFlow") {
  golden::compare_network<v1, 47, double, "MobilenetV1/Conv2d_2_pointwise", "MobilenetV1/Conv2d_6_depthwise", "MobilenetV1/Conv2d_13_pointwise">(
      "mobilenet_v1_025", 1e-12);
}
TEST_CASE("mobilenet_v1 of output_stride 8 computes what it does in TensorFlow") {
  golden::compare_network<dense, 47, double, "MobilenetV1/Conv2d_12_pointwise">("mobilenet_v1_stride_8", 1e-12);
}
TEST_CASE("mobilenet_v2 computes what it does in TensorFlow") {
  golden::compare_network<v2, 47, double, "MobilenetV2/expanded_conv_2", "MobilenetV2/expanded_conv_10", "MobilenetV2/expanded_conv_16">("mobilenet_v2_035",
                                                                                                                                         1e-12);
}
TEST_CASE("mobilenet_v3 computes what it does in TensorFlow") {
  golden::compare_network<v3, 47, double, "MobilenetV3/layer_2/depthwise_output", "MobilenetV3/layer_7", "MobilenetV3/layer_15">("mobilenet_v3_small", 1e-12);
}

TEST_CASE("mobilenet_v1 has TF-Slim's options") {
  using image = input<225, 223, 3>;
  const graph::graph first = facts::traced_now<early, image>();
  CHECK(facts::names_in(first).back() == "MobilenetV1/Conv2d_12_depthwise/biases");
  CHECK(facts::extent_in(first, "MobilenetV1/Conv2d_11_pointwise") == shape{15, 14, 512});
  CHECK(facts::extent_in(first, "MobilenetV1/Conv2d_12_depthwise") == shape{15, 14, 512});
  const graph::graph pooled = facts::traced_now<features, image>();
  CHECK(last_end_point(pooled) == "MobilenetV1/AvgPool_1a");
  CHECK(last_of(pooled).extent == shape{1, 1, 16});
  const graph::graph other = facts::traced_now<options, image>();
  CHECK(last_end_point(other) == "MobilenetV1/Logits");
  CHECK(last_of(other).extent == shape{1, 1, 5});
  for (const graph::variable_entry& v : other.variables) CHECK((v.regularizer >= 0) == (v.extent.rank == 4));
  const graph::graph own = facts::traced_now<own_layers, image>();
  CHECK(own.variables[0].extent == shape{5, 5, 3, 24});
  CHECK(facts::names_in(own)[2] == "MobilenetV1/Conv2d_1_depthwise/depthwise_weights");
  CHECK(own.variables[4].extent == shape{1, 1, 24, 48});
  CHECK(facts::extent_in(own, "MobilenetV1/global_pool") == shape{1, 1, 48});
  CHECK(last_end_point(own) == "MobilenetV1/Predictions");
  CHECK(facts::traced_now<refused_stride, image>().error.broken == graph::rule::number_wrong);
  CHECK(facts::traced_now<refused_width, image>().error.detail == std::string("depth_multiplier"));
}
