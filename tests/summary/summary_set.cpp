#include "slim/summary/summary_set.hpp"

#include <doctest/doctest.h>

using namespace slim::summaries;

namespace {

const auto nothing = [](const std::string&, std::vector<summary_value>&) {};

}  // namespace

TEST_CASE("names are made unique by a suffix") {
  summary_set set;
  CHECK(set.add("loss", nothing) == "loss");
  CHECK(set.add("loss", nothing) == "loss_1");
  CHECK(set.add("loss", nothing) == "loss_2");
  CHECK(set.add("loss_1", nothing) == "loss_1_1");
  CHECK(set.size() == 4);
}

TEST_CASE("characters that TensorBoard does not take become underscores") {
  summary_set set;
  CHECK(set.add("Fraction of zeros: 50%", nothing) == "Fraction_of_zeros__50_");
  CHECK(set.add("//net/conv-1.weights", nothing) == "net/conv-1.weights");
}

TEST_CASE("summaries are evaluated in order, each time anew") {
  summary_set set;
  float value = 1;
  for (const char* name : {"b", "a"}) {
    set.add(name, [&value](const std::string& tag, std::vector<summary_value>& to) { to.push_back({tag, value++}); });
  }
  for (float first : {1.0f, 3.0f}) {
    const auto values = set.evaluate();
    REQUIRE(values.size() == 2);
    CHECK(values[0].tag == "b");
    CHECK(std::get<float>(values[0].content) == first);
    CHECK(values[1].tag == "a");
    CHECK(std::get<float>(values[1].content) == first + 1);
  }
}
