// ResNets against TF-Slim's own.
#include "slim/nets/resnet_v2.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr auto v1 = nets::resnet_arg_scope()(nets::make_resnet_v1_50(5));
constexpr auto v2 = nets::resnet_arg_scope()(nets::make_resnet_v2_50(5));
constexpr nets::resnet_block blocks[] = {{"block1", 1, 2, 2}, {"block2", 2, 2, 2}, {"block3", 3, 2, 2}, {"block4", 4, 2, 1}};
constexpr auto v1_dense = nets::resnet_arg_scope()(nets::make_resnet_v1("resnet_v1_small", blocks, 0, {.output_stride = 8, .global_pool = false}));
constexpr auto v2_dense =
    nets::resnet_arg_scope()(nets::make_resnet_v2("resnet_v2_small", blocks, 0, {.include_root_block = false, .output_stride = 2, .global_pool = false}));
}  // namespace

TEST_CASE("resnet_v1_50 computes what it does in TF-Slim") {
  golden::compare_network<v1, 47, double, "resnet_v1_50/block1", "resnet_v1_50/block2", "resnet_v1_50/block4">("resnet_v1_50", 1e-12);
}
TEST_CASE("resnet_v2_50 computes what it does in TF-Slim") {
  golden::compare_network<v2, 47, double, "resnet_v2_50/block1", "resnet_v2_50/block2", "resnet_v2_50/block4">("resnet_v2_50", 1e-12);
}
TEST_CASE("resnets of other output_strides compute what they do in TF-Slim") {
  golden::compare_network<v1_dense, 47, double, "resnet_v1_small/block1", "resnet_v1_small/block2", "resnet_v1_small/block3">("resnet_v1_small", 1e-12);
  golden::compare_network<v1_dense, 47, float, "resnet_v1_small/block1", "resnet_v1_small/block2", "resnet_v1_small/block3">("resnet_v1_small", 1e-6);
  golden::compare_network<v2_dense, 15, double, "resnet_v2_small/block1", "resnet_v2_small/block2", "resnet_v2_small/block3">("resnet_v2_small", 1e-12);
}
