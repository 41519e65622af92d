#include "slim/data/parse_sequence_features.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

const std::string record = serialize(
    sequence_example{{{"id", int64_list{5}}}, {{"ragged", {float_list{1, 2}, feature{}, float_list{3}}}, {"pairs", {int64_list{1, 2}, int64_list{3, 4}}}}});

keys_to_tensors parse(const keys_to_sequence_features& features) {
  return parse_single_sequence_example(record, {{"id", fixed_len_feature{{}, dtype::int64}}}, features);
}

}  // namespace

TEST_CASE("context and lists of a sequence") {
  const auto tensors = parse({{"ragged", var_len_feature{}}, {"pairs", fixed_len_sequence_feature{{2}, dtype::int64}}});
  CHECK(tensors.at("id") == item{{}, std::vector<std::int64_t>{5}});
  CHECK(tensors.at("ragged") == item{{3, 2}, std::vector<float>{1, 2, 3}, std::vector<std::int64_t>{0, 0, 0, 1, 2, 0}});
  CHECK(tensors.at("pairs") == item{{2, 2}, std::vector<std::int64_t>{1, 2, 3, 4}});
}

TEST_CASE("missing lists") {
  const auto tensors = parse({{"a", var_len_feature{dtype::int64}}, {"b", fixed_len_sequence_feature{{4}, dtype::float32, true}}});
  CHECK(tensors.at("a") == item{{0, 0}, std::vector<std::int64_t>(), std::vector<std::int64_t>()});
  CHECK(tensors.at("b") == item{{0, 4}, std::vector<float>()});
  CHECK(has(complaint_of([] { parse({{"b", fixed_len_sequence_feature{}}}); }), "feature b: expected this list of features, found none"));
}

TEST_CASE("steps of another type or size are refused") {
  CHECK(has(complaint_of([] { parse({{"ragged", fixed_len_sequence_feature{{2}}}}); }), "feature ragged: expected 2 values in step 1, found 0"));
  CHECK(has(complaint_of([] { parse({{"pairs", fixed_len_sequence_feature{{2}}}}); }), "feature pairs: expected values of type float32, found int64"));
}
