// ResNets against TF-Slim's own.
#include "slim/nets/resnet_v2.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr auto v1 = nets::resnet_arg_scope()(nets::make_resnet_v1_50(5));
constexpr auto v2 = nets::resnet_arg_scope()(nets::make_resnet_v2_50(5));
}  // namespace

TEST_CASE("resnet_v1_50 computes what it does in TF-Slim") {
  golden::compare_network<v1, 47, double, "resnet_v1_50/block1", "resnet_v1_50/block2", "resnet_v1_50/block4">("resnet_v1_50", 1e-12);
}
TEST_CASE("resnet_v2_50 computes what it does in TF-Slim") {
  golden::compare_network<v2, 47, double, "resnet_v2_50/block1", "resnet_v2_50/block2", "resnet_v2_50/block4">("resnet_v2_50", 1e-12);
}
