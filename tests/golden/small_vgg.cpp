#include "tests/golden/golden.hpp"

using namespace slim;

namespace {

// A VGG of one-eighth width with normalization after every layer but the last.
constexpr auto net = scope(
    "small_vgg",
    arg_scope<conv2d, fully_connected>(activation_fn = relu, normalizer_fn = batch_norm)(arg_scope<batch_norm>(decay = 0.9, epsilon = 0.001, scale = true)(
        repeat<2>(conv2d(8, {3, 3}), "conv1") >> max_pool2d({2, 2}, "pool1") >> repeat<2>(conv2d(16, {3, 3}), "conv2") >> max_pool2d({2, 2}, "pool2") >>
        flatten("flat") >> fully_connected(24, "fc3") >> fully_connected(5, "fc4", activation_fn = none, normalizer_fn = none))));

template <class T>
using small_vgg = model<net, input<16, 16, 3>, precision<T>, keep<"small_vgg/fc4">>;

}  // namespace

TEST_CASE("a small VGG with batch_norm computes in double what PyTorch does") {
  golden::compare<small_vgg<double>, "small_vgg/fc4">("small_vgg_double.txt", 6, 5, 0.02, {1e-12, 1e-11, 1e-10});
}
TEST_CASE("a small VGG with batch_norm computes in float what PyTorch does in double") {
  golden::compare<small_vgg<float>, "small_vgg/fc4">("small_vgg_double.txt", 6, 5, 0.02, {1e-5, 1e-4, 1e-3});
}
