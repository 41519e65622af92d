#include "slim/eigen.hpp"
#include "slim/summary/summarize.hpp"

#include <doctest/doctest.h>

#include <map>

#include "slim/slim.hpp"

using namespace slim;
using namespace slim::summaries;

namespace {

constexpr auto small = scope("small", arg_scope<conv2d>(weights_regularizer = l2_regularizer(0.5f))(
                                          conv2d(3, {1, 1}, "conv") >> conv2d(3, {1, 1}, "six", activation_fn = relu6) >>
                                          conv2d(3, {1, 1}, "soft", activation_fn = softplus) >> fully_connected(2, "logits", activation_fn = none)));

using small_model = model<small, input<2, 2, 1>, keep<"small/conv">, keep<"small/six">, keep<"small/soft">, keep<"small/logits">>;

const std::vector<float> images{-3, -2, -1, 0, 1, 2, 3, 4}, classes{1, 0, 0, 1};

std::string tags(const summary_set& set) {
  std::string text;
  for (const summary_value& value : set.evaluate()) text += value.tag + " ";
  return text;
}

std::map<std::string, float> scalars(const summary_set& set) {
  std::map<std::string, float> found;
  for (const summary_value& value : set.evaluate())
    if (const float* number = std::get_if<float>(&value.content)) found[value.tag] = *number;
  return found;
}

}  // namespace

TEST_CASE("variables, all or by kind or by name") {
  small_model net{seed(1)};
  summary_set all, weights, biases, chosen;
  summarize_variables(all, net);
  CHECK(tags(all) ==
        "small/conv/weights_summary small/conv/biases_summary small/six/weights_summary small/six/biases_summary "
        "small/soft/weights_summary small/soft/biases_summary small/logits/weights_summary small/logits/biases_summary ");
  summarize_weights(weights, net);
  CHECK(tags(weights) == "small/conv/weights_summary small/six/weights_summary small/soft/weights_summary small/logits/weights_summary ");
  summarize_biases(biases, net, "small/(conv|six)");
  CHECK(tags(biases) == "small/conv/biases_summary small/six/biases_summary ");
  summarize_variables(chosen, net, "conv");  // matched at the start of the name
  CHECK(chosen.size() == 0);
  CHECK_THROWS_WITH_AS(summarize_variables(chosen, net, "small/(conv"),
                       "name_filter: expected a regular expression, found 'small/(conv' (Unmatched ( or \\(); escape characters such as ( and [ with \\",
                       slim::error);

  // Present values, each time: 0.5 + 3 * 0.25 has the sum of a histogram.
  as_eigen(net.variable<"small/conv/weights">()) << 0.5f, 0.25f, 1;
  const auto values = weights.evaluate();
  CHECK(std::get<histogram>(values[0].content).sum == 1.75);
  CHECK(std::get<histogram>(values[0].content).num == 3);
}

TEST_CASE("activations of a model: shares of what was cut, and histograms") {
  small_model net{seed(1)};
  as_eigen(net.variable<"small/conv/weights">()) << 1, 1, -1;
  as_eigen(net.variable<"small/six/weights">()) << 2, 0, 0, 1, 0, 0, 0, 0, 1;
  as_eigen(net.variable<"small/six/biases">()) << 0, -1, 0;
  net.predict(images);
  summary_set set;
  summarize_activations(set, net);
  CHECK(tags(set) ==
        "small/conv/zeros small/conv/activation small/six/zeros small/six/sixes small/six/activation "
        "small/soft/zeros small/soft/activation small/logits/activation ");

  // The eight pixels x give conv = (max(x,0), max(x,0), max(-x,0)): zero for 4, 4 and 5 of them. six has inputs 2a + b (= 3x where
  // positive), -1 and c: above 6 for x = 3, 4; not above 0 for 4 + 8 + 5.
  const auto found = scalars(set);
  CHECK(found.at("small/conv/zeros") == doctest::Approx(13.0 / 24));
  CHECK(found.at("small/six/zeros") == doctest::Approx(17.0 / 24));
  CHECK(found.at("small/six/sixes") == doctest::Approx(3.0 / 24));  // x = 2 gives exactly 6 and counts, too

  // softplus: the share of inputs below 0, computed again from the inputs.
  const auto six = net.end_point<"small/six">();
  const auto kernel = net.variable<"small/soft/weights">();
  long below = 0;
  for (long p = 0; p < six.size() / 3; ++p)
    for (long c = 0; c < 3; ++c) {
      float sum = 0;
      for (long k = 0; k < 3; ++k) sum += six[3 * p + k] * kernel(k, c);
      below += sum < 0;
    }
  CHECK(below > 0);
  CHECK(below < 24);
  CHECK(found.at("small/soft/zeros") == doctest::Approx(static_cast<double>(below) / 24));
}

TEST_CASE("end points and losses of a train_op") {
  small_model net{seed(1)};
  auto train_op = learning::create_train_op(net, losses::softmax_cross_entropy, optimizers::gradient_descent(0.1f));
  const float loss = train_op(images, classes);
  summary_set set;
  summarize_tensor(set, total_loss_of(train_op));
  summarize_tensors(set, losses_of(train_op));
  summarize_activation<"small/six">(set, train_op);
  const auto found = scalars(set);
  CHECK(found.at("total_loss_summary") == loss);
  CHECK(found.count("small/six/sixes") == 1);
  // The loss between output and labels, then the regularization of the three convolutions.
  REQUIRE(train_op.losses() == 4);
  CHECK(found.at("softmax_cross_entropy_loss/value_summary") == train_op.loss(0));
  CHECK(found.at("small/conv_summary") == train_op.loss(1));
  CHECK(found.at("small/soft_summary") == train_op.loss(3));
  CHECK(end_points_of(train_op).size() == 4);
  CHECK(end_point_of<"small/conv">(train_op).read().size() == 24);
  CHECK(end_point_of<"small/conv">(train_op).shape() == shape{2, 2, 3});
}

namespace slim::summaries {
TEST_CASE("variables_of is one function: the same answer in both namespaces, of a const model only to be read") {
  using namespace slim;
  static constexpr auto one = fully_connected(3, "fc", activation_fn = none);
  using small = model<one, input<4>>;
  small net{seed(1)};
  const small& same = net;
  static_assert(std::is_same_v<decltype(variables_of(net)), decltype(variables_of(same))>);
  static_assert(std::is_same_v<decltype(slim::variables_of(net)), decltype(slim::summaries::variables_of(net))>);
  CHECK(variables_of(same).size() == 2);
  CHECK(variables_of(same)[0].values<const float>().data() == net.parameters().data());
  CHECK_THROWS_WITH_AS(variables_of(same)[0].values<float>(), doctest::Contains("variable 'fc/weights': expected a model that may change"), error);
  CHECK_THROWS_AS(variables_of(same)[0].bytes(), error);
  variables_of(net)[1].values<float>()[2] = 5;
  const observed_list seen = variables_of(same);
  CHECK(seen[1].name() == "fc/biases");
  CHECK(seen[1].read()[2] == 5);
  model<one, input<4>, precision<double>> exact{seed(1)};
  exact.variable<"fc/biases">()(1) = 0.5;
  CHECK(observed_list(variables_of(exact))[1].read()[1] == 0.5f);
}
}  // namespace slim::summaries
