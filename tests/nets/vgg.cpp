#include "slim/nets/alexnet_v2.hpp"
#include "slim/nets/cifarnet.hpp"
#include "slim/nets/lenet.hpp"
#include "slim/nets/overfeat.hpp"
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

namespace {
constexpr auto dense = nets::vgg_arg_scope()(nets::make_vgg_a(5, {.fc_conv_padding = SAME, .spatial_squeeze = false}));
constexpr auto pooled = nets::vgg_arg_scope()(nets::make_vgg_a(5, {.global_pool = true}));
constexpr auto features = nets::vgg_arg_scope()(nets::make_vgg_a(0));
constexpr auto over_features = nets::overfeat_arg_scope()(nets::make_overfeat(0, {.global_pool = true}));
constexpr auto alexnet_dense = nets::alexnet_v2_arg_scope()(nets::make_alexnet_v2(5, {.spatial_squeeze = false}));
constexpr auto lenet_features = nets::make_lenet(0);
constexpr auto lenet_silent = nets::make_lenet(5, {.prediction_fn = none});
constexpr auto cifarnet_features = nets::make_cifarnet(0);
constexpr auto cifarnet_sigmoid = nets::make_cifarnet(5, {.prediction_fn = [](const tensor& x) { return sigmoid(x); }});

template <const auto& Net, int Side>
std::string last_end_point() {
  return facts::end_point_names<Net, input<Side, Side, 3>>().back();
}
}  // namespace

TEST_CASE("the classic networks have TF-Slim's options") {
  using small = input<64, 96, 3>;
  using large = input<256, 256, 3>;
  CHECK(facts::extent_in(facts::traced_now<dense, small>(), "vgg_a/fc8") == shape{2, 3, 5});
  const graph::graph mean = facts::traced_now<pooled, large>();
  CHECK(facts::extent_in(mean, "vgg_a/fc7") == shape{2, 2, 4096});
  CHECK(facts::extent_in(mean, "vgg_a/global_pool") == shape{1, 1, 4096});
  CHECK(facts::extent_in(mean, "vgg_a/fc8") == shape{5});
  CHECK(last_end_point<features, 224>() == "vgg_a/fc7");
  CHECK(last_end_point<over_features, 256>() == "overfeat/global_pool");
  CHECK(facts::variable_names<over_features, large>().size() == 14);
  CHECK(facts::extent_in(facts::traced_now<alexnet_dense, large>(), "alexnet_v2/fc8") == shape{2, 2, 5});
  CHECK(last_end_point<lenet_features, 28>() == "LeNet/fc3");
  CHECK(last_end_point<lenet_silent, 28>() == "LeNet/Logits");
  CHECK(last_end_point<cifarnet_features, 32>() == "CifarNet/fc4");
  const std::vector<std::string> heads = facts::end_point_names<cifarnet_sigmoid, input<32, 32, 3>>();
  CHECK(std::vector<std::string>(heads.end() - 3, heads.end()) == std::vector<std::string>{"CifarNet/logits", "CifarNet/Logits", "CifarNet/Predictions"});
}
