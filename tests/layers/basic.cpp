#include "slim/eigen.hpp"
#include "slim/layers/basic.hpp"

#include <doctest/doctest.h>

#include <limits>

#include <cmath>
#include <string>

#include "slim/model/variables.hpp"
#include "slim/slim.hpp"
#include "tests/laws/gradient_law.hpp"
#include "tests/layers/golden.hpp"

using namespace slim;

namespace {

// Numbers that no layer can use are refused, whatever they were given for; the message says what was written.
template <const auto& Net>
constexpr bool refuses(double number) {
  constexpr const graph::violation& found = traced<Net, model_options<input<8, 8, 3>>>::program.error;
  return found.broken == graph::rule::number_wrong && (found.number == number || (number != number && found.number != found.number));
}
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
#define REFUSED(name, part, number) \
  constexpr auto name = part;       \
  static_assert(refuses<name>(number))
REFUSED(units, fully_connected(3.7, "fc"), 3.7);
REFUSED(kernel, conv2d(2, 3.9, "conv"), 3.9);
REFUSED(strides, conv2d(2, 3, 1.5, "conv"), 1.5);
REFUSED(named_stride, conv2d(2, 3, "conv", stride = 0), 0);
REFUSED(swapped, conv2d({3, 3}, 8, "conv"), 8);
REFUSED(huge, conv2d(2'000'000'000, {3, 3}, "conv"), 2e9);
REFUSED(huge_tensor, fully_connected(1 << 24, "fc"), 192.0 * (1 << 24));
REFUSED(pool, max_pool2d(2.5, "pool"), 2.5);
REFUSED(keeps_too_much, dropout(1.5, "dropout"), 1.5);
REFUSED(keeps_what, dropout(not_a_number, "dropout"), not_a_number);
REFUSED(decays, batch_norm(decay = 1.5), 1.5);
REFUSED(radius, local_response_normalization(depth_radius = -1), -1);
REFUSED(rewards, fully_connected(4, weights_regularizer = l2_regularizer(-1)), -1);
REFUSED(rewards_in_sum, fully_connected(4, weights_regularizer = sum_regularizer(l1_regularizer(1), l2_regularizer(-3))), -3);
REFUSED(deviation, fully_connected(4, weights_initializer = truncated_normal(0, -2)), -2);
REFUSED(initial, fully_connected(4, biases_initializer = constant(not_a_number)), not_a_number);
#undef REFUSED

// A normalizer takes its own parameters only.
constexpr auto unknown_to_batch_norm = conv2d(2, {1, 1}, "conv", normalizer_fn = batch_norm, normalizer_params = params(keep_prob = 0.5));
constexpr auto fixed_biases = conv2d(2, {1, 1}, "conv", normalizer_fn = bias_add, normalizer_params = params(trainable = false));
constexpr auto drop = [](const tensor& x) { return dropout()(x); };
constexpr auto unknown_to_function = conv2d(2, {1, 1}, "conv", normalizer_fn = drop, normalizer_params = params(keep_prob = 0.9));
static_assert(traced<unknown_to_batch_norm, model_options<input<4, 4, 3>>>::program.error.broken == graph::rule::unknown_argument);
static_assert(traced<unknown_to_function, model_options<input<4, 4, 3>>>::program.error.broken == graph::rule::unknown_argument);
static_assert(parameter_count<fixed_biases, input<4, 4, 3>> == 6);

// An end point has a name.
constexpr auto nameless = [](const tensor& x) { return collect_named_output(x * 2.0); };
static_assert(traced<nameless, model_options<input<3>>>::program.error.broken == graph::rule::no_open_scope);

constexpr auto from_image = [](tensor x) {
  return outputs(flatten("flat")(x), softmax("softmax")(x), fully_connected(4, "full", activation_fn = none)(x), bias_add("bias", activation_fn = relu)(x),
                 local_response_normalization("lrn", depth_radius = 2, bias = 1.5, alpha = 0.3, beta = 0.75)(x));
};
constexpr int height = 2, width = 3, channels = 7, batch_size = 3;
constexpr long pixels = height * width, size = pixels * channels;

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace

TEST_CASE("layers that treat every pixel alike") {
  model<from_image, input<height, width, channels>, precision<double>> m(seed(1));
  for (const char* name : {"full/biases", "bias/biases"}) {
    const auto values = m.variable(name);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.1 * static_cast<double>(i) - 0.3;
  }
  const auto images = laws::numbers(batch_size * size, 1, 3.0);
  m.predict(images);
  const Eigen::Map<const matrix> rows(images.data(), batch_size * pixels, channels), flat(images.data(), batch_size, size);

  SUBCASE("flatten keeps the order of the elements") { CHECK(m.output<0>() == flat); }
  SUBCASE("softmax over the channels") {
    const Eigen::Map<const matrix> found(m.output<1>().data(), rows.rows(), channels);
    for (long r = 0; r < rows.rows(); ++r) {
      const Eigen::ArrayXd e = rows.row(r).array().exp();
      CHECK((found.row(r).transpose().array() - e / e.sum()).abs().maxCoeff() < 1e-14);
    }
  }
  SUBCASE("fully_connected takes the whole image") {
    const matrix expected = (flat * as_eigen(m.variable<"full/weights">())).rowwise() + as_eigen(m.variable<"full/biases">()).transpose();
    CHECK((as_eigen(m.output<2>()) - expected).cwiseAbs().maxCoeff() < 1e-13);
  }
  SUBCASE("bias_add adds one number for each channel, then activates") {
    const Eigen::Map<const matrix> found(m.output<3>().data(), rows.rows(), channels);
    const matrix expected = (rows.rowwise() + as_eigen(m.variable<"bias/biases">()).transpose()).cwiseMax(0.0);
    CHECK((found - expected).cwiseAbs().maxCoeff() < 1e-15);
  }
  SUBCASE("local_response_normalization sums the squares of the neighbours") {
    const Eigen::Map<const matrix> found(m.output<4>().data(), rows.rows(), channels);
    for (long r = 0; r < rows.rows(); ++r)
      for (int c = 0; c < channels; ++c) {
        double sum = 0;
        for (int k = std::max(0, c - 2); k <= std::min(channels - 1, c + 2); ++k) sum += rows(r, k) * rows(r, k);
        CHECK(found(r, c) == doctest::Approx(rows(r, c) / std::pow(1.5 + 0.3 * sum, 0.75)).epsilon(1e-13));
      }
  }
}

namespace {
constexpr auto encodings = [](tensor labels) {
  return outputs(one_hot_encoding(4, "plain")(labels), one_hot_encoding(3, "values", on_value = 0.9, off_value = -0.1)(labels));
};
}  // namespace

TEST_CASE("one_hot_encoding: classes that do not exist give a row of off values") {
  model<encodings, input<>, precision<double>> m(seed(1));
  m.predict(std::vector<double>{2, 0, 3, 4, -1});
  matrix plain(5, 4), values(5, 3);
  plain << 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0;
  values << -0.1, -0.1, 0.9, 0.9, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1;
  CHECK(m.output<0>() == plain);
  CHECK(m.output<1>() == values);
}

namespace {
constexpr auto large_scores = softmax("softmax");
}

TEST_CASE("softmax of large scores does not overflow") {
  model<large_scores, input<3>> m(seed(1));
  const auto p = m.predict(std::vector<float>{1000, 1000, -1000, -5000, -5000, -5000});
  CHECK(p(0, 0) == doctest::Approx(0.5));
  CHECK(p(0, 2) == 0);
  CHECK(p(1, 1) == doctest::Approx(1.0 / 3));
}

namespace {

constexpr auto small_layers = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {2, 3, 4}, ones), scaled = scale_gradient(x, 0.25);
  const tensor most = maxout(2, "maxout")(x);
  const tensor spatial = spatial_softmax("spatial")(x), sharp = spatial_softmax("sharp", temperature = 0.5, trainable = false)(scaled * x);
  const tensor inner = inner_flatten(3, "inner")(square(scaled));
  bucketize({-0.5, -0.1, 0.0, 0.3}, "buckets")(x);
  const tensor back = sequence_to_images(2, "back")(images_to_sequence("sequence")(x) * 3.0);
  return concat({reshape(most, {-1}), spatial, sharp, reshape(inner, {-1}), reshape(back, {-1})}, -1);
};

}  // namespace

TEST_CASE("maxout, spatial_softmax, inner_flatten, bucketize, scale_gradient and the layers of sequences are TF-Slim's") {
  golden::check_both<small_layers, input<2, 3, 4>, "maxout", "spatial", "sharp", "inner", "buckets">({
      {"maxout", -1.5455880511030593},
      {"spatial", 0.36353494326028146},
      {"sharp", -0.5992755977500646},
      {"inner", 2.3242932679081383},
      {"buckets", 28.2015300989151},
      {"d w", 0.3317084679839024},
      {"d spatial/temperature", -0.0003620958170505546},
  });
  static_assert(end_point<small_layers, "inner", input<2, 3, 4>> == shape{2, 12});
  static_assert(end_point<small_layers, "sequence", input<2, 3, 4>> == shape{3, 2, 4});
  static_assert(end_point<small_layers, "spatial", input<2, 3, 4>> == shape{8});
}

namespace {
// Groups along an axis that is not the last; a temperature that is given, and a plane of odd size.
constexpr auto small_odd = [](tensor x) {
  const tensor a = conv2d(6, {3, 3}, "conv", activation_fn = none)(x);
  return maxout(5, over_axis = 2)(reshape(a, {3, 15, 2})) + reduce_sum(square(spatial_softmax("places", temperature = 2.0)(a)));
};
constexpr auto one_pixel = spatial_softmax("places");
}  // namespace

TEST_CASE("gradient law: maxout and spatial_softmax") {
  laws::check_gradients_at_batches<small_odd, input<3, 5, 2>>(losses::mean_squared_error);
  model<small_odd, input<3, 5, 2>, precision<double>> m(seed(1));
  CHECK(m.variable<"places/temperature">()(0) == 2);
  model<one_pixel, input<1, 1, 2>, precision<double>> point(seed(1));
  const auto y = point.predict(std::vector<double>{3, 4});
  for (int i = 0; i < 4; ++i) CHECK(y.data()[i] == -1);  // where a line of one point lies: linspace(-1, 1, 1)
}

TEST_CASE("what is equal to a boundary is above it; numbers for boundaries are in order") {
  static constexpr auto buckets = bucketize({0, 10, 100});
  model<buckets, input<6>, precision<double>> m(seed(1));
  const auto y = m.predict(std::vector<double>{-5, 10000, 150, 10, 5, 100});
  const double expected[] = {0, 3, 3, 2, 1, 3};
  for (int i = 0; i < 6; ++i) CHECK(y.data()[i] == expected[i]);
}

namespace {
constexpr auto of_units = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {2, 3, 4}, ones);
  const tensor old = legacy_fully_connected(3, "legacy", activation_fn = nn::tanh)(x);
  const tensor stacked = stack<relu>({5, 4}, "stack")(x);
  const tensor plain = linear(4, "plain")(stacked);
  return concat({reshape(old, {-1}), stacked, elu(3)(plain), relu6(3, "six")(plain * 20.0)}, -1);
};
constexpr auto unnamed_units = stack<linear>({6, 5}) >> repeat<2>(relu(5, weights_regularizer = l2_regularizer(0.1))) >>
                               fully_connected(4, activation_fn = relu) >> legacy_relu(3, "old", bias_init = none, weight_collections = {"old"});
}  // namespace

TEST_CASE("linear, relu, relu6 and elu as layers, in stack and repeat, and legacy_fully_connected are TF-Slim's") {
  golden::check_both<of_units, input<2, 3, 4>, "legacy", "stack/stack_2", "fully_connected", "six">({
      {"legacy", 1.8726639431937206},
      {"stack/stack_2", -0.15736240714482447},
      {"fully_connected", 0.32476982582860575},
      {"six", 2.028131389398618},
      {"d w", 0.0015413809427951499},
      {"d legacy/weights", 0.10795145766405993},
      {"d legacy/bias", 0.21562684069984595},
      {"d stack/stack_1/weights", -0.029994939089790524},
      {"d stack/stack_1/biases", -0.012131975404599074},
      {"d stack/stack_2/weights", -0.021497240515008523},
      {"d stack/stack_2/biases", -0.021694644341252154},
      {"d plain/weights", -0.051510239959388915},
      {"d plain/biases", 0.7198979395534367},
      {"d fully_connected/weights", -0.0016204409548936458},
      {"d fully_connected/biases", 0.03498832196560109},
      {"d six/weights", -0.24613994976251535},
      {"d six/biases", 0.12180098266450123},
  });
  model<unnamed_units, input<4>> m(seed(1));
  std::string names;
  for (int v = 0; v < m.variables(); v += v < 10 ? 2 : 1) names += std::string(m.variable_name(v)) + " ";
  CHECK(names ==
        "Stack/fully_connected_1/weights Stack/fully_connected_2/weights Repeat/fully_connected_1/weights Repeat/fully_connected_2/weights "
        "fully_connected/weights old/weights ");
  CHECK(get_model_variables(m).size() == 10);
  CHECK(get_variables(m, "", "", "old").size() == 1);
}
