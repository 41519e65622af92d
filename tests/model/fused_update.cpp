// A large fully connected layer is updated while its gradient is made: the same numbers as doing one after the other.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "slim/eigen.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

inline constexpr auto layer = fully_connected(500, "fc", activation_fn = none, weights_regularizer = l2_regularizer(0.02));
using layer_model = model<layer, input<300>, labels<500>, precision<double>>;
using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class TrainOp>
int updates_in_pieces() {
  int count = 0;
  for (int s = 0; s < TrainOp::program.sizes.steps; ++s) count += TrainOp::program.nodes[TrainOp::program.order[s]].updates;
  return count;
}

matrix numbers(long rows, long columns, unsigned stream) {
  random_stream random(3, 0, stream);
  matrix m(rows, columns);
  for (long i = 0; i < m.size(); ++i) m.data()[i] = random.normal();
  return m;
}

}  // namespace

TEST_CASE("momentum on a fused update follows its formula") {
  layer_model net{seed(1), capacity(20)};
  auto op = learning::create_train_op(net, losses::mean_squared_error, optimizers::momentum{.learning_rate = 0.1, .decay = 0.8}, capacity(20));
  REQUIRE(updates_in_pieces<decltype(op)>() == 1);  // the weights; biases have no product
  matrix w = net.variable<"fc/weights">(), a = matrix::Zero(300, 500);
  Eigen::RowVectorXd b = as_eigen(net.variable<"fc/biases">()).transpose(), c = Eigen::RowVectorXd::Zero(500);
  for (const long examples : {20L, 3L, 17L}) {
    const matrix x = numbers(examples, 300, static_cast<unsigned>(examples)), y = numbers(examples, 500, static_cast<unsigned>(examples) + 100);
    op(x, y);
    const matrix slope = 2.0 / static_cast<double>(examples * 500) * ((x * w).rowwise() + b - y);
    a = 0.8 * a + x.transpose() * slope + 0.02 * w;
    c = 0.8 * c + slope.colwise().sum();
    w -= 0.1 * a, b -= 0.1 * c;
    CHECK((as_eigen(net.variable<"fc/weights">()) - w).norm() < 1e-12 * w.norm());
    CHECK((as_eigen(net.variable<"fc/biases">()).transpose() - b).norm() < 1e-12 * (1 + b.norm()));
  }
}

namespace {
// The largest matrix that a program in line has, which is the smallest that is updated in pieces.
inline constexpr auto limit = fully_connected(128, "fc", activation_fn = none);
using limit_model = model<limit, input<1024>, labels<128>, precision<double>>;
}  // namespace

TEST_CASE("a fused update in a program in line") {
  limit_model net{seed(1), capacity(6)};
  auto op = learning::create_train_op(net, losses::mean_squared_error, optimizers::gradient_descent{.learning_rate = 0.1}, capacity(6));
  REQUIRE(updates_in_pieces<decltype(op)>() == 1);
  static_assert(unrolled<double, decltype(op)::program>::worthwhile);
  for (const long examples : {1L, 6L}) {
    const matrix x = numbers(examples, 1024, 1), y = numbers(examples, 128, 2), w = net.variable<"fc/weights">();
    const matrix slope = 2.0 / static_cast<double>(examples * 128) * (x * w + as_eigen(net.variable<"fc/biases">()).transpose().replicate(examples, 1) - y);
    op(x, y);
    const matrix expected = w - 0.1 * x.transpose() * slope;
    CHECK((as_eigen(net.variable<"fc/weights">()) - expected).norm() < 1e-12 * expected.norm());
  }
}

TEST_CASE("the state of a fused update is part of the training state") {
  layer_model net{seed(1), capacity(2)};
  auto op = learning::create_train_op(net, losses::mean_squared_error, optimizers::adam{}, capacity(2));
  REQUIRE(updates_in_pieces<decltype(op)>() == 1);
  std::vector<std::string> names;
  op.for_each_state([&](const variable_reference& one) { names.push_back(one.name); });
  for (const char* name : {"fc/weights/Adam", "fc/weights/Adam_1", "fc/biases/Adam", "fc/biases/Adam_1"})
    CHECK(std::count(names.begin(), names.end(), name) == 1);
}

TEST_CASE("a kept gradient of a fused update is the gradient") {
  layer_model net{seed(1), capacity(4)};
  auto op = learning::create_train_op(net, losses::mean_squared_error, optimizers::keep_gradients{}, capacity(4));
  REQUIRE(updates_in_pieces<decltype(op)>() == 1);
  const matrix w = net.variable<"fc/weights">(), x = numbers(4, 300, 1), y = numbers(4, 500, 2);
  op(x, y);
  const matrix expected = 2.0 / 2000 * x.transpose() * (x * w - y) + 0.02 * w;
  CHECK((Eigen::Map<const matrix>(op.slot<"fc/weights">().data(), 300, 500) - expected).norm() < 1e-12 * expected.norm());
  CHECK((as_eigen(net.variable<"fc/weights">()) - w).norm() == 0);
}

namespace {

template <algorithm Algorithm>
inline constexpr auto convolution = conv2d(130, 3, "conv", conv_algorithm = Algorithm, activation_fn = none, weights_regularizer = l2_regularizer(0.02));
template <algorithm Algorithm>
using convolution_model = model<convolution<Algorithm>, input<8, 7, 128>, precision<double>>;

}  // namespace

TEST_CASE("Winograd's algorithm updates row by row what a direct convolution updates afterwards") {
  convolution_model<algorithm::winograd_4x4> net{seed(1), capacity(33)};
  convolution_model<algorithm::direct> reference{seed(1), capacity(33)};
  const optimizers::momentum momentum{.learning_rate = 0.01, .decay = 0.8};
  auto op = learning::create_train_op(net, losses::mean_squared_error, momentum, capacity(33), 2);
  auto reference_op = learning::create_train_op(reference, losses::mean_squared_error, momentum, capacity(33));
  REQUIRE(updates_in_pieces<decltype(op)>() == 1);
  REQUIRE(updates_in_pieces<decltype(reference_op)>() == 0);
  for (const long examples : {33L, 2L}) {  // several blocks of tiles, and one
    const matrix x = numbers(examples, 8 * 7 * 128, static_cast<unsigned>(examples)), y = numbers(examples, 8 * 7 * 130, static_cast<unsigned>(examples) + 100);
    op(x, y), reference_op(x, y);
    const matrix w = net.variable<"conv/weights">(), expected = reference.variable<"conv/weights">();
    CHECK((w - expected).norm() < 1e-12 * expected.norm());
  }
}
