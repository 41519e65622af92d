#include "slim/checkpoint/assign.hpp"

#include <doctest/doctest.h>

#include "slim/model/variables.hpp"
#include "tests/checkpoint/scratch.hpp"
#include "tests/checkpoint/small_training.hpp"

using namespace checkpoint_tests;
using namespace checkpoint;

namespace {

// The trunk of small_net under another scope, with another head.
inline constexpr auto fine_tuned = scope("pretrained", fully_connected(24, "fc1", normalizer_fn = batch_norm)) >> fully_connected(5, "logits", activation_fn = none);
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
        "Checkpoint is missing variable [logits/biases]: " + path + ": expected it for 'logits/biases', found no such name, the nearest is 'net/logits/biases'; exclude its scope or set ignore_missing_vars");
  CHECK(same_bits(before, {m.parameters().begin(), m.parameters().end()}));
  CHECK(assign_from_checkpoint(path, wanted, {.ignore_missing_vars = true}) == 4);
  CHECK(same_numbers(m.variable("pretrained/fc1/weights"), t.net.variable("net/fc1/weights")));
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
  CHECK(contains(complaint([&] { assign_from_checkpoint(s.path("net"), from({481}, wrong), {.reshape_variables = true}); }), "expected F32 [481], in any shape, for 'mine'"));
  CHECK(contains(complaint([&] { assign_from_checkpoint(s.path("net"), from({20, 24}, other), {.reshape_variables = true}); }), "expected F64"));
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
  CHECK_THROWS_AS(assign_from_checkpoint_fn(s.path("net.safetensors"), get_variables(m))(), error);
  const assignment nothing = assign_from_checkpoint_fn(s.path("net.safetensors"), get_variables(m), {.ignore_missing_vars = true});
  CHECK_FALSE(bool(nothing));
  nothing();
}
