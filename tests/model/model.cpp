// Models as values: construction, copies, access to variables and end points, misuse at run time.
#include <doctest/doctest.h>

#include <cstring>
#include <limits>
#include <vector>

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
  CHECK((a.predict(x) - before).cwiseAbs().maxCoeff() == 0);
  CHECK((b.predict(x) - before).cwiseAbs().maxCoeff() > 0);
  b = a;
  CHECK((b.predict(x) - before).cwiseAbs().maxCoeff() == 0);
  small_model c = std::move(b);
  CHECK((c.predict(x) - before).cwiseAbs().maxCoeff() == 0);
  b = std::move(c);
  CHECK((b.predict(x) - before).cwiseAbs().maxCoeff() == 0);
}

TEST_CASE("variables are static-shape maps of the parameters") {
  small_model m{seed(1)};
  auto weights = m.variable<"net/conv1/weights">();
  static_assert(decltype(weights)::RowsAtCompileTime == 3 * 3 * 2 && decltype(weights)::ColsAtCompileTime == 3);
  weights.setConstant(0.5f);
  CHECK(m.variable("net/conv1/weights")[17] == 0.5f);
  CHECK(m.variables() == 4);
  CHECK(m.variable_name(3) == "net/fc1/biases");
  CHECK(reinterpret_cast<std::uintptr_t>(m.variable("net/fc1/weights").data()) % 64 == 0);
}

TEST_CASE("a name known at run time that does not exist is answered with the nearest") {
  small_model m{seed(1)};
  CHECK_THROWS_WITH_AS(m.variable("net/conv1/wieghts"), "variable 'net/conv1/wieghts': not in this network; did you mean 'net/conv1/weights'?", error);
}

TEST_CASE("an end point that is kept can be read, and matches what the layers compute") {
  small_model m{seed(1)};
  const auto x = images(2);
  m.predict(x);
  const auto pool = m.end_point<"net/pool1">();
  CHECK(pool.rows() == 2);
  CHECK(pool.cols() == 3 * 2 * 3);
  CHECK(pool.minCoeff() >= 0);
  const Eigen::MatrixXf logits = (pool * m.variable<"net/fc1/weights">()).rowwise() + m.variable<"net/fc1/biases">().transpose();
  CHECK((logits - m.output<0>()).cwiseAbs().maxCoeff() < 1e-5f);
}

TEST_CASE("batches of a wrong size are refused") {
  small_model m{seed(1), capacity(3)};
  CHECK_THROWS_AS(m.predict(images(4)), error);                    // more than the capacity
  CHECK_THROWS_AS(m.predict(std::vector<float>(61)), error);       // no whole number of examples
  CHECK_THROWS_AS(m.predict(std::vector<float>{}), error);
  CHECK(m.predict(images(3)).rows() == 3);
}

TEST_CASE("labels are checked") {
  small_model m{seed(1)};
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  const auto x = images(2);
  CHECK_THROWS_WITH_AS(op(x, std::vector<int>{0, 4}), "labels: example 1: expected a class from 0 to 3, found 4; check the data set or the number of outputs", error);
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
