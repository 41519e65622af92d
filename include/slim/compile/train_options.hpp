#pragma once
#include "slim/core/begin.hpp"
// What a training step is told besides its loss and optimizer. Names are part of the program and checked by the compiler; numbers are
// read before each step and may change. TF-Slim sections 6.1, 6.2, 6.5 and 7.3.

#include <string>
#include <type_traits>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"
#include "slim/core/text.hpp"

namespace slim {

namespace learning {

namespace detail {
inline void expect_option(bool condition, const char* what, const char* expected, double found) {
  if (!condition)
    throw error("create_train_op: " + std::string(what) + ": expected " + expected + ", found " + exact_text(found) + "; leave the option out to do without");
}
}  // namespace detail

/// Each variable's gradient is scaled so that its Euclidean norm is at most `max_norm`: g·max_norm/max(‖g‖, max_norm).
struct clip_gradient_norm {
  double max_norm;
  static constexpr int numbers = 1;
  void set_numbers(double* number) const {
    detail::expect_option(max_norm > 0, "clip_gradient_norm", "a positive norm", max_norm);
    number[0] = max_norm;
  }
};

/// The same with the norm of all gradients together, as optimize_loss clips.
struct clip_global_norm {
  double max_norm;
  static constexpr int numbers = 1;
  void set_numbers(double* number) const {
    detail::expect_option(max_norm > 0, "clip_global_norm", "a positive norm", max_norm);
    number[0] = max_norm;
  }
};

/// Scales all gradients when the norm of them together is unusually large: with the running mean and standard deviation of log(‖g‖ + epsilon),
/// a norm of at least exp(mean + std_factor·deviation) becomes exp(mean), and none stays above `static_max_norm` (0: no such limit). The
/// averages count the norm of the step itself; they begin with decay min(decay, n/(n + 1)) in step n, counted from 0, unless `by_step` is off (TF-Slim:
/// without a global step): then with `decay` from the first step on. They are saved with the training state.
struct adaptive_clipping {
  double std_factor = 2;
  double decay = 0.95;
  double static_max_norm = 0;
  double epsilon = 1e-8;
  bool by_step = true;
  static constexpr int numbers = 6;  // std_factor, effective decay, static_max_norm, epsilon, mean, mean square: the train_op knows the others
  void set_numbers(double* number) const {
    detail::expect_option(decay >= 0 && decay < 1, "adaptive_clipping: decay", "a number from 0 to below 1", decay);
    detail::expect_option(static_max_norm >= 0, "adaptive_clipping: static_max_norm", "0 or a positive norm", static_max_norm);
    detail::expect_option(epsilon > 0, "adaptive_clipping: epsilon", "a positive number", epsilon);
    number[0] = std_factor, number[2] = static_max_norm, number[3] = epsilon;
  }
};

/// Adds to each element of each gradient a number of its own, drawn anew in each step: a truncated normal one times `scale`. Before
/// multiplying and clipping. The numbers depend on the seed of the model and the step only.
struct gradient_noise_scale {
  double scale;
  static constexpr int numbers = 1;
  void set_numbers(double* number) const {
    detail::expect_option(scale >= 0, "gradient_noise_scale", "0 or a positive number", scale);
    number[0] = scale;
  }
};

/// The gradients of these variables, or of all in these scopes, are multiplied by `factor`: gradient_multiplier<"LeNet/conv1">{0.1}.
/// May be given several times, for different names. Multiplied first, then clipped.
template <text... Names>
  requires(sizeof...(Names) > 0)  // name the variables or scopes: gradient_multiplier<"LeNet/conv1">{0.1}
struct gradient_multiplier {
  double factor;
  static constexpr int numbers = 1;
  void set_numbers(double* number) const {
    detail::expect_option(factor - factor == 0, "gradient_multiplier", "a finite factor", factor);
    number[0] = factor;
  }
  static constexpr const char* names[] = {Names.characters..., nullptr};
};

/// Multiplies all regularization losses by `factor`: the weight decay of a network whose regularizers have scale 1 becomes a number of the
/// run. Needs a loss that create_train_op names; a network that returns its own total has already summed them.
struct regularization_scale {
  double factor;
  static constexpr int numbers = 1;
  void set_numbers(double* number) const {
    detail::expect_option(factor >= 0, "regularization_scale", "0 or a positive factor", factor);
    number[0] = factor;
  }
};

/// Only these variables, and those in these scopes, are trained. Nothing is computed for the others; they keep every bit. Their
/// regularization losses still count, and averages of batch_norm layers still move.
template <text... Names>
struct variables_to_train {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
  static constexpr const char* trained[] = {Names.characters..., nullptr};
};

/// Each call of the train_op is one of `batches` parts of a step: gradients are averaged over them, and only the last changes weights
/// and counts as a step. All parts should have the same number of examples.
struct accumulate_gradients {
  int batches;
  static constexpr int numbers = 2;  // 1 / batches; whether this part is the last, which the train_op knows
  void set_numbers(double* number) const {
    detail::expect_option(batches > 0, "accumulate_gradients", "a positive number of batches", batches);
    number[0] = 1.0 / batches;
  }
};

/// A second copy of all variables that follows them slowly: average ← average − (1 − d)·(average − variable) after each step, with
/// d = min(decay, (1 + step)/(10 + step)). TF-Slim section 7.3.
struct moving_average {
  double decay;
  static constexpr int numbers = 0;
  void set_numbers(double*) const { detail::expect_option(decay >= 0 && decay < 1, "moving_average", "a decay from 0 to below 1", decay); }
};

/// Counts in each step the NaN and infinities in variables, inputs, layers and gradients; the train_op names the first that has some.
/// For finding a mistake: it costs a pass over each of them. Without it only the loss is checked.
struct check_numerics {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
};

/// A step whose loss is no finite number changes nothing and does not count: its batch is passed over, and train_op.skipped() counts it. With
/// clip_global_norm or adaptive_clipping the norm of all gradients is looked at as well; without them a gradient that is NaN where the loss is
/// finite is noticed one step later. More than `in_a_row` of them throw. Not given: the first one throws. Beside learning::distributed the mean of all losses
/// decides for all processes, which wait for each other behind the forward pass.
struct skip_not_finite {
  int in_a_row = 10;
  static constexpr int numbers = 0;
  void set_numbers(double*) const { detail::expect_option(in_a_row > 0, "skip_not_finite: in_a_row", "a positive number of steps", in_a_row); }
};

/// Beside learning::distributed: batch_norm normalizes by the mean and variance of all examples of all ranks, as one process would. They wait for each other in
/// every such layer.
struct synchronized_batch_norm {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
};

/// The train_op leaves the global step alone, TF-Slim's global_step = None: step(), global_step(x) in the network, checkpoints and logs stay at what was
/// written to the step last, 0 at first. Optimizer, schedules and noise go by the updates of this train_op: for two train_ops of a model of which one counts.
struct uncounted_steps {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
};

/// Keeps the gradients of a step, as they reach the optimizer, for train_op.gradient<"name">() and summaries.
struct summarize_gradients {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
};

}  // namespace learning

namespace detail {
/// An option that runs a step together with other processes, see learning/distributed.hpp.
template <class Option>
concept exchanges = requires { typename Option::template exchange<float>; };
/// Stands for that option where there is none.
struct alone {
  template <class T>
  struct exchange {};
};
template <class... Given>
struct exchanging_among {
  using type = void;
};
template <class First, class... Rest>
struct exchanging_among<First, Rest...> : std::conditional_t<exchanges<First>, std::type_identity<First>, exchanging_among<Rest...>> {};
}  // namespace detail

/// The options of a train_op by type.
template <class... Given>
struct train_options : Given... {
  template <class Option>
  static constexpr bool has = (std::is_same_v<Option, Given> || ...);

  static constexpr int numbers = (0 + ... + Given::numbers);

  /// The option that runs steps together with other processes; void: none.
  using exchanging = typename detail::exchanging_among<Given...>::type;
  static constexpr bool exchanges = !std::is_void_v<exchanging>;
  static_assert(exchanges || !has<learning::synchronized_batch_norm>, "synchronized_batch_norm is for several processes: give learning::distributed, too");

  /// Index of the first number of `Option` among those of all options.
  template <class Option>
  static constexpr int first_number = [] {
    int first = 0, next = 0;
    ((first = std::is_same_v<Option, Given> ? next : first, next += Given::numbers), ...);
    return first;
  }();

  /// Calls `visit` with each option's type as argument of a template lambda.
  template <class Visit>
  static constexpr void for_each([[maybe_unused]] Visit visit) {
    (visit.template operator()<Given>(), ...);
  }
};

namespace detail {

template <class Option>
concept train_option = std::is_aggregate_v<Option> && requires(const Option& option, double* number) { option.set_numbers(number), Option::numbers; };
template <class Option>
concept multiplies = requires { Option::names; };
template <class Option>
concept restricts = requires { Option::trained; };

template <class Found, class... Given>
struct options_among {
  using type = Found;
};
template <class... Found, class First, class... Rest>
struct options_among<train_options<Found...>, First, Rest...>
    : options_among<std::conditional_t<train_option<First> && !(std::is_same_v<Found, First> || ...), train_options<Found..., First>, train_options<Found...>>,
                    Rest...> {};
/// Whether no two of some arguments are of one type.
template <class... Given>
inline constexpr bool each_once = true;
template <class First, class... Rest>
inline constexpr bool each_once<First, Rest...> = !(std::is_same_v<First, Rest> || ...) && each_once<Rest...>;

}  // namespace detail

/// The training options among some arguments.
template <class... Given>
using train_options_among = typename detail::options_among<train_options<>, Given...>::type;

}  // namespace slim

#include "slim/core/end.hpp"
