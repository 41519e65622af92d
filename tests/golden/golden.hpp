#pragma once
// Comparison with the numbers that make_golden.py wrote.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

namespace golden {

/// What is known of one quantity: sum, norm and every `stride`-th of its `count` numbers.
struct quantity {
  long count = 0, stride = 1;
  double sum = 0, norm = 0;
  std::vector<double> samples;
};

class file {
public:
  explicit file(const std::string& name) : lines(TEST_SOURCE_ROOT "/tests/golden/" + name) { REQUIRE_MESSAGE(lines.good(), name); }

  /// The quantity `name`; quantities are read in any order.
  quantity operator[](const std::string& name) {
    lines.clear();
    lines.seekg(0);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string own;
      words >> own;
      if (own != name) continue;
      quantity q;
      words >> q.count >> q.sum >> q.norm >> q.stride;
      for (double x; words >> x;) q.samples.push_back(x);
      REQUIRE(static_cast<long>(q.samples.size()) == (q.count + q.stride - 1) / q.stride);
      return q;
    }
    FAIL("no quantity named ", name);
    return {};
  }

private:
  std::ifstream lines;
};

/// `tolerance` is relative to the norm, shared out over the elements: to the root mean square of the quantity.
template <class T>
void check(const std::string& name, const quantity& expected, std::span<const T> found, double tolerance) {
  INFO(name);
  REQUIRE(static_cast<long>(found.size()) == expected.count);
  const double typical = expected.norm / std::sqrt(static_cast<double>(expected.count));
  double sum = 0, squares = 0, worst = 0;
  for (T x : found) sum += x, squares += static_cast<double>(x) * x;
  for (std::size_t i = 0; i < expected.samples.size(); ++i)
    worst = std::max(worst, std::abs(found[i * static_cast<std::size_t>(expected.stride)] - expected.samples[i]));
  CHECK(expected.norm > 0);
  CHECK(worst <= 10 * tolerance * typical);
  CHECK(std::abs(std::sqrt(squares) - expected.norm) <= tolerance * expected.norm);
  CHECK(std::abs(sum - expected.sum) <= 10 * tolerance * expected.norm * std::sqrt(static_cast<double>(expected.count)));
}

/// The weights of make_golden.py: numbers of sequence 100 + variable, scaled by kind.
template <class Model>
void set_weights(Model& m) {
  using T = typename Model::scalar;
  for (int v = 0; v < m.variables(); ++v) {
    const std::string name = m.variable_name(v);
    const auto ends_with = [&](const std::string& end) { return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0; };
    if (ends_with("/moving_mean") || ends_with("/moving_variance")) continue;
    const slim::shape& extent = m.variable_shape(v);
    const double fan_in = static_cast<double>(extent.size()) / extent.channels();
    double scale = 0.1, offset = 0;
    if (ends_with("/weights")) scale = std::sqrt(3.0 / fan_in);
    if (ends_with("/gamma")) scale = 0.2, offset = 1;
    const std::vector<T> values = laws::numbers<T>(extent.size(), 100 + static_cast<std::uint32_t>(v), scale, offset);
    std::copy(values.begin(), values.end(), m.variable_values(v).begin());
  }
}

struct tolerances {
  double values, gradients, after_training;
};

/// Everything in the file `name`: logits, gradients, ten steps of momentum, final variables and logits.
/// `Logits` is the end point that holds the training logits.
template <class Model, slim::text Logits>
void compare(const std::string& name, int batch, int classes, double learning_rate, const tolerances& allowed) {
  using T = typename Model::scalar;
  file expected(name);
  Model m(slim::seed(1), slim::capacity(batch));
  set_weights(m);
  const std::vector<T> images = laws::numbers<T>(Model::options::input_extents[0].size() * batch, 1);
  std::vector<int> labels;
  for (int i = 0; i < batch; ++i) labels.push_back((3 * i + 1) % classes);
  const auto logits = [&] {
    const auto p = m.predict(images);
    return std::vector<T>(p.data(), p.data() + p.size());
  };
  check<T>("inference logits", expected["inference_logits"], logits(), allowed.values);

  {
    Model untouched = m;  // keep_gradients changes no weight, but the step moves averages
    auto inspect =
        slim::learning::create_train_op(untouched, slim::losses::sparse_softmax_cross_entropy, slim::optimizers::keep_gradients{}, slim::capacity(batch));
    inspect(images, labels);
    check<T>("training logits", expected["training_logits"], inspect.template end_point<Logits>(), allowed.values);
    for (int v = 0; v < m.variables(); ++v)
      if (m.variable_trainable(v))
        check<T>("gradient of " + m.variable_name(v), expected["gradient:" + m.variable_name(v)], inspect.slot_values(v), allowed.gradients);
  }

  auto train =
      slim::learning::create_train_op(m, slim::losses::sparse_softmax_cross_entropy, slim::optimizers::momentum{learning_rate, 0.9}, slim::capacity(batch));
  std::vector<T> losses;
  for (int step = 0; step < 10; ++step) losses.push_back(train(images, labels));
  check<T>("losses", expected["losses"], losses, allowed.after_training);
  for (int v = 0; v < m.variables(); ++v)
    check<T>(m.variable_name(v) + " at the end", expected["final:" + m.variable_name(v)], m.variable_values(v), allowed.after_training);
  check<T>("final logits", expected["final_logits"], logits(), allowed.after_training);
}

}  // namespace golden
