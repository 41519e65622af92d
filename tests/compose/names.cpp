#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/policy/facts.hpp"

// Names of variables: TF-Slim sections 2.1 and 2.9.

using namespace slim;
using facts::program;

namespace {

using image = input<16, 16, 2>;

template <const auto& Net, class... Options>
std::vector<std::string> variables() {
  constexpr const auto& p = program<Net, Options...>;
  static_assert(p.error.broken == graph::rule::none);
  std::vector<std::string> names;
  for (int i = 0; i < p.sizes.variables; ++i) names.push_back(graph::variable_name(p.scopes, p.variables[i]).c_str());
  return names;
}
template <const auto& Net, class... Options>
std::vector<std::string> end_points() {
  constexpr const auto& p = program<Net, Options...>;
  std::vector<std::string> names;
  for (int i = 0; i < p.sizes.end_points; ++i) names.push_back(graph::scope_name(p.scopes, p.end_points[i].scope).c_str());
  return names;
}
using names = std::vector<std::string>;

constexpr auto repeated = repeat<3>(conv2d(4, {3, 3}, biases_initializer = none), "conv3");
constexpr auto repeated_anonymous = repeat<2>(conv2d(4, {3, 3}, biases_initializer = none)) >> repeat<1>(conv2d(4, {3, 3}, biases_initializer = none));
constexpr auto repeated_once = repeat<1>(conv2d(4, {3, 3}, biases_initializer = none), "conv1");
constexpr auto never = repeat<0>(conv2d(4, {3, 3}), "conv1") >> max_pool2d({2, 2}, "pool");
constexpr auto stacked = stack<fully_connected>({8, 6, 4}, "fc");
constexpr auto stacked_anonymous = stack<fully_connected>({8, 6});
constexpr auto stacked_convolutions = stack<conv2d>({{4, {3, 3}}, {6, {1, 1}}}, "core", stride = 2, biases_initializer = none);
constexpr auto automatic = scope("net", conv2d(2, {1, 1}) >> conv2d(2, {1, 1}) >> conv2d(2, {1, 1}) >> max_pool2d({2, 2}) >> max_pool2d({2, 2}) >> flatten() >>
                                            fully_connected(3) >> fully_connected(3) >> dropout(0.5));
constexpr auto normalized = conv2d(4, {3, 3}, "conv1", normalizer_fn = batch_norm, normalizer_params = params(scale = true)) >> batch_norm() >>
                            batch_norm("bn");
constexpr auto reentered = scope("a", conv2d(2, {1, 1}, "x")) >> scope("b", conv2d(2, {1, 1}, "x")) >> scope("a", conv2d(2, {1, 1}, "y") >> conv2d(2, {1, 1}));
constexpr auto deep = scope("a", scope("b", scope("c", conv2d(2, {1, 1}, "d", biases_initializer = none))));
constexpr auto repeated_part = repeat<2>(conv2d(2, {1, 1}, "one", biases_initializer = none) >> conv2d(2, {1, 1}, "two", biases_initializer = none), "block");
constexpr auto unit = [](const tensor& x) { return conv2d(2, {1, 1}, "conv", biases_initializer = none)(x); };
constexpr auto repeated_function = repeat<2>(unit);

}  // namespace

TEST_CASE("repeat numbers its layers from 1, below its own name") {
  CHECK(variables<repeated, image>() == names{"conv3/conv3_1/weights", "conv3/conv3_2/weights", "conv3/conv3_3/weights"});
  CHECK(variables<repeated_once, image>() == names{"conv1/conv1_1/weights"});
  CHECK(variables<repeated_anonymous, image>() ==
        names{"Repeat/convolution2d_1/weights", "Repeat/convolution2d_2/weights", "Repeat_1/convolution2d_1/weights"});
  CHECK(variables<never, image>().empty());
}

TEST_CASE("repeat takes any part of a network") {
  CHECK(variables<repeated_part, image>() ==
        names{"block/block_1/one/weights", "block/block_1/two/weights", "block/block_2/one/weights", "block/block_2/two/weights"});
  CHECK(variables<repeated_function, image>() == names{"Repeat/repeat_1/conv/weights", "Repeat/repeat_2/conv/weights"});
}

TEST_CASE("stack makes a layer for each element") {
  CHECK(variables<stacked, input<5>>() == names{"fc/fc_1/weights", "fc/fc_1/biases", "fc/fc_2/weights", "fc/fc_2/biases", "fc/fc_3/weights", "fc/fc_3/biases"});
  CHECK(variables<stacked_anonymous, input<5>>() ==
        names{"Stack/fully_connected_1/weights", "Stack/fully_connected_1/biases", "Stack/fully_connected_2/weights", "Stack/fully_connected_2/biases"});
  CHECK(variables<stacked_convolutions, image>() == names{"core/core_1/weights", "core/core_2/weights"});
  static_assert(facts::extent(program<stacked, input<5>>, "fc/fc_2") == shape{6});
  static_assert(facts::extent(program<stacked_convolutions, image>, "core/core_1") == shape{8, 8, 4});
  static_assert(facts::extent(program<stacked_convolutions, image>, "core/core_2") == shape{4, 4, 6});
}

TEST_CASE("layers without a name take the first free one") {
  CHECK(variables<automatic, image>() == names{"net/Conv/weights", "net/Conv/biases", "net/Conv_1/weights", "net/Conv_1/biases", "net/Conv_2/weights",
                                               "net/Conv_2/biases", "net/fully_connected/weights", "net/fully_connected/biases",
                                               "net/fully_connected_1/weights", "net/fully_connected_1/biases"});
  CHECK(end_points<automatic, image>() == names{"net/Conv", "net/Conv_1", "net/Conv_2", "net/MaxPool2D", "net/MaxPool2D_1", "net/Flatten",
                                                "net/fully_connected", "net/fully_connected_1", "net/Dropout"});
}

TEST_CASE("a normalizer lives in the layer it normalizes") {
  CHECK(variables<normalized, image>() == names{"conv1/weights", "conv1/BatchNorm/beta", "conv1/BatchNorm/gamma", "conv1/BatchNorm/moving_mean",
                                                "conv1/BatchNorm/moving_variance", "BatchNorm/beta", "BatchNorm/moving_mean", "BatchNorm/moving_variance",
                                                "bn/beta", "bn/moving_mean", "bn/moving_variance"});
}

TEST_CASE("a scope can be entered again") {
  CHECK(variables<reentered, image>() ==
        names{"a/x/weights", "a/x/biases", "b/x/weights", "b/x/biases", "a/y/weights", "a/y/biases", "a/Conv/weights", "a/Conv/biases"});
  CHECK(variables<deep, image>() == names{"a/b/c/d/weights"});
}

TEST_CASE("very long names are cut, not overrun") {
  name_buffer name;
  for (int i = 0; i < 100; ++i) name.add("block_1234/");
  name.add(123456789);
  CHECK(std::string(name.c_str()).size() == name_buffer::capacity);
}
