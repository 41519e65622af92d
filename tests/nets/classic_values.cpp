// AlexNet, OverFeat and VGG-16 against TF-Slim's own.
#include "slim/nets/alexnet_v2.hpp"
#include "slim/nets/overfeat.hpp"
#include "slim/nets/vgg.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr auto alexnet = nets::alexnet_v2_arg_scope()(nets::make_alexnet_v2(5));
constexpr auto over = nets::overfeat_arg_scope()(nets::make_overfeat(5));
constexpr auto vgg = nets::vgg_arg_scope()(nets::make_vgg_16(5));
}  // namespace

TEST_CASE("alexnet_v2 computes what it does in TF-Slim") {
  golden::compare_network<alexnet, 224, double, "alexnet_v2/conv2", "alexnet_v2/pool5", "alexnet_v2/fc6">("alexnet_v2", 1e-12);
}
// In float: fc6 has a hundred million weights.
TEST_CASE("overfeat computes what it does in TF-Slim") {
  golden::compare_network<over, 231, float, "overfeat/conv2", "overfeat/pool5", "overfeat/fc6">("overfeat", 5e-6);
}
TEST_CASE("vgg_16 computes what it does in TF-Slim") {
  golden::compare_network<vgg, 224, float, "vgg_16/conv2/conv2_2", "vgg_16/pool5", "vgg_16/fc6">("vgg_16", 5e-6);
}
