// Source files that are compiled for different processors in one program, linked in either order: each computes with code of its own. Were one function
// shared, its memory would be laid out for vectors of another width.
#include "tests/levels/results.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

namespace {

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, static_cast<double>(std::abs(a[i] - b[i])));
    largest = std::max(largest, static_cast<double>(std::abs(b[i])));
  }
  REQUIRE(largest > 0);
  return most / largest;
}

}  // namespace

TEST_CASE("files of two levels compute the same, each with its own vectors") {
  const level_results narrow = results_of_baseline(), wide = results_of_widest();
  CHECK(narrow.level != wide.level);
  CHECK(narrow.lanes < wide.lanes);
  CHECK(narrow.first != wide.first);  // a multiplication and an addition are rounded once or twice
  CHECK(distance(narrow.first, wide.first) < 1e-5);
  CHECK(distance(narrow.prepared, wide.prepared) < 1e-5);
  CHECK(distance(narrow.trained, wide.trained) < 1e-4);
  CHECK(narrow.loss == doctest::Approx(wide.loss).epsilon(1e-5));
}

TEST_CASE("compiled kernels give the same bits as header-only ones") {
  const level_results header_only = results_of_widest(), compiled = results_of_library();
  CHECK(header_only.level != compiled.level);  // files of both kinds link into one program
  CHECK(header_only.first == compiled.first);
  CHECK(header_only.prepared == compiled.prepared);
  CHECK(header_only.trained == compiled.trained);
  CHECK(header_only.loss == compiled.loss);
}
