#pragma once
#include "slim/core/begin.hpp"
// A network with parameters.

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slim/initializers/fill.hpp"
#include "slim/model/facts.hpp"
#include "slim/run/batch_inputs.hpp"
#include "slim/run/executor.hpp"
#include "slim/simd/math.hpp"
#include "slim/tensor/matrix_view.hpp"

namespace slim {

/// Seed of everything random in a model: initial values and dropout.
struct seed {
  std::uint64_t value;
  constexpr explicit seed(std::uint64_t s) : value(s) {}
};

/// The largest batch that a model, predictor or train_op accepts.
struct capacity {
  long examples;
  constexpr explicit capacity(long n) : examples(n) {
    if (n < 1 || n > most) throw error{"capacity: expected 1 to ", most, " examples, found ", n, "; give the largest batch"};
  }
  static constexpr long most = 1L << 24;
};

inline constexpr long default_capacity = 32;

template <const auto& Net, unsigned long Fingerprint, class... Options>
class basic_model;

namespace detail {

/// What the type of a model says. Models hold predictors, which ask this: naming one of them first must not need the other.
template <class Model>
struct model_traits;
template <const auto& Net, unsigned long Fingerprint, class... Options>
struct model_traits<basic_model<Net, Fingerprint, Options...>> {
  using options = model_options<Options...>;
  using scalar = typename options::scalar;
  static constexpr const auto& network = Net;
  static constexpr const auto& program = inference<Net, options>::program;
};

/// The variables of a model, shared with whatever runs on them: they stay where they are when the model is moved, and outlive it.
template <class Model>
struct model_variables {
  aligned_buffer<typename model_traits<Model>::scalar> values;
  Model* owner;  // null when the model is gone
};

/// The random numbers of one run: a function of the seed and the number of the run.
inline std::uint32_t run_seed(std::uint64_t seed, std::int64_t run) {
  return simd::mix(static_cast<std::uint32_t>(seed * 0x9E3779B97F4A7C15ull >> 32) + simd::mix(static_cast<std::uint32_t>(run)));
}

template <class Model>
std::shared_ptr<aligned_buffer<typename model_traits<Model>::scalar>> values_of(const std::shared_ptr<model_variables<Model>>& shared) {
  return {shared, &shared->values};
}

/// True when two programs have their variables in the same places.
template <class Program, class Other>
constexpr bool same_variables(const Program& a, const Other& b) {
  bool same = a.sizes.variables == b.sizes.variables;
  for (int v = 0; same && v < a.sizes.variables; ++v)
    same = a.variables[v].extent == b.variables[v].extent && a.places[a.variables[v].node].offset == b.places[b.variables[v].node].offset;
  return same;
}
/// The same of two models of one network, compiled for inputs of different size.
template <class Model, class Other>
constexpr bool same_variables() {
  using one = model_traits<Model>;
  using another = model_traits<Other>;
  return &one::network == &another::network && std::is_same_v<typename one::scalar, typename another::scalar> && same_variables(one::program, another::program);
}

}  // namespace detail

/// An end point of the last run: its name, its shape for one example, and its numbers, example by example.
template <class T>
struct end_point_entry {
  std::string name;
  slim::shape extent;
  std::span<const T> values;
};

namespace detail {
/// The end points that can be read after a run, in the order in which the network made them: TF-Slim's dictionary.
template <class T, const auto& Program, class Run>
std::vector<end_point_entry<T>> readable_end_points(const Run& run) {
  std::vector<end_point_entry<T>> all;
  for (int i = 0; i < Program.sizes.end_points; ++i) {
    const graph::named_node point = Program.end_points[i];
    bool readable = point.node >= 0 && Program.nodes[point.node].kept;
    for (int k = 0; k < Program.sizes.outputs; ++k) readable = readable || Program.outputs[k] == point.node;
    if (readable) all.push_back({graph::scope_name(Program.scopes, point.scope).c_str(), point.extent, run.values(point.node)});
  }
  return all;
}
}  // namespace detail

/// Inference on the variables of a model, with an arena of its own: one predictor per thread shares one set of weights. Inference changes none
/// of them; train the model meanwhile in no other thread. A model that is moved takes its predictors along.
template <class Model>
class predictor {
  using traits = detail::model_traits<Model>;
  using options = typename traits::options;
  using T = typename traits::scalar;
  static constexpr const auto& program = traits::program;
  static constexpr capacity usual{options::fixed_batch > 0 ? options::fixed_batch : default_capacity};

public:
  explicit predictor(const Model& of, capacity room = usual, int threads = kernel::hardware_threads())
      : weights(detail::values_of(of.shared())), run(room.examples, threads), batch(room.examples), noise_seed(of.seed_value()) {}

  /// The same network on inputs of another size than its model takes, with the variables of the model: predictor<model<net, input<320, 320, 3>>>
  /// large(trained).
  template <class Other>
    requires(!std::is_same_v<Other, Model> && requires { detail::model_traits<Other>::network; })
  explicit predictor(const Other& of, capacity room = usual, int threads = kernel::hardware_threads())
      : weights(detail::values_of(of.shared())), run(room.examples, threads), batch(room.examples), noise_seed(of.seed_value()) {
    static_assert(detail::same_variables<Model, Other>(),
                  "the model has other variables: it is another network or precision, or one whose variables depend on the size of its input");
  }

  /// Runs the network. Each argument holds whole examples of one input, all the same number: anything with data() and size(), of the model's
  /// precision or integers, an Eigen matrix with one example in each row. Returns the first output: a matrix_view
  /// [examples, numbers per example], valid until the next run. Throws slim::error for other batches and for class numbers that do not exist.
  template <class... Inputs>
  auto operator()(const Inputs&... inputs) & {
    static_assert(sizeof...(Inputs) == options::input_count, "one argument for each input of the network");
    batch.bind(inputs...);
    return forward();
  }
  template <class... Inputs>
  void operator()(const Inputs&...) && = delete;  // give the predictor a name: what it returns is a view of its memory, which goes with it

  /// Transforms or packs weights ahead, which makes inference faster, most of all on small batches. Takes memory: four times the weights of Winograd
  /// convolutions, once those of other convolutions and matrix products. Later runs do not see changes of the weights until the next prepare().
  void prepare() { run.prepare(weights->data()); }

  /// Random numbers of dropout(is_training = true) are other ones in each run, and a function of the seed (at first the model's) and of how many
  /// runs there were since it was set. Predictors of different seeds draw different numbers.
  void set_seed(seed start) { noise_seed = start.value, runs = 0; }

  /// Output `I` of the last run.
  template <int I = 0>
  void output() const&& = delete;  // give the predictor a name
  template <int I = 0>
  auto output() const& {
    return map_of<program.nodes[program.outputs[I]].extent.size()>(program.outputs[I]);
  }

  /// A kept end point of the last run; the model needs the option keep<"name">.
  template <text Name>
  void end_point() const&& = delete;  // give the predictor a name
  template <text Name>
  auto end_point() const& {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    return end_point_at<end_point_index<program, Name>>();
  }
  /// All end points of the last run that are outputs or kept, as a list; keep<"*"> keeps all there are. Valid until the next run.
  std::vector<end_point_entry<T>> end_points() const&& = delete;  // give the predictor a name
  std::vector<end_point_entry<T>> end_points() const& { return detail::readable_end_points<T, program>(run); }

  int threads() const { return run.threads(); }
  void set_threads(int threads) { run.set_threads(threads); }
  long capacity_examples() const { return run.capacity(); }
  long bytes() const { return run.bytes(); }

private:
  friend Model;

  template <int Index>
  auto end_point_at() const {
    constexpr graph::named_node point = program.end_points[Index];
    return map_of<point.extent.size()>(point.node);
  }

  /// On the batch that is bound.
  auto forward() {
    // Inference programs have no updates: the variables are only read.
    run.run(weights->data(), nullptr, 0, batch.pointers, nullptr, batch.examples, detail::run_seed(noise_seed, ++runs),
            [&] { batch.check_computed_labels(run); });
    return output<0>();
  }

  template <long Columns>
  auto map_of(int node) const {
    const std::span<const T> all = run.values(node);
    return matrix_view<const T, Columns>(all.data(), static_cast<long>(all.size()) / Columns);
  }

  std::shared_ptr<aligned_buffer<T>> weights;
  executor<T, program> run;
  detail::batch_inputs<T, program> batch;
  std::uint64_t noise_seed;
  std::int64_t runs = 0;
};

/// Network `Net` with its parameters: model<vgg_16, input<224, 224, 3>> net{seed(1)}. Options: input<...> for each input, labels<...>, batch<N>,
/// precision<double>, keep<"end point">. A value: copying copies the variables, assigning too. Moving hands them on, with the predictors and
/// train_ops that work on them; a model that was moved from has none until one is assigned to it, and throws slim::error when it is used.
/// Networks of one name in two source files make two types, unless they are the same network: see graph/fingerprint.hpp.
template <const auto& Net, class... Options>
  requires((sizeof(Options) > 0) && ... && true)  // looks at options here, where they are written
using model = basic_model<Net, inference<Net, model_options<Options...>>::fingerprint, Options...>;

template <const auto& Net, unsigned long Fingerprint, class... Options>
class basic_model {
public:
  using options = model_options<Options...>;
  using scalar = typename options::scalar;
  static constexpr const auto& network = Net;
  static constexpr const auto& program = inference<Net, options>::program;
  static_assert(is_valid<program>::value);

  /// Draws initial values of the variables, on `threads` threads; they do not depend on how many.
  [[gnu::cold]] explicit basic_model(seed start, capacity room = capacity(options::fixed_batch > 0 ? options::fixed_batch : default_capacity),
                                     int threads = kernel::hardware_threads())
      : held(made(aligned_buffer<scalar>(program.parameter_elements))), first_seed(start.value), predict_with(*this, room, threads) {
    constexpr bool orthogonal = [] {
      for (const graph::variable_entry& v : program.variables)
        if (v.initial.kind == distribution::orthogonal) return true;
      return false;
    }();
    held->values.fill(0);  // the gaps between variables, too
    long offset = 0;
    for (int i = 0; i < program.sizes.variables; ++i) {
      const graph::variable_entry& v = program.variables[i];
      fill<scalar, orthogonal>(held->values.data() + offset, v.extent, v.initial, start.value, static_cast<std::uint64_t>(i), threads);
      offset += graph::aligned(v.extent.size());
    }
  }

  /// The message about a number in place of the seed.
  template <class Number>
    requires std::is_arithmetic_v<Number>
  explicit basic_model(Number) : basic_model(slim::seed(1)) {
    constexpr bool seeded = sizeof(Number) == 0;
    static_assert(seeded, "a model starts from a seed: model<net, input<28, 28, 1>> m{seed(1)}");
  }
  /// The message about a number in place of the capacity.
  template <class Number, class... Threads>
    requires std::is_arithmetic_v<Number>
  basic_model(seed start, Number, Threads...) : basic_model(start) {
    constexpr bool wrapped = sizeof(Number) == 0;
    static_assert(wrapped, "the largest batch of a model is a capacity: model<net, input<28, 28, 1>> m{seed(1), capacity(64)}");
  }
  basic_model() = delete;  // a model starts from a seed: model<net, input<28, 28, 1>> m{seed(1)}
  basic_model(const basic_model& other) : held(made(other.values())), first_seed(other.first_seed), predict_with(other.predict_with) {
    predict_with.weights = detail::values_of(held);
  }
  basic_model(basic_model&& other) noexcept : held(std::move(other.held)), first_seed(other.first_seed), predict_with(std::move(other.predict_with)) {
    if (held) held->owner = this;
  }
  /// The variables take other values where they are: maps of them, predictors and train_ops of this model see them.
  basic_model& operator=(const basic_model& other) {
    if (this == &other) return *this;
    if (held) std::copy_n(other.values().data(), held->values.size(), held->values.data());
    else held = made(other.values());
    first_seed = other.first_seed;
    predict_with = other.predict_with;
    predict_with.weights = detail::values_of(held);
    return *this;
  }
  basic_model& operator=(basic_model&& other) {
    if (held || this == &other) return *this = std::as_const(other);
    held = other.shared();
    other.held = nullptr;
    held->owner = this;
    first_seed = other.first_seed;
    predict_with = std::move(other.predict_with);
    return *this;
  }
  ~basic_model() {
    if (held) held->owner = nullptr;
  }

  /// Runs the network on whole examples, one argument per input (anything with data() and size(), such as a vector, a span or an Eigen
  /// map). Returns the first output as a matrix_view [examples, numbers per example], valid until the next call.
  template <class... Inputs>
  auto predict(const Inputs&... inputs) & {
    static_assert(sizeof...(Inputs) == options::input_count, "one argument for each input of the network");
    values();
    predict_with.batch.bind(inputs...);  // here, because a message names every function on the way
    return predict_with.forward();
  }
  template <class... Inputs>
  void predict(const Inputs&...) && = delete;  // give the model a name: what it returns is a view of its memory, which goes with it
  /// Output `I` of the last predict.
  template <int I>
  void output() const&& = delete;  // give the model a name
  template <int I>
  auto output() const& {
    return predict_with.template output<I>();
  }
  /// A kept end point of the last predict.
  template <text Name>
  void end_point() const&& = delete;  // give the model a name
  template <text Name>
  auto end_point() const& {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    return predict_with.template end_point_at<end_point_index<program, Name>>();
  }
  /// All end points of the last predict that are outputs or kept, as a list; see predictor.
  void end_points() const&& = delete;  // give the model a name
  auto end_points() const& { return predict_with.end_points(); }

  /// A variable by its full name, a matrix_view of static shape; an unknown name does not compile.
  template <text Name>
  void variable() && = delete;  // give the model a name
  template <text Name>
  auto variable() & {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int index = variable_index<program, Name>;
    constexpr slim::shape extent = program.variables[index].extent;
    constexpr long columns = extent.rank < 2 ? 1 : extent.channels();
    return matrix_view<scalar, columns, extent.size() / columns>(values().data() + offset_of(index));
  }

  static constexpr int variables() { return program.sizes.variables; }
  static std::string variable_name(int i) { return graph::variable_name(program.scopes, program.variables[i]).c_str(); }
  static const slim::shape& variable_shape(int i) { return program.variables[i].extent; }
  static bool variable_trainable(int i) { return program.variables[i].trainable; }
  static variable_kind kind_of_variable(int i) { return program.variables[i].kind; }
  static bool variable_in(int i, std::string_view collection) { return program.variables[i].collections.contains(std::string(collection).c_str()); }
  std::span<const scalar> variable_values(int i) const&& = delete;  // give the model a name
  std::span<scalar> variable_values(int i) & { return {values().data() + offset_of(i), static_cast<std::size_t>(program.variables[i].extent.size())}; }
  std::span<const scalar> variable_values(int i) const& {
    return {values().data() + offset_of(i), static_cast<std::size_t>(program.variables[i].extent.size())};
  }
  /// A variable by a name known at run time. Throws with the nearest name when there is none.
  std::span<scalar> variable(std::string_view name) && = delete;  // give the model a name
  std::span<scalar> variable(std::string_view name) & {
    int nearest = 0, least = 1 << 20;
    for (int i = 0; i < variables(); ++i) {
      const std::string own = variable_name(i);
      if (own == name) return variable_values(i);
      const int distance = edit_distance(own.c_str(), std::string(name.substr(0, name_buffer::capacity)).c_str());
      if (distance < least) least = distance, nearest = i;
    }
    throw error{"variable '", name, "': not in this network; did you mean '", variable_name(nearest), "'?"};
  }

  /// All parameters, in the order of the variables, each padded to 64 bytes.
  std::span<const scalar> parameters() const&& = delete;  // give the model a name
  std::span<scalar> parameters() & { return {values().data(), static_cast<std::size_t>(values().size())}; }
  std::span<const scalar> parameters() const& { return {values().data(), static_cast<std::size_t>(values().size())}; }

  std::uint64_t seed_value() const { return first_seed; }
  void set_threads(int threads) { predict_with.set_threads(threads); }
  /// The seed of what predict draws from now on, see predictor.
  void set_seed(seed start) { predict_with.set_seed(start); }
  /// The largest batch.
  long capacity_examples() const { return predict_with.capacity_examples(); }

  /// Offset of variable `i` in `parameters()`.
  static long offset_of(int i) { return program.places[program.variables[i].node].offset; }

private:
  template <class>
  friend class predictor;
  template <class, int>
  friend class streaming_predictor;
  template <class, class, class, class, unsigned long>
  friend class train_op;
  template <class, class, class, bool, unsigned long>
  friend class gradient_op;
  using variables_block = detail::model_variables<basic_model>;

  std::shared_ptr<variables_block> made(aligned_buffer<scalar> values) { return std::make_shared<variables_block>(variables_block{std::move(values), this}); }
  const std::shared_ptr<variables_block>& shared() const {
    if (!held) throw error("model: expected variables, found that they were moved to another model; use that one");
    return held;
  }
  aligned_buffer<scalar>& values() { return shared()->values; }
  const aligned_buffer<scalar>& values() const { return shared()->values; }

  std::shared_ptr<variables_block> held;
  std::uint64_t first_seed;
  predictor<basic_model> predict_with;
};

}  // namespace slim

#include "slim/core/end.hpp"
