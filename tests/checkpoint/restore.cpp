#include "slim/checkpoint/restore.hpp"

#include <doctest/doctest.h>

#include <ctime>

#include <unistd.h>

#include "tests/checkpoint/scratch.hpp"
#include "tests/checkpoint/small_training.hpp"

using namespace checkpoint_tests;
using checkpoint::restore;
using checkpoint::saver;

namespace {

inline constexpr auto other_net = scope("net", fully_connected(24, "fc1") >> fully_connected(4, "logits", activation_fn = none));

std::string flip(std::string content, std::size_t at) {
  content[at] = static_cast<char>(content[at] ^ 16);
  return content;
}

std::string state_file(const scratch& s, int step) {
  const std::string beginning = "model.ckpt-" + std::to_string(step) + ".training-";
  for (const std::string& file : s.files())
    if (file.starts_with(beginning)) return file;
  return "";
}

}  // namespace

TEST_CASE("training that is resumed gives the bits of training that never stopped") {
  scratch s;
  small_training<> straight, stopped(1), resumed(2);
  straight.run_to(20);
  stopped.run_to(9);
  saver{}.save(s.folder, stopped.net, stopped.train);
  CHECK_FALSE(same_bits(resumed.weights(), stopped.weights()));
  CHECK(restore(s.folder, resumed.net, resumed.train) == s.path("model.ckpt-9.safetensors"));
  CHECK(resumed.train.step() == 9);
  resumed.run_to(20);
  CHECK(same_bits(resumed.weights(), straight.weights()));
}

TEST_CASE("a checkpoint is named by folder, file, or step") {
  scratch s;
  small_training<> t;
  t.run_to(1);
  saver{}.save(s.folder, t.net, t.train);
  const auto first = t.weights();
  t.run_to(2);
  saver{}.save(s.folder, t.net, t.train);
  const auto second = t.weights();
  for (const std::string where : {"", "model.ckpt-2", "model.ckpt-2.safetensors"}) {
    small_training<> other(7);
    restore(s.path(where), other.net, other.train);
    CHECK(same_bits(other.weights(), second));
  }
  small_training<> other(7);
  restore(s.path("model.ckpt-1"), other.net);  // the weights alone
  CHECK(same_bits(other.weights(), first));
  CHECK(other.train.step() == 0);
  CHECK(contains(complaint([&] { restore(s.path("model.ckpt-3"), other.net); }), "expected a readable file"));
  scratch empty;
  CHECK(contains(complaint([&] { restore(empty.folder, other.net); }), "expected a folder with a checkpoint, found none"));
}

TEST_CASE("weights for inference are one file") {
  scratch s;
  small_training<> t(1), other(2);
  checkpoint::save_weights(s.path("net.safetensors"), t.net);
  restore(s.path("net.safetensors"), other.net);
  CHECK(same_bits(t.weights(), other.weights()));
  CHECK(contains(complaint([&] { restore(s.path("net.safetensors"), other.net, other.train); }),
                 "expected a checkpoint with the state of training, found weights alone"));
}

TEST_CASE("another network is refused with all differences, and nothing changes") {
  scratch s;
  small_training<> t;
  saver{}.save(s.folder, t.net, t.train);
  model<other_net, input<20>> other{seed(5)};
  const std::vector<float> before(other.parameters().begin(), other.parameters().end());
  CHECK(complaint([&] { restore(s.path("model.ckpt-0"), other); }) ==
        "read checkpoint: " + s.path("model.ckpt-0.safetensors") +
            ": expected the 4 variables of this program, found 6: missing 'net/fc1/biases' (nearest in the file: 'net/fc1/weights'); "
            "surplus 'net/fc1/BatchNorm/beta', 'net/fc1/BatchNorm/moving_mean', 'net/fc1/BatchNorm/moving_variance'; "
            "different 'net/logits/weights' (expected F32 [24, 4], found F32 [24, 3]), 'net/logits/biases' (expected F32 [4], found F32 [3]); "
            "restore what was saved, or choose variables with assign_from_checkpoint");
  CHECK(same_bits(before, {other.parameters().begin(), other.parameters().end()}));
}

TEST_CASE("of a file with many other names the first are told, and a nearest name is looked for only for them") {
  scratch s;
  float number = 0;
  std::vector<variable_reference> here, there;
  for (int i = 0; i < 1000; ++i) {
    here.emplace_back("resnet/block/unit_" + std::to_string(i) + "/bottleneck/conv2/BatchNorm/moving_variance", slim::shape{}, &number);
    there.emplace_back("layer3." + std::to_string(i) + ".bn2.running_var_of_the_normalization_of_the_block", slim::shape{}, &number);
  }
  checkpoint::save_weights(s.path("foreign.safetensors"), there);
  const checkpoint::safetensors foreign(s.path("foreign.safetensors"));
  const std::clock_t start = std::clock();
  const std::string text = complaint([&] { checkpoint::expect_match(foreign, here); });
  CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
  CHECK(contains(text, "expected the 1000 variables of this program, found 1000: missing 'resnet/block/unit_0/bottleneck"));
  CHECK(contains(text, " and 992 more; surplus 'layer3.0.bn2"));
  CHECK(text.size() < 4000);
}

TEST_CASE("weights are converted to the precision of the model, the state of training is not") {
  scratch s;
  small_training<> t(1);
  t.run_to(1);
  saver{}.save(s.folder, t.net, t.train);
  model<small_net, input<20>, precision<double>> precise{seed(5)};
  restore(s.folder, precise);
  const auto exact = precise.variable("net/fc1/weights");
  const auto stored = t.net.variable("net/fc1/weights");
  CHECK(std::equal(stored.begin(), stored.end(), exact.begin(), exact.end(), [](float a, double b) { return static_cast<double>(a) == b; }));
  auto op = learning::create_train_op(precise, losses::sparse_softmax_cross_entropy, optimizers::adam{}, capacity(8), 1);
  CHECK(contains(complaint([&] { restore(s.folder, precise, op); }), "different 'net/fc1/weights' (expected F64 [20, 24], found F32 [20, 24])"));

  precise.variable("net/logits/biases")[1] = 1.0 + 1e-9;  // to the nearest float
  checkpoint::save_weights(s.path("precise.safetensors"), precise);
  restore(s.path("precise.safetensors"), t.net);
  CHECK(t.net.variable("net/logits/biases")[1] == 1.0f);
  precise.variable("net/logits/biases")[2] = -1e300;
  checkpoint::save_weights(s.path("precise.safetensors"), precise);
  CHECK(contains(complaint([&] { restore(s.path("precise.safetensors"), t.net); }),
                 "different 'net/logits/biases' (expected F32 [3], found F64 [3] with -1e+300, which is infinite as F32)"));
}

TEST_CASE("another optimizer is refused before the weights change") {
  scratch s;
  small_training<> t(1);
  t.run_to(1);
  saver{}.save(s.folder, t.net, t.train);
  small_training<optimizers::momentum> other(2);
  const auto before = other.weights();
  const std::string text = complaint([&] { restore(s.folder, other.net, other.train); });
  CHECK(contains(text, "missing 'net/fc1/weights/Momentum'"));
  CHECK(contains(text, "surplus 'net/fc1/weights/Adam'"));
  CHECK(same_bits(other.weights(), before));
  CHECK(other.train.step() == 0);
}

TEST_CASE("any flipped bit is refused or harmless, in both files") {
  scratch s;
  small_training<> t(1), other(2);
  t.run_to(2);
  saver{}.save(s.folder, t.net, t.train);
  const auto saved = t.weights(), before = other.weights();
  for (const std::string& file : {std::string("model.ckpt-2.safetensors"), state_file(s, 2)}) {
    const std::string whole = s.read(file);
    for (std::size_t at = 0; at < whole.size(); at += at < 1500 ? 3 : 97) {
      s.write(file, flip(whole, at));
      if (complaint([&] { restore(s.folder, other.net, other.train); }) == "none") {
        CHECK_MESSAGE(same_bits(other.weights(), saved), file << " " << at);
        CHECK(other.train.step() == 2);
        small_training<> fresh(2);
        std::memcpy(other.net.parameters().data(), fresh.net.parameters().data(), fresh.net.parameters().size_bytes());
      } else {
        CHECK_MESSAGE(same_bits(other.weights(), before), file << " " << at);
      }
    }
    s.write(file, whole);
  }
  CHECK(complaint([&] { restore(s.folder, other.net, other.train); }) == "none");
}

TEST_CASE("the newest undamaged checkpoint is used on request") {
  scratch s;
  small_training<> t(1), other(2);
  std::vector<std::vector<float>> saved(1);
  for (int step = 1; step <= 4; ++step) {
    t.run_to(step);
    saved.push_back(t.weights());
    saver{}.save(s.folder, t.net, t.train);
  }
  const std::string weights = s.read("model.ckpt-4.safetensors");
  s.write("model.ckpt-4.safetensors", weights.substr(0, weights.size() - 10));
  std::filesystem::remove(s.path(state_file(s, 3)));
  CHECK(contains(complaint([&] { restore(s.folder, other.net, other.train); }), "truncated"));
  const checkpoint::restored good = checkpoint::restore_newest_good(s.folder, other.net, other.train);
  CHECK(good.path == s.path("model.ckpt-2.safetensors"));
  REQUIRE(good.refused.size() == 2);
  CHECK(contains(good.refused[0], "model.ckpt-4"));
  CHECK(contains(good.refused[1], "No such file"));
  CHECK(same_bits(other.weights(), saved[2]));
  CHECK(other.train.step() == 2);

  s.write("checkpoint", "damaged");
  CHECK(contains(complaint([&] { restore(s.folder, other.net, other.train); }), "truncated"));  // the latest that is there
  const checkpoint::restored without_index = checkpoint::restore_newest_good(s.folder, other.net, other.train);
  CHECK(without_index.path == s.path("model.ckpt-2.safetensors"));
  CHECK(contains(without_index.refused[0], "expected a field of a checkpoint index"));

  for (int step : {1, 2}) s.write(state_file(s, step), "");
  CHECK(contains(complaint([&] { checkpoint::restore_newest_good(s.folder, other.net, other.train); }), "model.ckpt-4"));
  scratch empty;
  CHECK(contains(complaint([&] { checkpoint::restore_newest_good(empty.folder, other.net, other.train); }), "found none"));
}

TEST_CASE("the state of one checkpoint does not pass for that of another") {
  scratch s;
  small_training<> t;
  t.run_to(1);
  saver{}.save(s.folder, t.net, t.train);
  t.run_to(2);
  saver{}.save(s.folder, t.net, t.train);
  s.write(state_file(s, 2), s.read(state_file(s, 1)));
  CHECK(contains(complaint([&] { restore(s.folder, t.net, t.train); }), "expected the state of checkpoint"));
}

TEST_CASE("a checkpoint that may not be read is not damaged: no older one takes its place") {
  scratch s;
  small_training<> t(1), other(2);
  for (int step = 1; step <= 2; ++step) {
    t.run_to(step);
    saver{}.save(s.folder, t.net, t.train);
  }
  std::filesystem::permissions(s.folder, std::filesystem::perms::all);
  std::filesystem::permissions(s.path("model.ckpt-2.safetensors"), std::filesystem::perms::none);
  const bool root = geteuid() == 0;  // who may read everything
  if (root && seteuid(65534) != 0) return;
  const std::string told = complaint([&] { checkpoint::restore_newest_good(s.folder, other.net, other.train); });
  if (root) REQUIRE(seteuid(0) == 0);
  CHECK(contains(told, "model.ckpt-2.safetensors: expected a readable file, found Permission denied; check its permissions"));
  CHECK(other.train.step() == 0);
}
