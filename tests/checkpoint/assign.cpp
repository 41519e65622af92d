#include "slim/checkpoint/assign.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "slim/model/variables.hpp"
#include "tests/checkpoint/scratch.hpp"
#include "tests/checkpoint/small_training.hpp"

using namespace checkpoint_tests;
using namespace checkpoint;

namespace {

// The trunk of small_net under another scope, with another head.
inline constexpr auto fine_tuned = scope("pretrained", fully_connected(24, "fc1", normalizer_fn = batch_norm)) >>
                                   fully_connected(5, "logits", activation_fn = none);
using fine_tuned_model = model<fine_tuned, input<20>>;

struct shadows {
  std::vector<float> values = std::vector<float>(24 * 3, 0.25f);
  template <class Visit>
  void for_each_state(Visit&& visit) {
    visit(variable_reference("net/logits/weights/ExponentialMovingAverage", {24, 3}, values.data()));
  }
};

template <class A, class B>
bool same_numbers(const A& a, const B& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

TEST_CASE("a trunk is taken over under another scope, the new head is left alone") {
  scratch s;
  small_training<> t(1);
  t.run_to(2);
  save_weights(s.path("net.safetensors"), t.net);
  fine_tuned_model m{seed(2)};
  const std::vector<float> head(m.variable("logits/weights").begin(), m.variable("logits/weights").end());
  const auto trunk = get_variables_to_restore(m, {}, {"logits"});
  CHECK(assign_from_checkpoint(s.path("net.safetensors"), with_renamed_scope(trunk, "pretrained", "net")) == 4);
  CHECK(same_numbers(m.variable("pretrained/fc1/weights"), t.net.variable("net/fc1/weights")));
  CHECK(same_numbers(m.variable("pretrained/fc1/BatchNorm/moving_mean"), t.net.variable("net/fc1/BatchNorm/moving_mean")));
  CHECK(same_numbers(m.variable("logits/weights"), head));
}

TEST_CASE("scopes are renamed at the front of a name only") {
  float one = 0;
  const auto renamed = [&](const std::string& name, const std::string& from, const std::string& to) {
    return with_renamed_scope({variable_reference(name, {}, &one)}, from, to).begin()->first;
  };
  CHECK(renamed("a/b/w", "a", "x/y") == "x/y/b/w");
  CHECK(renamed("ab/w", "a", "x") == "ab/w");
  CHECK(renamed("a/w", "", "x") == "x/a/w");
  CHECK(renamed("a/b/w", "a/b", "") == "w");
}

TEST_CASE("what the file lacks is an error, or a warning on request") {
  scratch s;
  small_training<> t(1);
  const std::string path = s.path("net.safetensors");
  save_weights(path, t.net);
  fine_tuned_model m{seed(2)};
  const std::vector<float> before(m.parameters().begin(), m.parameters().end());
  const auto wanted = with_renamed_scope(get_variables(m), "pretrained", "net");
  CHECK(complaint([&] { assign_from_checkpoint(path, wanted); }) ==
        "Checkpoint is missing variable [logits/biases]: " + path +
            ": expected it for 'logits/biases', found no such name, the nearest is 'net/logits/biases'; exclude its scope or set ignore_missing_vars");
  CHECK(same_bits(before, {m.parameters().begin(), m.parameters().end()}));
  CHECK(assign_from_checkpoint(path, wanted, {.ignore_missing_vars = true}) == 4);
  CHECK(same_numbers(m.variable("pretrained/fc1/weights"), t.net.variable("net/fc1/weights")));
}

TEST_CASE("weights of a checkpoint that were copied alone lack what only the state of training has") {
  scratch s;
  small_training<> t(1);
  shadows averages;
  saver{}.save(s.folder, t.net, t.train, averages);
  const auto wanted = moving_averages_of({variable_reference("net/logits/weights", {24, 3}, averages.values.data())});
  for (const char* name : {"alone.safetensors", "alone"}) {
    std::filesystem::copy(s.path("model.ckpt-0.safetensors"), s.path(name));
    CHECK(assign_from_checkpoint(s.path(name), wanted, {.ignore_missing_vars = true}) == 0);
    CHECK_FALSE(assign_from_checkpoint_fn(s.path(name), wanted, {.ignore_missing_vars = true}));
    CHECK(complaint([&] { assign_from_checkpoint(s.path(name), wanted); }) ==
          "Checkpoint is missing variable [net/logits/weights/ExponentialMovingAverage]: " + s.path(name) +
              ": expected it for 'net/logits/weights', found no such name and no state of training beside the file, the nearest is 'net/logits/weights'; "
              "exclude its scope or set ignore_missing_vars");
    std::filesystem::remove(s.path(name));
  }
  CHECK(assign_from_checkpoint(s.path("model.ckpt-0"), wanted) == 1);
}

TEST_CASE("another shape is an error, or taken if the numbers are as many") {
  scratch s;
  small_training<> t(1);
  save_weights(s.path("net.safetensors"), t.net);
  fine_tuned_model m{seed(2)};
  const std::string text = complaint([&] { assign_from_checkpoint(s.path("net"), with_renamed_scope(get_variables(m, "logits"), "", "net")); });
  CHECK(contains(text, "tensor 'net/logits/biases': expected F32 [5] for 'logits/biases', found F32 [3]; exclude its scope"));
  std::vector<float> flat(480), wrong(481);
  std::vector<double> other(480);
  const auto from = [&](const slim::shape& extent, auto& to) { return assignment_map{{"net/fc1/weights", variable_reference("mine", extent, to.data())}}; };
  CHECK(contains(complaint([&] { assign_from_checkpoint(s.path("net"), from({480}, flat)); }), "expected F32 [480] for 'mine', found F32 [20, 24]"));
  assign_from_checkpoint(s.path("net"), from({480}, flat), {.reshape_variables = true});
  CHECK(same_numbers(flat, t.net.variable("net/fc1/weights")));
  CHECK(contains(complaint([&] { assign_from_checkpoint(s.path("net"), from({481}, wrong), {.reshape_variables = true}); }),
                 "expected F32 [481], in any shape, for 'mine'"));
  assign_from_checkpoint(s.path("net"), from({480}, other), {.reshape_variables = true});
  CHECK(same_numbers(other, flat));
}

TEST_CASE("floating-point numbers of other types are converted, others are not") {
  scratch s;
  float values[3]{};
  double precise[3]{};
  std::int64_t step = 0;
  const auto file = [&](const char* type, const std::string& bytes) {
    return s.write("file", safetensors_file(
                               R"({"x":{"dtype":")" + std::string(type) + R"(","shape":[3],"data_offsets":[0,)" + std::to_string(bytes.size()) + "]}}", bytes));
  };
  const auto read = [&](const std::string& path) {
    assign_from_checkpoint(path, {variable_reference("x", {3}, values)});
    return std::vector<float>(values, values + 3);
  };
  using namespace std::string_literals;
  CHECK(read(file("F16", "\x00\x3c\x00\xc2\x01\x00"s)) == std::vector<float>{1, -3, 0x1p-24f});
  CHECK(read(file("BF16", "\x80\x3f\x40\xc0\x00\x7f"s)) == std::vector<float>{1, -3, 0x1p127f});
  assign_from_checkpoint(file("F16", "\x00\x3c\x00\xc2\x00\x7c"s), {variable_reference("x", {3}, precise)});
  CHECK((precise[1] == -3 && precise[2] == std::numeric_limits<double>::infinity()));
  const auto doubles = [&](double last) {
    const double numbers[] = {1, -3, last};
    return file("F64", {reinterpret_cast<const char*>(numbers), sizeof numbers});
  };
  const double halfway = 0x1.ffffffp127;  // from the largest float to what would be the next
  CHECK(read(doubles(std::nextafter(halfway, 0))) == std::vector<float>{1, -3, std::numeric_limits<float>::max()});
  CHECK(read(doubles(3.40282347e38)).back() == std::numeric_limits<float>::max());
  CHECK(contains(complaint([&] { read(doubles(-halfway)); }), "which is infinite as F32"));
  values[0] = 7;
  CHECK(contains(complaint([&] { read(file("I32", std::string(12, '\0'))); }), "tensor 'x': expected F32 [3] for 'x', found I32 [3]; exclude its scope"));
  CHECK(values[0] == 7);
  CHECK(
      contains(complaint([&] { assign_from_checkpoint(file("F16", std::string(6, '\0')), {variable_reference("x", {}, &step)}, {.reshape_variables = true}); }),
               "expected I64 [], in any shape, for 'x', found F16 [3]"));
}

TEST_CASE("moving averages and the global step come from the training state") {
  scratch s;
  small_training<> t(1), other(2);
  shadows averages;
  t.run_to(3);
  saver{}.save(s.folder, t.net, t.train, averages);
  CHECK(assign_from_checkpoint(s.folder, moving_averages_of(get_variables(other.net, "net/logits/weights"))) == 1);
  CHECK(same_numbers(other.net.variable("net/logits/weights"), averages.values));
  std::int64_t step = 0;
  assign_from_checkpoint(s.folder, {variable_reference("global_step", {}, &step)});
  CHECK(step == 3);
  CHECK(contains(complaint([&] { assign_from_checkpoint(s.folder, {variable_reference("nothing", {}, &step)}); }), "Checkpoint is missing variable [nothing]"));
}

TEST_CASE("an init_fn assigns when it is called") {
  scratch s;
  small_training<> t(1), other(2);
  save_weights(s.path("net.safetensors"), t.net);
  const auto before = other.weights();
  const assignment init_fn = assign_from_checkpoint_fn(s.path("net.safetensors"), get_model_variables(other.net));
  CHECK(bool(init_fn));
  CHECK(same_bits(other.weights(), before));
  init_fn();
  CHECK(same_bits(other.weights(), t.weights()));

  fine_tuned_model m{seed(2)};
  CHECK_THROWS_AS(assign_from_checkpoint_fn(s.path("net.safetensors"), get_variables(m, "nothing")), error);
  CHECK_THROWS_AS(assign_from_checkpoint(s.path("net.safetensors"), get_variables(m, "nothing")), error);
  CHECK_THROWS_AS(assign_from_checkpoint_fn(s.path("net.safetensors"), get_variables(m))(), error);
  const assignment nothing = assign_from_checkpoint_fn(s.path("net.safetensors"), get_variables(m), {.ignore_missing_vars = true});
  CHECK_FALSE(bool(nothing));
  nothing();
}
