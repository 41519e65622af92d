#include "slim/data/parse_features.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

const std::string record = serialize(features{{"label", int64_list{7}},
                                              {"box", float_list{1, 2, 3, 4}},
                                              {"text", bytes_list{"a", "b"}},
                                              {"none", {}},
                                              {"row", int64_list{1, 0, 1}},
                                              {"column", int64_list{0, 2, 2}},
                                              {"value", float_list{10, 20, 30}}});

item only(const keys_to_features& features) { return parse_single_example(record, features).begin()->second; }

}  // namespace

TEST_CASE("features of fixed length") {
  CHECK(only({{"label", fixed_len_feature{{}, dtype::int64}}}) == item{{}, std::vector<std::int64_t>{7}});
  CHECK(only({{"box", fixed_len_feature{{2, 2}}}}) == item{{2, 2}, std::vector<float>{1, 2, 3, 4}});
  CHECK(only({{"text", fixed_len_feature{{2}, dtype::string}}}).as<std::string>() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a missing feature takes its default, one value or all, and without one it is an error") {
  for (const char* key : {"missing", "none"}) {
    CHECK(only({{key, fixed_len_feature{{2}, dtype::int64, {5}}}}) == item{{2}, std::vector<std::int64_t>{5, 5}});
    CHECK(only({{key, fixed_len_feature{{2}, dtype::float32, {0.5, 1}}}}) == item{{2}, std::vector<float>{0.5f, 1}});
    CHECK(only({{key, fixed_len_feature{{}, dtype::string, {"png"}}}}) == item{{}, std::vector<std::string>{"png"}});
    CHECK(has(complaint_of([&] { only({{key, fixed_len_feature{{2}, dtype::float32, {1, 2, 3}}}}); }), "expected 1 or 2 default values, found 3"));
    CHECK(has(complaint_of([&] { only({{key, fixed_len_feature{{}, dtype::string, {1}}}}); }), "expected a string"));
  }
  CHECK(complaint_of([] { only({{"missing", fixed_len_feature{}}}); }) ==
        "decode: feature missing: expected a value, because there is no default, found none; check the file and the feature's "
        "specification");
}

TEST_CASE("another type or another number of values is an error") {
  CHECK(has(complaint_of([] { only({{"label", fixed_len_feature{{}, dtype::float32}}}); }), "feature label: expected values of type float32, found int64"));
  CHECK(has(complaint_of([] { only({{"label", var_len_feature{dtype::string}}}); }), "expected values of type string, found int64"));
  CHECK(has(complaint_of([] { only({{"box", fixed_len_feature{{3}}}}); }), "feature box: expected 3 values, found 4"));
}

TEST_CASE("a feature of variable length is sparse, and empty if it is missing") {
  CHECK(only({{"text", var_len_feature{dtype::string}}}) == item{{2}, std::vector<std::string>{"a", "b"}, std::vector<std::int64_t>{0, 1}});
  CHECK(only({{"missing", var_len_feature{}}}) == item{{0}, std::vector<float>(), std::vector<std::int64_t>()});
}

TEST_CASE("a sparse feature takes its places from other features and sorts by them") {
  const item sorted = only({{"any", sparse_feature{{"row", "column"}, "value", dtype::float32, {2, 3}}}});
  CHECK(sorted == item{{2, 3}, std::vector<float>{20, 10, 30}, std::vector<std::int64_t>{0, 2, 1, 0, 1, 2}});
  const item as_stored = only({{"any", sparse_feature{{"column"}, "value", dtype::float32, {3}, true}}});
  CHECK(as_stored == item{{3}, std::vector<float>{10, 20, 30}, std::vector<std::int64_t>{0, 2, 2}});
  CHECK(only({{"any", sparse_feature{{"missing"}, "missing too", dtype::float32, {3}}}}) == item{{3}, std::vector<float>(), std::vector<std::int64_t>()});
  CHECK(has(complaint_of([] { only({{"any", sparse_feature{{"label"}, "value", dtype::float32, {9}}}}); }), "feature label: expected 3 indices, found 1"));
  CHECK(has(complaint_of([] { only({{"any", sparse_feature{{"column"}, "value", dtype::float32, {2}}}}); }), "below 2, found 2"));
  CHECK(has(complaint_of([] { only({{"any", sparse_feature{{"row"}, "value", dtype::float32, {2, 3}}}}); }), "expected one size for each index key"));
}
