#include "slim/nets/overfeat.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<231, 231, 3>;

static_assert(parameter_count<nets::overfeat, image> == 145'704'424);
static_assert(facts::all_numbers<nets::overfeat, image> == 145'704'424);
static_assert(variable_count<nets::overfeat, image> == 16);
static_assert(end_point<nets::overfeat, "overfeat/conv1", image> == shape{56, 56, 64});
static_assert(end_point<nets::overfeat, "overfeat/pool1", image> == shape{28, 28, 64});
static_assert(end_point<nets::overfeat, "overfeat/conv2", image> == shape{24, 24, 256});
static_assert(end_point<nets::overfeat, "overfeat/pool2", image> == shape{12, 12, 256});
static_assert(end_point<nets::overfeat, "overfeat/conv3", image> == shape{12, 12, 512});
static_assert(end_point<nets::overfeat, "overfeat/conv4", image> == shape{12, 12, 1024});
static_assert(end_point<nets::overfeat, "overfeat/conv5", image> == shape{12, 12, 1024});
static_assert(end_point<nets::overfeat, "overfeat/pool5", image> == shape{6, 6, 1024});
static_assert(end_point<nets::overfeat, "overfeat/fc6", image> == shape{1, 1, 3072});
static_assert(end_point<nets::overfeat, "overfeat/fc7", image> == shape{1, 1, 4096});
static_assert(end_point<nets::overfeat, "overfeat/fc8", image> == shape{1000});

TEST_CASE("OverFeat's variables have TF-Slim's names") {
  CHECK(facts::variable_names<nets::overfeat, image>() == facts::weights_and_biases({"overfeat/conv1", "overfeat/conv2", "overfeat/conv3", "overfeat/conv4",
                                                                                     "overfeat/conv5", "overfeat/fc6", "overfeat/fc7", "overfeat/fc8"}));
}

TEST_CASE("OverFeat's variables begin as TF-Slim section 13.3 says") {
  const graph::graph g = facts::traced_now<nets::overfeat, image>();
  for (int layer = 0; layer < 8; ++layer) {
    const graph::variable_entry &weights = g.variables[2 * layer], &bias = g.variables[2 * layer + 1];
    CHECK(weights.regularizer >= 0);
    CHECK((weights.initial.kind == distribution::truncated_normal && weights.initial.b == 0.005) == (layer >= 5));
    CHECK(bias.initial.a == (layer == 5 || layer == 6 ? 0.1 : 0));
  }
}
