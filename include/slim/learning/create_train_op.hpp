#pragma once
#include "slim/core/begin.hpp"
// The call that makes a training step. TF-Slim section 6.2.

#include "slim/model/train_op.hpp"

namespace slim {
namespace detail {

/// What stands behind the optimizer in a call of create_train_op, in any order. `room`: the model's capacity, unless another is given.
template <class Options>
struct train_arguments {
  Options options{};
  capacity room;
  int threads = kernel::hardware_threads();

  template <class... Given>
  explicit train_arguments(long model_capacity, const Given&... given) : room(model_capacity) {
    (set(given), ...);
  }

private:
  template <train_option Option>
  void set(const Option& option) {
    static_cast<Option&>(options) = option;
  }
  void set(const capacity& given) { room = given; }
  void set(int given) { threads = given; }
};

template <class Given>
concept train_argument = train_option<Given> || std::is_same_v<Given, capacity> || std::is_same_v<Given, int>;

}  // namespace detail

namespace detail {

/// A loss is a stateless type that tells the shape of its labels: those of slim::losses, or one's own derived from losses::detail::loss_function.
template <class Loss>
inline constexpr bool is_loss = std::is_default_constructible_v<Loss> && requires(const slim::shape& predictions) { Loss::label_shape(predictions); };

/// What stands for a train_op after a message: accepts whatever is asked of it.
struct no_train_op {
  template <class... Batch>
  float operator()(const Batch&...) const {
    return 0;
  }
};

}  // namespace detail

namespace learning {

/// A training step for `net` with `loss` between its output and labels: create_train_op(net, losses::softmax_cross_entropy, optimizer).
/// Losses that the network adds itself and regularization losses count as well; moving averages are updated with every step. Behind
/// the optimizer, in any order: the options of compile/train_options.hpp, the capacity, the number of threads.
template <const auto& Net, unsigned long Fingerprint, class... Options, class Loss, class Optimizer, slim::detail::train_argument... Rest>
  requires requires { Optimizer::slots; }
auto create_train_op(basic_model<Net, Fingerprint, Options...>& net, Loss, Optimizer optimizer, const Rest&... rest) {
  static_assert(slim::detail::each_once<Rest...>, "an option of create_train_op stands there twice; give it once");
  static_assert(slim::detail::is_loss<Loss>, "a loss is one of slim::losses or a struct with label_shape; else let the network return its loss");
  if constexpr (slim::detail::is_loss<Loss>) {
    const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
    return train_op<basic_model<Net, Fingerprint, Options...>, Loss, Optimizer, train_options_among<Rest...>>(net, optimizer, given.options, given.room,
                                                                                                              given.threads);
  } else {
    return slim::detail::no_train_op{};
  }
}

/// A training step for a network whose result is its total loss.
template <const auto& Net, unsigned long Fingerprint, class... Options, class Optimizer, slim::detail::train_argument... Rest>
  requires requires { Optimizer::slots; }
auto create_train_op(basic_model<Net, Fingerprint, Options...>& net, Optimizer optimizer, const Rest&... rest) {
  static_assert(slim::detail::each_once<Rest...>, "an option of create_train_op stands there twice; give it once");
  const slim::detail::train_arguments<train_options_among<Rest...>> given(net.capacity_examples(), rest...);
  return train_op<basic_model<Net, Fingerprint, Options...>, no_loss, Optimizer, train_options_among<Rest...>>(net, optimizer, given.options, given.room,
                                                                                                               given.threads);
}

/// The message about other arguments.
template <class First, class... Rest>
auto create_train_op(const First&, const Rest&...) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits,
                "create_train_op takes a model that can be changed, a loss, an optimizer and options: "
                "create_train_op(net, losses::softmax_cross_entropy, optimizers::adam{})");
  return slim::detail::no_train_op{};
}

}  // namespace learning
}  // namespace slim

#include "slim/core/end.hpp"
