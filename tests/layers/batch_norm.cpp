#include "slim/layers/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/slim.hpp"
#include "tests/laws/gradient_law.hpp"
#include "tests/layers/golden.hpp"

using namespace slim;

namespace {

constexpr int cells = 6, channels = 3, batch_size = 4, count = cells * batch_size;
constexpr double keep_average = 0.8, small = 0.01;

constexpr auto net = batch_norm("norm", decay = keep_average, epsilon = small, scale = true);
using net_model = model<net, input<2, 3, channels>, precision<double>, keep<"norm">>;

struct statistics {
  double mean = 0, biased = 0, unbiased = 0;
};
statistics of_channel(const std::vector<double>& images, int channel) {
  statistics s;
  for (int i = 0; i < count; ++i) s.mean += images[static_cast<std::size_t>(i * channels + channel)] / count;
  for (int i = 0; i < count; ++i) {
    const double d = images[static_cast<std::size_t>(i * channels + channel)] - s.mean;
    s.biased += d * d / count, s.unbiased += d * d / (count - 1);
  }
  return s;
}

const auto images = laws::numbers(count * channels, 1, 3.0, 1.0), targets = laws::numbers(count * channels, 2);

// Rate 0: a step moves the averages and nothing else.
const optimizers::gradient_descent still{0.0};

}  // namespace

TEST_CASE("training normalizes by the batch and moves the averages, the variance without bias") {
  net_model m(seed(1));
  const double gamma[] = {0.5, 1, 2}, beta[] = {-1, 0, 3};
  for (int c = 0; c < channels; ++c) m.variable<"norm/gamma">()(c) = gamma[c], m.variable<"norm/beta">()(c) = beta[c];
  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  double mean[channels]{}, variance[channels]{1, 1, 1};
  for (int step = 0; step < 3; ++step) {
    std::vector<double> batch = images;
    for (double& v : batch) v = v * (1 + step) - step;
    op(batch, targets);
    for (int c = 0; c < channels; ++c) {
      const statistics s = of_channel(batch, c);
      const auto y = op.end_point<"norm">();
      for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i * channels + c);
        CHECK(y[at] == doctest::Approx(gamma[c] * (batch[at] - s.mean) / std::sqrt(s.biased + small) + beta[c]).epsilon(1e-12));
      }
      mean[c] = keep_average * mean[c] + (1 - keep_average) * s.mean;
      variance[c] = keep_average * variance[c] + (1 - keep_average) * s.unbiased;
      CHECK(m.variable<"norm/moving_mean">()(c) == doctest::Approx(mean[c]).epsilon(1e-13));
      CHECK(m.variable<"norm/moving_variance">()(c) == doctest::Approx(variance[c]).epsilon(1e-13));
    }
  }
}

TEST_CASE("inference uses the moving averages and changes nothing") {
  net_model m(seed(1));
  const double mean[] = {1, -2, 0.5}, variance[] = {4, 0.25, 1};
  for (int c = 0; c < channels; ++c) m.variable<"norm/moving_mean">()(c) = mean[c], m.variable<"norm/moving_variance">()(c) = variance[c];
  const std::vector<double> before(m.parameters().begin(), m.parameters().end());
  const auto y = m.predict(images);
  for (int i = 0; i < count * channels; ++i) {
    const int c = i % channels;
    CHECK(y.data()[i] == doctest::Approx((images[static_cast<std::size_t>(i)] - mean[c]) / std::sqrt(variance[c] + small)).epsilon(1e-13));
  }
  CHECK(std::equal(before.begin(), before.end(), m.parameters().begin()));
}

namespace {

// Defaults; fixed to inference; fixed to training; one set of averages moved by two applications.
constexpr auto variants = [](tensor x) {
  const tensor a = batch_norm("defaults")(x);
  batch_norm("never", is_training = false)(x);
  const tensor b = batch_norm("always", decay = 0.5, is_training = true)(x);
  batch_norm("twice", decay = 0.5)(x);
  const tensor c = batch_norm("twice", decay = 0.5, reuse = true)(x + 10.0);
  return a + b + c;
};

}  // namespace

TEST_CASE("variables, is_training, and averages that are shared") {
  model<variants, input<2, 3, channels>, precision<double>> m(seed(1));
  CHECK(m.variables() == 12);  // beta, moving_mean and moving_variance each; gamma only with scale
  CHECK(m.variable_name(0) == "defaults/beta");
  CHECK(m.variable_name(1) == "defaults/moving_mean");
  CHECK(m.variable_name(2) == "defaults/moving_variance");
  CHECK(m.variable_trainable(0));
  CHECK_FALSE(m.variable_trainable(1));
  CHECK_FALSE(m.variable_trainable(2));

  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  op(images, targets);
  for (int c = 0; c < channels; ++c) {
    const statistics s = of_channel(images, c);
    CHECK(m.template variable<"defaults/moving_mean">()(c) == doctest::Approx(0.001 * s.mean));
    CHECK(m.template variable<"defaults/moving_variance">()(c) == doctest::Approx(0.999 + 0.001 * s.unbiased));
    CHECK(m.template variable<"never/moving_mean">()(c) == 0);
    CHECK(m.template variable<"never/moving_variance">()(c) == 1);
    CHECK(m.template variable<"always/moving_mean">()(c) == doctest::Approx(0.5 * s.mean));
    CHECK(m.template variable<"twice/moving_mean">()(c) == doctest::Approx(0.25 * s.mean + 0.5 * (s.mean + 10)));
    CHECK(m.template variable<"twice/moving_variance">()(c) == doctest::Approx(0.25 + 0.75 * s.unbiased));
  }
}

namespace {
constexpr auto vectors = batch_norm("norm", decay = 0.5);
}

TEST_CASE("a batch of one vector has no variance and leaves finite numbers") {
  model<vectors, input<channels>, precision<double>, keep<"norm">> m(seed(1));
  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  op(std::vector<double>{5, 6, 7}, std::vector<double>{1, 2, 3});
  for (int c = 0; c < channels; ++c) {
    CHECK(op.end_point<"norm">()[static_cast<std::size_t>(c)] == 0);
    CHECK(m.variable<"norm/moving_mean">()(c) == 0.5 * (5 + c));
    CHECK(m.variable<"norm/moving_variance">()(c) == 0.5);
  }
}

namespace {

constexpr auto all_options = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {2, 3, 4}, ones), examples = reshape(slice(input, {0, 0, 0}, {1, 1, 1}), {}) + 2.0;
  return arg_scope<batch_norm>(decay = 0.75, epsilon = 0.01, scale = true)([=](tensor y) {
    return batch_norm("plain", fused = false, zero_debias_moving_mean = true)(y) + batch_norm("counted", batch_weights = examples)(y) +
           batch_norm("renorm", renorm = true, renorm_clipping = {.rmin = 0.6, .rmax = 0.7, .dmax = 0.2}, renorm_decay = 0.875)(y) +
           batch_norm("free", renorm = true, renorm_decay = 0.875, scale = false)(y) +
           batch_norm(
               "adjusted",
               adjustment = [](const tensor& z) { return batch_adjustment{1.0 + slice(z, {0, 0, 0}, {1, 1, -1}), 0.1 * slice(z, {0, 0, 0}, {1, 1, 1})}; })(y);
  })(x);
};

}  // namespace

TEST_CASE("batch_norm with renorm, batch_weights, zero_debias_moving_mean and adjustment is TF-Slim's") {
  golden::check_both<all_options, input<2, 3, 4>, "plain", "counted", "renorm", "free", "adjusted">({
      {"plain", 5.060515321362145},
      {"counted", 5.328344023086243},
      {"renorm", 0.04051212936189735},
      {"free", 2.3339307928653596},
      {"adjusted", 4.837125378670666},
      {"d w", 0.19504242020509463},
      {"d plain/beta", 0.07028359438507957},
      {"d plain/gamma", 2.205558495658642},
      {"d counted/beta", 0.07028359438507957},
      {"d counted/gamma", 2.3191086763381956},
      {"d renorm/gamma", 1.3745598267628585},
      {"d renorm/beta", 0.07028359438507957},
      {"d free/beta", 0.07028359438507957},
      {"d adjusted/gamma", 1.7438551494213614},
      {"d adjusted/beta", 0.0702835943850796},
      {"plain/moving_mean", -0.09489487711158548},
      {"plain/moving_variance", 1.1780285949941598},
      {"plain/moving_mean/biased", -0.05486110083013535},
      {"plain/moving_mean/local_step", 0.09895402193069458},
      {"counted/moving_mean", -0.11190474574547889},
      {"counted/moving_variance", 1.1715465715310864},
      {"renorm/moving_mean", -0.09187098234043435},
      {"renorm/moving_variance", 1.1235075950405278},
      {"renorm/moving_stddev", 1.1576202397890378},
      {"renorm/renorm_mean", -0.10308642982486774},
      {"renorm/renorm_stddev", 1.2525720533321651},
      {"free/moving_mean", -0.09187098234043435},
      {"free/moving_variance", 1.1235075950405278},
      {"free/moving_stddev", 1.1576202397890378},
      {"free/renorm_mean", -0.10308642982486774},
      {"free/renorm_stddev", 1.2525720533321651},
      {"adjusted/moving_mean", -0.09187098234043435},
      {"adjusted/moving_variance", 1.1780285949941598},
  });
}

namespace {
template <bool Clipped>
constexpr auto renormalized = [](const tensor& x) {
  constexpr renorm_limits limits = Clipped ? renorm_limits{.rmin = 0.6, .rmax = 1.5, .dmax = 0.4} : renorm_limits{};
  return batch_norm("norm", decay = 0.9, scale = true, renorm = true, renorm_clipping = limits,
                    renorm_decay = 0.8)(fully_connected(2, "inner", activation_fn = none, biases_initializer = none)(x));
};

// The loss of a step; weights, gamma, beta and the averages behind it; what is predicted then for the first example. tests/golden/make_renorm.py, by TensorFlow
// 2.15.
struct renorm_golden {
  const char* name;
  int step;
  double values[23];
};
const renorm_golden renorm_goldens[] = {
    {"clipped", 1, {0.848712983803619,   -0.96889048665286, 0.275808382241248, -0.96370391566092,  -0.864612788750104, -0.123429015619667,
                    0.320048407567514,   0.850488548736453, 0.925215563257958, 0.0471019625663757, 0.0900601738603307, -0.0871087491732436,
                    0.00949134618484014, 0.986322801019335, 0.956852522873647, 0.993641183234338,  0.978699403736228,  -0.174217498346487,
                    0.0189826923696803,  0.987282366468676, 0.957398807472455, -0.101439942103419, 0.375927327219772}},
    {"clipped", 4, {0.431085934406638,  -0.97817016278212, 0.295293439411819, -0.954486850360539, -0.883574491263493,  -0.121068936226943,
                    0.246892165131032,  0.292054501220441, 0.589379913966419, 0.0546062482426038, -0.0376852446863525, -0.28302497942566,
                    -0.101326850637511, 1.32320537940448,  0.790635046413951, 1.15074123042693,   0.889738751777145,   -0.478020085768714,
                    -0.17054531719056,  1.24352521415311,  0.798649948975495, -0.152740521121259, -0.0490130331703846}},
    {"clipped", 8, {0.245456657362015,  -0.980115549876557,  0.257768932553833, -0.952050881345594,  -0.89700727036286,    -0.124325448891411,
                    0.254443314439504,  -0.0582896824446545, 0.299384383541467, 0.00474048334815297, -0.00253022313501716, -0.343253591435365,
                    -0.124624871353096, 1.5615045720634,     0.763413716827412, 1.25000182882402,    0.874307564205762,    -0.476148110115902,
                    -0.176976460348567, 1.3266311455755,     0.816968259548351, 0.0325515689316417,  0.0248996906428276}},
    {"free", 1, {1.07062042324234,    -0.96889048665286, 0.275808382241248, -0.963703915660919, -0.864612788750104, -0.123429015619667,
                 0.320048407567514,   0.746227719023438, 0.925215563257958, 0.141319460912863,  0.0900601738603307, -0.0871087491732436,
                 0.00949134618484014, 0.986322801019335, 0.956852522873647, 0.993641183234338,  0.978699403736228,  -0.174217498346487,
                 0.0189826923696803,  0.987282366468676, 0.957398807472455, 0.0109872102719591, 0.375927327219772}},
    {"free", 4, {0.444982955782656,  -0.975788019031214, 0.294949830708375, -0.955088960120726, -0.875445590900251, -0.13543547500173,
                 0.27266398172499,   -0.141141485564432, 0.535434139303141, 0.122642447287628,  0.0261437413453162, -0.283042926601112,
                 -0.101282445616995, 1.32319229305966,   0.790633338352434, 1.15073554436267,   0.889737791909748,  -0.478053939078817,
                 -0.170456507149527, 1.24351353127929,   0.798648029240701, 0.223783994908777,  0.0275229683239909}},
    {"free", 8, {0.329180169301656,  -0.962440764459781, 0.277757808817451,  -0.967005515036219, -0.879933458755438, -0.146955224912561,
                 0.285750739661855,  -0.141111136075498, 0.0804674778301226, 0.0365156039628754, 0.0329643790645229, -0.34342085663797,
                 -0.123883255384168, 1.57031096291094,   0.748407183898129,  1.25351943060765,   0.865683073588787,  -0.476512722695256,
                 -0.17519188160331,  1.33292280266658,   0.802042095219506,  0.10437517243702,   0.0433681936941609}},
};

template <bool Clipped>
void check_renorm(const std::string& name) {
  constexpr int batch = 5, inputs = 3, channels = 2;
  model<renormalized<Clipped>, input<inputs>, precision<double>> m{seed(1)};
  const auto weights = laws::numbers(inputs * channels, 1);
  std::copy(weights.begin(), weights.end(), m.template variable<"inner/weights">().begin());
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{0.2});
  int compared = 0;
  for (int t = 1; t <= 8; ++t) {
    const auto images = laws::numbers(batch * inputs, static_cast<std::uint32_t>(10 + t), 0.4 + t % 4, 0.3 * (t % 3));
    std::vector<double> found{op(images, laws::numbers(batch * channels, static_cast<std::uint32_t>(30 + t)))};
    const auto add = [&](std::span<const double> values) { found.insert(found.end(), values.begin(), values.end()); };
    add(m.template variable<"inner/weights">()), add(m.template variable<"norm/gamma">()), add(m.template variable<"norm/beta">());
    add(m.template variable<"norm/moving_mean">()), add(m.template variable<"norm/moving_variance">()), add(m.template variable<"norm/moving_stddev">());
    add(m.template variable<"norm/renorm_mean">()), add(m.template variable<"norm/renorm_stddev">());
    m.predict(images);
    add({m.template output<0>().data(), 2});
    for (const renorm_golden& one : renorm_goldens) {
      if (name != one.name || t != one.step) continue;
      REQUIRE(found.size() == std::size(one.values));
      ++compared;
      for (std::size_t i = 0; i < found.size(); ++i) {
        INFO(name, ", step ", t, ", number ", i);
        CHECK(std::abs(found[i] - one.values[i]) < 1e-12);
      }
    }
  }
  CHECK(compared == 3);
}
}  // namespace

TEST_CASE("batch renormalization over several steps is TensorFlow's, within bounds and beyond each of them") {
  check_renorm<true>("clipped");
  check_renorm<false>("free");
}

namespace {
constexpr auto with_parameters =
    conv2d(3, {3, 3}, "conv", activation_fn = nn::tanh, normalizer_fn = batch_norm, normalizer_params = params(fused = false, scale = true)) >>
    batch_norm("norm", scale = true, updates_collections = none, zero_debias_moving_mean = true,
               param_initializers = {{"gamma", constant(0.5)}, {"moving_variance", constant(4.0)}, {"moving_mean", constant(-1.0)}},
               param_regularizers = {{"gamma", l2_regularizer(0.1)}, {"beta", l2_regularizer(0.2)}});
constexpr auto series = batch_norm("norm", decay = 0.5);
}  // namespace

TEST_CASE("batch_norm: parameters are initialized and regularized by name; of series the biased variance is averaged") {
  model<with_parameters, input<3, 5, 2>, precision<double>> m(seed(1));
  CHECK(m.variable<"norm/gamma">()(1) == 0.5);
  CHECK(m.variable<"norm/moving_variance">()(1) == 4);
  CHECK(m.variable<"norm/moving_mean">()(1) == -1);
  laws::check_gradients_at_batches<with_parameters, input<3, 5, 2>>(losses::mean_squared_error);

  model<series, input<2, 1>, precision<double>> s(seed(1));
  auto op = learning::create_train_op(s, losses::mean_squared_error, still);
  op(std::vector<double>{1, 3}, std::vector<double>{0, 0});
  CHECK(s.variable<"norm/moving_variance">()(0) == 0.5 * 1 + 0.5 * 1);
  op(std::vector<double>{1, 5}, std::vector<double>{0, 0});
  CHECK(s.variable<"norm/moving_variance">()(0) == 0.5 * 1 + 0.5 * 4);
}

TEST_CASE("the first mean that zero_debias_moving_mean leaves is that of the batch") {
  static constexpr auto debiased = batch_norm("norm", zero_debias_moving_mean = true);
  model<debiased, input<1>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  op(std::vector<double>{1, 6}, std::vector<double>{0, 0});
  CHECK(m.variable<"norm/moving_mean">()(0) == doctest::Approx(3.5).epsilon(1e-11));
}
