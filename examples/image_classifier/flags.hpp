// What train_image_classifier, eval_image_classifier and export_inference are told, and the networks that they were compiled with. Includes little: the
// programs themselves parse the command line and no more; each network is a source file of its own that Meson makes (unit.cpp.in), see the build options
// `models` and `optimizers`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The images of a data set.
struct image_set {
  std::string_view name;
  int channels, classes;
};
inline constexpr image_set image_sets[] = {{"mnist", 1, 10},  {"digits", 1, 10},     {"cifar10", 3, 10},
                                           {"flowers", 3, 5}, {"imagenet", 3, 1001}, {"visualwakewords", 3, 2}};
/// Null for another name.
constexpr const image_set* find_images(std::string_view name) {
  for (const image_set& one : image_sets)
    if (one.name == name) return &one;
  return nullptr;
}

/// Where the programs keep a run unless told otherwise.
std::string tfmodel_folder();

struct dataset_flags {
  std::string dataset_name = "mnist", dataset_split_name = "train", dataset_dir, model_name = "lenet", preprocessing_name;
  int num_readers = 4, num_preprocessing_threads = 4, labels_offset = 0;
  std::optional<int> image_size;  // the network's default without it
};

struct train_flags {
  dataset_flags dataset;
  std::string train_dir = tfmodel_folder();
  int batch_size = 32;
  std::int64_t log_every_n_steps = 10;
  double save_summaries_secs = 600, save_interval_secs = 600;
  std::optional<std::int64_t> max_number_of_steps;

  std::string optimizer = "rmsprop";
  double momentum = 0.9, adagrad_initial_accumulator_value = 0.1, adadelta_rho = 0.95, adam_beta1 = 0.9, adam_beta2 = 0.999, opt_epsilon = 1.0;
  double ftrl_learning_rate_power = -0.5, ftrl_initial_accumulator_value = 0.1, ftrl_l1 = 0, ftrl_l2 = 0;
  double rmsprop_momentum = 0.9, rmsprop_decay = 0.9;

  std::string learning_rate_decay_type = "exponential";
  double learning_rate = 0.01, end_learning_rate = 0.0001, learning_rate_decay_factor = 0.94, num_epochs_per_decay = 2.0, warmup_epochs = 0;
  double moving_average_decay = 0, weight_decay = 0.00004, label_smoothing = 0;

  std::string checkpoint_path, checkpoint_exclude_scopes, trainable_scopes;
  bool ignore_missing_vars = false;

  int num_clones = 1, worker_replicas = 1, num_ps_tasks = 0, replicas_to_aggregate = 1;
  bool clone_on_cpu = false, sync_replicas = false;
  std::optional<int> task;  // without it the rank
  std::uint64_t seed = 1;
};

struct eval_flags {
  dataset_flags dataset;
  std::string checkpoint_path = tfmodel_folder(), eval_dir = tfmodel_folder();
  int batch_size = 100;
  long max_num_batches = 0;
  bool moving_average = false;
  double moving_average_decay = 0;
  std::optional<double> eval_interval_secs, timeout;
};

struct export_flags {
  dataset_flags dataset;
  std::string checkpoint_path = tfmodel_folder(), output_file;
  bool moving_average = false;
  double moving_average_decay = 0;
};

/// A network for images of one size, number of channels and number of classes.
struct classifier {
  std::string_view model_name;
  int image_size, default_image_size, channels, classes;
  void (*train)(const train_flags&);
  void (*evaluate)(const eval_flags&);
  void (*export_inference)(const export_flags&);
};

/// What the build was configured with, for messages.
struct build_options {
  std::string_view models;
};
/// All that were compiled in; Meson makes it (classifiers.cpp.in).
const std::vector<const classifier*>& compiled_classifiers();
extern const build_options built_with;

/// The one for these flags. Throws slim::error, which says what was compiled in and how to add another.
const classifier& find_classifier(const dataset_flags& flags);
