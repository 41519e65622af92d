// Trains LeNet on handwritten digits and prints its test accuracy.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include <slim/core/number_text.hpp>
#include <slim/data/batches.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/learning/progress.hpp>

#include "lenet_mnist/arguments.hpp"
#include "lenet_mnist/lenet.hpp"
#include "lenet_mnist/reports.hpp"

using namespace slim;

namespace {

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

void train(const settings& given) {
  const bool generated = given.data_dir.empty();
  const data::labelled_images training_set = generated ? data::digits(16000, given.seed) : data::read_mnist(given.data_dir, true);
  const data::labelled_images test_set = generated ? data::digits(4000, given.seed + 0x7e57) : data::read_mnist(given.data_dir, false);
  std::printf("%s: %d images to train, %d to test\n\n", generated ? "generated digits" : given.data_dir.c_str(), training_set.count, test_set.count);
  std::printf("%s\n", summary_of_lenet().c_str());

  lenet_model net{seed(given.seed), capacity(given.batch_size), given.threads};
  auto train_op =
      learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{given.learning_rate}, capacity(given.batch_size), given.threads);
  if (given.explain) std::printf("%s\n", explanation_of_lenet(train_op).c_str());

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
  try {
    train(settings_of(count, values));
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
