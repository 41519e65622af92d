#include "slim/nets/vgg.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<224, 224, 3>;

static_assert(parameter_count<nets::vgg_a, image> == 132'863'336);
static_assert(variable_count<nets::vgg_a, image> == 22);
static_assert(facts::all_numbers<nets::vgg_a, image> == 132'863'336);

static_assert(parameter_count<nets::vgg_16, image> == 138'357'544);
static_assert(variable_count<nets::vgg_16, image> == 32);
static_assert(facts::all_numbers<nets::vgg_16, image> == 138'357'544);
static_assert(end_point<nets::vgg_16, "vgg_16/conv1/conv1_1", image> == shape{224, 224, 64});
static_assert(end_point<nets::vgg_16, "vgg_16/conv1/conv1_2", image> == shape{224, 224, 64});
static_assert(end_point<nets::vgg_16, "vgg_16/pool1", image> == shape{112, 112, 64});
static_assert(end_point<nets::vgg_16, "vgg_16/pool2", image> == shape{56, 56, 128});
static_assert(end_point<nets::vgg_16, "vgg_16/pool3", image> == shape{28, 28, 256});
static_assert(end_point<nets::vgg_16, "vgg_16/pool4", image> == shape{14, 14, 512});
static_assert(end_point<nets::vgg_16, "vgg_16/conv5/conv5_3", image> == shape{14, 14, 512});
static_assert(end_point<nets::vgg_16, "vgg_16/pool5", image> == shape{7, 7, 512});
static_assert(end_point<nets::vgg_16, "vgg_16/fc6", image> == shape{1, 1, 4096});
static_assert(end_point<nets::vgg_16, "vgg_16/fc7", image> == shape{1, 1, 4096});
static_assert(end_point<nets::vgg_16, "vgg_16/fc8", image> == shape{1000});

static_assert(parameter_count<nets::vgg_19, image> == 143'667'240);
static_assert(variable_count<nets::vgg_19, image> == 38);
static_assert(facts::all_numbers<nets::vgg_19, image> == 143'667'240);

static_assert(parameter_count<nets::vgg_16_fully_connected, image> == 138'357'544);
static_assert(variable_count<nets::vgg_16_fully_connected, image> == 32);
static_assert(end_point<nets::vgg_16_fully_connected, "vgg_16/pool5", image> == shape{7, 7, 512});
static_assert(end_point<nets::vgg_16_fully_connected, "vgg_16/fc6", image> == shape{4096});
static_assert(end_point<nets::vgg_16_fully_connected, "vgg_16/fc8", image> == shape{1000});

namespace {
std::vector<std::string> vgg_variables(const std::string& scope, const std::vector<int>& convolutions) {
  std::vector<std::string> layers;
  for (int group = 1; group <= 5; ++group)
    for (int i = 1; i <= convolutions[static_cast<unsigned>(group) - 1]; ++i) {
      const std::string name = "conv" + std::to_string(group);
      layers.push_back(scope + "/" + name + "/" + name + "_" + std::to_string(i));
    }
  for (const char* name : {"/fc6", "/fc7", "/fc8"}) layers.push_back(scope + name);
  return facts::weights_and_biases(layers);
}
}  // namespace

TEST_CASE("the variables of VGG have TF-Slim's names") {
  CHECK(facts::variable_names<nets::vgg_a, image>() == vgg_variables("vgg_a", {1, 1, 2, 2, 2}));
  CHECK(facts::variable_names<nets::vgg_16, image>() == vgg_variables("vgg_16", {2, 2, 3, 3, 3}));
  CHECK(facts::variable_names<nets::vgg_16_fully_connected, image>() == vgg_variables("vgg_16", {2, 2, 3, 3, 3}));
  CHECK(facts::variable_names<nets::vgg_19, image>() == vgg_variables("vgg_19", {2, 2, 4, 4, 4}));
}

TEST_CASE("the end points of VGG-A are TF-Slim's, with the squeezed logits as fc8") {
  CHECK(facts::end_point_names<nets::vgg_a, image>() ==
        std::vector<std::string>{"vgg_a/conv1/conv1_1", "vgg_a/pool1", "vgg_a/conv2/conv2_1", "vgg_a/pool2", "vgg_a/conv3/conv3_1", "vgg_a/conv3/conv3_2",
                                 "vgg_a/pool3", "vgg_a/conv4/conv4_1", "vgg_a/conv4/conv4_2", "vgg_a/pool4", "vgg_a/conv5/conv5_1", "vgg_a/conv5/conv5_2",
                                 "vgg_a/pool5", "vgg_a/fc6", "vgg_a/dropout6", "vgg_a/fc7", "vgg_a/dropout7", "vgg_a/fc8"});
}

TEST_CASE("all weights of VGG decay, no biases do, and decay can be switched off") {
  const graph::graph g = facts::traced_now<nets::vgg_16, image>();
  for (const graph::variable_entry& v : g.variables) CHECK((v.regularizer >= 0) == (v.extent.rank > 1));
  static constexpr auto without_decay = nets::vgg_arg_scope(0.0)(nets::make_vgg_16());
  for (const graph::variable_entry& v : facts::traced_now<without_decay, image>().variables) CHECK(v.regularizer < 0);
}
