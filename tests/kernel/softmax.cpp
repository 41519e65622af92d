#include "slim/kernel/softmax.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

struct softmax_case {
  long rows, classes;
  double scale;  // of the logits
};

const softmax_case softmax_cases[] = {{1, 1, 1},    {5, 2, 3},     {7, 3, 1},    {32, 10, 5},  {100, 17, 2}, {3, 33, 10},
                                      {9, 1000, 4}, {300, 40, 80}, {4, 20, 1e4}, {9, 16, 1e4}, {17, 4, 40}};

/// Probabilities and log-probabilities of one row in double.
struct row_reference {
  std::vector<double> probability, log_probability;

  template <class T>
  row_reference(const T* x, long classes) {
    double maximum = -HUGE_VAL, total = 0;
    for (long c = 0; c < classes; ++c) maximum = std::max(maximum, static_cast<double>(x[c]));
    for (long c = 0; c < classes; ++c) total += std::exp(static_cast<double>(x[c]) - maximum);
    for (long c = 0; c < classes; ++c) {
      log_probability.push_back(static_cast<double>(x[c]) - maximum - std::log(total));
      probability.push_back(std::exp(log_probability.back()));
    }
  }
};

/// Not normalised on purpose: any weights are legal labels.
template <class T>
std::vector<T> labels_for(long size) {
  auto labels = values<T>(size, 5);
  for (T& label : labels) label = label > 0 ? label : T{};
  return labels;
}

template <class T>
std::vector<T> logits_for(const softmax_case& c) {
  auto logits = values<T>(c.rows * c.classes, 4);
  for (T& logit : logits) logit *= static_cast<T>(c.scale);
  return logits;
}

}  // namespace

TEST_CASE_TEMPLATE("softmax and its gradient", T, SLIM_TEST_SCALARS) {
  for (const softmax_case& c : softmax_cases) {
    CAPTURE(&c - softmax_cases);
    const auto x = logits_for<T>(c), dy = values<T>(c.rows * c.classes, 6);
    std::vector<double> expected, expected_gradient;
    for (long row = 0; row < c.rows; ++row) {
      const row_reference reference(&x[static_cast<std::size_t>(row * c.classes)], c.classes);
      const T* d = &dy[static_cast<std::size_t>(row * c.classes)];
      double mean = 0;
      for (long j = 0; j < c.classes; ++j) mean += reference.probability[static_cast<std::size_t>(j)] * static_cast<double>(d[j]);
      for (long j = 0; j < c.classes; ++j) {
        const double p = reference.probability[static_cast<std::size_t>(j)];
        expected.push_back(p);
        expected_gradient.push_back(p * (static_cast<double>(d[j]) - mean));
      }
    }
    std::vector<T> first, first_gradient;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(x.size(), T(NAN)), dx(x.size(), T(NAN));
      softmax(c.rows, c.classes, x.data(), y.data(), threads);
      softmax_gradient(c.rows, c.classes, y.data(), dy.data(), dx.data(), threads);
      CHECK(distance(y, expected) <= tolerance<T>);
      if (c.classes > 1 && c.scale < 1e4) CHECK(distance(dx, expected_gradient) <= 4 * tolerance<T>);
      if (threads == 1) first = y, first_gradient = dx;
      CHECK(y == first);
      CHECK(dx == first_gradient);
    }
  }
}

TEST_CASE_TEMPLATE("softmax cross-entropy and its gradient, stable for large logits", T, SLIM_TEST_SCALARS) {
  for (const softmax_case& c : softmax_cases) {
    CAPTURE(&c - softmax_cases);
    const auto x = logits_for<T>(c), labels = labels_for<T>(c.rows * c.classes), slope = values<T>(c.rows, 7);
    std::vector<double> expected, expected_gradient;
    for (long row = 0; row < c.rows; ++row) {
      const row_reference reference(&x[static_cast<std::size_t>(row * c.classes)], c.classes);
      const T* l = &labels[static_cast<std::size_t>(row * c.classes)];
      double loss = 0, sum = 0;
      for (long j = 0; j < c.classes; ++j) {
        loss -= static_cast<double>(l[j]) * reference.log_probability[static_cast<std::size_t>(j)];
        sum += static_cast<double>(l[j]);
      }
      expected.push_back(loss);
      for (long j = 0; j < c.classes; ++j)
        expected_gradient.push_back((reference.probability[static_cast<std::size_t>(j)] * sum - static_cast<double>(l[j])) *
                                    static_cast<double>(slope[static_cast<std::size_t>(row)]));
    }
    std::vector<T> first, first_gradient;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> loss(slope.size(), T(NAN)), dlogits(x.size(), T(NAN));
      softmax_cross_entropy(c.rows, c.classes, x.data(), labels.data(), loss.data(), threads);
      softmax_cross_entropy_gradient(c.rows, c.classes, x.data(), labels.data(), slope.data(), dlogits.data(), threads);
      CHECK(distance(loss, expected) <= tolerance<T>);
      CHECK(distance(dlogits, expected_gradient) <= tolerance<T>);
      if (threads == 1) first = loss, first_gradient = dlogits;
      CHECK(loss == first);
      CHECK(dlogits == first_gradient);
    }
  }
}
