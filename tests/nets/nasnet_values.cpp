// Small NASNets and a PNASNet against a second definition of them in TensorFlow.
#include "slim/nets/nasnet.hpp"
#include "slim/nets/pnasnet.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr nets::nasnet_config small{.stem_multiplier = 0.5, .num_conv_filters = 8, .num_cells = 3};
constexpr nets::nasnet_config bounded{
    .stem_multiplier = 2, .num_conv_filters = 6, .num_cells = 3, .skip_reduction_layer_input = true, .use_aux_head = false, .use_bounded_activation = true};
constexpr nets::nasnet_config skipping{.stem_multiplier = 0.5, .num_conv_filters = 8, .num_cells = 3, .skip_reduction_layer_input = true};
constexpr auto nasnet = nets::nasnet_mobile_arg_scope()(nets::make_nasnet_mobile(5, {}, small));
constexpr auto nasnet_cifar = nets::nasnet_mobile_arg_scope()(nets::make_nasnet_cifar(5, {}, bounded));
constexpr auto pnasnet = nets::pnasnet_mobile_arg_scope()(nets::make_pnasnet_mobile(5, {}, skipping));
}  // namespace

TEST_CASE("nasnet computes what it does in TensorFlow") {
  golden::compare_network<nasnet, 95, double, "Stem", "Reduction_Cell_0", "Cell_2", "AuxLogits">("nasnet_small", 1e-11);
}
TEST_CASE("nasnet with the stem for small images, bounded activations and another second input computes what it does in TensorFlow") {
  golden::compare_network<nasnet_cifar, 21, double, "Stem", "Cell_0", "Cell_2">("nasnet_cifar_small", 1e-11);
}
TEST_CASE("pnasnet computes what it does in TensorFlow") {
  golden::compare_network<pnasnet, 95, double, "Stem", "Cell_1", "AuxLogits">("pnasnet_small", 1e-11);
}
