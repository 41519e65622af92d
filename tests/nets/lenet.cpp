#include "slim/nets/lenet.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<28, 28, 1>;

static_assert(parameter_count<nets::lenet, image> == 3'274'634);
static_assert(facts::all_numbers<nets::lenet, image> == 3'274'634);
static_assert(variable_count<nets::lenet, image> == 8);
static_assert(end_point<nets::lenet, "LeNet/conv1", image> == shape{28, 28, 32});
static_assert(end_point<nets::lenet, "LeNet/pool1", image> == shape{14, 14, 32});
static_assert(end_point<nets::lenet, "LeNet/conv2", image> == shape{14, 14, 64});
static_assert(end_point<nets::lenet, "LeNet/pool2", image> == shape{7, 7, 64});
static_assert(end_point<nets::lenet, "LeNet/Flatten", image> == shape{3136});
static_assert(end_point<nets::lenet, "LeNet/fc3", image> == shape{1024});
static_assert(end_point<nets::lenet, "LeNet/dropout3", image> == shape{1024});
static_assert(end_point<nets::lenet, "LeNet/fc4", image> == shape{10});
static_assert(end_point<nets::lenet, "LeNet/Predictions", image> == shape{10});

TEST_CASE("LeNet's variables have TF-Slim's names") {
  CHECK(facts::variable_names<nets::lenet, image>() == facts::weights_and_biases({"LeNet/conv1", "LeNet/conv2", "LeNet/fc3", "LeNet/fc4"}));
}

TEST_CASE("LeNet's weights do not decay unless asked") {
  CHECK(facts::traced_now<nets::lenet, image>().variables[0].regularizer < 0);
  static constexpr auto decaying = nets::lenet_arg_scope(0.001)(nets::make_lenet());
  const graph::graph g = facts::traced_now<decaying, image>();
  for (const graph::variable_entry& v : g.variables) CHECK((v.regularizer >= 0) == (v.extent.rank > 1));
}
