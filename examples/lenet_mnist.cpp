// Trains LeNet on handwritten digits and prints its test accuracy.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>

#include <slim/core/number_text.hpp>
#include <slim/data/batches.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/learning/progress.hpp>
#include <slim/report/explain.hpp>
#include <slim/nets/lenet.hpp>

using namespace slim;

namespace {

using lenet_model = model<nets::lenet, input<28, 28, 1>>;

/// The share of images whose largest logit is at their label.
double accuracy(lenet_model& net, const data::labelled_images& set, int batch_size) {
  data::batches batches(set, batch_size);
  long right = 0;
  for (int seen = 0; seen < set.count;) {
    const data::labelled_batch batch = batches.next();
    const auto logits = net.predict(batch.images);
    for (int i = 0; i < batch.size; ++i) {
      const auto scores = logits.row(i);
      right += std::max_element(scores.begin(), scores.end()) - scores.begin() == batch.labels[static_cast<std::size_t>(i)];
    }
    seen += batch.size;
  }
  return static_cast<double>(right) / set.count;
}

struct settings {
  std::string data_dir;
  long steps = 0;
  int batch_size = 32;
  std::uint64_t seed = 1;
  int threads = kernel::hardware_threads();
  int log_every_n_steps = 100;
  double learning_rate = 0.001;
  bool explain = false;
};

void train(const settings& given) {
  const bool generated = given.data_dir.empty();
  const data::labelled_images training_set = generated ? data::digits(16000, given.seed) : data::read_mnist(given.data_dir, true);
  const data::labelled_images test_set = generated ? data::digits(4000, given.seed + 0x7e57) : data::read_mnist(given.data_dir, false);
  std::printf("%s: %d images to train, %d to test\n\n", generated ? "generated digits" : given.data_dir.c_str(), training_set.count, test_set.count);
  std::printf("%s\n", summary<nets::lenet, input<28, 28, 1>>().c_str());

  lenet_model net{seed(given.seed), capacity(given.batch_size), given.threads};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{given.learning_rate},
                                            capacity(given.batch_size), given.threads);
  if (given.explain) std::printf("%s\n%s\n", explain<nets::lenet, input<28, 28, 1>>().c_str(), explain(train_op).c_str());

  data::batches batches(training_set, given.batch_size, given.seed);
  const long epochs = 3;
  const long steps = given.steps > 0 ? given.steps : epochs * batches.batches_per_epoch();
  {
    learning::progress progress(steps, given.log_every_n_steps);
    for (long step = 1; step <= steps; ++step) {
      const auto start = std::chrono::steady_clock::now();
      const data::labelled_batch batch = batches.next();
      train_op.optimizer.learning_rate = given.learning_rate * (1.0 - static_cast<double>(step - 1) / static_cast<double>(steps));
      const float loss = train_op(batch.images, batch.labels);
      progress.step(step, loss, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  }
  std::printf("test accuracy: %s\n", fixed_text(accuracy(net, test_set, given.batch_size), 4).c_str());
}

}  // namespace

int main(int count, char** values) {
  settings given;
  CLI::App app("Trains LeNet (5x5 convolutions, 3.3 million parameters) for three epochs with a falling learning rate.");
  app.add_option("--data-dir", given.data_dir, "folder with the MNIST files (IDX, plain or .gz); generated digits without it");
  app.add_option("--steps", given.steps, "training steps; three epochs without it")->check(CLI::PositiveNumber);
  app.add_option("--batch-size", given.batch_size, "examples per step")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--seed", given.seed, "of weights, dropout, order and generated digits")->capture_default_str();
  app.add_option("--threads", given.threads, "threads of the kernels")->check(CLI::Range(1, 256))->capture_default_str();
  app.add_option("--learning-rate", given.learning_rate, "at the first step; falls linearly to 0")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--log-every-n-steps", given.log_every_n_steps, "steps between log lines, 0 for none")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_flag("--explain", given.explain, "print where each argument came from and which kernels run");
  CLI11_PARSE(app, count, values);
  try {
    train(given);
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
