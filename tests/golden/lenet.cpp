#include "slim/nets/lenet.hpp"
#include "tests/golden/golden.hpp"

using namespace slim;

namespace {

// Without dropout, which would need the same masks on both sides.
constexpr auto net = nets::lenet_arg_scope()(nets::make_lenet(10, {.dropout_keep_prob = 1.0}));

template <class T>
using lenet = model<net, input<28, 28, 1>, precision<T>, keep<"LeNet/fc4">>;

}  // namespace

// Sums of up to 3136 products, in another order than PyTorch's: √3136 roundings of 6e-8 or 1e-16, more after ten steps.
TEST_CASE("LeNet computes in double what PyTorch does") { golden::compare<lenet<double>, "LeNet/fc4">("lenet_double.txt", 4, 10, 0.01, {1e-13, 1e-12, 1e-11}); }
TEST_CASE("LeNet computes in float what PyTorch does in double") {
  golden::compare<lenet<float>, "LeNet/fc4">("lenet_double.txt", 4, 10, 0.01, {3e-6, 1e-5, 1e-4});
}
