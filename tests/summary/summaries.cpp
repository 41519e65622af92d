#include "slim/summary/summaries.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>

#include "tests/data/files.hpp"

using namespace slim::summaries;

namespace {

observed fixed(const std::string& name, std::vector<float> values) {
  return {name, [values] { return values; }};
}

float scalar(const summary_value& value) { return std::get<float>(value.content); }

}  // namespace

TEST_CASE("the tag is prefix/name, and the name that of the numbers unless given") {
  summary_set set;
  const observed loss("loss", [] { return 0.5; });
  CHECK(add_scalar_summary(set, loss) == "loss");
  CHECK(add_scalar_summary(set, loss, {.prefix = "train"}) == "train/loss");
  CHECK(add_scalar_summary(set, loss, {.name = "total", .prefix = "train"}) == "train/total");
  CHECK(add_histogram_summary(set, loss, {.name = "total", .prefix = "train"}) == "train/total_1");
  CHECK(add_zero_fraction_summary(set, loss, {.prefix = "train"}) == "train/loss/Fraction_of_Zero_Values");
  CHECK(set.evaluate().size() == 5);
}

TEST_CASE("scalars, histograms and fractions of zeros") {
  summary_set set;
  add_scalar_summary(set, fixed("one", {2.5f}));
  add_histogram_summary(set, fixed("many", {1, -1, 3}));
  add_zero_fraction_summary(set, fixed("zeros", {0, 1e-30f, -0.0f, 2, 3, 0}));
  add_zero_fraction_summary(set, fixed("nothing", {}));
  const auto values = set.evaluate();
  CHECK(scalar(values.at(0)) == 2.5f);
  CHECK(std::get<histogram>(values.at(1).content).num == 3);
  CHECK(std::get<histogram>(values.at(1).content).sum == 3);
  CHECK(scalar(values.at(2)) == 0.5f);  // tiny numbers are not zeros
  CHECK(scalar(values.at(3)) == 0);
}

TEST_CASE("images: the first three of the batch") {
  summary_set set;
  int count = 5;
  const observed images("x", {2, 2, 3}, true, [&] { return std::vector<float>(static_cast<std::size_t>(count * 12), 1.0f); });
  CHECK(add_image_summary(set, images, {.prefix = "in"}) == "in/x");
  auto values = set.evaluate();
  REQUIRE(values.size() == 3);
  CHECK(values[0].tag == "in/x/image/0");
  CHECK(values[2].tag == "in/x/image/2");
  CHECK(std::get<encoded_image>(values[2].content).colorspace == 3);
  count = 2;
  CHECK(set.evaluate().size() == 2);
}

TEST_CASE("print_summary writes tag and value to stderr at each evaluation") {
  const scratch_directory place;
  summary_set set;
  add_scalar_summary(set, fixed("loss", {0.125f}), {.print_summary = true});
  add_scalar_summary(set, fixed("silent", {1}));
  add_zero_fraction_summary(set, fixed("act", {0, 1, 1, 1}), {.print_summary = true});
  add_image_summary(set, {"x", {1, 4, 1}, true, [] { return std::vector<float>{1, 2, 3, 4}; }}, {.print_summary = true});

  std::fflush(stderr);
  const int before = dup(2);
  REQUIRE(std::freopen(place.path("stderr").c_str(), "w", stderr) != nullptr);
  set.evaluate();
  std::fflush(stderr);
  dup2(before, 2);
  close(before);
  CHECK(content_of(place.path("stderr")) == "loss[0.125]\nact/Fraction_of_Zero_Values[0.25]\nx[1 2 3...]\n");
}

TEST_CASE("the list versions") {
  summary_set set;
  const observed_list list{fixed("a", {1}), fixed("b", {0})};
  add_scalar_summaries(set, list, "p");
  add_histogram_summaries(set, list);
  add_zero_fraction_summaries(set, list);
  add_image_summaries(set, {{"x", {1, 1, 1}, true, [] { return std::vector<float>{1}; }}}, "p");
  std::string tags;
  for (const summary_value& value : set.evaluate()) tags += value.tag + " ";
  CHECK(tags == "p/a p/b a b a/Fraction_of_Zero_Values b/Fraction_of_Zero_Values p/x/image/0 ");
}

TEST_CASE("gradients: a histogram and the L2 norm") {
  summary_set set;
  add_gradients_summaries(set, {fixed("net/weights", {3, -4})});
  const auto values = set.evaluate();
  REQUIRE(values.size() == 2);
  CHECK(values[0].tag == "net/weights/gradient");
  CHECK(std::get<histogram>(values[0].content).min == -4);
  CHECK(values[1].tag == "net/weights/gradient_norm");
  CHECK(scalar(values[1]) == 5);
}

TEST_CASE("what does not fit is refused by name") {
  summary_set set;
  add_scalar_summary(set, fixed("many", {1, 2}), {.prefix = "p"});
  CHECK_THROWS_WITH_AS(set.evaluate(), "summary p/many: expected one number, found 2; use a histogram", slim::error);
  CHECK_THROWS_WITH_AS(add_image_summary(set, fixed("flat", {1, 2})),
                       "summary flat: expected images of height x width x 1, 3 or 4 numbers, found rank 1 and -1 channels; observe a "
                       "part, or reshape",
                       slim::error);
}
