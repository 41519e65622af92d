#include "slim/nets/nets_factory.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;

// Section 13.2: one network of each family in the compiler, the others at run time, where the same functions are much faster.
static_assert(facts::counts_of<nets::resnet_v2_50, input<224, 224, 3>>() == facts::counts{25'570'409, 25'615'849, 272});
static_assert(facts::counts_of<nets::mobilenet_v1_025, input<224, 224, 3>>() == facts::counts{470'329, 475'801, 137});
static_assert(facts::counts_of<nets::mobilenet_v2_035, input<224, 224, 3>>() == facts::counts{1'678'409, 1'692'489, 262});
static_assert(facts::counts_of<nets::mobilenet_v3_small_minimalistic, input<224, 224, 3>>() == facts::counts{2'045'761, 2'057'873, 174});

TEST_CASE("networks have TF-Slim's numbers of parameters") {
  CHECK(facts::counts_in(facts::traced_now<nets::resnet_v2_101, input<224, 224, 3>>()) == facts::counts{44'579'945, 44'677'609, 544});
  CHECK(facts::counts_in(facts::traced_now<nets::resnet_v2_152, input<224, 224, 3>>()) == facts::counts{60'238'953, 60'382'697, 816});
  CHECK(facts::counts_in(facts::traced_now<nets::resnet_v2_200, input<224, 224, 3>>()) == facts::counts{64'728'169, 64'896'489, 1072});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v1, input<224, 224, 3>>()) == facts::counts{4'233'001, 4'254'889, 137});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v1_075, input<224, 224, 3>>()) == facts::counts{2'586'329, 2'602'745, 137});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v1_050, input<224, 224, 3>>()) == facts::counts{1'332'105, 1'343'049, 137});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v2, input<224, 224, 3>>()) == facts::counts{3'506'153, 3'540'265, 262});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v2_140, input<224, 224, 3>>()) == facts::counts{6'110'569, 6'158'505, 262});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v2_050, input<224, 224, 3>>()) == facts::counts{1'969'961, 1'988'505, 262});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v3_large, input<224, 224, 3>>()) == facts::counts{5'484'313, 5'508'713, 266});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v3_small, input<224, 224, 3>>()) == facts::counts{2'543'881, 2'555'993, 210});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_v3_large_minimalistic, input<224, 224, 3>>()) == facts::counts{3'925'569, 3'949'969, 234});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_edgetpu, input<224, 224, 3>>()) == facts::counts{4'092'713, 4'131'593, 292});
  CHECK(facts::counts_in(facts::traced_now<nets::mobilenet_edgetpu_075, input<224, 224, 3>>()) == facts::counts{2'989'441, 3'019'569, 292});
}

namespace {
template <const auto& Net, int Side>
shape extent_of(const char* name) {
  const graph::graph g = facts::traced_now<Net, input<Side, Side, 3>>();
  for (const graph::named_node& point : g.end_points)
    if (equal(graph::scope_name(g.scopes, point.scope).c_str(), name)) return point.extent;
  return {};
}
}  // namespace

TEST_CASE("end points have TF-Slim's names and shapes") {
  CHECK(extent_of<nets::resnet_v2_50, 224>("resnet_v2_50/block1/unit_1/bottleneck_v2/shortcut") == shape{56, 56, 256});
  CHECK(extent_of<nets::resnet_v2_50, 224>("resnet_v2_50/block4") == shape{7, 7, 2048});
  CHECK(extent_of<nets::mobilenet_v1, 224>("MobilenetV1/Conv2d_13_pointwise") == shape{7, 7, 1024});
  CHECK(extent_of<nets::mobilenet_v2, 224>("MobilenetV2/expanded_conv/project") == shape{112, 112, 16});
  CHECK(extent_of<nets::mobilenet_v2, 224>("MobilenetV2/expanded_conv_16") == shape{7, 7, 320});
  CHECK(extent_of<nets::mobilenet_v2, 224>("MobilenetV2/layer_18/output") == shape{7, 7, 320});
  CHECK(extent_of<nets::mobilenet_v3_large, 224>("MobilenetV3/layer_5/depthwise_output") == shape{28, 28, 72});
  CHECK(extent_of<nets::mobilenet_v3_large, 224>("MobilenetV3/layer_18") == shape{1, 1, 960});
}

namespace {
using names = std::vector<std::string>;

/// The end points directly below the scope of the network.
template <const auto& Net, int Side>
names keys_of() {
  names keys;
  for (const std::string& name : facts::end_point_names<Net, input<Side, Side, 3>>())
    if (const std::size_t first = name.find('/'); first != std::string::npos && name.find('/', first + 1) == std::string::npos)
      keys.push_back(name.substr(first + 1));
  return keys;
}
}  // namespace

namespace {
/// Batch normalizations by the batch, in the training form of a network or not.
template <const auto& Net>
int statistics_of_batches(bool training) {
  tracer trace;
  trace.training = training;
  slim::detail::trace_network<Net, model_options<input<224, 224, 3>>>(trace);
  int found = 0;
  for (const graph::node& n : trace.g.nodes) found += n.kind == op::moments::kind;
  return found;
}
inline constexpr auto by_program = nets::get_network<"inception_v1">(3), always_training = nets::get_network<"inception_v1">(3, 0.0, true),
                      never_training = nets::get_network<"inception_v1">(3, 0.0, false);
}  // namespace

TEST_CASE("is_training of a network by name") {
  CHECK(statistics_of_batches<by_program>(false) == 0);
  CHECK(statistics_of_batches<by_program>(true) == 57);
  CHECK(statistics_of_batches<always_training>(false) == 57);
  CHECK(statistics_of_batches<never_training>(true) == 0);
}

TEST_CASE("networks by name") {
  static constexpr auto net = nets::get_network<"mobilenet_v1_025">(7, 0.001);
  CHECK(extent_of<net, 224>("MobilenetV1/Predictions") == shape{7});
  static_assert(nets::default_image_size<"lenet"> == 28 && nets::default_image_size<"cifarnet"> == 32 && nets::default_image_size<"overfeat"> == 231);
  static_assert(nets::default_image_size<"inception_resnet_v2"> == 299 && nets::default_image_size<"mobilenet_v2_035"> == 224 &&
                nets::default_image_size<"resnet_v1_200"> == 224);
  static constexpr auto resnet = nets::get_network<"resnet_v2_101">(1001);
  CHECK(facts::counts_in(facts::traced_now<resnet, input<224, 224, 3>>()) == facts::counts{44'579'945, 44'677'609, 544});
}

namespace {
inline constexpr auto v3_base = nets::make_mobilenet_v3_small(0, {.final_endpoint = "layer_5", .output_stride = 4, .use_explicit_padding = true});
inline constexpr auto v3_features = nets::make_mobilenet_v3_small(0);
inline constexpr auto v3_width = nets::make_mobilenet_v3_small(5, {.depth_multiplier = 0});
inline constexpr auto v3_stride = nets::make_mobilenet_v3_small(5, {.output_stride = 3});
inline constexpr auto v3_divisor = nets::make_mobilenet_v3_small(5, {.divisible_by = 0});
inline constexpr auto v3_detection = nets::make_mobilenet_v3_large_detection();
inline constexpr auto v3_grouped = (nets::mobilenet_v3_arg_scope() + nets::mobilenet_group_norm())(nets::make_mobilenet_v3_small(1001));
}  // namespace

TEST_CASE("mobilenet_v3 and mobilenet_edgetpu: names, end points and options") {
  const names all = facts::variable_names<nets::mobilenet_v3_small, input<224, 224, 3>>();
  const names first(all.begin(), all.begin() + 16);
  CHECK(first == names{"MobilenetV3/Conv/weights", "MobilenetV3/Conv/BatchNorm/beta", "MobilenetV3/Conv/BatchNorm/gamma",
                       "MobilenetV3/Conv/BatchNorm/moving_mean", "MobilenetV3/Conv/BatchNorm/moving_variance",
                       "MobilenetV3/expanded_conv/depthwise/depthwise_weights", "MobilenetV3/expanded_conv/depthwise/BatchNorm/beta",
                       "MobilenetV3/expanded_conv/depthwise/BatchNorm/gamma", "MobilenetV3/expanded_conv/depthwise/BatchNorm/moving_mean",
                       "MobilenetV3/expanded_conv/depthwise/BatchNorm/moving_variance", "MobilenetV3/expanded_conv/squeeze_excite/Conv/weights",
                       "MobilenetV3/expanded_conv/squeeze_excite/Conv/biases", "MobilenetV3/expanded_conv/squeeze_excite/Conv_1/weights",
                       "MobilenetV3/expanded_conv/squeeze_excite/Conv_1/biases", "MobilenetV3/expanded_conv/project/weights",
                       "MobilenetV3/expanded_conv/project/BatchNorm/beta"});
  const names last(all.end() - 9, all.end());
  CHECK(last == names{"MobilenetV3/Conv_1/weights", "MobilenetV3/Conv_1/BatchNorm/beta", "MobilenetV3/Conv_1/BatchNorm/gamma",
                      "MobilenetV3/Conv_1/BatchNorm/moving_mean", "MobilenetV3/Conv_1/BatchNorm/moving_variance", "MobilenetV3/Conv_2/weights",
                      "MobilenetV3/Conv_2/biases", "MobilenetV3/Logits/Conv2d_1c_1x1/weights", "MobilenetV3/Logits/Conv2d_1c_1x1/biases"});

  names layers;
  for (int i = 1; i <= 15; ++i) layers.push_back("layer_" + std::to_string(i));
  const auto keys_and = [&](int count, std::initializer_list<const char*> rest) {
    names keys(layers.begin(), layers.begin() + count);
    keys.insert(keys.end(), rest.begin(), rest.end());
    return keys;
  };
  const auto keys = [](names found) {
    std::erase_if(found, [](const std::string& name) { return name.find("onv") != name.npos || name.find("Pool") != name.npos; });
    return found;
  };
  CHECK(keys(keys_of<nets::mobilenet_v3_small, 224>()) == keys_and(15, {"global_pool", "Logits", "Predictions"}));
  CHECK(keys(keys_of<v3_features, 224>()) == keys_and(15, {"global_pool"}));
  CHECK(keys(keys_of<v3_base, 224>()) == keys_and(5, {}));
  CHECK(facts::traced_now<v3_width, input<64, 64, 3>>().error.detail == std::string("depth_multiplier"));
  CHECK(facts::traced_now<v3_stride, input<64, 64, 3>>().error.detail == std::string("output_stride"));
  CHECK(facts::traced_now<v3_divisor, input<64, 64, 3>>().error.detail == std::string("divisible_by"));
  CHECK(extent_of<v3_base, 64>("MobilenetV3/layer_5") == shape{16, 16, 40});
  CHECK(extent_of<v3_detection, 224>("MobilenetV3/layer_14") == shape{7, 7, 80});
  CHECK(extent_of<v3_detection, 224>("MobilenetV3/layer_17") == shape{7, 7, 480});
  const names grouped = facts::variable_names<v3_grouped, input<224, 224, 3>>();
  CHECK(grouped[1] == "MobilenetV3/Conv/GroupNorm/beta");
}
