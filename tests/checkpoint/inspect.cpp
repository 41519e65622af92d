#include "slim/checkpoint/inspect.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/checkpoint/scratch.hpp"

using namespace checkpoint_tests;
using namespace slim;

TEST_CASE("names, shapes, norms, and what is not finite") {
  scratch s;
  float weights[4] = {3, -4, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  std::uint8_t bytes[2] = {200, 100};
  std::uint64_t seed = 1;
  checkpoint::saver{}.save_variables(s.folder, 12, {variable_reference("net/weights", {2, 2}, weights), variable_reference("table", {2}, bytes)},
                                     {variable_reference("seed", {}, &seed)});
  const auto all = checkpoint::inspect(s.folder, true);
  REQUIRE(all.size() == 3);
  CHECK(all[0].name == "net/weights");
  CHECK(all[0].norm == 5);
  CHECK(all[0].least == -4);
  CHECK(all[0].greatest == 3);
  CHECK(all[0].not_finite == 2);
  CHECK(all[1].norm == doctest::Approx(223.6068));
  CHECK(all[1].least == 100);
  CHECK(all[2].type == dtype::u64);
  CHECK(checkpoint::inspect(s.path("model.ckpt-12")).size() == 2);
  CHECK(checkpoint::table_of(all) ==
        "name         type and shape               norm     least  greatest\n"
        "net/weights  F32 [2, 2]                      5        -4         3  2 of 4 not finite\n"
        "table        U8 [2]                      223.6       100       200\n"
        "seed         U64 []                          1         1         1\n"
        "3 tensors, 7 numbers\n");
}

TEST_CASE("files of other programs are shown, too") {
  scratch s;
  const std::string path = s.write("file", safetensors_file(R"({"h":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}})", "1234"));
  const auto all = checkpoint::inspect(path);
  REQUIRE(all.size() == 1);
  CHECK(all[0].norm == 0);
  CHECK(contains(checkpoint::table_of(all), "h     BF16 [2]"));
  CHECK(contains(complaint([&] { checkpoint::inspect(path, true); }), "expected a checkpoint with the state of training"));
}
