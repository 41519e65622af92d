// MobileNets against a second definition of them in TensorFlow.
#include "slim/nets/mobilenet_v1.hpp"
#include "slim/nets/mobilenet_v2.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr auto v1 = nets::mobilenet_v1_arg_scope()(nets::make_mobilenet_v1(5, {.depth_multiplier = 0.25}));
constexpr auto dense = nets::mobilenet_v1_arg_scope()(nets::make_mobilenet_v1(5, {.depth_multiplier = 0.25, .output_stride = 8, .global_pool = true}));
constexpr auto v2 = nets::mobilenet_v2_arg_scope()(nets::make_mobilenet_v2(5, {.depth_multiplier = 0.35, .finegrain_classification_mode = true}));
}  // namespace

TEST_CASE("mobilenet_v1 computes what it does in TensorFlow") {
  golden::compare_network<v1, 47, double, "MobilenetV1/Conv2d_2_pointwise", "MobilenetV1/Conv2d_6_depthwise", "MobilenetV1/Conv2d_13_pointwise">("mobilenet_v1_025", 1e-12);
}
TEST_CASE("mobilenet_v1 of output_stride 8 computes what it does in TensorFlow") {
  golden::compare_network<dense, 47, double, "MobilenetV1/Conv2d_12_pointwise">("mobilenet_v1_stride_8", 1e-12);
}
TEST_CASE("mobilenet_v2 computes what it does in TensorFlow") {
  golden::compare_network<v2, 47, double, "MobilenetV2/expanded_conv_2", "MobilenetV2/expanded_conv_10", "MobilenetV2/expanded_conv_16">("mobilenet_v2_035", 1e-12);
}
