// A program of a user who has nothing but the installed package: built with the flags of pkg-config, slim's headers among his own, every warning an error,
// with g++ under the undefined behaviour sanitizer. It trains LeNet, goes on from the checkpoint, and infers from it.
#include <slim/slim.hpp>

#include <slim/checkpoint/restore.hpp>
#include <slim/core/config.hpp>
#include <slim/data/batches.hpp>
#include <slim/data/csv.hpp>
#include <slim/data/digits.hpp>
#include <slim/data/image_batches.hpp>
#include <slim/data/tfrecord.hpp>
#include <slim/evaluation/evaluate.hpp>
#include <slim/learning/train.hpp>
#include <slim/metrics/accuracy.hpp>
#include <slim/report/explain.hpp>
#include <slim/model/variables.hpp>
#include <slim/nets/lenet.hpp>

#include <cstdio>
#include <fstream>

using namespace std;
using namespace slim;

// Names that slim's templates use inside, too; see core/begin.hpp.
int x, y, i, first, last, number, width, height, depth, channels, threads, inputs, output, pixels, task, source, target, total, result, example, folder, key,
    name, op, step, labels, images, rows, columns, gradient, variables;

namespace {

// Addresses of the program's own objects in a network: with the sanitizer it is no constant whether one is null.
constexpr char own_name[] = "conv";
constexpr auto normalized = conv2d(4, {3, 3}, own_name, normalizer_fn = batch_norm, normalizer_params = params(center = false)) >> repeat<2>(relu, own_name);
static_assert(parameter_count<normalized, slim::input<4, 4, 1>> == 3 * 3 * 4);

auto rate(double start) {
  const double scale = 1.0, decay_rate = 0.5;  // local names may be those of keywords
  return learning::exponential_decay{.learning_rate = scale * start, .decay_steps = 2, .decay_rate = decay_rate};
}

int train(const data::labelled_images& set, int steps) {
  model<nets::lenet, input<28, 28, 1>> net{seed(1), capacity(8)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::momentum{rate(0.01), 0.9}, learning::clip_gradient_norm{5.0},
                                            learning::moving_average{0.999}, capacity(8));
  data::batches batches(set, 8, 1);
  learning::train(train_op, batches, {.logdir = "logs", .number_of_steps = steps});
  return static_cast<int>(train_op.step());
}

/// Only the head, by a rate of its own.
float train_head(const data::labelled_images& set) {
  model<nets::lenet, input<28, 28, 1>> net{seed(1), capacity(8)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{}, learning::variables_to_train<"LeNet/fc4">{},
                                            learning::gradient_multiplier<"LeNet/fc4/biases">{2.0});
  data::batches batches(set, 8, 1);
  const auto batch = batches.next();
  return train_op(batch.images, batch.labels);
}

double test(const data::labelled_images& set) {
  model<nets::lenet, input<28, 28, 1>> net{seed(2), capacity(8)};
  checkpoint::restore("logs", net);
  data::batches batches(set, 8, 1);
  auto accuracy = metrics::aggregate_metric_map(metrics::metric<"accuracy">(metrics::of_argmax(metrics::streaming_accuracy())));
  const auto eval_op = [&] {
    const auto batch = batches.next();
    accuracy.update(net.predict(batch.images), batch.labels);
  };
  evaluation::evaluate(accuracy, eval_op, {.num_evals = 2});
  predictor quick(net, capacity(1));
  quick.prepare();
  quick(vector<float>(28 * 28));
  return static_cast<double>(accuracy.value<"accuracy">());
}

/// Every reader is code of the consumer's program, too.
bool reads_what_it_wrote() {
  {
    data::tfrecord_writer records("one.tfrecord");
    records.write("a record");
  }
  ofstream("numbers.csv") << "1,2\n3,4\n";
  return data::tfrecord_reader("one.tfrecord").next() == "a record" && data::read_csv("numbers.csv").rows == 2;
}

}  // namespace

int main() {
  const auto set = data::digits(16, 1);
  const double accuracy = train(set, 1) == 1 && train(set, 2) == 2 ? test(set) : -1;
  const bool right = train_head(set) > 0 && accuracy >= 0 && accuracy <= 1 && reads_what_it_wrote() && !explain<nets::lenet, input<28, 28, 1>>().empty();
  printf("%s %d.%d.%d\n", right ? "trained" : "failed", slim::version.major, slim::version.minor, slim::version.patch);
}
