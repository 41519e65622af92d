// TF-Slim's train_image_classifier for small networks: the same flags with the same defaults, where they have a meaning here.
// Left out are those of several machines, and those that change the shapes in the program: train_image_size, use_grayscale, labels_offset.

#include <cmath>

#include <slim/checkpoint/assign.hpp>
#include <slim/data/one_hot_labels.hpp>
#include <slim/learning/train.hpp>
#include <slim/model/variables.hpp>

#include "image_classifier.hpp"

using namespace slim;

namespace {

struct flags {
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
  std::uint64_t seed = 1;
};

void add_flags(CLI::App& app, flags& f) {
  f.dataset.add_to(app);
  const auto add = [&](const char* name, auto& value, const char* text) { return app.add_option(name, value, text)->capture_default_str(); };
  add("--train_dir", f.train_dir, "folder for checkpoints and event logs; training goes on from what is there");
  add("--batch_size", f.batch_size, "examples per step")->check(CLI::Range(1, 4096));
  add("--log_every_n_steps", f.log_every_n_steps, "steps between log lines, 0 for none")->check(CLI::NonNegativeNumber);
  add("--save_summaries_secs", f.save_summaries_secs, "seconds between summaries");
  add("--save_interval_secs", f.save_interval_secs, "seconds between checkpoints");
  app.add_option("--max_number_of_steps", f.max_number_of_steps, "the global step to stop at; for ever without it")->check(CLI::PositiveNumber);
  add("--optimizer", f.optimizer, "the optimizer")->check(CLI::IsMember({"adadelta", "adagrad", "adam", "ftrl", "momentum", "sgd", "rmsprop"}));
  add("--momentum", f.momentum, "of momentum");
  add("--adagrad_initial_accumulator_value", f.adagrad_initial_accumulator_value, "of adagrad")->check(CLI::PositiveNumber);
  add("--adadelta_rho", f.adadelta_rho, "decay rate of adadelta");
  add("--adam_beta1", f.adam_beta1, "decay of adam's first moment");
  add("--adam_beta2", f.adam_beta2, "decay of adam's second moment");
  add("--opt_epsilon", f.opt_epsilon, "epsilon of adadelta, adam and rmsprop");
  add("--ftrl_learning_rate_power", f.ftrl_learning_rate_power, "of ftrl");
  add("--ftrl_initial_accumulator_value", f.ftrl_initial_accumulator_value, "of ftrl")->check(CLI::PositiveNumber);
  add("--ftrl_l1", f.ftrl_l1, "strength of ftrl's l1 regularization");
  add("--ftrl_l2", f.ftrl_l2, "strength of ftrl's l2 regularization");
  add("--rmsprop_momentum", f.rmsprop_momentum, "of rmsprop");
  add("--rmsprop_decay", f.rmsprop_decay, "of rmsprop's mean square");
  add("--learning_rate_decay_type", f.learning_rate_decay_type, "how the learning rate falls")
      ->check(CLI::IsMember({"fixed", "exponential", "polynomial"}));
  add("--learning_rate", f.learning_rate, "at the first step")->check(CLI::PositiveNumber);
  add("--end_learning_rate", f.end_learning_rate, "the lowest one of polynomial decay");
  add("--learning_rate_decay_factor", f.learning_rate_decay_factor, "of exponential decay");
  add("--num_epochs_per_decay", f.num_epochs_per_decay, "epochs after which the learning rate falls")->check(CLI::PositiveNumber);
  add("--warmup_epochs", f.warmup_epochs, "epochs in which the learning rate rises from 0");
  app.add_option("--moving_average_decay", f.moving_average_decay, "of the averages of all variables; without it they equal the variables")
      ->check(CLI::Range(0.0, 0.9999999));
  add("--weight_decay", f.weight_decay, "factor of the l2 regularization")->check(CLI::NonNegativeNumber);
  add("--label_smoothing", f.label_smoothing, "share of each label that is spread over all classes")->check(CLI::Range(0.0, 1.0));
  app.add_option("--checkpoint_path", f.checkpoint_path, "checkpoint (or folder with some) to start from, when train_dir has none");
  app.add_option("--checkpoint_exclude_scopes", f.checkpoint_exclude_scopes, "comma-separated scopes that are not read from it");
  app.add_option("--trainable_scopes", f.trainable_scopes, "the last layer of the network to train only that; all without it");
  app.add_flag("--ignore_missing_vars", f.ignore_missing_vars, "variables that it lacks keep their initial values");
  add("--seed", f.seed, "of initial values, dropout and the order of examples");
}

optimizers::schedule learning_rate_of(const flags& f, std::int64_t num_samples) {
  const double steps_per_epoch = static_cast<double>(num_samples) / f.batch_size;
  const long decay_steps = static_cast<long>(steps_per_epoch * f.num_epochs_per_decay);
  optimizers::schedule rate = f.learning_rate;
  if (f.learning_rate_decay_type == "exponential") rate = learning::exponential_decay{f.learning_rate, decay_steps, f.learning_rate_decay_factor, true};
  if (f.learning_rate_decay_type == "polynomial") rate = learning::polynomial_decay{f.learning_rate, decay_steps, f.end_learning_rate};
  if (f.warmup_epochs <= 0) return rate;
  return learning::warm_up{f.learning_rate, static_cast<long>(steps_per_epoch * f.warmup_epochs), rate};
}

/// Calls `use` with the optimizer that the flags name.
template <class Use>
void with_optimizer(const flags& f, const optimizers::schedule& rate, const Use& use) {
  if (f.optimizer == "adadelta") use(optimizers::adadelta{rate, f.adadelta_rho, f.opt_epsilon});
  if (f.optimizer == "adagrad") use(optimizers::adagrad{rate, f.adagrad_initial_accumulator_value});
  if (f.optimizer == "adam") use(optimizers::adam{rate, f.adam_beta1, f.adam_beta2, f.opt_epsilon});
  if (f.optimizer == "ftrl") use(optimizers::ftrl{rate, f.ftrl_learning_rate_power, f.ftrl_initial_accumulator_value, f.ftrl_l1, f.ftrl_l2});
  if (f.optimizer == "momentum") use(optimizers::momentum{rate, f.momentum});
  if (f.optimizer == "sgd") use(optimizers::gradient_descent{rate});
  if (f.optimizer == "rmsprop") use(optimizers::rmsprop{rate, f.rmsprop_decay, f.rmsprop_momentum, f.opt_epsilon});
}

/// What to restore before the first step: all variables but those whose names begin with an excluded scope.
template <class Model>
callback<void()> init_fn_of(const flags& f, Model& net) {
  if (f.checkpoint_path.empty()) return {};
  std::vector<variable_reference> wanted = get_model_variables(net);
  for (const std::string& scope : CLI::detail::split(f.checkpoint_exclude_scopes, ','))
    if (!scope.empty()) std::erase_if(wanted, [&](const variable_reference& one) { return one.name.starts_with(scope); });
  if (checkpoint::latest_checkpoint(f.train_dir)) {
    std::printf("Ignoring --checkpoint_path because a checkpoint already exists in %s\n", f.train_dir.c_str());
    return {};
  }
  std::printf("Fine-tuning from %s\n", f.checkpoint_path.c_str());
  return checkpoint::assign_from_checkpoint_fn(f.checkpoint_path, wanted, {.ignore_missing_vars = f.ignore_missing_vars});
}

template <class TrainOp, class Batches, class Model>
void run(const flags& f, TrainOp train_op, Batches& batches, const optimizers::schedule& rate, Model& net, const callback<void()>& init_fn) {
  summaries::summary_set summary_op;
  add_scalar_summary(summary_op, summaries::total_loss_of(train_op));
  add_scalar_summary(summary_op, summaries::observed("learning_rate", [&] { return rate(train_op.step()); }));
  add_histogram_summaries(summary_op, summaries::variables_of(net));
  learning::train(train_op, batches,
                  {.logdir = f.train_dir,
                   .log_every_n_steps = f.log_every_n_steps,
                   .number_of_steps = f.max_number_of_steps,
                   .init_fn = init_fn,
                   .summary_op = &summary_op,
                   .save_summaries_secs = f.save_summaries_secs,
                   .save_interval_secs = f.save_interval_secs});
}

template <class Classifier>
void train(const flags& f) {
  typename Classifier::model net{seed(f.seed), capacity(f.batch_size)};
  image_source images(f.dataset, Classifier::model::options::input_extents[0], f.batch_size, true, f.seed);
  auto batches = data::one_hot_labels(images, Classifier::classes, f.label_smoothing);
  const optimizers::schedule rate = learning_rate_of(f, images.num_samples());
  const callback<void()> init_fn = init_fn_of(f, net);
  const auto train_with = [&](const auto& optimizer, const auto&... trained) {
    run(f,
        learning::create_train_op(net, losses::softmax_cross_entropy, optimizer, learning::moving_average{f.moving_average_decay},
                                  learning::regularization_scale{f.weight_decay}, capacity(f.batch_size), trained...),
        batches, rate, net, init_fn);
  };
  // What is trained decides which gradients the step contains: one program for each choice.
  if (!f.trainable_scopes.empty() && f.trainable_scopes != Classifier::head.c_str())
    throw error("--trainable_scopes: expected " + std::string(Classifier::head.c_str()) + ", found " + f.trainable_scopes +
                "; name other scopes in variables_to_train<...> below");
  with_optimizer(f, rate, [&](const auto& optimizer) {
    if (f.trainable_scopes.empty())
      train_with(optimizer);
    else
      train_with(optimizer, learning::variables_to_train<Classifier::head>{});
  });
}

}  // namespace

int main(int count, char** values) {
  flags given;
  CLI::App app("Trains an image classifier, as TF-Slim's script of this name.");
  add_flags(app, given);
  CLI11_PARSE(app, count, values);
  try {
    with_classifier(given.dataset.model_name, given.dataset.dataset_name, [&]<class Classifier>() { train<Classifier>(given); });
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
