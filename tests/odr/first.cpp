// Together with second.cpp: the whole library in two translation units of one program, which links only if every definition is
// inline, and shares one copy of every variable. Networks that have one name in both files are two networks: whichever file the linker
// takes shared code from, the other one would compute with the wrong program.
#include "slim/slim.hpp"
#include "slim/core/config.hpp"
#include "tests/odr/results.hpp"

#include <doctest/doctest.h>

using namespace slim;

inline constexpr auto inline_net = scope("net", fully_connected(2, "out", activation_fn = none, weights_initializer = constant(1.0)));
static constexpr auto static_net = fully_connected(1, "out", activation_fn = none, weights_initializer = ones, weights_regularizer = l2_regularizer(0.5));
namespace {
constexpr auto unnamed_net = fully_connected(4, "fc", weights_initializer = constant(0.125), activation_fn = none);
}

TEST_CASE("two translation units share one library") { CHECK(version_seen_by_second() == &slim::version); }

TEST_CASE("networks of one name in two files are two networks") {
  const odr_results first = results_of<inline_net, static_net, unnamed_net>(), second = results_of_second();
  CHECK(first.outputs == 2);
  CHECK(first.inline_value == 4);
  CHECK(first.unnamed_value == 0.5);
  CHECK(first.loss == 16 + 0.5 * 0.5 * 4);  // the loss alone tells the networks apart
  CHECK(second.outputs == 3);
  CHECK(second.inline_value == 40);
  CHECK(second.unnamed_value == 5);
  CHECK(second.loss == 16 + 0.5 * 2 * 4);
}
