// TF-Slim's train_image_classifier: the same flags with the same defaults, where they have a meaning here. Left out are master and use_grayscale. Networks,
// data sets, image sizes and label offsets are those that the build was configured with: meson configure -Dmodels=lenet,inception_v3/flowers, see
// docs/training.md.

#include "image_classifier/command_line.hpp"

namespace {

void add_flags(CLI::App& app, train_flags& f) {
  add_dataset_flags(app, f.dataset);
  app.add_option("--train_image_size", f.dataset.image_size, "height and width of the images; the network's default without it")->check(CLI::PositiveNumber);
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
  add("--learning_rate_decay_type", f.learning_rate_decay_type, "how the learning rate falls")->check(CLI::IsMember({"fixed", "exponential", "polynomial"}));
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
  app.add_option("--trainable_scopes", f.trainable_scopes, "comma-separated scopes: those of the logits to train only these; all without it");
  app.add_flag("--ignore_missing_vars", f.ignore_missing_vars, "variables that it lacks keep their initial values");
  add("--num_clones", f.num_clones, "threads, each with batch_size examples of a step; one clone has all cores")->check(CLI::Range(1, 1024));
  app.add_flag("--clone_on_cpu", f.clone_on_cpu, "there are no other devices");
  add("--worker_replicas", f.worker_replicas, "processes that mpirun -n starts, each with batch_size examples for each clone")->check(CLI::PositiveNumber);
  app.add_flag("--sync_replicas", f.sync_replicas, "they average their gradients in every step, which is the only way");
  add("--replicas_to_aggregate", f.replicas_to_aggregate, "all of them")->check(CLI::PositiveNumber);
  add("--num_ps_tasks", f.num_ps_tasks, "0: there are no parameter servers");
  app.add_option("--task", f.task, "the rank of this process; mpirun gives it");
  add("--seed", f.seed, "of initial values, dropout and the order of examples");
}

}  // namespace

int main(int count, char** values) {
  train_flags given;
  CLI::App app("Trains an image classifier, as TF-Slim's script of this name.");
  add_flags(app, given);
  CLI11_PARSE(app, count, values);
  return run_program([&] { find_classifier(given.dataset).train(given); });
}
