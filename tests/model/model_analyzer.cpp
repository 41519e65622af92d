#include "slim/report/model_analyzer.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "slim/slim.hpp"

using namespace slim;
using namespace slim::model_analyzer;

namespace {

constexpr auto small = scope("small", conv2d(2, {3, 3}, "conv", normalizer_fn = batch_norm) >> fully_connected(5, "logits", activation_fn = none));

template <class Print>
std::string printed(const Print& print) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  print(file);
  std::rewind(file);
  std::string text;
  for (int c; (c = std::fgetc(file)) != EOF;) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("descriptions of tensors") {
  CHECK(tensor_description<float>(shape(1, 8, 8, 1024)) == "(float32 1x8x8x1024)");
  CHECK(tensor_description<double>(shape()) == "(float64 )");
  CHECK(tensor_description<float>(shape(10), 0) == "(float32 ?x10)");
  CHECK(tensor_description<float>(shape(), 32) == "(float32 32)");
}

TEST_CASE("variables in TF-Slim's layout") {
  const model<small, input<4, 4, 3>> net{seed(1)};
  variable_sizes total;
  const std::string text = printed([&](std::FILE* file) { total = analyze_vars(net, true, file); });
  CHECK(text ==
        "---------\n"
        "Variables: name (type shape) [size]\n"
        "---------\n"
        "small/conv/weights (float32 3x3x3x2) [54, bytes: 216]\n"
        "small/conv/BatchNorm/beta (float32 2) [2, bytes: 8]\n"
        "small/conv/BatchNorm/moving_mean (float32 2) [2, bytes: 8]\n"
        "small/conv/BatchNorm/moving_variance (float32 2) [2, bytes: 8]\n"
        "small/logits/weights (float32 32x5) [160, bytes: 640]\n"
        "small/logits/biases (float32 5) [5, bytes: 20]\n"
        "Total size of variables: 225\n"
        "Total bytes of variables: 900\n");
  CHECK(total == variable_sizes{225, 900});
  CHECK(analyze_vars(model<small, input<4, 4, 3>, precision<double>>{seed(1)}) == variable_sizes{225, 1800});
  CHECK(printed([&](std::FILE* file) { analyze_vars(net, false, file); }).empty());
}

TEST_CASE("operations in TF-Slim's layout; an unknown batch counts 0") {
  static constexpr auto net_fn = scope("n", fully_connected(2, "fc"));
  const model<net_fn, input<3>, batch<4>> fixed{seed(1)};
  long total = 0;
  const std::string text = printed([&](std::FILE* file) { total = analyze_ops(fixed, true, file); });
  CHECK(text ==
        "---------\n"
        "Operations: name -> (type shapes) [size]\n"
        "---------\n"
        "input 0 \t-> (float32 4x3) [12]\n"
        "n/fc/weights \t-> (float32 3x2) [6]\n"
        "n/fc/matmul \t-> (float32 4x2) [8]\n"
        "n/fc/biases \t-> (float32 2) [2]\n"
        "n/fc/map \t-> (float32 4x2) [8]\n"
        "n/fc/map \t-> (float32 4x2) [8]\n");
  CHECK(total == 44);
  CHECK(analyze_ops(model<net_fn, input<3>>{seed(1)}) == 8);  // weights and biases
}
