#include "slim/losses/metric_learning.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/learning/gradients.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

/// A loss and its gradients by both embeddings: tests/golden/make_metric_learning.py.
struct golden {
  double loss;
  std::vector<double> anchor, positive;
};
const golden references[] = {
    {0.97493489478363682,
     {-0.022608814005928402, 0.18809497673954625, 0.31033476085932737, -0.15194089794526805, -0.067908797946380189, 0.048061870830928465, -0.26678841763421873,
      -0.31743880973947874, -0.21879276950603616, 0.0062748016469159618, -0.070011599187584192, -0.1133704509627496, -0.15408656068293056,
      -0.066774659577422193, 0.051942407310184936, -0.26971009244574262, -0.31676759898135054, -0.21484435408576141},
     {0.022608814005928402, -0.18809497673954625, -0.31033476085932737, 0.15194089794526805, 0.067908797946380189, -0.048061870830928465, 0.26678841763421873,
      0.31743880973947874, 0.21879276950603616, -0.0062748016469159618, 0.070011599187584192, 0.1133704509627496, 0.15408656068293056, 0.066774659577422193,
      -0.051942407310184936, 0.26971009244574262, 0.31676759898135054, 0.21484435408576141}},  // contrastive
    {0.19601443404135388,
     {0.86046220000609375, 0.67885889199300076, 0.17797763961280816, 0, 0, 0, 0.0022414089551670013, -0.00057664095727172349, -0.0031234876172419046,
      -0.86494501791642775, -0.67770561007845731, -0.17173066437832435, 0, 0, 0, 0.0022414089551670013, -0.00057664095727166798, -0.0031234876172419046},
     {}},  // triplet_semihard
    {4.2886947958746848,
     {2.108441117000571, 0.86137243324680113, -0.79081316517845646, 0.042620756300111418, 0.38225462742240157, 0.54210817437460568, -0.51763789598890675,
      -0.82290630480142024, -0.74114902020011553, -0.83729358637741325, 0.020304271443538739, 0.86835271314157791, -0.4828430047473351, -0.030103937915182746,
      0.43679348130550155, -0.31328738618702723, -0.41092108939613836, -0.31529218344311305},
     {}},  // lifted_struct
    {1.6530273557817075,
     {0.023219948076224472, -0.00035913083077223143, -0.023769304896482733, 0.069325012708854161, 0.060377042244990575, 0.023032805395998963,
      -0.12396051112228924, -0.15869708460136797, -0.11879593948207433, -0.083897266322952496, 0.019511204958285622, 0.11374325167665475, 0.066769616349089719,
      0.058053271522233441, 0.022033565991080944, -0.12196579319793825, -0.1552326948229838, -0.11549123449501458},
     {0.1110488787222203, 0.037785168787769885, -0.053249496437117259, -0.094169381833813778, -0.015047782851158403, 0.071151023534489724, 0.079591284210145705,
      0.052249355598076266, 0.00033373862952969322, -0.083813756008246254, -0.11578177209443166, -0.093295811624512295, -0.095335678624078199,
      -0.014472537508977328, 0.073197264136232093, 0.082811606702632296, 0.055428355131481068, 0.0019762820500544894}},  // npairs
    {2.3944775333842947,
     {0.084596474852875567, 0.1112697767275371, 0.085611163969016746, -0.031015528563904615, -0.044805045272689276, -0.037522049091583784,
      -0.081654701581486341, -0.070551189995189514, -0.026266351361402165, 0.1077942474360836, 0.17589754759847132, 0.16127348265030089, -0.044594377960968511,
      -0.065529903939772205, -0.05564569216270706, -0.046286228494400991, -0.02599152755057629, 0.0065273949291053505},
     {0.10375229860237239, 0.076083851047422879, 0.012631979501903885, -0.12224991532907897, -0.13180257668643713, -0.079366426756093192, 0.057255493122530872,
      0.074246995509402669, 0.056318975766895367, 0.0092762623095948033, 0.019132811145493367, 0.019990899941245557, -0.094783345118031243,
      -0.12364962828767427, -0.094361559194886271, 0.046882159581472245, 0.086149334334552297, 0.08489913102961108}},  // npairs_multilabel
};

constexpr auto contrastive = [](tensor labels, tensor a, tensor p) { return losses::contrastive_loss(equal(labels, 0.0), a, p, 1.5); };
constexpr auto triplet_semihard = [](tensor labels, tensor a, tensor p) { return losses::triplet_semihard_loss(labels, a, 0.8) + 0.0 * mean(p); };
constexpr auto lifted_struct = [](tensor labels, tensor a, tensor p) { return losses::lifted_struct_loss(labels, a, 1.2) + 0.0 * mean(p); };
constexpr auto npairs = [](tensor labels, tensor a, tensor p) { return losses::npairs_loss(labels, a, p, 0.1); };
constexpr auto npairs_multilabel = [](tensor labels, tensor a, tensor p) { return losses::npairs_loss_multilabel(labels, a, p, 0.1); };

constexpr int numbers = 3;
template <class T>
std::vector<T> sines(int sequence, std::size_t examples) {
  std::vector<T> all(examples * numbers);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<T>(std::sin(sequence + 0.7 * static_cast<double>(i)));
  return all;
}
const std::vector<int> classes{0, 1, 0, 2, 1, 0}, lists{1, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 1};

template <class T, const auto& Net, class Labels>
void check_against(const golden& expected, const std::vector<int>& labels, double precise) {
  model<Net, Labels, input<numbers>, input<numbers>, precision<T>> m(seed(1), capacity(7));
  auto op = learning::create_gradient_op(m);
  CHECK(std::abs(static_cast<double>(op(labels, sines<T>(1, 6), sines<T>(2, 6))) - expected.loss) <= precise);
  const auto check = [&](const auto& found, const std::vector<double>& gradient) {
    for (std::size_t i = 0; i < gradient.size(); ++i) CHECK(std::abs(static_cast<double>(found.data()[i]) - gradient[i]) <= precise);
  };
  check(op.template input_gradient<1>(), expected.anchor);
  check(op.template input_gradient<2>(), expected.positive);
}
template <class T>
void check_all(double precise) {
  check_against<T, contrastive, input<>>(references[0], classes, precise);
  check_against<T, triplet_semihard, input<1>>(references[1], classes, precise);
  check_against<T, lifted_struct, input<>>(references[2], classes, precise);
  check_against<T, npairs, input<>>(references[3], classes, precise);
  check_against<T, npairs_multilabel, input<3>>(references[4], lists, precise);
}

}  // namespace

TEST_CASE("losses between examples and their gradients are TF-Slim's") {
  check_all<double>(1e-13);
  check_all<float>(2e-6);
}

TEST_CASE("batches without a pair, or of one label, have a loss that is a number") {
  const auto check = [] < const auto & Net > (double alone, double same) {
    model<Net, input<>, input<numbers>, input<numbers>, precision<double>> m(seed(1), capacity(4));
    auto op = learning::create_gradient_op(m);
    const auto finite = [&](std::size_t examples) {
      for (std::size_t i = 0; i < examples * numbers; ++i) CHECK(std::isfinite(op.template input_gradient<1>().data()[i]));
    };
    CHECK(op(std::vector<int>{3}, sines<double>(1, 1), sines<double>(2, 1)) == doctest::Approx(alone));
    finite(1);
    const std::vector<double> equal_embeddings(2 * numbers, 0.5);
    CHECK(op(std::vector<int>{3, 3}, equal_embeddings, equal_embeddings) == doctest::Approx(same));
    finite(2);
  };
  check.template operator()<triplet_semihard>(0, 0.8);
  check.template operator()<lifted_struct>(0, 0);
  const auto squares = [](const std::vector<double>& all) {
    double sum = 0;
    for (double x : all) sum += x * x;
    return sum;
  };
  check.template operator()<npairs>(0.025 * (squares(sines<double>(1, 1)) + squares(sines<double>(2, 1))), std::log(2.0) + 0.025 * 2 * 0.75);
  double distance = 0;
  for (std::size_t i = 0; i < numbers; ++i) distance += std::pow(sines<double>(1, 1)[i] - sines<double>(2, 1)[i], 2);
  check.template operator()<contrastive>(std::pow(std::max(0.0, 1.5 - std::sqrt(distance)), 2), 2.25);
}
