#pragma once
#include "slim/core/begin.hpp"
// One training step: forward, backward and update, compiled together. TF-Slim section 6.2.

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"
#include "slim/core/room_for.hpp"
#include "slim/model/model.hpp"
#include "slim/model/moving_averages.hpp"
#include "slim/model/norm_statistics.hpp"
#include "slim/optimizers/optimizers.hpp"
#include "slim/run/batch_inputs.hpp"
#include "slim/run/buckets.hpp"
#include "slim/tensor/variable_reference.hpp"

namespace slim {

/// Trains a model: each step runs the compiled training program on one batch. Goes with the variables of the model when that is moved.
/// Made by learning::create_train_op. `Options` are a train_options.
template <class Model, class Loss, class Optimizer, class Options = train_options<>,
          unsigned long Fingerprint = training_of<Model::network, typename Model::options, Loss, Optimizer, Options>::fingerprint>
class train_op {
  using T = typename Model::scalar;
  using options = typename Model::options;

public:
  using scalar = T;
  using model = Model;
  static constexpr bool exchanges = Options::exchanges;  // runs together with other processes
  static constexpr const auto& program = training_of<Model::network, options, Loss, Optimizer, Options>::program;
  static_assert(is_valid_after<program, Model::program>::value);

  [[gnu::cold]] train_op(Model& of, Optimizer with, const Options& how, capacity room, int threads)
      : optimizer(with), weights(of.shared()), chosen(how), run(room.examples, threads), slots(program.parameter_elements * slot_count), inputs(room.examples),
        noise_seed(of.seed_value()) {
    for (int s = 0; s < slot_count; ++s) {
      T* const first = slots.data() + s * program.parameter_elements;
      const double start = s < Optimizer::slots ? optimizer.slot_start(s) : 0;
      for (long i = 0; i < program.parameter_elements; ++i) first[i] = static_cast<T>(start);
    }
    double checked[room_for(number_count)]{};
    set_numbers(checked);  // throws here rather than in the first step
    if constexpr (averages_variables) averages = learning::moving_averages<T>(parameters());
    if constexpr (exchanges) {
      together = std::make_unique<exchange>(static_cast<const exchanging&>(chosen),
                                            std::span<T>(run.travelling(), static_cast<std::size_t>(program.exchanged_elements)), room.examples,
                                            [](long most) { return buckets_of(program, most); });
      run.join(*together);
    }
  }

  /// One step on one batch: the inputs of the network and then the labels, each as anything with data() and size(), of the model's precision or
  /// integers; an Eigen matrix has one example in each row. Returns the total loss before the update. Throws, before anything has changed,
  /// for class numbers that do not exist, and then when the loss is not a finite number. With accumulate_gradients one part of a step. With
  /// skip_not_finite a step that was passed over returns the number that was not finite.
  template <class... Batch>
  T operator()(const Batch&... batch) {
    if constexpr (exchanges) {
      if (!synchronized) synchronize();
      try {
        return step_on(batch...);
      } catch (const std::exception& problem) {
        together->fail(problem.what());
        throw;
      }
    } else {
      return step_on(batch...);
    }
  }

  /// The same variables and state on all processes: those of rank 0. Done before the first step.
  void synchronize() {
    static_assert(exchanges, "create the train_op with learning::distributed");
    together->any(false);  // where one has failed the others learn it
    together->broadcast(std::as_writable_bytes(std::span(weights->values.data(), static_cast<std::size_t>(weights->values.size()))));
    for_each_state([&](const variable_reference& one) { together->broadcast(one.bytes()); });
    synchronized = true;
  }
  /// The other processes, see learning/distributed.hpp.
  auto& others() const {
    static_assert(exchanges, "create the train_op with learning::distributed");
    return *together;
  }

  /// Total loss of the last step, regularization included.
  T loss() const {
    if constexpr (exchanges) return mean_loss;
    else return run.number(program.outputs[0]);
  }
  /// Loss `i` of the collection, in the order in which the network added them; after those come the regularization losses.
  T loss(int i) const { return run.number(program.losses[i].node); }
  static constexpr int losses() { return program.sizes.losses; }
  static constexpr int regularization_losses() { return program.sizes.losses - program.loss_count; }

  /// A kept end point of the last step.
  template <text Name>
  std::span<const T> end_point() const&& = delete;  // give the train_op a name
  template <text Name>
  std::span<const T> end_point() const& {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    constexpr int index = end_point_index<program, Name>;
    return run.values(program.end_points[index].node);
  }
  /// All end points of the last step that are kept, as a list; keep<"*"> keeps all there are.
  std::vector<end_point_entry<T>> end_points() const&& = delete;  // give the train_op a name
  std::vector<end_point_entry<T>> end_points() const& { return detail::readable_end_points<T, program>(run); }

  /// The gradient of a variable in the last step, as the optimizer saw it: multiplied and clipped. Needs learning::summarize_gradients.
  template <text Name>
  std::span<const T> gradient() const&& = delete;  // give the train_op a name
  template <text Name>
  std::span<const T> gradient() const& {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    static_assert(outputs::position(variable_index<program, Name>) >= 0, "this variable is not trained");
    return gradient_values(variable_index<program, Name>);
  }
  /// The same by the variable's index; empty when it is not trained.
  std::span<const T> gradient_values(int index) const&& = delete;  // give the train_op a name
  std::span<const T> gradient_values(int index) const& {
    static_assert(outputs::summarizes, "create the train_op with learning::summarize_gradients{}");
    const int position = outputs::position(index);
    if (position < 0) return {};
    return run.values(program.outputs[outputs::first_gradient + position]);
  }

  /// The norm of all gradients of the last step, after multiplying and before clipping. Needs clip_global_norm or adaptive_clipping.
  T global_gradient_norm() const {
    static_assert(outputs::has_norm, "create the train_op with learning::clip_global_norm or learning::adaptive_clipping");
    return run.number(program.outputs[outputs::norm]);
  }

  /// A copy of the model with the averages of its variables in their place, for evaluation. Needs learning::moving_average.
  Model averaged_model() const {
    static_assert(averages_variables, "create the train_op with learning::moving_average{decay}");
    Model copy = trained_model();
    std::copy(averages.values().begin(), averages.values().end(), copy.parameters().begin());
    return copy;
  }

  /// An option that was given at construction: its numbers may change between steps.
  template <class Option>
  Option& option() {
    static_assert(Options::template has<Option>, "the train_op was created without this option");
    return chosen;
  }

  /// Optimizer state `slot` of a variable.
  template <text Name>
  std::span<T> slot(int which = 0) && = delete;  // give the train_op a name: this is a view of its memory, which goes with it
  template <text Name>
  std::span<T> slot(int which = 0) & {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int index = variable_index<program, Name>;
    return slot_values(index, which);
  }
  std::span<T> slot_values(int index, int which = 0) && = delete;  // give the train_op a name
  std::span<T> slot_values(int index, int which = 0) & {
    return {slots.data() + which * program.parameter_elements + Model::offset_of(index), static_cast<std::size_t>(program.variables[index].extent.size())};
  }

  /// Calls visit(variable_reference) for everything that the next step depends on besides the batch and the variables of the model:
  /// `global_step` (and `uncounted_steps`), the `seed` of dropout, and for each trained variable its slots, named as in TensorFlow: `<variable>/Momentum`,
  /// `<variable>/Adam_1`. With moving_average `<variable>/ExponentialMovingAverage` of all variables, with accumulate_gradients the
  /// sums of an unfinished step. Writing to all of them puts the train_op into the state in which they were read.
  template <class Visit>
  void for_each_state(Visit&& visit) {
    if constexpr (!counts_steps) visit(variable_reference("uncounted_steps", {}, &steps));
    visit(variable_reference("global_step", {}, counts_steps ? &steps : &elsewhere));
    visit(variable_reference("seed", {}, &noise_seed));
    if constexpr (accumulates) visit(variable_reference("accumulated_parts", {}, &parts));
    if constexpr (skips) visit(variable_reference("skipped_batches", {}, &skipped_so_far));
    if constexpr (adapts_clipping) {
      visit(variable_reference("AdaptiveMaxNorm/mean", {}, &norms.mean));
      visit(variable_reference("AdaptiveMaxNorm/sq_mean", {}, &norms.mean_square));
    }
    for (int v = 0; v < program.sizes.variables; ++v) {
      const std::string name = Model::variable_name(v) + "/";
      const slim::shape& extent = program.variables[v].extent;
      for (int s = 0; detail::is_trained<program>(v) && s < slot_count; ++s) visit(variable_reference(name + slot_name(s), extent, slot_values(v, s).data()));
      if constexpr (averages_variables) visit(variable_reference(name + "ExponentialMovingAverage", extent, averages.values().data() + Model::offset_of(v)));
    }
  }

  /// The global step: updates so far, unless there are uncounted_steps.
  long step() const { return counts_steps ? steps : elsewhere; }
  /// Calls that make one step: more than one when gradients accumulate.
  int batches_per_step() const {
    if constexpr (accumulates) return chosen.learning::accumulate_gradients::batches;
    return 1;
  }
  /// Calls so far: what a source of batches must have given when training goes on.
  long batches() const { return steps * batches_per_step() + parts + skipped_so_far; }
  /// Batches that skip_not_finite has passed over.
  long skipped() const { return skipped_so_far; }
  /// True between the parts of a step whose gradients accumulate.
  bool inside_step() const { return parts > 0; }
  static constexpr bool counts_steps = !Options::template has<learning::uncounted_steps>;
  static constexpr bool keeps_gradients = Options::template has<learning::summarize_gradients>;
  /// Throws slim::error when the model is gone.
  Model& trained_model() const {
    if (weights->owner == nullptr) throw error("train_op: expected the model that it trains, found that it is gone; keep the model as long as its train_op");
    return *weights->owner;
  }
  long bytes() const { return run.bytes() + (slots.size() + static_cast<long>(averages.values().size())) * static_cast<long>(sizeof(T)); }
  void set_threads(int threads) { run.set_threads(threads); }

  /// From now on calls finished(node) after each kernel of a step, to measure it; an empty function ends that. A program so small that it is
  /// one straight line of code calls nothing.
  void watch(callback<void(int node)> finished) { watching = std::move(finished); }

  Optimizer optimizer;  // hyper-parameters may change between steps

private:
  using outputs = detail::training_outputs<program, Options>;
  static constexpr int program_inputs = program.inputs;
  static constexpr bool accumulates = Options::template has<learning::accumulate_gradients>;
  static constexpr bool skips = Options::template has<learning::skip_not_finite>;
  static constexpr bool adapts_clipping = Options::template has<learning::adaptive_clipping>;
  static constexpr bool averages_variables = Options::template has<learning::moving_average>;
  using exchanging = std::conditional_t<exchanges, typename Options::exchanging, detail::alone>;
  using exchange = typename exchanging::template exchange<T>;
  static constexpr int slot_count = Optimizer::slots + (accumulates ? 1 : 0);
  static constexpr int step_number = Optimizer::numbers + Options::numbers, number_count = step_number + (exchanges ? 2 : 1);

  /// One step of this process.
  template <class... Batch>
  T step_on(const Batch&... batch) {
    static_assert(sizeof...(Batch) == program_inputs || program.error.broken != graph::rule::none,
                  "one argument for each input of the network, then the labels");
    inputs.bind(batch...);
    if constexpr (exchanges) together->begin(inputs.examples);
    double exact[room_for(number_count)]{};
    T numbers[room_for(number_count)]{};
    set_numbers(exact);
    for (int n = 0; n < number_count; ++n) numbers[n] = static_cast<T>(exact[n]);
    std::uint32_t step_seed = detail::run_seed(noise_seed, steps + 1);
    if (parts > 0) step_seed = simd::mix(step_seed + static_cast<std::uint32_t>(parts));
    const auto step = [&] {
      run.run(
          weights->values.data(), slots.data(), program.parameter_elements, inputs.pointers, numbers, inputs.examples, step_seed,
          [&] { inputs.check_computed_labels(run); }, watching ? &watching : nullptr);
    };
    if constexpr (skips) {
      try {
        step();
      } catch (const detail::not_finite& found) {
        if constexpr (exchanges) together->leave();
        return skip(found.value);
      }
      skipped_in_a_row = 0;
    } else {
      step();
    }
    if constexpr (exchanges) mean_loss = static_cast<T>(together->finish(static_cast<double>(run.number(program.outputs[0]))));
    count_part();
    check_finite();
    return loss();
  }

  /// The numbers of the next run: the optimizer's, then those of the options, then the global step, then the weight of this process among several.
  void set_numbers(double* numbers) {
    numbers[step_number] = static_cast<double>(step());
    if constexpr (exchanges) numbers[step_number + 1] = together != nullptr ? together->weight : 1;
    if constexpr (Optimizer::numbers > 0) {
      optimizer.set_numbers(steps + 1, numbers);
      for (int n = 0; n < Optimizer::numbers; ++n)
        if (!is_finite(numbers[n]))
          throw error{"step ", steps + 1, ": optimizer: expected finite hyper-parameters, found ", numbers[n],
                      "; check the learning rate, its schedule and the rates of decay"};
    }
    Options::for_each([&]<class Option>() {
      double* const own = numbers + Optimizer::numbers + Options::template first_number<Option>;
      this->template option<Option>().set_numbers(own);
      if constexpr (std::is_same_v<Option, learning::accumulate_gradients>) own[1] = parts + 1 >= batches_per_step();
      if constexpr (std::is_same_v<Option, learning::adaptive_clipping>) {
        own[1] = clipping_decay();
        own[4] = norms.mean, own[5] = norms.mean_square;
      }
    });
  }

  double clipping_decay() const {
    const learning::adaptive_clipping& with = chosen;
    return with.by_step ? norms.decay_at(steps, with.decay) : with.decay;
  }

  /// One more part of a step is done; the last one makes it a step.
  void count_part() {
    if constexpr (accumulates)
      if (++parts < batches_per_step()) return;
    parts = 0;
    if constexpr (adapts_clipping && outputs::has_norm) {
      const learning::adaptive_clipping& with = chosen;
      norms.follow(static_cast<double>(global_gradient_norm()) + with.epsilon, clipping_decay());
    }
    ++steps;
    if constexpr (averages_variables) averages.follow(parameters(), option<learning::moving_average>().decay, steps, run.threads());
  }

  /// Counts a batch that has changed nothing.
  T skip(double found) {
    ++skipped_so_far;
    if (++skipped_in_a_row > this->template option<learning::skip_not_finite>().in_a_row)
      throw error{"step ", steps + 1, ": expected a finite loss after ", skipped_in_a_row - 1, " batches in a row that were passed over, found ", found,
                  "; ",    cure};
    return static_cast<T>(found);
  }

  void check_finite() const {
    if constexpr (outputs::checks) {
      const std::string found = outputs::first_not_finite([&](int node) { return run.number(node); });
      if (!found.empty()) throw error{"step ", steps, ": expected finite numbers, found ", found, "; ", cure};
    }
    if (!is_finite(loss())) throw error{"step ", steps, ": expected a finite loss, found ", loss(), whose(), "; ", cure};
  }
  std::string whose() const {
    if constexpr (exchanges)
      if (together->not_finite() >= 0) return " on rank " + std::to_string(together->not_finite());
    return "";
  }
  static constexpr const char* cure = "lower the learning rate or check inputs and labels";

  static std::string slot_name(int which) {
    if (which == Optimizer::slots) return "accumulated_gradient";
    if constexpr (requires { Optimizer::slot_names; }) return Optimizer::slot_names[which];
    else return "slot_" + std::to_string(which);
  }

  std::span<const T> parameters() const { return {weights->values.data(), static_cast<std::size_t>(weights->values.size())}; }

  std::shared_ptr<detail::model_variables<Model>> weights;
  Options chosen;
  executor<T, program> run;
  aligned_buffer<T> slots;
  detail::batch_inputs<T, program> inputs;
  learning::moving_averages<T> averages;
  learning::norm_statistics norms;
  callback<void(int node)> watching;
  std::int64_t steps = 0, parts = 0, skipped_so_far = 0;
  std::int64_t elsewhere = 0;  // the global step when it is not counted here
  int skipped_in_a_row = 0;
  std::uint64_t noise_seed;
  T mean_loss = 0;  // over all processes
  bool synchronized = false;
  std::conditional_t<exchanges, std::unique_ptr<exchange>, detail::alone> together;  // last: it ends before what it carries goes
};

}  // namespace slim

#include "slim/core/end.hpp"
