#include "slim/core/regular_expression.hpp"

#include <doctest/doctest.h>

using slim::regular_expression;

TEST_CASE("a regular expression matches a part of a text, or one from its beginning on") {
  const regular_expression scope("net/conv[12]", "scope");
  CHECK(scope.begins("net/conv2/weights:0"));
  CHECK_FALSE(scope.begins("my_net/conv2/weights:0"));
  CHECK(scope.is_in("my_net/conv2/weights:0"));
  CHECK_FALSE(scope.is_in("net/conv3/weights:0"));
  // The leftmost match counts, even if a longer one comes later.
  CHECK(regular_expression("a|bcd", "scope").begins("abcd"));
  CHECK(regular_expression("", "scope").begins("anything"));
}

TEST_CASE("a malformed regular expression is refused with the place that wanted one") {
  CHECK_THROWS_WITH_AS(regular_expression("(A", "scope"),
                       "scope: expected a regular expression, found '(A' (Unmatched ( or \\(); escape characters such as ( and [ with \\", slim::error);
}
