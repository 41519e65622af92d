#include "slim/model/variables.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"

using namespace slim;

namespace {

// Names of every kind: like each other, outside all scopes, in collections, local.
inline constexpr auto net = [](tensor x) {
  tensor mask = local_variable(x, "mask", {6}, ones);
  x = x * mask;
  x = scope("A", [](tensor y) {
    tensor a = model_variable(y, "a", {6}, ones), fooa = variable(y, "fooa", {6}, zeros, collections = {"mine", "mine", "yours"});
    return y * a + fooa;
  })(x);
  x = scope("B", [](tensor y) { return y + variable(y, "a", {6}, zeros, none, false); })(x);
  x = x + model_variable(x, "a", {6}, zeros, device = "/CPU:0");
  x = fully_connected(5, "A2", variables_collections = {{"weights", "mine"}})(x);
  return fully_connected(2, "logits", normalizer_fn = batch_norm, activation_fn = none)(x);
};
using net_model = model<net, input<6>>;

std::vector<std::string> names(const std::vector<variable_reference>& list) {
  std::vector<std::string> result;
  for (const variable_reference& one : list) result.push_back(one.name);
  return result;
}
using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("collections: saved, of the model, local, trainable, a user's own") {
  net_model m{seed(1)};
  const strings saved{"A/a",
                      "A/fooa",
                      "B/a",
                      "a",
                      "A2/weights",
                      "A2/biases",
                      "logits/weights",
                      "logits/BatchNorm/beta",
                      "logits/BatchNorm/moving_mean",
                      "logits/BatchNorm/moving_variance"};
  CHECK(names(get_variables(m)) == saved);
  strings of_model = saved;
  std::erase(of_model, "A/fooa"), std::erase(of_model, "B/a");
  CHECK(names(get_model_variables(m)) == of_model);
  CHECK(names(get_local_variables(m)) == strings{"mask"});
  strings trained = saved;
  for (const char* one : {"B/a", "logits/BatchNorm/moving_mean", "logits/BatchNorm/moving_variance"}) std::erase(trained, one);
  CHECK(names(get_trainable_variables(m)) == trained);
  CHECK(names(get_variables(m, "", "", "mine")) == strings{"A/fooa", "A2/weights"});
  CHECK(names(get_variables(m, "", "", "yours")) == strings{"A/fooa"});
  CHECK(get_variables(m, "", "", "nobody's").empty());
}

namespace {
inline constexpr auto kept_apart = [](tensor x) {
  return x * variable(x, "apart", {2}, ones, collections = collection_list::only("mine", "yours")) + variable(x, "b", {2}, zeros, collections = {"mine"});
};
}  // namespace

TEST_CASE("a variable in collections of its own alone is trained and in no other list") {
  model<kept_apart, input<2>> m{seed(1)};
  CHECK(names(get_variables(m)) == strings{"b"});
  CHECK(names(variables_of(m)) == strings{"b"});  // what is saved
  CHECK(get_local_variables(m).empty());
  CHECK(names(get_trainable_variables(m)) == strings{"apart", "b"});
  CHECK(names(get_variables(m, "", "", "mine")) == strings{"apart", "b"});
  CHECK(names(get_variables(m, "", "", "yours")) == strings{"apart"});
}

TEST_CASE("a scope matches from the beginning of the name") {
  net_model m{seed(1)};
  CHECK(names(get_variables(m, "A")) == strings{"A/a", "A/fooa", "A2/weights", "A2/biases"});
  CHECK(names(get_variables(m, "A/")) == strings{"A/a", "A/fooa"});
  CHECK(names(get_variables(m, "[AB]/a")) == strings{"A/a", "B/a"});
  CHECK(names(get_variables(m, "a:0")) == strings{"a"});
  CHECK(get_variables(m, "/a").empty());
  CHECK(names(get_model_variables(m, "B")).empty());
  CHECK(names(get_trainable_variables(m, "logits/Batch")) == strings{"logits/BatchNorm/beta"});
  CHECK_THROWS_WITH_AS(get_variables(m, "(A"), doctest::Contains("variables: expected a regular expression, found '(A'"), error);
}

TEST_CASE("a suffix matches to the end of the name") {
  net_model m{seed(1)};
  CHECK(names(get_variables_by_suffix(m, "a", "A/")) == strings{"A/a", "A/fooa"});
  CHECK(names(get_variables_by_suffix(m, "/a")) == strings{"A/a", "B/a"});
  CHECK(names(get_variables(m, "A", "weights")) == strings{"A2/weights"});
  CHECK(get_variables_by_suffix(m, "weight").empty());
  CHECK(names(get_variables_by_name(m, "a")) == strings{"A/a", "B/a", "a"});
  CHECK(names(get_variables_by_name(m, "a", "A")) == strings{"A/a"});
  CHECK(get_variables_by_name(m, "fo").empty());
}

TEST_CASE("one variable by its full name") {
  net_model m{seed(1)};
  const variable_reference found = get_unique_variable(m, "A2/weights");
  CHECK(found.extent == shape{6, 5});
  found.values<float>()[3] = 42;
  CHECK(m.variable<"A2/weights">()(0, 3) == 42);
  CHECK_THROWS_WITH_AS(get_unique_variable(m, "A2/weight"), "variable 'A2/weight': not in this network; did you mean 'A2/weights'?", error);
  CHECK_THROWS_AS(get_unique_variable(m, "A2"), error);
}

TEST_CASE("what to restore: included scopes in their order, without the excluded ones") {
  net_model m{seed(1)};
  CHECK(get_variables_to_restore(m).size() == 10);
  CHECK(names(get_variables_to_restore(m, {"B", "A/"})) == strings{"B/a", "A/a", "A/fooa"});
  CHECK(names(get_variables_to_restore(m, {"A/", "A"}, {"A2/biases", "A/f"})) == strings{"A/a", "A2/weights"});
  CHECK(names(get_variables_to_restore(m, {}, {"logits", "A", "B"})) == strings{"a"});
}

TEST_CASE("lists are filtered by patterns") {
  net_model m{seed(1)};
  const auto all = get_variables(m);
  CHECK(names(filter_variables(all)) == names(all));
  CHECK(names(filter_variables(all, {"A/.*", "moving"})) == strings{"A/a", "A/fooa", "logits/BatchNorm/moving_mean", "logits/BatchNorm/moving_variance"});
  CHECK(names(filter_variables(all, {"a$"}, {"A", "beta"})) == strings{"B/a", "a"});
  CHECK(names(filter_variables(all, {"a"}, {}, false)) == strings{"a"});
  CHECK(names(filter_variables(all, {}, {"BatchNorm", "A", "a"}, false)) ==
        strings{"B/a", "logits/weights", "logits/BatchNorm/beta", "logits/BatchNorm/moving_mean", "logits/BatchNorm/moving_variance"});
  CHECK_THROWS_AS(filter_variables(all, {"*"}), error);
}

TEST_CASE("values are assigned by name, all or none") {
  net_model m{seed(1)};
  assign_from_values(m, {{"a", {1, 2, 3, 4, 5, 6}}, {"logits/BatchNorm/beta", {7, 8}}});
  CHECK(m.variable<"a">()[5] == 6);
  CHECK(m.variable<"logits/BatchNorm/beta">()[0] == 7);
  CHECK_THROWS_WITH_AS(assign_from_values(m, {{"a", {9, 9, 9, 9, 9, 9}}, {"b", {1}}}), doctest::Contains("variable 'b': not in this network"), error);
  CHECK_THROWS_WITH_AS(assign_from_values(m, {{"B/a", {1}}, {"A/a", {9, 9, 9, 9, 9, 9}}}),
                       "assign_from_values: variable 'B/a': expected 6 values, found 1; give one for each element", error);
  CHECK(m.variable<"a">()[0] == 1);
  CHECK(m.variable<"A/a">()[0] == 1);
}
