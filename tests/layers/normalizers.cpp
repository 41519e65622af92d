#include "slim/layers/layer_norm.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "slim/model/variables.hpp"
#include "slim/slim.hpp"
#include "tests/laws/gradient_law.hpp"
#include "tests/layers/golden.hpp"

using namespace slim;

namespace {

constexpr auto all_of_them = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {2, 3, 4}, ones);
  const tensor layer = layer_norm("layer")(x),
               last = layer_norm("last", center = false, activation_fn = nn::tanh, begin_norm_axis = -1, begin_params_axis = 2)(x);
  const tensor instance = instance_norm("instance", epsilon = 0.01)(x);
  const tensor group = group_norm("group", groups = 2)(x), rows = group_norm("rows", groups = 1, reduction_axes = {1}, scale = false)(x);
  const tensor unit = unit_norm(3, "unit")(x), ball = poincare_normalize("ball", over_axis = 3)(x);
  return layer + last + instance + group + rows + unit + ball;
};

// Made by tests/golden/make_layers.py.
const std::initializer_list<golden::line> all_expected = {
    {"layer", 5.302383075588411},
    {"last", 2.9106540431186017},
    {"instance", 0.31362951661006455},
    {"group", 5.254681940510463},
    {"rows", 4.051237962353003},
    {"unit", 1.356829448449066},
    {"ball", 1.3289729770736527},
    {"d w", 0.8422997170028764},
    {"d layer/beta", 0.20698827356549515},
    {"d layer/gamma", 3.081575946669739},
    {"d last/gamma", 0.1969829609858943},
    {"d instance/beta", 0.20698827356549515},
    {"d instance/gamma", 2.5912164649152976},
    {"d group/beta", 0.20698827356549515},
    {"d group/gamma", 3.177142451541148},
    {"d rows/beta", 0.20698827356549532},
};

}  // namespace

TEST_CASE("layer_norm, instance_norm, group_norm, unit_norm and poincare_normalize are TF-Slim's") {
  golden::check_both<all_of_them, input<2, 3, 4>, "layer", "last", "instance", "group", "rows", "unit", "ball">(all_expected);
}

namespace {

// As normalizers, of convolutions and of vectors; parameters by normalizer_params and by an arg_scope; variables in collections.
constexpr auto as_normalizers = arg_scope<layer_norm>(variables_collections = {{"gamma", "scales"}})(
    conv2d(6, {3, 3}, "layer", activation_fn = nn::tanh, normalizer_fn = layer_norm, normalizer_params = params(begin_norm_axis = -1, center = false)) >>
    conv2d(6, {1, 1}, "instance", activation_fn = nn::tanh, normalizer_fn = instance_norm, normalizer_params = params(epsilon = 0.1)) >>
    conv2d(6, {1, 1}, "group", activation_fn = nn::tanh, normalizer_fn = group_norm, normalizer_params = params(groups = 3, trainable = false)) >>
    conv2d(6, {1, 1}, "unit", activation_fn = none, normalizer_fn = unit_norm, normalizer_params = params(dim = 3)) >> flatten("flat") >>
    fully_connected(4, "full", activation_fn = none, normalizer_fn = layer_norm) >>
    arg_scope<group_norm>(reduction_axes = {}, groups = 2)(fully_connected(4, "grouped", activation_fn = none, normalizer_fn = group_norm)) >>
    fully_connected(3, "ball", activation_fn = none, normalizer_fn = poincare_normalize));
constexpr auto shared = [](tensor x) {
  const tensor y = layer_norm("norm")(conv2d(3, {1, 1}, "conv", activation_fn = none)(x));
  return layer_norm("norm", reuse = true)(y * y) + instance_norm(param_initializers = {{"gamma", constant(0.5)}})(y);
};

}  // namespace

TEST_CASE("normalizers: names, collections and initial values of variables") {
  model<as_normalizers, input<3, 5, 2>, precision<double>> m(seed(1));
  std::string names;
  for (int v = 0; v < m.variables(); ++v) names += std::string(m.variable_name(v)) + (m.variable_trainable(v) ? " " : "* ");
  CHECK(names ==
        "layer/weights layer/LayerNorm/gamma instance/weights instance/InstanceNorm/beta instance/InstanceNorm/gamma group/weights group/GroupNorm/beta* "
        "group/GroupNorm/gamma* unit/weights full/weights full/LayerNorm/beta full/LayerNorm/gamma grouped/weights grouped/GroupNorm/beta "
        "grouped/GroupNorm/gamma ball/weights ");
  CHECK(get_variables(m, "", "", "scales").size() == 2);
  CHECK(m.variable<"full/LayerNorm/gamma">()(0) == 1);

  model<shared, input<3, 5, 2>> s(seed(1));
  CHECK(s.variables() == 6);
  CHECK(s.variable<"InstanceNorm/gamma">()(2) == 0.5f);
}

TEST_CASE("gradient law: normalizers of one example") {
  laws::check_gradients_at_batches<as_normalizers, input<3, 5, 2>>(losses::mean_squared_error, {.sequence = 3});
  laws::check_gradients<shared, input<3, 5, 2>>(losses::mean_squared_error);
}

TEST_CASE("what is normalized does not depend on the other examples of the batch; zero stays zero") {
  model<all_of_them, input<2, 3, 4>, precision<double>> m(seed(1), capacity(3));
  const auto images = laws::numbers(3 * 24, 1);
  const auto three = m.predict(images);
  const std::vector<double> of_three(three.data() + 48, three.data() + 72);
  const auto alone = m.predict(std::vector<double>(images.begin() + 48, images.end()));
  CHECK(std::equal(of_three.begin(), of_three.end(), alone.data()));
  const auto nothing = m.predict(std::vector<double>(24, 0.0));
  CHECK(std::all_of(nothing.data(), nothing.data() + 24, [](double y) { return y == 0; }));
}

namespace {
// Along axes of extent 1 nothing is summed.
constexpr auto of_one_element = [](const tensor& input) {
  const tensor x = input * model_variable(input, "w", {3, 5, 1}, ones);
  return concat({unit_norm(3, epsilon = 0.5)(x), poincare_normalize(over_axis = 3, epsilon = 0.75)(x), layer_norm(begin_norm_axis = 3, scale = false)(x)}, -1);
};
}  // namespace

TEST_CASE("normalizers along an axis of one element") {
  for (const int batch : {1, 3}) {
    model<of_one_element, input<3, 5, 1>, precision<double>> m(seed(1), capacity(3));
    const auto x = laws::numbers(batch * 15, 1);
    const auto y = m.predict(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      CHECK(y.data()[3 * i] == doctest::Approx(x[i] / std::sqrt(x[i] * x[i] + 0.5)));
      CHECK(y.data()[3 * i + 1] == doctest::Approx(x[i] * std::min(0.25 / std::abs(x[i]), 1.0)));
      CHECK(y.data()[3 * i + 2] == 0);
    }
  }
  laws::check_gradients_at_batches<of_one_element, input<3, 5, 1>>(losses::mean_squared_error);
}

namespace {
// With bounds that some of the parameters hit.
constexpr auto divisive = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {2, 3, 4}, ones);
  return gdn("wide", beta_min = 0.9, gamma_init = 0.2, reparam_offset = 0.1)(x) + gdn("narrow", inverse = true)(x);
};
constexpr auto divisive_normalizer = conv2d(3, {3, 3}, "conv", activation_fn = none, normalizer_fn = gdn, normalizer_params = params(inverse = true));
// No biases, and no variable of its own.
constexpr auto dropped = conv2d(3, {3, 3}, "conv", normalizer_fn = dropout, normalizer_params = params(keep_prob = 0.5, is_training = true));
static_assert(variable_count<dropped, input<3, 5, 2>> == 1);
}  // namespace

TEST_CASE("gdn is TF-Slim's, at its bounds too") {
  golden::check_both<divisive, input<2, 3, 4>, "wide", "narrow">({
      {"wide", 1.2305012622733442},
      {"narrow", 1.202835391400157},
      {"d w", 0.3871657857107115},
      {"d wide/reparam_beta", -0.2654219562178744},
      {"d wide/reparam_gamma", -0.017178632097004997},
      {"d narrow/reparam_beta", 0.25252372420708935},
      {"d narrow/reparam_gamma", 0.017191147410728885},
  });
  model<divisive_normalizer, input<3, 5, 2>, precision<double>> m(seed(1));
  const double small = 1.0 / 262144;
  CHECK(m.variable<"conv/gdn/reparam_beta">()(2) == doctest::Approx(std::sqrt(1 + small * small)).epsilon(1e-15));
  for (int i = 0; i < 9; ++i)
    CHECK(m.variable<"conv/gdn/reparam_gamma">().data()[i] == doctest::Approx(i % 4 == 0 ? std::sqrt(0.1 + small * small) : small).epsilon(1e-15));
  CHECK(get_model_variables(m).size() == 1);
}
