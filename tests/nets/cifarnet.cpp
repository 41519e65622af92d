#include "slim/nets/cifarnet.hpp"

#include <doctest/doctest.h>

#include "tests/nets/facts.hpp"

using namespace slim;
using image = input<32, 32, 3>;

static_assert(parameter_count<nets::cifarnet, image> == 1'756'426);
static_assert(facts::all_numbers<nets::cifarnet, image> == 1'756'426);
static_assert(variable_count<nets::cifarnet, image> == 10);
static_assert(end_point<nets::cifarnet, "CifarNet/conv1", image> == shape{32, 32, 64});
static_assert(end_point<nets::cifarnet, "CifarNet/pool1", image> == shape{16, 16, 64});
static_assert(end_point<nets::cifarnet, "CifarNet/norm1", image> == shape{16, 16, 64});
static_assert(end_point<nets::cifarnet, "CifarNet/conv2", image> == shape{16, 16, 64});
static_assert(end_point<nets::cifarnet, "CifarNet/pool2", image> == shape{8, 8, 64});
static_assert(end_point<nets::cifarnet, "CifarNet/Flatten", image> == shape{4096});
static_assert(end_point<nets::cifarnet, "CifarNet/fc3", image> == shape{384});
static_assert(end_point<nets::cifarnet, "CifarNet/fc4", image> == shape{192});
static_assert(end_point<nets::cifarnet, "CifarNet/logits", image> == shape{10});
static_assert(end_point<nets::cifarnet, "CifarNet/Predictions", image> == shape{10});

TEST_CASE("CifarNet's variables have TF-Slim's names") {
  CHECK(facts::variable_names<nets::cifarnet, image>() ==
        facts::weights_and_biases({"CifarNet/conv1", "CifarNet/conv2", "CifarNet/fc3", "CifarNet/fc4", "CifarNet/logits"}));
}

TEST_CASE("CifarNet's weights begin and decay as TF-Slim section 13.3 says") {
  const graph::graph g = facts::traced_now<nets::cifarnet, image>();
  const double deviations[] = {0.05, 0.05, 0.04, 0.04, 1 / 192.0}, biases[] = {0, 0, 0.1, 0.1, 0};
  const bool decays[] = {false, false, true, true, false};
  for (int layer = 0; layer < 5; ++layer) {
    const graph::variable_entry &weights = g.variables[2 * layer], &bias = g.variables[2 * layer + 1];
    CHECK(weights.initial.kind == distribution::truncated_normal);
    CHECK(weights.initial.b == deviations[layer]);
    CHECK((weights.regularizer >= 0) == decays[layer]);
    CHECK(bias.initial.a == biases[layer]);
    CHECK(bias.regularizer < 0);
  }
}

TEST_CASE("CifarNet normalizes with TF-Slim's numbers") {
  const graph::graph g = facts::traced_now<nets::cifarnet, image>();
  int found = 0;
  for (const graph::node& n : g.nodes) {
    if (n.kind != op::local_response_normalization::kind) continue;
    ++found;
    const auto normalization = op::local_response_normalization::attributes_of(n);
    CHECK(normalization.depth_radius == 4);
    CHECK(normalization.bias == 1.0);
    CHECK(normalization.alpha == 0.001 / 9.0);
    CHECK(normalization.beta == 0.75);
  }
  CHECK(found == 2);
}
