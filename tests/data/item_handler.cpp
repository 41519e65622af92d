#include "slim/data/item_handler.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using namespace slim::data;
using namespace slim::data::tfexample_decoder;

namespace {

item int64s(item_shape shape, std::vector<std::int64_t> values) { return {std::move(shape), std::move(values)}; }
item floats(item_shape shape, std::vector<float> values) { return {std::move(shape), std::move(values)}; }

const keys_to_tensors tensors = parse_single_example(serialize(features{{"values", float_list{1, 2, 3, 4, 5, 6}},
                                                                        {"shape", int64_list{2, 3}},
                                                                        {"height", int64_list{3}},
                                                                        {"width", int64_list{2}},
                                                                        {"names", bytes_list{"cat", "dog", "cow"}},
                                                                        {"indices", int64_list{0, 2, 5}},
                                                                        {"few", float_list{7, 8, 9}},
                                                                        {"box/ymin", float_list{1, 5}},
                                                                        {"box/xmin", float_list{2, 6}},
                                                                        {"box/ymax", float_list{3, 7}},
                                                                        {"box/xmax", float_list{4, 8}}}),
                                                     {{"values", fixed_len_feature{{6}}},
                                                      {"sparse values", var_len_feature{}},
                                                      {"shape", fixed_len_feature{{2}, dtype::int64}},
                                                      {"height", var_len_feature{dtype::int64}},
                                                      {"width", fixed_len_feature{{}, dtype::int64}},
                                                      {"names", var_len_feature{dtype::string}},
                                                      {"indices", var_len_feature{dtype::int64}},
                                                      {"few", var_len_feature{}},
                                                      {"placed", sparse_feature{{"indices"}, "few", dtype::float32, {6}}},
                                                      {"box/ymin", var_len_feature{}},
                                                      {"box/xmin", var_len_feature{}},
                                                      {"box/ymax", var_len_feature{}},
                                                      {"box/xmax", fixed_len_feature{{2}}}});

item made(const item_handler& handler) { return handler.tensors_to_item(tensors); }

}  // namespace

TEST_CASE("tensor: as it is, or in a shape given or stored") {
  CHECK(made(tensor{"values"}) == floats({6}, {1, 2, 3, 4, 5, 6}));
  CHECK(made(tensor{.tensor_key = "values", .shape = item_shape{3, -1}}) == floats({3, 2}, {1, 2, 3, 4, 5, 6}));
  CHECK(made(tensor{"values", {"shape"}}).shape == item_shape{2, 3});
  CHECK(made(tensor{"values", {"height", "width"}}).shape == item_shape{3, 2});
  CHECK(item_handler(tensor{"values", {"height", "width"}}).keys() == std::vector<std::string>{"values", "height", "width"});
  CHECK(made(tensor{"sparse values"}) == floats({0}, {}));
  CHECK(made(tensor{.tensor_key = "placed", .shape = item_shape{2, 3}, .default_value = -1.0}) == floats({2, 3}, {7, -1, 8, -1, -1, 9}));
  CHECK(has(complaint_of([] { item_handler(tensor{"values", {"shape"}, item_shape{6}}); }), "expected either shape_keys or shape, found both"));
}

TEST_CASE("lookup_tensor: values become what the table says") {
  const lookup_table<std::string, std::int64_t> classes{{{"cat", 0}, {"dog", 1}}, -1};
  CHECK(made(lookup_tensor{"names", classes}) == int64s({3}, {0, 1, -1}));
  const lookup_table<std::int64_t, std::string> names{{{2, "two"}, {3, "three"}}, "?"};
  CHECK(made(lookup_tensor{.tensor_key = "shape", .table = names, .shape = item_shape{2, 1}}) == item{{2, 1}, std::vector<std::string>{"two", "three"}});
  CHECK(has(complaint_of([&] { made(lookup_tensor{"values", names}); }), "expected values of type int64, found float32"));
  CHECK(has(complaint_of([] { item_handler(lookup_tensor{.tensor_key = "names", .table = {}}); }), "lookup_tensor names: expected a table, found none"));
}

TEST_CASE("sparse_tensor: values at the indices of another feature") {
  CHECK(made(sparse_tensor{.values_key = "few", .shape = {6}}) == item{{6}, std::vector<float>{7, 8, 9}, std::vector<std::int64_t>{0, 2, 5}});
  CHECK(made(sparse_tensor{.values_key = "few", .shape = {6}, .densify = true, .default_value = 0.5}) == floats({6}, {7, .5, 8, .5, .5, 9}));
  CHECK(made(sparse_tensor{.values_key = "few", .shape_key = "width"}).shape == item_shape{2});
  CHECK(item_handler(sparse_tensor{}).keys() == std::vector<std::string>{"indices", "values"});
  // Without a shape it is that of the features, 3, and does not hold index 5.
  CHECK(has(complaint_of([] { made(sparse_tensor{.values_key = "few", .densify = true}); }), "below 3, found 5"));
  CHECK(has(complaint_of([] { made(sparse_tensor{}); }), "expected variable-length features, found one of fixed length"));
  CHECK(has(complaint_of([] { made(sparse_tensor{.values_key = "box/ymin"}); }), "expected 3 values, one for each index, found 2"));
  CHECK(has(complaint_of([] { made(sparse_tensor{.values_key = "few", .shape_key = "shape"}); }), "expected 1 extents, found [2, 3]"));
}

TEST_CASE("bounding_box: four features side by side") {
  const bounding_box boxes{.prefix = "box/"};
  CHECK(made(boxes) == floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}));
  CHECK(item_handler(boxes).keys() == std::vector<std::string>{"box/ymin", "box/xmin", "box/ymax", "box/xmax"});
  CHECK(made(bounding_box{{"ymax", "ymin", "ymax", "ymin"}, "box/"}) == floats({2, 4}, {3, 1, 3, 1, 7, 5, 7, 5}));
  CHECK(has(complaint_of([] { item_handler(bounding_box{{"a", "b"}}); }), "bounding_box: expected 4 keys, found 2"));
  CHECK(has(complaint_of([] { made(bounding_box{{"few", "box/ymin", "few", "few"}}); }), "bounding_box box/ymin: expected 3 values, found 2"));
}

TEST_CASE("backup_handler: the second one if the first has no values") {
  CHECK(made(backup_handler{tensor{"sparse values"}, tensor{"values"}}) == made(tensor{"values"}));
  CHECK(made(backup_handler{tensor{"few"}, tensor{"values"}}) == floats({3}, {7, 8, 9}));
  CHECK(item_handler(backup_handler{tensor{"few"}, bounding_box{}}).keys() == std::vector<std::string>{"few", "ymin", "xmin", "ymax", "xmax"});
}

TEST_CASE("item_handler_callback: any function of the features") {
  const item_handler_callback area{{"height", "width"}, [](const keys_to_tensors& parsed) {
                                     return int64s({}, {parsed.at("height").as<std::int64_t>()[0] * parsed.at("width").as<std::int64_t>()[0]});
                                   }};
  CHECK(made(area) == int64s({}, {6}));
  CHECK(item_handler(area).keys() == std::vector<std::string>{"height", "width"});
  CHECK(has(complaint_of([] { item_handler(item_handler_callback{{"height"}, {}}); }), "item_handler_callback: expected a function, found none"));
}
