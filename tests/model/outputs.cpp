// What a run hands back: every output and kept end point has memory of its own, whatever it is computed from.

#include <doctest/doctest.h>

#include "slim/slim.hpp"

using namespace slim;

namespace {

constexpr auto net = [](tensor x) {
  const tensor flat = flatten("flat")(x);
  const tensor y = fully_connected(2, "fc", activation_fn = none, weights_initializer = ones)(flat);
  return outputs(x, flat, y, flatten("again")(y), tensor(2.5));
};

}  // namespace

TEST_CASE("inputs, views of inputs and constants can be outputs") {
  model<net, input<1, 2, 1>, keep<"flat">> m(seed(1));
  m.predict(std::vector<float>{1, 2, 3, 4});  // gone when the outputs are read
  Eigen::Matrix<float, 2, 2, Eigen::RowMajor> images, sums;
  images << 1, 2, 3, 4;
  sums << 3, 3, 7, 7;
  CHECK(m.output<0>() == images);
  CHECK(m.output<1>() == images);
  CHECK(m.end_point<"flat">() == images);
  CHECK(m.output<2>() == sums);
  CHECK(m.output<3>() == sums);
  CHECK(m.output<4>()(0, 0) == 2.5f);
}
