#include "slim/core/function.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using slim::function;

TEST_CASE("any callable with the signature, or none") {
  const function<int(int)> nothing;
  CHECK(!nothing);
  const function<int(int)> twice = [](int x) { return 2 * x; };
  CHECK(twice);
  CHECK(twice(21) == 42);
  const function<double(long)> converted = [](int x) { return x + 1; };  // arguments and result convert
  CHECK(converted(1) == 2.0);
  const function<std::string(const std::string&, char)> append = [](const std::string& text, char c) { return text + c; };
  CHECK(append("ab", 'c') == "abc");
}

TEST_CASE("copies share one callable, which lives as long as the last of them") {
  auto witness = std::make_shared<int>(0);
  function<int()> counter = [witness, calls = 0]() mutable { return ++calls; };
  const function<int()> copy = counter;
  CHECK(counter() == 1);
  CHECK(copy() == 2);
  counter = {};
  CHECK(witness.use_count() == 2);
  CHECK(copy() == 3);
}

TEST_CASE("arguments arrive as they are given") {
  const function<void(int&)> increase = [](int& x) { ++x; };
  int x = 1;
  increase(x);
  CHECK(x == 2);
  const function<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> p) { return *p; };
  CHECK(take(std::make_unique<int>(7)) == 7);
}
