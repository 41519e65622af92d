// NASNet-A and PNASNet-5: TF-Slim's numbers, names and end points, and small ones that train.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "slim/learning/global_step.hpp"
#include "slim/nets/nasnet.hpp"
#include "slim/nets/pnasnet.hpp"
#include "tests/laws/numbers.hpp"
#include "tests/nets/facts.hpp"

using namespace slim;

namespace {

template <const auto& Net, int Side>
graph::graph trained_form() {
  tracer trace;
  trace.training = true, trace.step_number = 0;
  detail::trace_network<Net, model_options<input<Side, Side, 3>>>(trace);
  return trace.g;
}

template <const auto& Net>
inline constexpr auto evaluated = arg_scope<batch_norm, dropout>(is_training = false)(Net);

using names = std::vector<std::string>;

/// End points outside all scopes.
names keys_of(const graph::graph& g) {
  names keys;
  for (const graph::named_node& point : g.end_points)
    if (const std::string name = graph::scope_name(g.scopes, point.scope).c_str();
        g.scopes[point.scope].parent < 0 && !name.ends_with("conv0") && !name.ends_with("bn"))
      keys.push_back(name);
  return keys;
}
names keys(std::initializer_list<const char*> first, int cells, std::initializer_list<const char*> last) {
  names all(first.begin(), first.end());
  for (int i = 0; i < cells; ++i) all.push_back("Cell_" + std::to_string(i));
  all.insert(all.end(), last.begin(), last.end());
  return all;
}

template <const auto& Net, int Side>
facts::counts counted() {
  return facts::counts_in(facts::traced_now<Net, input<Side, Side, 3>>());
}

}  // namespace

// One in the compiler, the others at run time, where the same functions are much faster.
static_assert(facts::counts_of<evaluated<nets::pnasnet_mobile>, input<224, 224, 3>>() == facts::counts{5'065'568, 5'099'232, 933});

TEST_CASE("NASNet and PNASNet have TF-Slim's numbers, in training") {
  CHECK(counted<nets::nasnet_cifar, 32>() == facts::counts{4'978'036, 5'017'076, 1436});
  CHECK(counted<nets::nasnet_mobile, 224>() == facts::counts{7'703'044, 7'741'574, 1138});
  CHECK(counted<nets::nasnet_large, 331>() == facts::counts{93'325'736, 93'524'196, 1558});
  CHECK(counted<nets::pnasnet_large, 331>() == facts::counts{90'648'974, 90'827'754, 1191});
  CHECK(counted<nets::pnasnet_mobile, 224>() == facts::counts{7'479'113, 7'514'569, 945});
}
TEST_CASE("the form for evaluation has TF-Slim's numbers, too") {
  CHECK(counted<evaluated<nets::nasnet_cifar>, 32>() == facts::counts{3'346'538, 3'383'786, 1424});
  CHECK(counted<evaluated<nets::nasnet_mobile>, 224>() == facts::counts{5'291'035, 5'327'773, 1126});
  CHECK(counted<evaluated<nets::nasnet_large>, 331>() == facts::counts{88'757'183, 88'953'851, 1546});
  CHECK(counted<evaluated<nets::pnasnet_large>, 331>() == facts::counts{86'061'989, 86'238'977, 1179});
}
TEST_CASE("the form that trains has the same variables") {
  CHECK(facts::counts_in(trained_form<nets::nasnet_cifar, 32>()) == counted<nets::nasnet_cifar, 32>());
  CHECK(facts::counts_in(trained_form<nets::pnasnet_large, 331>()) == counted<nets::pnasnet_large, 331>());
}

namespace {
inline constexpr auto features = nets::make_pnasnet_mobile(0);
inline constexpr auto base = nets::make_nasnet_mobile(7, {.final_endpoint = "Reduction_Cell_0"});
inline constexpr auto pooled = nets::make_nasnet_mobile(7, {.final_endpoint = "global_pool"});
inline constexpr auto silent = nets::make_pnasnet_mobile(7, {.prediction_fn = none});
}  // namespace

TEST_CASE("their end points and variables have TF-Slim's names") {
  CHECK(keys_of(facts::traced_now<base, input<224, 224, 3>>()) == keys({"Stem"}, 4, {"Reduction_Cell_0"}));
  CHECK(keys_of(facts::traced_now<pooled, input<224, 224, 3>>()) == names{"Stem", "Cell_0", "Cell_1", "Cell_2", "Cell_3", "Reduction_Cell_0", "Cell_4",
                                                                          "Cell_5", "Cell_6", "Cell_7", "AuxLogits", "Reduction_Cell_1", "Cell_8", "Cell_9",
                                                                          "Cell_10", "Cell_11", "global_pool"});
  const graph::graph whole = trained_form<silent, 224>();
  CHECK(keys_of(whole) ==
        names{"Stem", "Cell_0", "Cell_1", "Cell_2", "Cell_3", "Cell_4", "Cell_5", "AuxLogits", "Cell_6", "Cell_7", "Cell_8", "global_pool", "Logits"});
  CHECK(keys_of(facts::traced_now<features, input<224, 224, 3>>()) == keys({"Stem"}, 9, {"global_pool"}));
  for (const graph::named_node& point : whole.end_points) {
    if (graph::is_called(whole.scopes[point.scope], "Stem")) CHECK(point.extent == shape{28, 28, 135});
    if (graph::is_called(whole.scopes[point.scope], "Cell_8")) CHECK(point.extent == shape{7, 7, 1080});
  }

  names all = facts::variable_names<nets::nasnet_mobile, input<224, 224, 3>>();
  const auto has = [&](const char* name) { return std::find(all.begin(), all.end(), name) != all.end(); };
  for (const char* name :
       {"conv0/weights", "conv0_bn/gamma", "cell_stem_0/1x1/weights", "cell_stem_0/beginning_bn/beta",
        "cell_stem_0/comb_iter_0/left/separable_5x5_1/depthwise_weights", "cell_stem_0/comb_iter_0/right/bn_sep_7x7_2/moving_mean", "cell_0/path1_conv/weights",
        "cell_0/path2_conv/weights", "cell_0/final_path_bn/gamma", "cell_1/prev_1x1/weights", "cell_1/prev_bn/moving_variance",
        "reduction_cell_1/comb_iter_4/left/separable_3x3_2/pointwise_weights", "aux_7/aux_logits/proj/weights", "aux_7/aux_logits/aux_bn0/gamma",
        "aux_7/aux_logits/Conv/weights", "aux_7/aux_logits/FC/biases", "final_layer/FC/weights"})
    CHECK_MESSAGE(has(name), name);
  CHECK_FALSE(has("conv0/biases"));
  all = facts::variable_names<nets::nasnet_cifar, input<32, 32, 3>>();
  for (const char* name : {"l1_stem_3x3/weights", "l1_stem_bn/beta", "cell_0/comb_iter_2/right/1x1/weights", "cell_0/comb_iter_3/left/bn_1/beta",
                           "cell_0/cell_output/reduction_1/path_conv/weights", "cell_0/cell_output/reduction_1/path_bn/gamma"})
    CHECK_MESSAGE(has(name), name);
}

namespace {
constexpr nets::nasnet_config dropping{.num_cells = 2, .drop_path_keep_prob = 0.5, .total_training_steps = 10};
/// The mean square of the factors of four cells, which is that of 1 / keep probability.
inline constexpr auto factors = [](tensor x) {
  const nets::detail::nasnet_parts parts(dropping, 4, x);
  return mean((parts.factors.bound() ? square(parts.factors) : x * 0.0) * variable(x, "w", {}, constant(1)));
};
}  // namespace

TEST_CASE("drop path keeps fewer paths in deeper cells and later steps") {
  model<factors, input<1>, precision<double>> m{seed(3), capacity(5000)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0}, capacity(5000));
  const std::vector<double> x(5000, 1.0);
  CHECK(op(x) == 1);
  for (const int step : {1, 5, 10, 30}) {
    learning::get_global_step(op).values<std::int64_t>()[0] = step;
    double expected = 0;
    for (int cell = 0; cell < 4; ++cell) expected += 0.25 / (1 - std::min(1.0, step / 10.0) * (cell + 1) / 4.0 * 0.5);
    CHECK(op(x) == doctest::Approx(expected).epsilon(0.01));
  }
  CHECK(m.predict(x)[0] == 0);
}

namespace {
constexpr int examples = 8, side = 32;
constexpr nets::nasnet_config tiny{.stem_multiplier = 2, .num_conv_filters = 4, .num_cells = 2, .drop_path_keep_prob = 0.9, .total_training_steps = 20};
inline constexpr auto tiny_nasnet = nets::nasnet_cifar_arg_scope()(nets::make_nasnet_cifar(4, {}, tiny));
}  // namespace

TEST_CASE("a small NASNet learns, with paths that are dropped and auxiliary logits") {
  model<tiny_nasnet, input<side, side, 3>> net{seed(1), capacity(examples)};
  auto train_op = learning::create_train_op(net, losses::with_aux_logits<losses::sparse_softmax_cross_entropy>, optimizers::adam{.learning_rate = 0.01},
                                            learning::clip_global_norm{5}, capacity(examples));
  const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3};
  double first = 0, last = 0;
  constexpr int steps = 40;
  for (std::uint32_t step = 0; step < steps; ++step) {
    std::vector<float> images = laws::numbers<float>(examples * side * side * 3, step, 0.3);
    for (int i = 0; i < examples; ++i)  // waves, of another length for each class
      for (int row = 0; row < side; ++row)
        for (int k = 0; k < side * 3; ++k)
          images[static_cast<std::size_t>((i * side + row) * side * 3 + k)] += static_cast<float>(std::sin(0.3 * (i % 4 + 1) * row));
    train_op(images, labels);
    if (step < 5) first += train_op.loss(1) / 5;
    if (step >= steps - 5) last += train_op.loss(1) / 5;
  }
  INFO(first, " ", last);
  CHECK(last < 0.5 * first);
  const auto logits = net.predict(std::vector<float>(side * side * 3));
  CHECK(std::all_of(logits.data(), logits.data() + logits.size(), [](float x) { return std::isfinite(x); }));
}
