#include "slim/initializers/fill.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <vector>

#include "slim/initializers/initializers.hpp"

using namespace slim;

namespace {

std::vector<double> drawn(const shape& extent, const initializer& initial, std::uint64_t seed = 1, std::uint64_t stream = 0) {
  std::vector<double> values(static_cast<std::size_t>(extent.size()), -99);
  fill(values.data(), extent, initial, seed, stream);
  return values;
}

struct moments {
  double mean = 0, variance = 0, least = 1e9, most = -1e9;
  explicit moments(const std::vector<double>& values) {
    for (double v : values) mean += v, least = std::min(least, v), most = std::max(most, v);
    mean /= static_cast<double>(values.size());
    for (double v : values) variance += (v - mean) * (v - mean);
    variance /= static_cast<double>(values.size());
  }
};

// 300 000 numbers: the mean is off by σ/550 at one standard error, the variance by 0.4 % for a normal distribution.
constexpr shape large{500, 600};
constexpr double standard_errors = 4.5;
void check_moments(const moments& found, double mean, double variance) {
  CHECK(std::abs(found.mean - mean) < standard_errors * std::sqrt(variance / 300000));
  CHECK(std::abs(found.variance / variance - 1) < standard_errors * std::sqrt(2.0 / 300000));
}
// Of a normal distribution cut at two standard deviations, as a part of the whole variance: 1 − 4φ(2)/(2Φ(2) − 1).
constexpr double truncated = 0.7737413035499233;

}  // namespace

TEST_CASE("fans: all extents but the last two are the receptive field") {
  constexpr fans convolution = fans_of({5, 3, 7, 11}), matrix = fans_of({7, 11}), vector = fans_of({11}), number = fans_of({});
  static_assert(convolution.in == 5 * 3 * 7 && convolution.out == 5 * 3 * 11);
  static_assert(matrix.in == 7 && matrix.out == 11);
  static_assert(vector.in == 11 && vector.out == 11);
  static_assert(number.in == 1 && number.out == 1);
}

TEST_CASE("constants and given values") {
  static constexpr float given[] = {1.5f, -2, 3, 4, 5, 6};
  CHECK(drawn({2, 3}, from_values(given)) == std::vector<double>{1.5, -2, 3, 4, 5, 6});
  CHECK(drawn({3}, zeros) == std::vector<double>{0, 0, 0});
  CHECK(drawn({2}, ones) == std::vector<double>{1, 1});
  CHECK(drawn({2}, constant(0.25)) == std::vector<double>{0.25, 0.25});
}

TEST_CASE("uniform and normal numbers have the moments asked for") {
  const moments uniform(drawn(large, random_uniform(-1, 3)));
  check_moments(uniform, 1, 16.0 / 12);
  CHECK(uniform.least >= -1);
  CHECK(uniform.least < -0.999);
  CHECK(uniform.most < 3);
  CHECK(uniform.most > 2.999);
  const moments normal(drawn(large, random_normal(2, 0.5)));
  check_moments(normal, 2, 0.25);
  CHECK(normal.most > 2 + 4 * 0.5);
  const moments cut(drawn(large, truncated_normal(2, 0.5)));
  check_moments(cut, 2, 0.25 * truncated);
  CHECK(cut.most <= 3);
  CHECK(cut.least >= 1);
  CHECK(cut.most > 2.99);
}

TEST_CASE("variance scaling: the variance is factor over fan") {
  for (const shape& extent : {large, shape{5, 6, 100, 100}}) {
    const fans fan = fans_of(extent);
    const struct {
      fan_mode mode;
      double n;
    } modes[] = {{FAN_IN, fan.in}, {FAN_OUT, fan.out}, {FAN_AVG, (fan.in + fan.out) / 2}};
    for (const auto& [mode, n] : modes) {
      const moments uniform(drawn(extent, variance_scaling(2, mode, true)));
      check_moments(uniform, 0, 2 / n);
      CHECK(uniform.most <= std::sqrt(3 * 2 / n));
      CHECK(uniform.most > 0.999 * std::sqrt(3 * 2 / n));
      // TF-Slim widens the truncated normal by √1.3: the variance comes out 0.6 % above factor/fan.
      const moments normal(drawn(extent, variance_scaling(2, mode, false)));
      check_moments(normal, 0, 1.3 * truncated * 2 / n);
      CHECK(normal.most <= 2 * std::sqrt(1.3 * 2 / n));
    }
  }
  check_moments(moments(drawn(large, xavier())), 0, 1.0 / 550);
  CHECK(moments(drawn(large, xavier())).most <= std::sqrt(3.0 / 550));
  check_moments(moments(drawn(large, xavier(false))), 0, 1.3 * truncated / 550);
  check_moments(moments(drawn(large, variance_scaling())), 0, 1.3 * truncated * 2 / 500);
}

TEST_CASE("orthogonal: rows or columns, whichever are fewer, are orthonormal") {
  for (const shape& extent : {shape{40, 17}, shape{17, 40}, shape{3, 3, 5, 20}, shape{2, 1, 3, 31}, shape{8, 8}}) {
    const std::vector<double> values = drawn(extent, orthogonal(1.5));
    const int columns = extent.channels(), rows = static_cast<int>(extent.size()) / columns;
    using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const matrix> q(values.data(), rows, columns);
    const Eigen::MatrixXd product = rows < columns ? Eigen::MatrixXd(q * q.transpose()) : Eigen::MatrixXd(q.transpose() * q);
    CHECK((product - 2.25 * Eigen::MatrixXd::Identity(product.rows(), product.cols())).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("numbers depend on seed and stream only") {
  const shape extent{70, 1000};  // more than one chunk of the parallel loop
  for (const initializer& initial : {xavier(), truncated_normal(0, 1), random_normal(0, 1), orthogonal()}) {
    const shape size = initial.kind == distribution::orthogonal ? shape{20, 30} : extent;
    const auto first = drawn(size, initial, 1, 2);
    CHECK(first == drawn(size, initial, 1, 2));
    CHECK(first != drawn(size, initial, 2, 2));
    CHECK(first != drawn(size, initial, 1, 3));
  }
  // The beginning does not depend on the size: work may be split anywhere.
  const auto whole = drawn({70000}, random_normal(0, 1)), part = drawn({100}, random_normal(0, 1));
  CHECK(std::equal(part.begin(), part.end(), whole.begin()));
  std::vector<float> narrow(100);
  fill(narrow.data(), shape{100}, random_normal(0, 1), 1, 0);
  for (std::size_t i = 0; i < 100; ++i) CHECK(narrow[i] == static_cast<float>(part[i]));
}
