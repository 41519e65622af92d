// The code of an introduction to TF-Slim, example by example; docs/tf-slim.md shows each beside its original.

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <slim/core/number_text.hpp>
#include <slim/report/explain.hpp>
#include <slim/model/variables.hpp>
#include <slim/slim.hpp>

using namespace slim;

// [variable] a weight variable with truncated normal values and an L2 loss
inline constexpr auto my_projection = [](tensor x) {
  tensor weights = variable(x, "weights", {8, 3}, truncated_normal(0.0, 0.1), l2_regularizer(0.05));
  return nn::matmul(x, weights);
};

// [variables] what inference needs, what only training has, and those of a layer of one's own
inline constexpr auto two_variables = [](tensor x) {
  tensor weights = model_variable(x, "weights", {8, 3}, truncated_normal(0.0, 0.1), l2_regularizer(0.05), device = "/CPU:0");
  return scope("nested", [](tensor y) {
    tensor my_var = variable(y, "my_var", {3}, zeros);
    return y * model_variable(y, "scales", {3}, ones) + my_var;
  })(nn::matmul(x, weights));
};

// [verbose] a convolution from parts, as plain TensorFlow writes it
inline constexpr auto conv1_1 = scope("conv1_1", [](tensor input) {
  tensor kernel = variable(input, "weights", {3, 3, 64, 128}, truncated_normal(0.0, 1e-1));
  tensor conv = nn::conv2d(input, kernel, 1, SAME);
  tensor biases = variable(input, "biases", {128}, constant(0.0));
  tensor bias = conv + biases;
  return relu(bias);
});

// [layer] the same as one layer
inline constexpr auto conv1_1_layer = conv2d(128, {3, 3}, "conv1_1");
static_assert(parameter_count<conv1_1, input<14, 14, 64>> == parameter_count<conv1_1_layer, input<14, 14, 64>>);

// [three convolutions] written out, in a loop, and with repeat
inline constexpr auto written_out = conv2d(256, {3, 3}, "conv3_1") >> conv2d(256, {3, 3}, "conv3_2") >> conv2d(256, {3, 3}, "conv3_3") >>
                                    max_pool2d({2, 2}, "pool2");
inline constexpr auto in_a_loop = [](tensor net) {
  for (const char* name : {"conv3_1", "conv3_2", "conv3_3"}) net = conv2d(256, {3, 3}, name)(net);
  return max_pool2d({2, 2}, "pool2")(net);
};
inline constexpr auto repeated = repeat<3>(conv2d(256, {3, 3}), "conv3") >> max_pool2d({2, 2}, "pool2");
static_assert(end_point<repeated, "conv3/conv3_3", input<14, 14, 64>> == shape{14, 14, 256});
static_assert(parameter_count<written_out, input<14, 14, 64>> == parameter_count<repeated, input<14, 14, 64>>);
static_assert(parameter_count<in_a_loop, input<14, 14, 64>> == parameter_count<repeated, input<14, 14, 64>>);

// [stack] one layer with several arguments
inline constexpr auto verbose_way = fully_connected(32, "fc/fc_1") >> fully_connected(64, "fc/fc_2") >> fully_connected(128, "fc/fc_3");
inline constexpr auto stacked = stack<fully_connected>({32, 64, 128}, "fc");
static_assert(end_point<stacked, "fc/fc_3", input<10>> == end_point<verbose_way, "fc/fc_3", input<10>>);

// [separable] for each channel, then across channels; and for each channel only
inline constexpr auto separated = separable_conv2d(128, {3, 3}, "sep", depth_multiplier = 2) >> separable_conv2d(none, {3, 3}, "depthwise");
static_assert(end_point<separated, "depthwise", input<14, 14, 64>> == shape{14, 14, 128});

// [arguments] given to every call, and once for all
inline constexpr auto every_call = conv2d(64, {11, 11}, 4, "conv1", padding = SAME, weights_initializer = truncated_normal(0.0, 0.01),
                                          weights_regularizer = l2_regularizer(0.5)) >>
                                   conv2d(128, {11, 11}, "conv2", padding = VALID, weights_initializer = truncated_normal(0.0, 0.01),
                                          weights_regularizer = l2_regularizer(0.5));
inline constexpr auto once = arg_scope<conv2d>(padding = SAME, weights_initializer = truncated_normal(0.0, 0.01), weights_regularizer = l2_regularizer(0.5))(
    conv2d(64, {11, 11}, 4, "conv1") >> conv2d(128, {11, 11}, "conv2", padding = VALID));
static_assert(end_point<every_call, "conv2", input<64, 64, 3>> == end_point<once, "conv2", input<64, 64, 3>>);

// [multi-task] several inputs, heads and losses, one of them custom
inline constexpr auto trunk = fully_connected(16, "features");
inline constexpr auto multi_task = [](tensor images, tensor scene_labels, tensor depth_labels) {
  tensor features = trunk(images);
  tensor scene = fully_connected(20, "scene", activation_fn = none)(features);
  tensor depth = fully_connected(1, "depth", activation_fn = none, weights_regularizer = l2_regularizer(0.01))(features);
  losses::softmax_cross_entropy(scene, scene_labels);
  losses::sum_of_squares(depth, depth_labels);
  losses::add_loss(mean(abs(depth - depth_labels) * 0.1));  // custom: differentiated by the library
  return losses::get_total_loss();                          // regularization included
};
inline constexpr auto multi_task_by_hand = [](tensor images, tensor scene_labels, tensor depth_labels) {
  tensor features = trunk(images);
  tensor scene = fully_connected(20, "scene", activation_fn = none)(features);
  tensor depth = fully_connected(1, "depth", activation_fn = none, weights_regularizer = l2_regularizer(0.01))(features);
  tensor classification_loss = losses::softmax_cross_entropy(scene, scene_labels);
  tensor sum_of_squares_loss = losses::sum_of_squares(depth, depth_labels);
  tensor pose_loss = mean(abs(depth - depth_labels) * 0.1);
  tensor regularization_loss = add_n(losses::get_regularization_losses());
  return classification_loss + sum_of_squares_loss + pose_loss + regularization_loss;
};

int main() {
  // [training] a train_op and its loop
  std::vector<float> images(4 * 32), scene_labels(4 * 20), depth_labels(4);
  for (int i = 0; i < 4 * 32; ++i) images[i] = static_cast<float>(i % 13) / 13;
  for (int i = 0; i < 4; ++i) scene_labels[i * 20 + i] = depth_labels[i] = 1;
  model<multi_task, input<32>, input<20>, input<1>> net{seed(1)};
  model<multi_task_by_hand, input<32>, input<20>, input<1>> by_hand{seed(1)};
  auto train_op = learning::create_train_op(net, optimizers::gradient_descent{0.01});
  auto train_by_hand = learning::create_train_op(by_hand, optimizers::gradient_descent{0.01});
  for (int step = 1; step <= 5; ++step) {
    const float total = train_op(images, scene_labels, depth_labels);
    const float same = train_by_hand(images, scene_labels, depth_labels);
    std::printf("step %d: total loss %s, by hand %s\n", step, fixed_text(total, 5).c_str(), fixed_text(same, 5).c_str());
    if (std::abs(total - same) > 1e-5f * total) return 1;
  }
  // [variables] model variables, and all; chosen by name, suffix and scope
  model<two_variables, input<8>> made{seed(1)};
  const auto names = [](const std::vector<variable_reference>& some) {
    std::string all;
    for (const variable_reference& one : some) all += one.name + " ";
    return all;
  };
  if (names(get_model_variables(made)) != "weights nested/scales " || names(get_variables(made)) != "weights nested/my_var nested/scales " ||
      names(get_variables_by_name(made, "my_var")) != "nested/my_var " || names(get_variables_by_suffix(made, "s")) != "weights nested/scales " ||
      names(get_variables(made, "nested")) != "nested/my_var nested/scales " ||
      names(get_variables_to_restore(made, {"nested"}, {"nested/my_var"})) != "nested/scales ")
    return 1;

  for (int i = 0; i < net.variables(); ++i) std::printf("%s\n", net.variable_name(i).c_str());
  std::printf("%s", explain_arguments<once, input<64, 64, 3>>().c_str());
}
