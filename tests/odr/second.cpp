#include "slim/slim.hpp"
#include "slim/core/config.hpp"
#include "tests/odr/results.hpp"

using namespace slim;

inline constexpr auto inline_net = scope("net", fully_connected(3, "out", activation_fn = none, weights_initializer = constant(10.0)));
static constexpr auto static_net = fully_connected(1, "out", activation_fn = none, weights_initializer = ones, weights_regularizer = l2_regularizer(2));
namespace {
constexpr auto unnamed_net = fully_connected(64, "x", weights_initializer = ones) >>
                             fully_connected(1, "y", weights_initializer = constant(0.01953125), activation_fn = none);
}

const slim::version_number* version_seen_by_second() { return &slim::version; }
odr_results results_of_second() { return results_of<inline_net, static_net, unnamed_net>(); }
