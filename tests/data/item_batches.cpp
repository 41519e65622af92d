#include "slim/data/item_batches.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "slim/data/example.hpp"
#include "slim/data/prefetch_queue.hpp"
#include "slim/data/tfexample_decoder.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

using integers = std::vector<std::int64_t>;

// Example i has i % 4 tokens i, i + 1, ...
dataset sentences(const scratch_directory& scratch, int count) {
  tfrecord_writer writer(scratch.path("sentences"));
  for (int i = 0; i < count; ++i) {
    int64_list tokens;
    for (int k = 0; k < i % 4; ++k) tokens.push_back(i + k);
    writer.write(serialize(features{{"tokens", tokens}, {"label", int64_list{i}}}));
  }
  writer.close();
  using namespace tfexample_decoder;
  return {{scratch.path("sentences")},
          open_tfrecord,
          std::make_shared<tf_example_decoder>(keys_to_features{{"tokens", var_len_feature{dtype::int64}}, {"label", fixed_len_feature{{}, dtype::int64}}},
                                               items_to_handlers{{"tokens", tensor{"tokens"}}, {"label", tensor{"label"}}}),
          count};
}

}  // namespace

TEST_CASE("temporary batches can be prefetched") {
  const scratch_directory scratch;
  const dataset set = sentences(scratch, 20);
  dataset_data_provider one(set, {.shuffle = false}), other(set, {.shuffle = false});
  const item_batch_options padded{.batch = {.batch_size = 6, .num_threads = 2}, .dynamic_pad = true};
  item_batches plain(one, {"tokens", "label"}, padded);
  auto queue = prefetch(item_batches(other, {"tokens", "label"}, padded), 2);
  for (int i = 0; i < 7; ++i) CHECK(queue.next().items == plain.next().items);
}

TEST_CASE("stack: one more axis in front") {
  const item one{{2}, std::vector<float>{1, 2}}, two{{2}, std::vector<float>{3, 4}};
  CHECK(stack({one, two}) == item{{2, 2}, std::vector<float>{1, 2, 3, 4}});
  CHECK(stack({item{{}, integers{7}}, item{{}, integers{8}}}) == item{{2}, integers{7, 8}});
  CHECK(complaint_of([&] { stack({one, item{{1}, std::vector<float>{3}}}); }) ==
        "batch: expected examples like [2] of float32, found [1] of float32; set dynamic_pad or give the decoder a shape");
}

TEST_CASE("dynamic_pad fills up with zeros and empty strings behind the values") {
  const item wide{{1, 3}, integers{1, 2, 3}}, high{{2, 1}, integers{4, 5}}, none{{0, 2}, integers{}};
  CHECK(stack({wide, high, none}, true) == item{{3, 2, 3}, integers{1, 2, 3, 0, 0, 0, 4, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0}});
  const item word{{1}, std::vector<std::string>{"a"}}, words{{2}, std::vector<std::string>{"b", "c"}};
  CHECK(stack({word, words}, true) == item{{2, 2}, std::vector<std::string>{"a", "", "b", "c"}});
  CHECK(has(complaint_of([&] { stack({wide, word}, true); }), "found [1] of string; padding changes extents, not their number or the type"));
  CHECK_THROWS_AS(stack({}), slim::error);
}

TEST_CASE("batches of sentences: each as long as its longest, whatever the number of threads") {
  scratch_directory scratch;
  const dataset set = sentences(scratch, 10);
  for (int num_threads : {1, 3}) {
    dataset_data_provider provider(set, {.shuffle = false, .num_epochs = 1});
    item_batches batches(provider, {"label", "tokens"},
                         {.batch = {.batch_size = 3, .num_threads = num_threads, .allow_smaller_final_batch = true}, .dynamic_pad = true});
    const item_batch first = batches.next();
    CHECK(first.size == 3);
    CHECK(first.items[0] == item{{3}, integers{0, 1, 2}});
    CHECK(first.items[1] == item{{3, 2}, integers{0, 0, 1, 0, 2, 3}});
    CHECK(batches.next().items[1] == item{{3, 3}, integers{3, 4, 5, 0, 0, 0, 5, 0, 0}});
    batches.next();
    CHECK(batches.next().items[1] == item{{1, 1}, integers{9}});
    CHECK(batches.next().size == 0);
    batches.seek(1);
    CHECK(batches.next().items[0] == item{{3}, integers{3, 4, 5}});
  }
}

TEST_CASE("a shard has its part of each batch; one without an example has one that does not count") {
  scratch_directory scratch;
  const dataset set = sentences(scratch, 4);
  for (int index = 0; index < 2; ++index) {
    dataset_data_provider provider(set, {.shuffle = false, .num_epochs = 1});
    item_batches batches(provider, {"label"}, {.batch = {.batch_size = 3, .allow_smaller_final_batch = true, .shard = {index, 2}}});
    const item_batch first = batches.next();
    CHECK(first.items[0] == (index == 0 ? item{{1}, integers{0}} : item{{2}, integers{1, 2}}));
    CHECK(first.counted == -1);
    const item_batch last = batches.next();
    CHECK(last.items[0] == item{{1}, integers{3}});
    CHECK(last.counted == (index == 0 ? 0 : -1));
    CHECK(batches.next().size == 0);
  }
  dataset_data_provider provider(set, {});
  CHECK(has(complaint_of([&] { item_batches(provider, {"label"}, {.batch = {.shard = {2, 2}}}); }),
            "item_batches: shard: expected one of at least 1, counted from 0, found 2 of 2"));
}

TEST_CASE("without dynamic_pad the records that differ are named") {
  scratch_directory scratch;
  dataset_data_provider provider(sentences(scratch, 4), {.shuffle = false});
  item_batches batches(provider, {"tokens"}, {.batch = {.batch_size = 2}});
  const std::string file = scratch.path("sentences");
  CHECK(has(complaint_of([&] { batches.next(); }), "records " + file + ":0 to " + file + ":"));
  CHECK(has(complaint_of([&] { batches.next(); }), "item tokens: batch: expected examples like [0] of int64, found [1] of int64; set dynamic_pad"));
}
