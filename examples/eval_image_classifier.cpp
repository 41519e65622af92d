// TF-Slim's eval_image_classifier for small networks: one checkpoint, or with --eval_interval_secs each that a training process writes.
// Unlike TF-Slim's, every example counts exactly once.

#include <slim/checkpoint/assign.hpp>
#include <slim/evaluation/evaluation_loop.hpp>
#include <slim/metrics/accuracy.hpp>
#include <slim/metrics/argmax.hpp>
#include <slim/metrics/at_k.hpp>

#include "image_classifier.hpp"

using namespace slim;

namespace {

struct flags {
  dataset_flags dataset;
  std::string checkpoint_path = tfmodel_folder(), eval_dir = tfmodel_folder();
  int batch_size = 100;
  long max_num_batches = 0;
  bool moving_average = false;
  double moving_average_decay = 0;
  std::optional<double> eval_interval_secs, timeout;
};

template <class Classifier>
void evaluate(const flags& f) {
  typename Classifier::model net{seed(1), capacity(f.batch_size)};
  std::optional<image_source> images;
  const auto from_the_start = [&] { images.emplace(f.dataset, Classifier::model::options::input_extents[0], f.batch_size, false); };
  from_the_start();
  const long all_batches = (images->num_samples() + f.batch_size - 1) / f.batch_size;
  auto metrics = metrics::aggregate_metric_map(metrics::metric<"eval/Accuracy">(metrics::of_argmax(metrics::streaming_accuracy())),
                                               metrics::metric<"eval/Recall_5">(metrics::streaming_recall_at_k(5)));
  const long num_evals = f.max_num_batches > 0 && f.max_num_batches < all_batches ? f.max_num_batches : all_batches;
  evaluation::evaluation_options options{.num_evals = num_evals};
  if (f.moving_average) options.variables_to_restore = checkpoint::moving_averages_of(variables_of(net));
  long batches = 0;
  const auto eval_op = [&] {
    if (batches > 0 && batches % num_evals == 0) from_the_start();
    ++batches;
    const data::labelled_batch batch = images->next();
    metrics.update(net.predict(batch.images), batch.labels);
  };
  if (!f.eval_interval_secs) {
    evaluation::evaluate_once(net, f.checkpoint_path, f.eval_dir, metrics, eval_op, options);
    return;
  }
  options.eval_interval_secs = *f.eval_interval_secs;
  options.timeout = f.timeout;
  evaluation::evaluation_loop(net, f.checkpoint_path, f.eval_dir, metrics, eval_op, options);
}

}  // namespace

int main(int count, char** values) {
  flags given;
  CLI::App app("Evaluates a checkpoint of train_image_classifier, as TF-Slim's script of this name.");
  given.dataset.dataset_split_name = "test";
  given.dataset.add_to(app);
  app.add_option("--checkpoint_path", given.checkpoint_path, "a checkpoint, or a folder whose latest is meant")->capture_default_str();
  app.add_option("--eval_dir", given.eval_dir, "folder for the summaries of the metrics")->capture_default_str();
  app.add_option("--batch_size", given.batch_size, "examples at once")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--max_num_batches", given.max_num_batches, "batches to evaluate; all without it")->check(CLI::PositiveNumber);
  auto* const averages = app.add_option("--moving_average_decay", given.moving_average_decay, "when given, the averages of the variables are evaluated");
  auto* const interval = app.add_option("--eval_interval_secs", given.eval_interval_secs, "evaluates each new checkpoint of the folder, at most so often; without it only the latest");
  app.add_option("--timeout", given.timeout, "ends after so many seconds without a new checkpoint")->needs(interval);
  CLI11_PARSE(app, count, values);
  given.moving_average = averages->count() > 0;
  try {
    with_classifier(given.dataset.model_name, given.dataset.dataset_name, [&]<class Classifier>() { evaluate<Classifier>(given); });
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
