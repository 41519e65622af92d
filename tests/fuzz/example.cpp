#include "slim/data/example.hpp"

#include "slim/data/sequence_handlers.hpp"
#include "slim/data/tfexample_decoder.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace slim::data;
using namespace slim::data::tfexample_decoder;

static const features flat{{"a", int64_list{1, 0, 2}}, {"b", float_list{1, 2, 3}}, {"c", bytes_list{"x", ""}}, {"d", int64_list{3}}};

std::vector<std::string> seeds() {
  return {serialize(flat), serialize(sequence_example{{{"d", int64_list{1}}}, {{"b", {float_list{1, 2}, feature{}, float_list{3}}}}})};
}

void consume(std::string_view bytes) {
  static const tf_example_decoder examples{{{"a", var_len_feature{dtype::int64}},
                                            {"b", var_len_feature{}},
                                            {"c", var_len_feature{dtype::string}},
                                            {"d", fixed_len_feature{{1}, dtype::int64, {3}}},
                                            {"s", sparse_feature{{"a"}, "b", dtype::float32, {8}}}},
                                           {{"shaped", tensor{"b", {"a"}}},
                                            {"sparse", sparse_tensor{"a", "b", "d"}},
                                            {"dense", sparse_tensor{"a", "b", "d", {}, true}},
                                            {"text", tensor{"c"}},
                                            {"placed", tensor{"s"}},
                                            {"boxes", bounding_box{{"b", "b", "b", "b"}}}}};
  static const tf_sequence_example_decoder sequences{{{"d", var_len_feature{dtype::int64}}},
                                                     {{"b", var_len_feature{}}, {"e", fixed_len_sequence_feature{{2}, dtype::int64, true}}},
                                                     {{"points", keypoints_sequence{{"b", "b"}}}, {"counts", num_boxes_sequence{{"b"}}}, {"e", tensor{"e"}}}};
  // Each item alone, because one that is refused must not hide the others.
  for (const data_decoder* decoder : {static_cast<const data_decoder*>(&examples), static_cast<const data_decoder*>(&sequences)}) {
    for (const std::string& name : decoder->list_items()) {
      try {
        decoder->decode(bytes, {name});
      } catch (const slim::error&) {}
    }
  }
  const features parsed = parse_example(bytes);
  expect(serialize(parse_example(serialize(parsed))) == serialize(parsed));
}
