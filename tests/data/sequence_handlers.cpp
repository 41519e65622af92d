#include "slim/data/sequence_handlers.hpp"

#include <doctest/doctest.h>

#include "slim/data/parse_sequence_features.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;
using namespace slim::data::tfexample_decoder;

namespace {

// Three frames with two boxes, none and one.
const keys_to_tensors tensors = parse_single_sequence_example(serialize(sequence_example{{{"scalar", int64_list{1}}},
                                                                                         {{"b/ymin", {float_list{1, 5}, float_list{}, float_list{9}}},
                                                                                          {"b/xmin", {float_list{2, 6}, float_list{}, float_list{10}}},
                                                                                          {"b/ymax", {float_list{3, 7}, float_list{}, float_list{11}}},
                                                                                          {"b/xmax", {float_list{4, 8}, float_list{}, float_list{12}}},
                                                                                          {"other", {float_list{1}, float_list{2}, float_list{3}}}}}),
                                                              {{"scalar", var_len_feature{dtype::int64}}},
                                                              {{"b/ymin", var_len_feature{}},
                                                               {"b/xmin", var_len_feature{}},
                                                               {"b/ymax", var_len_feature{}},
                                                               {"b/xmax", var_len_feature{}},
                                                               {"other", var_len_feature{}},
                                                               {"empty", var_len_feature{}}});

item made(const item_handler& handler) { return handler.tensors_to_item(tensors); }

}  // namespace

TEST_CASE("boxes of a sequence are padded with -1") {
  const std::vector<float> dense{1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -1, 9, 10, 11, 12, -1, -1, -1, -1};
  CHECK(made(bounding_box_sequence{.prefix = "b/"}) == item{{3, 2, 4}, dense});
  const item sparse = made(bounding_box_sequence{.prefix = "b/", .return_dense = false});
  CHECK(sparse.as<float>() == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(to_dense(sparse, -1.0) == item{{3, 2, 4}, dense});
  CHECK(made(bounding_box_sequence{{"empty", "empty", "empty", "empty"}}) == item{{0, 0, 4}, std::vector<float>()});
  CHECK(has(complaint_of([] { item_handler(bounding_box_sequence{{"a"}}); }), "bounding_box_sequence: expected 4 keys, found 1"));
  CHECK(has(complaint_of([] { made(bounding_box_sequence{{"b/ymin", "b/xmin", "b/ymax", "other"}}); }),
            "other: expected the shape [3, 2] of b/ymin, found [3, 1]"));
  CHECK(has(complaint_of([] { made(bounding_box_sequence{{"scalar", "scalar", "scalar", "scalar"}}); }), "expected a variable-length feature of a sequence"));
}

TEST_CASE("points of a sequence") {
  CHECK(made(keypoints_sequence{.point_keys = {"ymin", "xmin"}, .prefix = "b/", .default_value = 0.0}) ==
        item{{3, 2, 2}, std::vector<float>{1, 2, 5, 6, 0, 0, 0, 0, 9, 10, 0, 0}});
  CHECK(item_handler(keypoints_sequence{.prefix = "p/"}).keys() == std::vector<std::string>{"p/y", "p/x"});
  CHECK(has(complaint_of([] { item_handler(keypoints_sequence{{"a", "b", "c"}}); }), "keypoints_sequence: expected 2 keys, found 3"));
}

TEST_CASE("boxes are counted frame by frame") {
  CHECK(made(num_boxes_sequence{{"b/ymin", "b/xmax"}}) == item{{3}, std::vector<std::int64_t>{2, 0, 1}});
  CHECK(made(num_boxes_sequence{{"empty"}}) == item{{0}, std::vector<std::int64_t>()});
  CHECK(made(num_boxes_sequence{{"b/ymin", "other"}, false}).as<std::int64_t>() == std::vector<std::int64_t>{2, 0, 1});
  CHECK(has(complaint_of([] { made(num_boxes_sequence{{"b/ymin", "other"}}); }), "other: expected as many boxes in each frame as b/ymin"));
  CHECK(has(complaint_of([] { item_handler(num_boxes_sequence{}); }), "expected at least one key, found none"));
}
