// The Inception networks: numbers of parameters, end points and options; v3, narrow and on small images, trains with its auxiliary logits.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "slim/nets/inception_resnet_v2.hpp"
#include "slim/nets/inception_v1.hpp"
#include "slim/nets/inception_v2.hpp"
#include "slim/nets/inception_v3.hpp"
#include "slim/nets/inception_v4.hpp"
#include "slim/tensor/random.hpp"
#include "tests/nets/facts.hpp"

using namespace slim;

namespace {
using facts::line_of;
constexpr auto usual = nets::inception_arg_scope();

// Numbers of section 13.2 and end points of TF-Slim's own tests: of one network in the compiler, of the others at run time, where the same functions are much
// faster.
static_assert(line_of<nets::inception_v1, input<224, 224, 3>>() ==
              "6618649 6633209 230 Conv2d_1a_7x7:112x112x64 MaxPool_2a_3x3:56x56x64 Conv2d_2b_1x1:56x56x64 Conv2d_2c_3x3:56x56x192 MaxPool_3a_3x3:28x28x192 "
              "Mixed_3b:28x28x256 "
              "Mixed_3c:28x28x480 MaxPool_4a_3x3:14x14x480 Mixed_4b:14x14x512 Mixed_4c:14x14x512 Mixed_4d:14x14x512 Mixed_4e:14x14x528 Mixed_4f:14x14x832 "
              "MaxPool_5a_2x2:7x7x832 "
              "Mixed_5b:7x7x832 Mixed_5c:7x7x1024 AvgPool_0a_7x7:1x1x1024 Logits:1001 Predictions:1001");

/// The line of a network at run time, which is quicker than in the compiler.
template <const auto& Net, int Height, int Width = Height, int Channels = 3>
std::string line(const char* first) {
  return line_of<Net, input<Height, Width, Channels>>(first).characters;
}

inline constexpr auto v3_plain = usual(nets::make_inception_v3(1001, {.create_aux_logits = false}));
inline constexpr auto v4_plain = usual(nets::make_inception_v4(1001, {.create_aux_logits = false}));
inline constexpr auto resnet_plain = nets::inception_resnet_v2_arg_scope()(nets::make_inception_resnet_v2(1001, {.create_aux_logits = false}));
inline constexpr auto v1_base = usual(nets::make_inception_v1(0, {.final_endpoint = "Mixed_5c"}));
inline constexpr auto v2_base = usual(nets::make_inception_v2(0, {.final_endpoint = "Mixed_5c"}));
inline constexpr auto v3_base = usual(nets::make_inception_v3(0, {.final_endpoint = "Mixed_7c"}));
}  // namespace

TEST_CASE("Inception networks have TF-Slim's numbers of parameters and end points") {
  CHECK(line<nets::inception_v2, 224>("") ==
        "11179361 11199137 277 Conv2d_1a_7x7:112x112x64 MaxPool_2a_3x3:56x56x64 Conv2d_2b_1x1:56x56x64 Conv2d_2c_3x3:56x56x192 MaxPool_3a_3x3:28x28x192 "
        "Mixed_3b:28x28x256 "
        "Mixed_3c:28x28x320 Mixed_4a:14x14x576 Mixed_4b:14x14x576 Mixed_4c:14x14x576 Mixed_4d:14x14x576 Mixed_4e:14x14x576 Mixed_5a:7x7x1024 Mixed_5b:7x7x1024 "
        "Mixed_5c:7x7x1024 AvgPool_1a:1x1x1024 PreLogits:1x1x1024 Logits:1001 Predictions:1001");
  CHECK(line<nets::inception_v3, 299>("") ==
        "27145970 27182194 388 Conv2d_1a_3x3:149x149x32 Conv2d_2a_3x3:147x147x32 Conv2d_2b_3x3:147x147x64 MaxPool_3a_3x3:73x73x64 Conv2d_3b_1x1:73x73x80 "
        "Conv2d_4a_3x3:71x71x192 MaxPool_5a_3x3:35x35x192 Mixed_5b:35x35x256 Mixed_5c:35x35x288 Mixed_5d:35x35x288 Mixed_6a:17x17x768 Mixed_6b:17x17x768 "
        "Mixed_6c:17x17x768 "
        "Mixed_6d:17x17x768 Mixed_6e:17x17x768 Mixed_7a:8x8x1280 Mixed_7b:8x8x2048 Mixed_7c:8x8x2048 AuxLogits:1001 AvgPool_1a:1x1x2048 PreLogits:1x1x2048 "
        "Logits:1001 "
        "Predictions:1001");
  CHECK(
      line<nets::inception_v4, 299>("") ==
      "46009106 46074066 608 Conv2d_1a_3x3:149x149x32 Conv2d_2a_3x3:147x147x32 Conv2d_2b_3x3:147x147x64 Mixed_3a:73x73x160 Mixed_4a:71x71x192 "
      "Mixed_5a:35x35x384 "
      "Mixed_5b:35x35x384 Mixed_5c:35x35x384 Mixed_5d:35x35x384 Mixed_5e:35x35x384 Mixed_6a:17x17x1024 Mixed_6b:17x17x1024 Mixed_6c:17x17x1024 "
      "Mixed_6d:17x17x1024 "
      "Mixed_6e:17x17x1024 Mixed_6f:17x17x1024 Mixed_6g:17x17x1024 Mixed_6h:17x17x1024 Mixed_7a:8x8x1536 Mixed_7b:8x8x1536 Mixed_7c:8x8x1536 Mixed_7d:8x8x1536 "
      "AuxLogits:1001 global_pool:1x1x1536 PreLogitsFlatten:1536 Logits:1001 Predictions:1001");
  CHECK(line<nets::inception_resnet_v2, 299>("") ==
        "59182258 59244594 908 Conv2d_1a_3x3:149x149x32 Conv2d_2a_3x3:147x147x32 Conv2d_2b_3x3:147x147x64 MaxPool_3a_3x3:73x73x64 Conv2d_3b_1x1:73x73x80 "
        "Conv2d_4a_3x3:71x71x192 MaxPool_5a_3x3:35x35x192 Mixed_5b:35x35x320 Mixed_6a:17x17x1088 PreAuxLogits:17x17x1088 Mixed_7a:8x8x2080 "
        "Conv2d_7b_1x1:8x8x1536 "
        "AuxLogits:1001 global_pool:1x1x1536 PreLogitsFlatten:1536 Logits:1001 Predictions:1001");
}

TEST_CASE("Inception networks without auxiliary logits, and their bases, have TF-Slim's numbers of parameters") {
  CHECK(line<v3_plain, 299>("Mixed_7c") == "23819401 23853833 378 Mixed_7c:8x8x2048 AvgPool_1a:1x1x2048 PreLogits:1x1x2048 Logits:1001 Predictions:1001");
  CHECK(line<v4_plain, 299>("Mixed_7d") == "42649769 42712937 598 Mixed_7d:8x8x1536 global_pool:1x1x1536 PreLogitsFlatten:1536 Logits:1001 Predictions:1001");
  CHECK(line<resnet_plain, 299>("Conv2d_7b_1x1") ==
        "55814729 55875273 898 Conv2d_7b_1x1:8x8x1536 global_pool:1x1x1536 PreLogitsFlatten:1536 Logits:1001 Predictions:1001");
  CHECK(line<v1_base, 224>("Mixed_5b") == "5592624 5607184 228 Mixed_5b:7x7x832 Mixed_5c:7x7x1024");
  CHECK(line<v2_base, 224>("Mixed_5b") == "10153336 10173112 275 Mixed_5b:7x7x1024 Mixed_5c:7x7x1024");
  CHECK(line<v3_base, 299>("Mixed_7b") == "21768352 21802784 376 Mixed_7b:8x8x2048 Mixed_7c:8x8x2048");
}

namespace {
inline constexpr auto v1_large = usual(nets::make_inception_v1(7, {.spatial_squeeze = false}));
inline constexpr auto v2_half = usual(nets::make_inception_v2(5, {.depth_multiplier = 0.5}));
inline constexpr auto v2_quarter = usual(nets::make_inception_v2(5, {.min_depth = 4, .depth_multiplier = 0.25}));
inline constexpr auto v2_start = usual(nets::make_inception_v2(0, {.final_endpoint = "Mixed_4a", .depth_multiplier = 1.5}));
inline constexpr auto v3_narrow = usual(nets::make_inception_v3(5, {.min_depth = 8, .depth_multiplier = 0.3}));
inline constexpr auto v3_start = usual(nets::make_inception_v3(0, {.final_endpoint = "Mixed_6a"}));
inline constexpr auto v3_nine = usual(nets::make_inception_v3(9, {.create_aux_logits = false}));
inline constexpr auto v3_large = usual(nets::make_inception_v3(9, {.spatial_squeeze = false}));
}  // namespace

// The lines are those of tf_slim 1.1.0, which lacks the keys AvgPool and, in v2, PreLogits.
TEST_CASE("Inception networks of other depths, on images of other sizes, have tf_slim's numbers of parameters and end points") {
  CHECK(line<v1_large, 250, 300>("Mixed_5c") == "5599799 5614359 230 Mixed_5c:8x10x1024 AvgPool_0a_7x7:2x4x1024 Logits:2x4x7 Predictions:2x4x7");
  CHECK(line<v2_half, 96>("Mixed_5c") == "2544653 2554541 277 Mixed_5c:3x3x512 AvgPool_1a:1x1x512 PreLogits:1x1x512 Logits:5 Predictions:5");
  CHECK(line<v2_quarter, 64, 160>("Mixed_5c") == "638540 643484 277 Mixed_5c:2x5x256 AvgPool_1a:1x1x256 PreLogits:1x1x256 Logits:5 Predictions:5");
  CHECK(line<v2_start, 96, 96, 1>("Conv2d_1a_7x7") ==
        "2199704 2205176 87 Conv2d_1a_7x7:48x48x96 MaxPool_2a_3x3:24x24x96 Conv2d_2b_1x1:24x24x96 Conv2d_2c_3x3:24x24x288 MaxPool_3a_3x3:12x12x288 "
        "Mixed_3b:12x12x384 "
        "Mixed_3c:12x12x480 Mixed_4a:6x6x864");
  CHECK(line<v3_narrow, 171, 139>("Mixed_6e") ==
        "1971043 1981837 388 Mixed_6e:9x7x228 Mixed_7a:4x3x381 Mixed_7b:4x3x613 Mixed_7c:4x3x613 AuxLogits:5 AvgPool_1a:1x1x613 PreLogits:1x1x613 Logits:5 "
        "Predictions:5");
  CHECK(line<v3_start, 160>("Mixed_6a") == "2141984 2146976 120 Mixed_6a:8x8x768");
  CHECK(line<v3_nine, 128>("Mixed_7c") == "21786793 21821225 378 Mixed_7c:2x2x2048 AvgPool_1a:1x1x2048 PreLogits:1x1x2048 Logits:9 Predictions:9");
  CHECK(line<v3_large, 363, 299>("Mixed_7c") ==
        "24350514 24386738 388 Mixed_7c:10x8x2048 AuxLogits:2x1x9 AvgPool_1a:2x1x2048 PreLogits:2x1x2048 Logits:2x1x9 Predictions:2x1x9");
}

namespace {
inline constexpr auto v1_start = nets::make_inception_v1(0, {.final_endpoint = "MaxPool_4a_3x3", .global_pool = true});
inline constexpr auto v1_features = nets::make_inception_v1(0);
inline constexpr auto v1_rootless = nets::make_inception_v1(
    7, {.include_root_block = false, .global_pool = true, .spatial_squeeze = false, .prediction_fn = [](const tensor& x) { return sigmoid(x); }});
inline constexpr auto v1_silent = nets::make_inception_v1(7, {.prediction_fn = none});
inline constexpr auto v2_rootless =
    nets::make_inception_v2(7, {.use_separable_conv = false, .include_root_block = false, .global_pool = true, .prediction_fn = sigmoid});
inline constexpr auto v2_plain_root = nets::make_inception_v2(0, {.final_endpoint = "Conv2d_1a_7x7", .use_separable_conv = false});
inline constexpr auto v3_features = nets::make_inception_v3(0, {.global_pool = true});
inline constexpr auto v4_features = nets::make_inception_v4(0);
inline constexpr auto v4_start = nets::make_inception_v4(0, {.final_endpoint = "Mixed_6a"});
inline constexpr auto resnet_features = nets::make_inception_resnet_v2(0);
inline constexpr auto resnet_aligned = nets::make_inception_resnet_v2(0, {.final_endpoint = "PreAuxLogits", .align_feature_maps = true});
inline constexpr auto resnet_wide = nets::make_inception_resnet_v2(0, {.final_endpoint = "PreAuxLogits", .output_stride = 8});
inline constexpr auto resnet_too_far = nets::make_inception_resnet_v2(10, {.output_stride = 8});
inline constexpr auto resnet_no_stride = nets::make_inception_resnet_v2(10, {.final_endpoint = "Mixed_5b", .output_stride = 4});
inline constexpr auto v2_of_nothing = nets::make_inception_v2(10, {.depth_multiplier = 0});
inline constexpr auto v3_of_nothing = nets::make_inception_v3(10, {.depth_multiplier = -1});
inline constexpr auto with_biases = nets::inception_arg_scope(0.1, {.use_batch_norm = false})(v2_plain_root);
inline constexpr auto with_gamma = nets::inception_arg_scope(0.1, {.batch_norm_scale = true})(v2_plain_root);

/// Without the three numbers in front.
std::string end_points(std::string line) {
  for (int i = 0; i < 3 && line.find(' ') != line.npos; ++i) line.erase(0, line.find(' ') + 1);
  return line;
}
}  // namespace

TEST_CASE("options of the Inception networks") {
  CHECK(end_points(line<v1_start, 224>("Mixed_3c")) == "Mixed_3c:28x28x480 MaxPool_4a_3x3:14x14x480 global_pool:1x1x480");
  CHECK(end_points(line<v1_features, 224>("Mixed_5c")) == "Mixed_5c:7x7x1024 AvgPool_0a_7x7:1x1x1024");
  CHECK(end_points(line<v1_rootless, 28>("Mixed_3b")).starts_with("Mixed_3b:28x28x256 Mixed_3c:28x28x480 MaxPool_4a_3x3:14x14x480"));
  CHECK(end_points(line<v1_rootless, 28>("Mixed_5c")) == "Mixed_5c:7x7x1024 global_pool:1x1x1024 Logits:1x1x7 Predictions:1x1x7");
  CHECK(end_points(line<v1_silent, 224>("Mixed_5c")) == "Mixed_5c:7x7x1024 AvgPool_0a_7x7:1x1x1024 Logits:7");
  CHECK(end_points(line<v2_rootless, 14>("")).starts_with("Mixed_3b:14x14x256"));
  CHECK(end_points(line<v2_rootless, 14>("Mixed_5c")) == "Mixed_5c:4x4x1024 global_pool:1x1x1024 PreLogits:1x1x1024 Logits:7 Predictions:7");
  CHECK(line<v2_plain_root, 64>("") == "9472 9472 2 Conv2d_1a_7x7:32x32x64");
  CHECK(end_points(line<v3_features, 299>("Mixed_7c")) == "Mixed_7c:8x8x2048 global_pool:1x1x2048");
  CHECK(end_points(line<v4_features, 299>("Mixed_7d")) == "Mixed_7d:8x8x1536 global_pool:1x1x1536");
  CHECK(end_points(line<v4_start, 299>("Mixed_5e")) == "Mixed_5e:35x35x384 Mixed_6a:17x17x1024");
  CHECK(end_points(line<resnet_features, 299>("Conv2d_7b_1x1")) == "Conv2d_7b_1x1:8x8x1536 global_pool:1x1x1536");
  CHECK(end_points(line<resnet_aligned, 299>("Conv2d_1a_3x3")) ==
        "Conv2d_1a_3x3:150x150x32 Conv2d_2a_3x3:150x150x32 Conv2d_2b_3x3:150x150x64 MaxPool_3a_3x3:75x75x64 Conv2d_3b_1x1:75x75x80 Conv2d_4a_3x3:75x75x192 "
        "MaxPool_5a_3x3:38x38x192 "
        "Mixed_5b:38x38x320 Mixed_6a:19x19x1088 PreAuxLogits:19x19x1088");
  CHECK(end_points(line<resnet_wide, 299>("Mixed_5b")) == "Mixed_5b:35x35x320 Mixed_6a:33x33x1088 PreAuxLogits:33x33x1088");
  CHECK(line<resnet_too_far, 299>("") == "failed: output_stride");
  CHECK(line<resnet_no_stride, 299>("") == "failed: output_stride");
  CHECK(line<v2_of_nothing, 224>("") == "failed: depth_multiplier");
  CHECK(line<v3_of_nothing, 299>("") == "failed: depth_multiplier");
  CHECK(facts::variable_names<with_biases, input<32, 32, 3>>() ==
        std::vector<std::string>{"InceptionV2/Conv2d_1a_7x7/weights", "InceptionV2/Conv2d_1a_7x7/biases"});
  CHECK(facts::variable_names<with_gamma, input<32, 32, 3>>() ==
        std::vector<std::string>{"InceptionV2/Conv2d_1a_7x7/weights", "InceptionV2/Conv2d_1a_7x7/BatchNorm/beta", "InceptionV2/Conv2d_1a_7x7/BatchNorm/gamma",
                                 "InceptionV2/Conv2d_1a_7x7/BatchNorm/moving_mean", "InceptionV2/Conv2d_1a_7x7/BatchNorm/moving_variance"});
}

namespace {
inline constexpr auto two_images = [](const tensor& one, const tensor& other) {
  const tensor first = scope("tower", v1_start)(one);
  return outputs(first, scope("tower", v1_start, true)(other));
};
}  // namespace

TEST_CASE("a network that ends early, applied twice, shares its variables and ends in the same place") {
  const graph::graph g = facts::traced_now<two_images, input<64, 64, 3>, input<96, 96, 3>>();
  CHECK_FALSE(g.failed());
  REQUIRE(g.outputs.size() == 2);
  CHECK(g.nodes[g.outputs[1]].extent == shape{1, 1, 480});
  CHECK(g.variables.size() == static_cast<int>(facts::variable_names<v1_start, input<64, 64, 3>>().size()));
  int applied = 0;
  for (const graph::node& n : g.nodes) applied += n.kind == op::convolution::kind;
  CHECK(applied == 2 * 15);
}

namespace {
inline constexpr auto bounded = scope("net", nets::block35{{100.0, relu6}});
}  // namespace

TEST_CASE("with relu6 what a block of Inception-ResNet adds is within 6") {
  model<bounded, input<3, 3, 2>, precision<double>> net{seed(1)};
  const std::vector<double> twenty(18, 20.0);
  const auto sums = net.predict(twenty);
  for (int i = 0; i < 18; ++i) CHECK(sums[i] == 6);  // relu6(20 − 6); without a bound some are 0
}

namespace {
constexpr int side = 107;  // the smallest whose Mixed_6e is 5×5: one window of the auxiliary head
inline constexpr auto narrow =
    nets::inception_arg_scope(0.0, {.batch_norm_decay = 0.9})(nets::make_inception_v3(3, {.min_depth = 4, .depth_multiplier = 0.01}));

/// Operations of an inference program in the auxiliary head.
template <class Model>
int auxiliary_operations() {
  const auto& program = inference<narrow, typename Model::options>::program;
  int found = 0;
  for (int i = 0; i < program.sizes.nodes; ++i) {
    const auto& n = program.nodes[i];
    if (n.kind != graph::kind::variable && n.scope >= 0 && begins(graph::scope_name(program.scopes, n.scope).c_str(), "InceptionV3/AuxLogits")) ++found;
  }
  return found;
}
}  // namespace

TEST_CASE_TEMPLATE("Inception v3 learns from its auxiliary logits, too", T, float, double) {
  constexpr int examples = 6, pixels = side * side * 3;
  using trained = model<narrow, input<side, side, 3>, precision<T>>;
  CHECK(auxiliary_operations<trained>() == 0);  // what inference does not need it does not compute
  trained net{seed(1), capacity(examples)};
  random_stream random{7};
  std::vector<T> images;
  std::vector<int> labels;
  for (int i = 0; i < examples; ++i) {
    labels.push_back(i % 3);
    for (int k = 0; k < pixels; ++k) images.push_back(static_cast<T>(0.6 * random.uniform() - 0.3 + (k % 3 == labels.back() ? 0.7 : -0.7)));
  }
  auto train_op = learning::create_train_op(net, losses::with_aux_logits<losses::sparse_softmax_cross_entropy>, optimizers::momentum{.learning_rate = 0.01},
                                            capacity(examples));
  static_assert(decltype(train_op)::losses() - decltype(train_op)::regularization_losses() == 2);
  const auto weights = net.template variable<"InceptionV3/AuxLogits/Conv2d_2b_1x1/weights">();
  const std::vector<T> before(weights.begin(), weights.end());
  const T first = train_op(images, labels);
  CHECK(std::vector<T>(weights.begin(), weights.end()) != before);

  const T first_auxiliary = train_op.loss(0);
  CHECK(first_auxiliary == doctest::Approx(0.4 * std::log(3.0)).epsilon(1e-3));  // of weights that are nearly 0
  CHECK(first_auxiliary + train_op.loss(1) == doctest::Approx(first));
  T last = first;
  for (int step = 0; step < 40; ++step) last = train_op(images, labels);  // behind the first 25, which differ much with rounding
  CHECK(last < 0.6 * first);
  CHECK(train_op.loss(0) < first_auxiliary);
}
