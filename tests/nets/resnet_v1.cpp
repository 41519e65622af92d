#include "slim/nets/resnet_v1.hpp"

#include <doctest/doctest.h>

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
