// TF-Slim's eval_image_classifier for what train_image_classifier wrote, once or whenever there is a new checkpoint.

#include "image_classifier/command_line.hpp"

int main(int count, char** values) {
  eval_flags given;
  CLI::App app("Evaluates a checkpoint of train_image_classifier, as TF-Slim's script of this name.");
  given.dataset.dataset_split_name = "test";
  add_dataset_flags(app, given.dataset);
  app.add_option("--eval_image_size", given.dataset.image_size, "height and width of the images; the network's default without it")->check(CLI::PositiveNumber);
  app.add_option("--checkpoint_path", given.checkpoint_path, "a checkpoint, or a folder whose latest is meant")->capture_default_str();
  app.add_option("--eval_dir", given.eval_dir, "folder for the summaries of the metrics")->capture_default_str();
  app.add_option("--batch_size", given.batch_size, "examples at once")->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--max_num_batches", given.max_num_batches, "batches to evaluate; all without it")->check(CLI::PositiveNumber);
  auto* const averages = app.add_option("--moving_average_decay", given.moving_average_decay, "when given, the averages of the variables are evaluated");
  auto* const interval = app.add_option("--eval_interval_secs", given.eval_interval_secs,
                                        "evaluates each new checkpoint of the folder, at most so often; without it only the latest");
  app.add_option("--timeout", given.timeout, "ends after so many seconds without a new checkpoint")->needs(interval);
  CLI11_PARSE(app, count, values);
  given.moving_average = averages->count() > 0;
  return run_program([&] { find_classifier(given.dataset).evaluate(given); });
}
