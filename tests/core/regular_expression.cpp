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

TEST_CASE("patterns are Python's") {
  const auto matches = [](const char* pattern, const char* text) { return regular_expression(pattern, "scope").begins(text); };
  CHECK(matches("conv\\d/", "conv1/weights"));
  CHECK_FALSE(matches("conv\\d/", "convd/weights"));
  CHECK(matches("conv\\d+_\\d+/", "conv12_3/weights"));
  CHECK(matches("\\w+/\\D+$", "fc_8/biases"));
  CHECK_FALSE(matches("\\w+$", "fc/8"));
  CHECK(matches("a\\sb", "a b"));
  CHECK(matches("a\\Sb", "a/b"));
  CHECK(matches("[\\d_]+$", "1_2"));
  CHECK(matches("[^\\d]+$", "abc"));
  CHECK_FALSE(matches("[^\\d]$", "7"));
  CHECK(matches("[\\w/]+$", "a/b_1"));
  CHECK(matches("[\\]\\[^-]+$", "][^-"));
  CHECK(matches("[a\\-c]+$", "a-c"));
  CHECK_FALSE(matches("[a\\-c]", "b"));
  CHECK(matches("[\\x41-\\x43]", "B"));
  CHECK(matches("[^]a]", "b"));
  CHECK(matches("[\\^]", "^"));
  CHECK(matches("[[:digit:]x]+$", "7x"));
  CHECK(matches("\\x41\\.\\(", "A.("));
  CHECK(matches("(?:ab)+c", "ababc"));
  CHECK(matches("a+?b*?c", "aac"));
  CHECK_FALSE(matches("a+?$", ""));
  CHECK(matches("a{2,3}?b", "aab"));
  CHECK(matches("\\Anet\\b.*\\Z", "net/x"));
  CHECK(matches("f\\/x", "f/x"));
  CHECK(matches("\\tx", "\tx"));
  CHECK(matches("(?P<block>a|b)+c", "abc"));
  CHECK(matches("a{,2}b", "aab"));
  CHECK(matches("a{b}{{ 1}$", "a{b}{{ 1}"));  // braces that count nothing
  for (const char* beyond : {"\\D+$", "\\S+$", "[\\D]+$", "[^\\d]+$", "[\\W\\d]+$", "[\\s\\S]+$"}) CHECK(matches(beyond, "\xc3\xa9"));
  for (const char* within : {"[^\\D]", "[^\\W]", "[^\\S]"}) CHECK_FALSE(matches(within, "\xc3\xa9"));
  CHECK(matches("[^\\D]+$", "12"));
}

TEST_CASE("what POSIX cannot match is refused by name") {
  for (const char* pattern : {"\\q",     "(a)\\1", "(?=a)", "(?!a)", "(?P=n)", "(?P<n", "(?i)a", "a\\",  "[a",     "[z-a]",   "[\\q]",
                              "[a-\\d]", "\\x4",   "a++",   "a**",   "*a",     "a|*b",  "a)",    "(a))", "a{3,2}", "[\\d-z]", "[^\\d\\D]"})
    CHECK_THROWS_AS(regular_expression(pattern, "scope"), slim::error);
  CHECK_THROWS_AS(regular_expression(std::string("conv\0x", 6), "scope"), slim::error);
  CHECK_THROWS_WITH_AS(regular_expression("conv\\q", "scope"),
                       "scope: expected a regular expression, found 'conv\\q' (unknown escape \\q); escape characters such as ( and [ with \\", slim::error);
}
