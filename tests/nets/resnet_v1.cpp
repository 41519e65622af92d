#include "slim/nets/resnet_v2.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<224, 224, 3>;

static_assert(parameter_count<nets::resnet_v1_50, image> == 25'557'032);
static_assert(facts::all_numbers<nets::resnet_v1_50, image> == 25'610'152);
static_assert(variable_count<nets::resnet_v1_50, image> == 267);
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/conv1", image> == shape{112, 112, 64});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/pool1", image> == shape{56, 56, 64});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block1/unit_1/bottleneck_v1/shortcut", image> == shape{56, 56, 256});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block1/unit_2/bottleneck_v1", image> == shape{56, 56, 256});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block1/unit_3/bottleneck_v1/conv1", image> == shape{56, 56, 64});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block1/unit_3/bottleneck_v1/conv2", image> == shape{28, 28, 64});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block1", image> == shape{28, 28, 256});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block2", image> == shape{14, 14, 512});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block3", image> == shape{7, 7, 1024});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block4/unit_1/bottleneck_v1", image> == shape{7, 7, 2048});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/block4", image> == shape{7, 7, 2048});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/global_pool", image> == shape{1, 1, 2048});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/logits", image> == shape{1, 1, 1000});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/spatial_squeeze", image> == shape{1000});
static_assert(end_point<nets::resnet_v1_50, "resnet_v1_50/predictions", image> == shape{1000});

namespace {
struct counts {
  long trainable = 0, all = 0;
  int variables = 0;
};
/// Counted in a trace at run time, which is quicker than in the compiler.
template <const auto& Net>
counts counted() {
  const graph::graph g = facts::traced_now<Net, image>();
  counts result;
  for (const graph::variable_entry& v : g.variables) {
    result.all += v.extent.size();
    if (v.trainable) result.trainable += v.extent.size();
  }
  result.variables = g.variables.size();
  return result;
}
const std::string block1 = "resnet_v1_50/block1/unit_1/bottleneck_v1";
}  // namespace

TEST_CASE("ResNets of all depths have TF-Slim's numbers of parameters") {
  const counts c101 = counted<nets::resnet_v1_101>(), c152 = counted<nets::resnet_v1_152>(), c200 = counted<nets::resnet_v1_200>();
  CHECK(c101.trainable == 44'549'160);
  CHECK(c101.all == 44'654'504);
  CHECK(c101.variables == 522);
  CHECK(c152.trainable == 60'192'808);
  CHECK(c152.all == 60'344'232);
  CHECK(c152.variables == 777);
  CHECK(c200.trainable == 64'673'832);
  CHECK(c200.all == 64'849'832);
  CHECK(c200.variables == 1017);
}

TEST_CASE("the variables of ResNet-50 have TF-Slim's names, the shortcut's first") {
  const std::vector<std::string> names = facts::variable_names<nets::resnet_v1_50, image>();
  // TF-Slim itself makes a layer's beta and gamma in either order, depending on the form of batch_norm it chooses.
  std::vector<std::string> expected;
  const auto normalized = [&](const std::string& layer) {
    for (const char* name : {"weights", "BatchNorm/beta", "BatchNorm/gamma", "BatchNorm/moving_mean", "BatchNorm/moving_variance"})
      expected.push_back(layer + "/" + name);
  };
  normalized("resnet_v1_50/conv1");
  const int units[] = {3, 4, 6, 3};
  for (int block = 1; block <= 4; ++block)
    for (int unit = 1; unit <= units[block - 1]; ++unit) {
      const std::string name = "resnet_v1_50/block" + std::to_string(block) + "/unit_" + std::to_string(unit) + "/bottleneck_v1/";
      if (unit == 1) normalized(name + "shortcut");
      for (const char* layer : {"conv1", "conv2", "conv3"}) normalized(name + layer);
    }
  expected.push_back("resnet_v1_50/logits/weights");
  expected.push_back("resnet_v1_50/logits/biases");
  CHECK(names == expected);
}

TEST_CASE("blocks and units of ResNet-50 are end points") {
  const std::vector<std::string> names = facts::end_point_names<nets::resnet_v1_50, image>();
  const std::vector<std::string> first(names.begin(), names.begin() + 7);
  CHECK(first == std::vector<std::string>{"resnet_v1_50/conv1", "resnet_v1_50/pool1", block1 + "/shortcut", block1 + "/conv1", block1 + "/conv2",
                                          block1 + "/conv3", block1});
  const std::vector<std::string> last(names.end() - 5, names.end());
  CHECK(last == std::vector<std::string>{"resnet_v1_50/block4", "resnet_v1_50/global_pool", "resnet_v1_50/logits", "resnet_v1_50/spatial_squeeze",
                                         "resnet_v1_50/predictions"});
}

TEST_CASE("all weights of ResNet-50 decay and nothing else does") {
  const graph::graph g = facts::traced_now<nets::resnet_v1_50, image>();
  for (const graph::variable_entry& v : g.variables) CHECK((v.regularizer >= 0) == (v.extent.rank == 4));
}

namespace {
constexpr auto dense = nets::make_resnet_v1_50(0, {.output_stride = 8, .global_pool = false});
constexpr auto dense_logits = nets::make_resnet_v2_50(5, {.output_stride = 16, .global_pool = false, .spatial_squeeze = false});
constexpr auto whole_blocks = nets::resnet_arg_scope()(nets::make_resnet_v1_50(5, {.store_non_strided_activations = true, .spatial_squeeze = false}));
constexpr auto dense_whole_blocks = nets::resnet_arg_scope()(nets::make_resnet_v1_50(0, {.output_stride = 8, .store_non_strided_activations = true}));
constexpr auto rootless = nets::make_resnet_v2_50(0, {.include_root_block = false});
constexpr auto narrow = nets::make_resnet_v1_50(5, {.depth_multiplier = 0.05});
constexpr auto features = nets::resnet_arg_scope()(nets::make_resnet_v1_50(0));
constexpr auto with_biases = nets::resnet_arg_scope(0.1, {.activation_fn = relu6, .use_batch_norm = false})(nets::make_resnet_v1_50(5));
constexpr auto no_such_stride = nets::make_resnet_v1_50(5, {.output_stride = 6});
constexpr auto too_much_stride = nets::make_resnet_v2_50(5, {.output_stride = 64});
constexpr auto no_width = nets::make_resnet_v1_50(5, {.depth_multiplier = 0});
constexpr auto no_units = nets::make_resnet_v1("small", {{"block1", 8, 2, 2}, {"block2", 16, 0, 1}}, 5);
constexpr auto bounded =
    nets::make_resnet_v1("bounded", {{"block1", 1, 1, 1}}, 0, {.include_root_block = false, .use_bounded_activations = true, .global_pool = false});

template <const auto& Net>
void check_blocks(const std::string& network, const int (&extents)[4], const int (&channels)[4], int side = 224) {
  const graph::graph g = side == 224 ? facts::traced_now<Net, input<224, 224, 3>>() : facts::traced_now<Net, input<56, 56, 3>>();
  CHECK(g.error.broken == graph::rule::none);
  for (int i = 0; i < 4; ++i) CHECK(facts::extent_in(g, network + "/block" + std::to_string(i + 1)) == shape{extents[i], extents[i], channels[i]});
}
template <const auto& Net>
void check_refused(const char* option, double number) {
  const graph::violation found = facts::traced_now<Net, image>().error;
  CHECK(found.broken == graph::rule::number_wrong);
  CHECK(found.detail == std::string(option));
  CHECK(found.number == number);
}
}  // namespace

TEST_CASE("ResNets have TF-Slim's options") {
  const int usual[] = {256, 512, 1024, 2048};
  check_blocks<dense>("resnet_v1_50", {28, 28, 28, 28}, usual);
  check_blocks<dense_logits>("resnet_v2_50", {28, 14, 14, 14}, usual);
  check_blocks<whole_blocks>("resnet_v1_50", {56, 28, 14, 7}, usual);
  check_blocks<dense_whole_blocks>("resnet_v1_50", {56, 28, 28, 28}, usual);
  check_blocks<rootless>("resnet_v2_50", {28, 14, 7, 7}, usual, 56);
  check_blocks<narrow>("resnet_v1_50", {28, 14, 7, 7}, {32, 32, 48, 100});

  CHECK(facts::end_point_names<dense, image>().back() == "resnet_v1_50/block4");
  CHECK(facts::end_point_names<features, image>().back() == "resnet_v1_50/global_pool");
  CHECK(facts::variable_names<features, image>().size() == 265);
  CHECK(facts::variable_names<rootless, input<56, 56, 3>>().front() == "resnet_v2_50/block1/unit_1/bottleneck_v2/preact/beta");
  const graph::graph logits = facts::traced_now<dense_logits, image>(), unsqueezed = facts::traced_now<whole_blocks, image>();
  CHECK(facts::extent_in(logits, "resnet_v2_50/logits") == shape{14, 14, 5});
  CHECK(facts::extent_in(logits, "resnet_v2_50/predictions") == shape{14, 14, 5});
  CHECK(facts::extent_in(unsqueezed, "resnet_v1_50/predictions") == shape{1, 1, 5});
  CHECK(facts::extent_in(unsqueezed, "resnet_v1_50/spatial_squeeze").rank == 0);
  CHECK(facts::variable_names<with_biases, image>()[1] == "resnet_v1_50/conv1/biases");

  check_refused<no_such_stride>("output_stride", 6);
  check_refused<too_much_stride>("output_stride", 64);
  check_refused<no_width>("depth_multiplier", 0);
  check_refused<no_units>("num_units", 0);
}

TEST_CASE("bounded activations: the residual within ±6, then relu6 of the sum") {
  model<bounded, input<1, 1, 4>> net(seed(1));
  for (int v = 0; v < net.variables(); ++v) std::ranges::fill(net.variable_values(v), 0.f);
  const auto add = [&](float biases) {
    std::ranges::fill(net.variable("bounded/block1/unit_1/bottleneck_v1/conv3/biases"), biases);
    const auto y = net.predict(std::vector<float>{2, 5, 7, -3});
    return std::vector<float>(y.data(), y.data() + 4);
  };
  CHECK(add(0.5f) == std::vector<float>{2.5f, 5.5f, 6, 0});
  CHECK(add(-9) == std::vector<float>{0, 0, 1, 0});
  CHECK(add(9) == std::vector<float>{6, 6, 6, 3});
}
