#include "slim/data/tfexample_decoder.hpp"

#include <doctest/doctest.h>

#include "slim/data/image_handler.hpp"
#include "slim/data/sequence_handlers.hpp"
#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;
using namespace slim::data::tfexample_decoder;

namespace {

// The decoder of TF-Slim's mnist.
const tf_example_decoder mnist_like{{{"image/encoded", fixed_len_feature{{}, dtype::string, {""}}},
                                     {"image/format", fixed_len_feature{{}, dtype::string, {"raw"}}},
                                     {"image/class/label", fixed_len_feature{{1}, dtype::int64, {0}}}},
                                    {{"image", slim::data::tfexample_decoder::image{.shape = item_shape{3, 3, 1}, .channels = 1}},
                                     {"label", tensor{.tensor_key = "image/class/label", .shape = item_shape{}}}}};

const std::string record =
    serialize(features{{"image/encoded", bytes_list{png_interlaced}}, {"image/format", bytes_list{"png"}}, {"image/class/label", int64_list{7}}});

}  // namespace

TEST_CASE("a record becomes items in the order of the handlers or of the question") {
  CHECK(mnist_like.list_items() == std::vector<std::string>{"image", "label"});
  const auto all = mnist_like.decode(record);
  REQUIRE(all.size() == 2);
  CHECK(all[0] == item{{3, 3, 1}, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}});
  CHECK(all[1] == item{{}, std::vector<std::int64_t>{7}});
  const data_decoder& decoder = mnist_like;
  CHECK(decoder.decode(record, {"label"}) == std::vector<item>{all[1]});
  CHECK(decoder.decode(record, {"label", "image", "label"}).size() == 3);
}

TEST_CASE("mistakes are named") {
  CHECK(complaint_of([] { mnist_like.decode(record, {"text"}); }) == "decode: expected one of the items image, label, found text; ask for one of them");
  CHECK(complaint_of([] { tf_example_decoder({}, {{"label", tensor{"image/class/label"}}}); }) ==
        "decoder: item label: expected the feature image/class/label among the features, found none of this name; add it");
  CHECK(has(complaint_of([] { mnist_like.decode("text"); }), "expected a serialized tf.Example"));
  CHECK(has(complaint_of([] { tf_sequence_example_decoder({{"a", var_len_feature{}}}, {{"a", var_len_feature{}}}, {}); }), "found a in both"));
}

TEST_CASE("a sequence has features of the whole and of each step") {
  const std::string sequence =
      serialize(sequence_example{{{"label", int64_list{3}}}, {{"y", {float_list{1}, float_list{2, 3}}}, {"x", {float_list{4}, float_list{5, 6}}}}});
  const tf_sequence_example_decoder decoder{{{"label", fixed_len_feature{{}, dtype::int64}}},
                                            {{"y", var_len_feature{}}, {"x", var_len_feature{}}},
                                            {{"label", tensor{"label"}}, {"points", keypoints_sequence{}}, {"count", num_boxes_sequence{{"x"}}}}};
  const auto items = decoder.decode(sequence);
  REQUIRE(items.size() == 3);
  CHECK(items[0] == item{{}, std::vector<std::int64_t>{3}});
  CHECK(items[1] == item{{2, 2, 2}, std::vector<float>{1, 4, -1, -1, 2, 5, 3, 6}});
  CHECK(items[2] == item{{2}, std::vector<std::int64_t>{1, 2}});
}
