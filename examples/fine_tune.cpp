// Fine-tuning: LeNet learns ten digits; then a new head on its trunk learns to tell even from odd, and only the head is trained.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <slim/checkpoint/assign.hpp>
#include <slim/core/number_text.hpp>
#include <slim/data/batches.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/learning/train.hpp>
#include <slim/metrics/accuracy.hpp>
#include <slim/metrics/argmax.hpp>
#include <slim/model/variables.hpp>
#include <slim/nets/lenet.hpp>

using namespace slim;

namespace {

inline constexpr auto parity_net = nets::lenet_arg_scope()(nets::make_lenet(2));

using digits_model = model<nets::lenet, input<28, 28, 1>>;
using parity_model = model<parity_net, input<28, 28, 1>>;

struct settings {
  std::string data_dir, train_dir = (std::filesystem::temp_directory_path() / "slim_fine_tune").string();
  std::int64_t steps = 1000, head_steps = 300;
  std::uint64_t seed = 1;
};

template <class Model>
double accuracy(Model& net, const data::labelled_images& set) {
  data::batches batches(set, 32);
  auto right = metrics::of_argmax(metrics::streaming_accuracy());
  for (int i = 0; i < batches.batches_per_epoch(); ++i) {
    const data::labelled_batch batch = batches.next();
    right.update(net.predict(batch.images), batch.labels);
  }
  return right.value();
}

void train_digits(const settings& given, const data::labelled_images& training_set, const data::labelled_images& test_set) {
  digits_model net{seed(given.seed)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{});
  data::batches batches(training_set, 32, given.seed);
  learning::train(train_op, batches, {.logdir = given.train_dir, .log_every_n_steps = 100, .number_of_steps = given.steps});
  std::printf("ten digits, test accuracy: %s\n\n", fixed_text(accuracy(net, test_set), 4).c_str());
}

void train_head(const settings& given, const data::labelled_images& training_set, const data::labelled_images& test_set) {
  parity_model net{seed(given.seed + 1)};
  const auto trunk = filter_variables(get_model_variables(net), {}, {"LeNet/fc4"});
  checkpoint::assign_from_checkpoint(given.train_dir, trunk);
  const parity_model before = net;

  // The compiler leaves the gradients of everything below the head out of this program.
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{}, learning::variables_to_train<"LeNet/fc4">{});
  data::batches batches(training_set, 32, given.seed);
  learning::train(train_op, batches, {.log_every_n_steps = 100, .number_of_steps = given.head_steps});

  int changed = 0;
  for (int i = 0; i < net.variables(); ++i) {
    const auto now = net.variable_values(i);
    const auto then = before.variable_values(i);
    const bool head = parity_model::variable_name(i).starts_with("LeNet/fc4/");
    changed += !head && std::memcmp(now.data(), then.data(), now.size_bytes()) != 0;
  }
  if (changed > 0) throw error("fine-tune: expected the trunk unchanged, found " + std::to_string(changed) + " variables with other bits");
  std::printf("even or odd, test accuracy: %s; all variables of the trunk keep their bits\n", fixed_text(accuracy(net, test_set), 4).c_str());
}

void run(const settings& given) {
  const bool generated = given.data_dir.empty();
  data::labelled_images training_set = generated ? data::digits(16000, given.seed) : data::read_mnist(given.data_dir, true);
  data::labelled_images test_set = generated ? data::digits(4000, given.seed + 0x7e57) : data::read_mnist(given.data_dir, false);
  train_digits(given, training_set, test_set);
  for (data::labelled_images* set : {&training_set, &test_set}) {
    set->classes = 2;
    for (int& label : set->labels) label %= 2;
  }
  train_head(given, training_set, test_set);
}

}  // namespace

int main(int count, char** values) {
  settings given;
  CLI::App app("Trains LeNet on digits, then a new head that tells even from odd on the trunk of its checkpoint.");
  app.add_option("--data-dir", given.data_dir, "folder with the MNIST files (IDX, plain or .gz); generated digits without it");
  app.add_option("--train-dir", given.train_dir, "folder for the checkpoint of the ten digits; training goes on from what is there")->capture_default_str();
  app.add_option("--steps", given.steps, "steps on the ten digits")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--head-steps", given.head_steps, "steps of the new head")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--seed", given.seed, "of weights, dropout, order and generated digits")->capture_default_str();
  CLI11_PARSE(app, count, values);
  try {
    run(given);
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
