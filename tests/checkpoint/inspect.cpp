#include "slim/checkpoint/inspect.hpp"

#include <doctest/doctest.h>

#include <cmath>
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
  CHECK(all[0].least == doctest::Approx(1.668e-7).epsilon(1e-3));  // 0x3231 and 0x3433
  CHECK(contains(checkpoint::table_of(all), "h     BF16 [2]"));
  CHECK(contains(complaint([&] { checkpoint::inspect(path, true); }), "expected a checkpoint with the state of training"));
}

TEST_CASE("numbers of every type are shown as what they are") {
  scratch s;
  const auto shown = [&](const std::string& type, std::size_t each, const std::string& bytes) {
    const std::string path = s.write("file", safetensors_file(R"({"t":{"dtype":")" + type + R"(","shape":[)" + std::to_string(bytes.size() / each) +
                                                                  R"(],"data_offsets":[0,)" + std::to_string(bytes.size()) + "]}}",
                                                              bytes));
    return checkpoint::inspect(path).at(0);
  };
  const std::string f16("\x00\x3c\x00\x40\x00\xc2\x01\x00\x00\x7c\x01\x7c", 12);  // 1, 2, -3, 2^-24, infinity, not a number
  CHECK(shown("F16", 2, f16).norm == doctest::Approx(3.7416574));
  CHECK(shown("F16", 2, f16).least == -3);
  CHECK(shown("F16", 2, f16).greatest == 2);
  CHECK(shown("F16", 2, f16).not_finite == 2);
  CHECK(shown("F16", 2, f16.substr(6, 2)).greatest == std::ldexp(1.0, -24));
  CHECK(shown("BF16", 2, std::string("\x80\x3f\x00\x40\x40\xc0\x80\x7f", 8)).least == -3);
  CHECK(shown("BF16", 2, std::string("\x80\x3f\x00\x40\x40\xc0\x80\x7f", 8)).not_finite == 1);
  CHECK(shown("F8_E5M2", 1, "\x3c\x40\xc2\x7c\x7d").norm == doctest::Approx(3.7416574));
  CHECK(shown("F8_E5M2", 1, "\x3c\x40\xc2\x7c\x7d").not_finite == 2);
  CHECK(shown("F8_E4M3", 1, "\x38\x40\xc4\x7e\x7f").greatest == 448);
  CHECK(shown("F8_E4M3", 1, "\x38\x40\xc4\x7e\x7f").least == -3);
  CHECK(shown("F8_E4M3", 1, "\x38\x40\xc4\x7e\x7f").not_finite == 1);
  CHECK(shown("I16", 2, std::string("\xfe\xff\x03\x00", 4)).least == -2);
  CHECK(shown("U16", 2, std::string("\xfe\xff\x03\x00", 4)).greatest == 65534);
  const double large[] = {3e200, -4e200}, small[] = {3e-200, 4e-200};
  CHECK(shown("F64", 8, std::string(reinterpret_cast<const char*>(large), 16)).norm == doctest::Approx(5e200));
  CHECK(shown("F64", 8, std::string(reinterpret_cast<const char*>(small), 16)).norm * 1e200 == doctest::Approx(5));
  CHECK(shown("BOOL", 1, std::string("\x01\x00\x01", 3)).norm == doctest::Approx(std::sqrt(2.0)));
}
