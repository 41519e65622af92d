#include "slim/nets/alexnet_v2.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<224, 224, 3>;

static_assert(parameter_count<nets::alexnet_v2, image> == 50'303'912);
static_assert(facts::all_numbers<nets::alexnet_v2, image> == 50'303'912);
static_assert(variable_count<nets::alexnet_v2, image> == 16);
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/conv1", image> == shape{54, 54, 64});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/pool1", image> == shape{26, 26, 64});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/conv2", image> == shape{26, 26, 192});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/pool2", image> == shape{12, 12, 192});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/conv3", image> == shape{12, 12, 384});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/conv4", image> == shape{12, 12, 384});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/conv5", image> == shape{12, 12, 256});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/pool5", image> == shape{5, 5, 256});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/fc6", image> == shape{1, 1, 4096});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/fc7", image> == shape{1, 1, 4096});
static_assert(end_point<nets::alexnet_v2, "alexnet_v2/fc8", image> == shape{1000});

TEST_CASE("AlexNet's variables have TF-Slim's names") {
  CHECK(facts::variable_names<nets::alexnet_v2, image>() ==
        facts::weights_and_biases({"alexnet_v2/conv1", "alexnet_v2/conv2", "alexnet_v2/conv3", "alexnet_v2/conv4", "alexnet_v2/conv5", "alexnet_v2/fc6",
                                   "alexnet_v2/fc7", "alexnet_v2/fc8"}));
}

TEST_CASE("AlexNet's variables begin as TF-Slim section 13.3 says") {
  const graph::graph g = facts::traced_now<nets::alexnet_v2, image>();
  for (int layer = 0; layer < 8; ++layer) {
    const graph::variable_entry &weights = g.variables[2 * layer], &bias = g.variables[2 * layer + 1];
    CHECK(weights.regularizer >= 0);
    CHECK((weights.initial.kind == distribution::truncated_normal && weights.initial.b == 0.005) == (layer >= 5));
    CHECK(bias.initial.a == (layer == 7 ? 0 : 0.1));
  }
}
