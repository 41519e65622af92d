#pragma once
// Windows of the layer tests, by the book: TF-Slim section 2.2, the odd cell of the border at the bottom and right.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::test {

struct window_form {
  int stride, rate;
  bool same;

  int outputs_along(int in, int kernel) const {
    const int covered = (kernel - 1) * rate + 1;
    return same ? (in + stride - 1) / stride : (in - covered) / stride + 1;
  }
  int border(int in, int kernel) const {
    const int total = (outputs_along(in, kernel) - 1) * stride + (kernel - 1) * rate + 1 - in;
    return same && total > 0 ? total / 2 : 0;
  }
};

/// `found` is a matrix of the same values.
template <class Matrix>
void check_equal(const Matrix& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == static_cast<long>(expected.size()));
  double worst = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) worst = std::max(worst, std::abs(found.data()[i] - expected[i]));
  CHECK(worst < 1e-14);
}

}  // namespace slim::test
