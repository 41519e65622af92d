// Training, evaluation and export of one network: what a unit of the build option `models` compiles.
#pragma once

#include <cmath>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

#include <slim/checkpoint/assign.hpp>
#include <slim/data/one_hot_labels.hpp>
#include <slim/evaluation/evaluation_loop.hpp>
#include <slim/learning/train.hpp>
#include <slim/metrics/accuracy.hpp>
#include <slim/metrics/argmax.hpp>
#include <slim/metrics/at_k.hpp>
#include <slim/model/variables.hpp>
#include <slim/nets/nets_factory.hpp>

#include "deployment.hpp"
#include "flags.hpp"
#include "image_source.hpp"

/// The optimizers that are compiled in: each is a training program of its own.
template <slim::text... Names>
struct optimizer_names {
  static constexpr bool has(std::string_view name) { return ((name == Names.c_str()) || ...); }
  static std::string list() {
    std::string names;
    ((names += (names.empty() ? "" : ", ") + std::string(Names.c_str())), ...);
    return names;
  }
};

/// The network of a name with so many classes. Its regularizers have scale 1: weight_decay is a number of the training run.
template <slim::text Name, int Classes>
inline constexpr auto network = slim::nets::get_network<Name>(Classes, 1.0);

template <const slim::name_buffer& Name>
inline constexpr slim::text<Name.size + 1> text_of = [] {
  slim::text<Name.size + 1> t;
  for (int i = 0; i < Name.size; ++i) t.characters[i] = Name.characters[i];
  return t;
}();

/// What the programs ask of a network: the layer that makes its logits, and the scope of its auxiliary logits, empty where it has none.
template <class Model>
struct heads {
  static constexpr const auto& written = slim::traced<Model::network, typename Model::options>::program;
  static constexpr slim::name_buffer logits_name = slim::graph::scope_name(written.scopes, written.variables[written.sizes.variables - 1].scope);
  static constexpr slim::name_buffer auxiliary_name = [] {
    for (int i = 0; i < written.sizes.variables; ++i)
      for (int scope = written.variables[i].scope; scope >= 0; scope = written.scopes[scope].parent)
        if (slim::equal(written.scopes[scope].base, "AuxLogits") || slim::equal(written.scopes[scope].base, "aux_logits"))
          return slim::graph::scope_name(written.scopes, scope);
    return slim::name_buffer{};
  }();
  static constexpr slim::text logits = text_of<logits_name>, auxiliary = text_of<auxiliary_name>;
  static constexpr bool has_auxiliary = auxiliary_name.size > 0;
  static constexpr int classes = static_cast<int>(written.nodes[written.outputs[0]].extent.size());

  /// What is trained when only the heads are.
  static constexpr auto alone() {
    if constexpr (has_auxiliary) return slim::learning::variables_to_train<logits, auxiliary>{};
    else return slim::learning::variables_to_train<logits>{};
  }
  static bool has(const std::string& variable) {
    const auto in = [&](const char* scope) { return variable.starts_with(std::string(scope) + "/"); };
    return in(logits_name.c_str()) || (has_auxiliary && in(auxiliary_name.c_str()));
  }
  static std::string names() { return logits_name.c_str() + (has_auxiliary ? std::string(",") + auxiliary_name.c_str() : ""); }
};

namespace trainer {

inline slim::optimizers::schedule learning_rate_of(const train_flags& f, std::int64_t num_samples) {
  using namespace slim;
  // Clones do not count, nor do replicas that are not aggregated: each goes over its examples so many times.
  const double steps_per_epoch = static_cast<double>(num_samples) / f.batch_size / (f.sync_replicas ? f.replicas_to_aggregate : 1);
  const long decay_steps = static_cast<long>(steps_per_epoch * f.num_epochs_per_decay);
  optimizers::schedule rate = f.learning_rate;
  if (f.learning_rate_decay_type == "exponential") rate = learning::exponential_decay{f.learning_rate, decay_steps, f.learning_rate_decay_factor, true};
  if (f.learning_rate_decay_type == "polynomial") rate = learning::polynomial_decay{f.learning_rate, decay_steps, f.end_learning_rate};
  if (f.warmup_epochs <= 0) return rate;
  return learning::warm_up{f.learning_rate, steps_per_epoch * f.warmup_epochs, rate};
}

/// Calls `use` with the optimizer that the flags name.
template <class Optimizers, class Use>
void with_optimizer(const train_flags& f, const slim::optimizers::schedule& rate, const Use& use) {
  using namespace slim;
  if (!Optimizers::has(f.optimizer))
    throw error("--optimizer: expected one that was compiled in (" + Optimizers::list() + "), found " + f.optimizer +
                "; add it to the build option `optimizers`");
  if constexpr (Optimizers::has("adadelta"))
    if (f.optimizer == "adadelta") use(optimizers::adadelta{rate, f.adadelta_rho, f.opt_epsilon});
  if constexpr (Optimizers::has("adagrad"))
    if (f.optimizer == "adagrad") use(optimizers::adagrad{rate, f.adagrad_initial_accumulator_value});
  if constexpr (Optimizers::has("adam"))
    if (f.optimizer == "adam") use(optimizers::adam{rate, f.adam_beta1, f.adam_beta2, f.opt_epsilon});
  if constexpr (Optimizers::has("ftrl"))
    if (f.optimizer == "ftrl") use(optimizers::ftrl{rate, f.ftrl_learning_rate_power, f.ftrl_initial_accumulator_value, f.ftrl_l1, f.ftrl_l2});
  if constexpr (Optimizers::has("momentum"))
    if (f.optimizer == "momentum") use(optimizers::momentum{rate, f.momentum});
  if constexpr (Optimizers::has("sgd"))
    if (f.optimizer == "sgd") use(optimizers::gradient_descent{rate});
  if constexpr (Optimizers::has("rmsprop"))
    if (f.optimizer == "rmsprop") use(optimizers::rmsprop{rate, f.rmsprop_decay, f.rmsprop_momentum, f.opt_epsilon});
}

inline std::vector<std::string> scopes_in(const std::string& list) {
  std::vector<std::string> scopes(1);
  for (const char c : list)
    if (c != ',') scopes.back() += c;
    else scopes.emplace_back();
  std::erase(scopes, "");
  return scopes;
}

/// What to restore before the first step: all variables but those whose names begin with an excluded scope.
template <class Model>
slim::callback<void()> init_fn_of(const train_flags& f, Model& net) {
  using namespace slim;
  if (f.checkpoint_path.empty()) return {};
  std::vector<variable_reference> wanted = get_model_variables(net);
  for (const std::string& scope : scopes_in(f.checkpoint_exclude_scopes))
    std::erase_if(wanted, [&](const variable_reference& one) { return one.name.starts_with(scope); });
  if (checkpoint::latest_checkpoint(f.train_dir)) {
    std::printf("Ignoring --checkpoint_path because a checkpoint already exists in %s\n", f.train_dir.c_str());
    return {};
  }
  std::printf("Fine-tuning from %s\n", f.checkpoint_path.c_str());
  return checkpoint::assign_from_checkpoint_fn(f.checkpoint_path, wanted, {.ignore_missing_vars = f.ignore_missing_vars});
}

/// True when --trainable_scopes means the heads alone, false when it means all variables. Throws for other choices: what is trained decides which gradients the
/// step contains.
template <class Model>
bool heads_alone(const train_flags& f) {
  const std::vector<std::string> scopes = scopes_in(f.trainable_scopes);
  if (scopes.empty()) return false;
  bool all = true, alone = true;
  for (int v = 0; v < Model::variables(); ++v) {
    if (!Model::variable_trainable(v)) continue;
    const std::string name = Model::variable_name(v);
    bool chosen = false;
    for (const std::string& scope : scopes) chosen = chosen || name.starts_with(scope);
    all = all && chosen, alone = alone && chosen == heads<Model>::has(name);
  }
  if (!all && !alone)
    throw slim::error("--trainable_scopes: expected " + heads<Model>::names() + ", found " + f.trainable_scopes +
                      "; name other scopes in heads<...>::alone of image_classifier/model.hpp");
  return !all;
}

template <class TrainOp, class Batches, class Model>
void run(const train_flags& f, TrainOp train_op, Batches& batches, const slim::optimizers::schedule& rate, Model& net, const slim::callback<void()>& init_fn) {
  using namespace slim;
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

}  // namespace trainer

template <class Model, class Optimizers>
void train(const train_flags& f) {
  using namespace slim;
  const bool alone = trainer::heads_alone<Model>(f);
  const auto& input = Model::options::input_extents[0];
  const data::batch_shard here = trainer::this_shard();
  const learning::deployment_config config = trainer::deployment_of(f, here);
  const int batch_size = f.batch_size * f.num_clones;  // of a process
  Model net{seed(f.seed), capacity(batch_size)};
  image_source images(f.dataset, input[0], input[1], input[2], batch_size * here.count, true, f.seed, here);
  auto batches = data::one_hot_labels(images, heads<Model>::classes, f.label_smoothing);
  const optimizers::schedule falling = trainer::learning_rate_of(f, images.num_samples());
  const callback<void()> init_fn = trainer::init_fn_of(f, net);
  const auto train_with = [&](const auto& optimizer, const auto&... trained) {
    const auto with_loss = [&](const auto& loss) {
      trainer::run(f,
                   trainer::create_train_op(config, net, loss, optimizer, learning::moving_average{f.moving_average_decay},
                                            learning::regularization_scale{f.weight_decay}, capacity(batch_size), trained...),
                   batches, falling, net, init_fn);
    };
    if constexpr (heads<Model>::has_auxiliary) with_loss(losses::with_aux_logits<losses::softmax_cross_entropy>);
    else with_loss(losses::softmax_cross_entropy);
  };
  trainer::with_optimizer<Optimizers>(f, falling, [&](const auto& optimizer) {
    if (alone) train_with(optimizer, heads<Model>::alone());
    else train_with(optimizer);
  });
}

template <class Model>
void evaluate(const eval_flags& f) {
  using namespace slim;
  Model net{seed(1), capacity(f.batch_size)};
  std::optional<image_source> images;
  const auto& input = Model::options::input_extents[0];
  const auto from_the_start = [&] { images.emplace(f.dataset, input[0], input[1], input[2], f.batch_size, false); };
  from_the_start();
  const long all_batches = (images->num_samples() + f.batch_size - 1) / f.batch_size;
  auto metrics =
      metrics::aggregate_metric_map(metrics::metric<"eval/Accuracy">(metrics::of_argmax(metrics::streaming_accuracy())),
                                    metrics::metric<"eval/Recall_5">(metrics::streaming_recall_at_k(heads<Model>::classes < 5 ? heads<Model>::classes : 5)));
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

/// What an application does: the network, the weights from the file, a predictor with its weights prepared for small batches.
template <class Model>
std::vector<float> use_exported(const export_flags& f, const std::vector<float>& image) {
  Model net{slim::seed(0)};
  slim::checkpoint::assign_from_checkpoint(f.output_file, get_model_variables(net));
  slim::predictor<Model> predict(net, slim::capacity(1));
  predict.prepare();
  const auto logits = predict(image);
  return {logits.data(), logits.data() + logits.size()};
}

template <class Model>
void export_inference(const export_flags& f) {
  using namespace slim;
  Model net{seed(0)};
  const std::vector<variable_reference> variables = get_model_variables(net);
  if (f.moving_average) checkpoint::assign_from_checkpoint(f.checkpoint_path, checkpoint::moving_averages_of(variables));
  else checkpoint::assign_from_checkpoint(f.checkpoint_path, variables);
  checkpoint::save_weights(f.output_file, variables);
  std::printf("%zu model variables in %s\n", variables.size(), f.output_file.c_str());

  std::vector<float> image(static_cast<std::size_t>(Model::options::input_extents[0].size()));
  random_stream random(1);
  for (float& value : image) value = random.normal();
  const auto expected = net.predict(image);
  const std::vector<float> found = use_exported<Model>(f, image);
  for (int k = 0; k < heads<Model>::classes; ++k)
    if (!(std::fabs(found[static_cast<std::size_t>(k)] - expected(0, k)) <= 1e-4f * (1 + std::fabs(expected(0, k)))))
      throw error("export: logit " + std::to_string(k) + " of a random image: expected " + std::to_string(expected(0, k)) + " as before, found " +
                  std::to_string(found[static_cast<std::size_t>(k)]) + "; the file is not what was written");
  std::printf("a predictor with this file gives the logits of the checkpoint\n");
}

/// Network `Name` for the images of data set `Images`; `Size` 0: of the network's default size. The first `LabelsOffset` classes are left out.
template <slim::text Name, slim::text Images, int Size, int LabelsOffset, class Optimizers>
inline constexpr classifier compiled_classifier = [] {
  constexpr const image_set* images = find_images(Images.c_str());
  static_assert(images != nullptr, "no data set of the build option `models` has this name: see image_sets in image_classifier/flags.hpp");
  constexpr int by_default = slim::nets::default_image_size<Name>, size = Size > 0 ? Size : by_default, classes = images->classes - LabelsOffset;
  using model = slim::model<network<Name, classes>, slim::input<size, size, images->channels>>;
  return classifier{Name.c_str(), size, by_default, images->channels, classes, &train<model, Optimizers>, &evaluate<model>, &export_inference<model>};
}();
