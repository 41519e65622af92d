#include "slim/core/callback.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using slim::callback;

TEST_CASE("any callable with the signature, or none") {
  const callback<int(int)> nothing;
  CHECK(!nothing);
  const callback<int(int)> twice = [](int x) { return 2 * x; };
  CHECK(twice);
  CHECK(twice(21) == 42);
  const callback<double(long)> converted = [](int x) { return x + 1; };  // arguments and result convert
  CHECK(converted(1) == 2.0);
  const callback<std::string(const std::string&, char)> append = [](const std::string& text, char c) { return text + c; };
  CHECK(append("ab", 'c') == "abc");
}

TEST_CASE("copies share one callable, which lives as long as the last of them") {
  auto witness = std::make_shared<int>(0);
  callback<int()> counter = [witness, calls = 0]() mutable { return ++calls; };
  const callback<int()> copy = counter;
  CHECK(counter() == 1);
  CHECK(copy() == 2);
  counter = {};
  CHECK(witness.use_count() == 2);
  CHECK(copy() == 3);
}

TEST_CASE("arguments arrive as they are given") {
  const callback<void(int&)> increase = [](int& x) { ++x; };
  int x = 1;
  increase(x);
  CHECK(x == 2);
  const callback<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> p) { return *p; };
  CHECK(take(std::make_unique<int>(7)) == 7);
}
