// Models as values: construction, copies, access to variables and end points, misuse at run time.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <ranges>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/eigen.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", conv2d(3, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool1") >> fully_connected(4, "fc1", activation_fn = none));
using small_model = model<net, input<6, 5, 2>, keep<"net/pool1">>;

std::vector<float> images(int count) {
  std::vector<float> values(static_cast<std::size_t>(count) * 6 * 5 * 2);
  random_stream random(7);
  for (float& v : values) v = random.normal();
  return values;
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), sizeof(*a.data()) * static_cast<std::size_t>(a.size())) == 0;
}

}  // namespace

TEST_CASE("a seed determines all parameters") {
  const small_model a{seed(3)}, b{seed(3)}, c{seed(4)};
  CHECK(same_bits(a.parameters(), b.parameters()));
  CHECK_FALSE(same_bits(a.parameters(), c.parameters()));
}

TEST_CASE("copies are independent and moved models keep working") {
  small_model a{seed(3)};
  const auto x = images(4);
  const Eigen::MatrixXf before = a.predict(x);
  small_model b = a;
  for (float& w : b.variable("net/fc1/weights")) w += 1;
  CHECK((as_eigen(a.predict(x)) - before).cwiseAbs().maxCoeff() == 0);
  CHECK((as_eigen(b.predict(x)) - before).cwiseAbs().maxCoeff() > 0);
  b = a;
  CHECK((as_eigen(b.predict(x)) - before).cwiseAbs().maxCoeff() == 0);
  small_model c = std::move(b);
  CHECK((as_eigen(c.predict(x)) - before).cwiseAbs().maxCoeff() == 0);
  b = std::move(c);
  CHECK((as_eigen(b.predict(x)) - before).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("variables are static-shape maps of the parameters") {
  small_model m{seed(1)};
  auto weights = m.variable<"net/conv1/weights">();
  static_assert(decltype(weights)::static_rows == 3 * 3 * 2 && decltype(weights)::static_columns == 3);
  as_eigen(weights).setConstant(0.5f);
  CHECK(m.variable("net/conv1/weights")[17] == 0.5f);
  CHECK(m.variables() == 4);
  CHECK(m.variable_name(3) == "net/fc1/biases");
  CHECK(reinterpret_cast<std::uintptr_t>(m.variable("net/fc1/weights").data()) % 64 == 0);
}

TEST_CASE("an array of the language is a batch") {
  small_model m{seed(1)};
  const std::vector<float> x = images(2);
  float numbers[2 * 6 * 5 * 2];
  std::copy(x.begin(), x.end(), numbers);
  const Eigen::MatrixXf expected = m.predict(x);
  CHECK(m.predict(numbers) == expected);
}

TEST_CASE("results and variables are views that convert to matrices and maps of Eigen") {
  small_model m{seed(1)};
  const auto logits = m.predict(images(2));
  static_assert(std::ranges::contiguous_range<decltype(logits)> && !std::is_convertible_v<decltype(logits), Eigen::MatrixXd>);
  CHECK((logits.rows() == 2 && logits.cols() == 4 && logits.size() == 8 && &logits(1, 2) == &logits[6] && &logits.row(1)[2] == &logits[6]));
  const Eigen::MatrixXf by_columns = logits, direct(logits);
  const Eigen::Matrix<float, 2, 4, Eigen::RowMajor> fixed = logits;
  Eigen::MatrixXf assigned(7, 7);
  assigned = logits;
  const Eigen::Map<const Eigen::Matrix<float, -1, 4, Eigen::RowMajor>> map = logits;
  CHECK(map.data() == logits.data());
  CHECK(as_eigen(logits).data() == logits.data());
  CHECK((map == by_columns && map == fixed && map == assigned && map == direct && logits == by_columns));
  CHECK((logits.row(0) == by_columns.topRows(1) && logits.row(0) != logits.row(1) && logits != logits.row(0)));
  CHECK(m.predict(images(2)) == logits);

  Eigen::Map<Eigen::VectorXf> biases = m.variable<"net/fc1/biases">();  // writes to the model
  biases.setLinSpaced(1, 4);
  CHECK(m.variable("net/fc1/biases")[3] == 4);
  std::ranges::fill(m.variable<"net/fc1/biases">(), 7);
  CHECK((as_eigen(m.variable<"net/fc1/biases">()).array() == 7).all());
}

TEST_CASE("a name known at run time that does not exist is answered with the nearest") {
  small_model m{seed(1)};
  CHECK_THROWS_WITH_AS(m.variable("net/conv1/wieghts"), "variable 'net/conv1/wieghts': not in this network; did you mean 'net/conv1/weights'?", error);
}

TEST_CASE("an end point that is kept can be read, and matches what the layers compute") {
  small_model m{seed(1)};
  const auto x = images(2);
  m.predict(x);
  const auto pool = as_eigen(m.end_point<"net/pool1">());
  CHECK(pool.rows() == 2);
  CHECK(pool.cols() == 3 * 2 * 3);
  CHECK(pool.minCoeff() >= 0);
  const Eigen::MatrixXf logits = (pool * as_eigen(m.variable<"net/fc1/weights">())).rowwise() + as_eigen(m.variable<"net/fc1/biases">()).transpose();
  CHECK((logits - as_eigen(m.output<0>())).cwiseAbs().maxCoeff() < 1e-5f);
}

TEST_CASE("batches of a wrong size are refused") {
  small_model m{seed(1), capacity(3)};
  CHECK_THROWS_AS(m.predict(images(4)), error);               // more than the capacity
  CHECK_THROWS_AS(m.predict(std::vector<float>(61)), error);  // no whole number of examples
  CHECK_THROWS_AS(m.predict(std::vector<float>{}), error);
  CHECK(m.predict(images(3)).rows() == 3);
}

TEST_CASE("labels are checked") {
  small_model m{seed(1)};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  const auto x = images(2);
  CHECK_THROWS_WITH_AS(op(x, std::vector<int>{0, 4}), "labels: example 1: expected a class from 0 to 3, found 4; check the data set or the number of outputs",
                       error);
  CHECK_THROWS_AS(op(x, std::vector<int>{0, -1}), error);
  CHECK_THROWS_AS(op(x, std::vector<int>{0, 1, 2}), error);  // three labels for two images
}

TEST_CASE("a loss that is not finite stops the training and names the step") {
  small_model m{seed(1)};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  auto x = images(2);
  op(x, std::vector<int>{0, 1});
  x[3] = std::numeric_limits<float>::quiet_NaN();
  std::string message;
  try {
    op(x, std::vector<int>{0, 1});
  } catch (const error& e) {
    message = e.what();
  }
  CHECK(message.starts_with("step 2: expected a finite loss"));
}

namespace {

// The inputs as they are, so that a test sees what the model read.
inline constexpr auto same = flatten("same");
using Rows = Eigen::Matrix<float, -1, -1, Eigen::RowMajor>;

}  // namespace

TEST_CASE("integers are numbers, and an Eigen matrix has one example in each row, wherever its numbers lie") {
  model<same, input<4>> m{seed(1), capacity(3)};
  Rows expected(2, 4);
  expected << 1, 2, 3, 4, 5, 6, 7, 255;
  CHECK(m.predict(std::vector<unsigned char>{1, 2, 3, 4, 5, 6, 7, 255}) == expected);
  CHECK(m.predict(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 255}) == expected);
  const Eigen::MatrixXf by_columns = expected;
  CHECK(m.predict(by_columns) == expected);
  CHECK(m.predict(by_columns.topRows(1)) == expected.topRows(1));
  CHECK(m.predict(Eigen::MatrixXi(expected.cast<int>())) == expected);
  CHECK(m.predict(expected.transpose().eval().transpose()) == expected);
  Rows wide = Rows::Constant(3, 9, -1);
  wide.block(1, 2, 2, 4) = expected;
  CHECK(m.predict(wide.block(1, 2, 2, 4)) == expected);
  CHECK(m.predict(Eigen::Map<const Rows, 0, Eigen::OuterStride<>>(wide.data() + 11, 2, 4, Eigen::OuterStride<>(9))) == expected);
  Eigen::VectorXf strided = Eigen::VectorXf::Constant(8, -1);
  for (int i = 0; i < 4; ++i) strided(2 * i) = expected(0, i);
  CHECK(m.predict(Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<2>>(strided.data(), 4)) == expected.topRows(1));
  CHECK(m.predict(by_columns.row(1)) == expected.bottomRows(1));
  const Eigen::Matrix<float, 4, 2> one_in_each_column = expected.transpose();
  CHECK_THROWS_WITH_AS(m.predict(one_in_each_column),
                       doctest::Contains("input 0: expected one row of 4 numbers for each example, found a column-major matrix of 4 x 2"), error);
  model<same, input<4>, precision<double>> twice_as_exact{seed(1)};
  CHECK(twice_as_exact.predict(std::vector<int>{1, 2, 3, 16777217})(0, 3) == 16777217);
}

namespace {
inline constexpr auto averaging = fully_connected(4, "fc", normalizer_fn = batch_norm, normalizer_params = params(is_training = true, decay = 0.5));
}

TEST_CASE("predict changes no variable, is_training or not") {
  model<averaging, input<3>> m{seed(1)};
  const std::vector<float> before(m.parameters().begin(), m.parameters().end());
  const Rows first = m.predict(std::vector<float>{1, 2, 3, -4, 0, 5});
  CHECK(m.predict(std::vector<float>{1, 2, 3, -4, 0, 5}) == first);
  CHECK(same_bits(before, m.parameters()));
  CHECK(first.colwise().mean().cwiseAbs().maxCoeff() > 0);       // relu of numbers normalised by this batch:
  CHECK((first.array() > 0).colwise().count().maxCoeff() == 1);  // one example above the mean, the other below
}

namespace {
inline constexpr auto usual = fully_connected(4, "fc", normalizer_fn = batch_norm);
inline constexpr auto as_used = fully_connected(4, "fc", normalizer_fn = batch_norm, normalizer_params = params(is_training = training::automatic));
inline constexpr auto fixed = fully_connected(4, "fc", normalizer_fn = batch_norm, normalizer_params = params(is_training = false));

template <const auto& Net>
std::vector<float> averages_after_a_step() {
  model<Net, input<3>> m{seed(1)};
  auto op = learning::create_train_op(m, losses::sum_of_squares, optimizers::gradient_descent{0.1});
  op(std::vector<float>{1, 2, 3, -4, 0, 5}, std::vector<float>(8));
  const auto found = m.template variable<"fc/BatchNorm/moving_mean">();
  return {found.data(), found.data() + 4};
}
}  // namespace

TEST_CASE("params(is_training = training::automatic) is as the model is used") {
  CHECK(averages_after_a_step<as_used>() == averages_after_a_step<usual>());
  CHECK(averages_after_a_step<usual>() != averages_after_a_step<fixed>());
}

namespace {
inline constexpr auto sampled = dropout(0.5, "drop", is_training = true);
}

TEST_CASE("dropout(is_training = true) draws another mask in each predict, reproducible from the seed") {
  const std::vector<float> x(2 * 40, 1.0f);
  model<sampled, input<40>> m{seed(1)}, same_seed{seed(1)}, other{seed(2)};
  std::vector<Rows> masks;
  for (int run = 0; run < 3; ++run) masks.push_back(m.predict(x));
  CHECK(masks[0] != masks[1]);
  CHECK(masks[1] != masks[2]);
  CHECK(masks[0] != masks[2]);
  CHECK(other.predict(x) != masks[0]);
  for (const Rows& mask : masks) CHECK(same_seed.predict(x) == mask);
  predictor mine{m}, third{m};
  third.set_seed(seed(3));
  CHECK(mine(x) == masks[0]);
  CHECK(third(x) != masks[0]);
  m.set_seed(seed(1));
  CHECK(m.predict(x) == masks[0]);
  for (const float kept : std::vector<float>(masks[0].data(), masks[0].data() + 80)) CHECK((kept == 0 || kept == 2));
}

TEST_CASE("predictors and train_ops go with the variables of a model that is moved") {
  const auto x = images(2);
  auto first = std::make_unique<small_model>(seed(3), capacity(5));
  predictor mine{*first, capacity(2), 1};
  auto op = learning::create_train_op(*first, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  const Eigen::MatrixXf before = mine(x);
  auto second = std::make_unique<small_model>(std::move(*first));
  CHECK_THROWS_WITH_AS(first->predict(x), doctest::Contains("they were moved to another model"), error);
  CHECK_THROWS_AS(first->parameters(), error);
  CHECK_THROWS_AS(small_model{*first}, error);
  first.reset();
  CHECK(mine(x) == before);
  CHECK(&op.trained_model() == second.get());
  op(x, std::vector<int>{0, 1});
  CHECK(mine(x) != before);
  CHECK(mine(x) == second->predict(x));
  const small_model third{seed(4)};
  const auto weights = second->variable("net/fc1/weights");
  *second = third;  // the same variables with other values
  CHECK(second->variable("net/fc1/weights").data() == weights.data());
  CHECK(mine(x) == second->predict(x));
  second.reset();
  predictor of_third(third, capacity(2), 1);
  CHECK(mine(x) == of_third(x));
  CHECK_THROWS_WITH_AS(op.trained_model(), doctest::Contains("found that it is gone"), error);
}

TEST_CASE("a train_op takes the capacity of its model") {
  small_model m{seed(1), capacity(40)};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  CHECK(op(images(40), std::vector<int>(40, 1)) > 0);
  CHECK_THROWS_WITH_AS(op(images(41), std::vector<int>(41, 1)), doctest::Contains("1 to 40 examples"), error);
  auto smaller = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1}, capacity(3));
  CHECK_THROWS_WITH_AS(smaller(images(4), std::vector<int>(4, 1)), doctest::Contains("1 to 3 examples"), error);
}

TEST_CASE("NaN and infinity are told by their bits") {
  const auto check = []<class T>(T) {
    using limits = std::numeric_limits<T>;
    for (const T x : {T(0), T(-0.0), T(1), T(-3), limits::max(), limits::lowest(), limits::min(), limits::denorm_min()}) {
      CHECK(is_finite(x));
      CHECK_FALSE(is_nan(x));
    }
    for (const T x : {limits::infinity(), -limits::infinity()}) {
      CHECK_FALSE(is_finite(x));
      CHECK_FALSE(is_nan(x));
    }
    for (const T x : {limits::quiet_NaN(), -limits::quiet_NaN(), limits::signaling_NaN()}) {
      CHECK_FALSE(is_finite(x));
      CHECK(is_nan(x));
    }
  };
  check(1.0f);
  check(1.0);
}

TEST_CASE("capacities that no memory holds are refused") {
  CHECK_THROWS_WITH_AS(capacity(0), "capacity: expected 1 to 16777216 examples, found 0; give the largest batch", error);
  CHECK_THROWS_AS(capacity(-1), error);
  CHECK_THROWS_AS(capacity(1L << 60), error);
}
