#pragma once
// A network with parameters.

#include <Eigen/Core>
#include <string_view>

#include "slim/initializers/fill.hpp"
#include "slim/model/executor.hpp"

namespace slim {

/// Seed of everything random in a model: initial values and dropout.
struct seed {
  std::uint64_t value;
  constexpr explicit seed(std::uint64_t s) : value(s) {}
};

/// The largest batch that a model, predictor or train_op accepts.
struct capacity {
  long examples;
  constexpr explicit capacity(long n) : examples(n) {}
};

inline constexpr long default_capacity = 32;

/// The value of a variable as an Eigen map of static shape: a vector for rank 1, else a row-major matrix
/// [product of all but the last extent, last extent].
template <class T, int Rows, int Columns>
using variable_map = Eigen::Map<Eigen::Matrix<T, Rows, Columns, Columns == 1 ? Eigen::ColMajor : Eigen::RowMajor>>;

template <const auto& Net, class... Options>
class model;

/// Inference on the parameters of a model, with an arena of its own: one predictor per thread shares one set of weights.
/// Refers to the model, which must outlive it and must not be trained meanwhile.
template <class Model>
class predictor {
  using T = typename Model::scalar;
  static constexpr const auto& program = Model::program;
  static constexpr auto& input_extents = Model::options::input_extents;

public:
  explicit predictor(const Model& of, capacity room = capacity(Model::options::fixed_batch > 0 ? Model::options::fixed_batch : default_capacity),
                     int threads = kernel::hardware_threads())
      : weights(&of), run(room.examples, threads) {}

  /// Runs the network. Each argument holds whole examples of one input; all the same number. Returns the first output: a row-major
  /// Eigen map [examples, numbers per example], valid until the next run.
  template <class... Inputs>
  auto operator()(const Inputs&... inputs) {
    forward(inputs...);
    return output<0>();
  }

  /// Output `I` of the last run.
  template <int I = 0>
  auto output() const {
    return map_of<program.nodes[program.outputs[I]].extent.size()>(program.outputs[I]);
  }

  /// A kept end point of the last run; the model needs the option keep<"name">.
  template <text Name>
  auto end_point() const {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    return end_point_at<end_point_index<program, Name>>();
  }

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

  template <class... Inputs>
  void forward(const Inputs&... inputs) {
    static_assert(sizeof...(Inputs) == Model::options::input_count, "one argument for each input of the network");
    const T* pointers[] = {inputs.data()...};
    const long sizes[] = {static_cast<long>(inputs.size())...};
    const long examples = run.examples_in(sizes[0], 0, input_extents[0]);
    for (int i = 1; i < Model::options::input_count; ++i)
      if (run.examples_in(sizes[i], i, input_extents[i]) != examples)
        throw error("input " + std::to_string(i) + ": expected as many examples as input 0 has (" + std::to_string(examples) + "), found " +
                    std::to_string(run.examples_in(sizes[i], i, input_extents[i])) + "; pass batches of equal size");
    // Inference programs have no updates: the parameters are only read.
    run.run(const_cast<T*>(weights->parameters().data()), nullptr, 0, pointers, nullptr, examples, 0);
  }

  template <long Columns>
  auto map_of(int node) const {
    using matrix = Eigen::Matrix<T, Eigen::Dynamic, static_cast<int>(Columns), Columns == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
    const std::span<const T> all = run.values(node);
    return Eigen::Map<const matrix>(all.data(), static_cast<Eigen::Index>(all.size()) / Columns, Columns);
  }

  const Model* weights;
  executor<T, program> run;
};

/// Network `Net` with its parameters: model<vgg_16, input<224, 224, 3>> net{seed(1)}. Options: input<...> for each input, labels<...>, batch<N>,
/// precision<double>, keep<"end point">. A value: copying copies the parameters.
template <const auto& Net, class... Options>
class model {
public:
  using options = model_options<Options...>;
  using scalar = typename options::scalar;
  static constexpr const auto& network = Net;
  static constexpr const auto& program = inference<Net, options>::program;
  static_assert(is_valid<program>::value);

  /// Draws initial parameters.
  explicit model(seed start, capacity room = capacity(options::fixed_batch > 0 ? options::fixed_batch : default_capacity),
                 int threads = kernel::hardware_threads())
      : values(program.parameter_elements), first_seed(start.value), predict_with(*this, room, threads) {
    values.fill(0);  // the gaps between variables, too
    long offset = 0;
    for (int i = 0; i < program.sizes.variables; ++i) {
      const graph::variable_entry& v = program.variables[i];
      fill(values.data() + offset, v.extent, v.initial, start.value, static_cast<std::uint64_t>(i));
      offset += graph::aligned(v.extent.size());
    }
  }

  model(const model& other) : values(other.values), first_seed(other.first_seed), predict_with(other.predict_with) { predict_with.weights = this; }
  model(model&& other) noexcept : values(std::move(other.values)), first_seed(other.first_seed), predict_with(std::move(other.predict_with)) {
    predict_with.weights = this;
  }
  model& operator=(model other) noexcept {
    values = std::move(other.values);
    first_seed = other.first_seed;
    predict_with = std::move(other.predict_with);
    predict_with.weights = this;
    return *this;
  }

  /// Runs the network on whole examples, one argument per input (anything with data() and size(), such as a vector, a span or an Eigen
  /// map). Returns the first output as an Eigen map [examples, numbers per example], valid until the next call.
  template <class... Inputs>
  auto predict(const Inputs&... inputs) {
    return predict_with(inputs...);
  }
  /// Output `I` of the last predict.
  template <int I>
  auto output() const {
    return predict_with.template output<I>();
  }
  /// A kept end point of the last predict.
  template <text Name>
  auto end_point() const {
    static_assert(sizeof(has_end_point<program, Name>) != 0);
    static_assert(sizeof(keeps_end_point<program, Name>) != 0);
    return predict_with.template end_point_at<end_point_index<program, Name>>();
  }

  /// A variable by its full name; an unknown name does not compile.
  template <text Name>
  auto variable() {
    static_assert(sizeof(has_variable<program, Name>) != 0);
    constexpr int index = variable_index<program, Name>;
    constexpr slim::shape extent = program.variables[index].extent;
    constexpr int columns = extent.rank < 2 ? 1 : extent.channels();
    constexpr int rows = static_cast<int>(extent.size() / columns);
    return variable_map<scalar, rows, columns>(values.data() + offset_of(index));
  }

  static constexpr int variables() { return program.sizes.variables; }
  static std::string variable_name(int i) { return graph::variable_name(program.scopes, program.variables[i]).c_str(); }
  static const slim::shape& variable_shape(int i) { return program.variables[i].extent; }
  static bool variable_trainable(int i) { return program.variables[i].trainable; }
  static variable_kind kind_of_variable(int i) { return program.variables[i].kind; }
  static bool variable_in(int i, std::string_view collection) { return program.variables[i].collections.contains(std::string(collection).c_str()); }
  std::span<scalar> variable_values(int i) {
    return {values.data() + offset_of(i), static_cast<std::size_t>(program.variables[i].extent.size())};
  }
  std::span<const scalar> variable_values(int i) const {
    return {values.data() + offset_of(i), static_cast<std::size_t>(program.variables[i].extent.size())};
  }
  /// A variable by a name known at run time. Throws with the nearest name when there is none.
  std::span<scalar> variable(std::string_view name) {
    int nearest = 0, least = 1 << 20;
    for (int i = 0; i < variables(); ++i) {
      const std::string own = variable_name(i);
      if (own == name) return variable_values(i);
      const int distance = edit_distance(own.c_str(), std::string(name.substr(0, name_buffer::capacity)).c_str());
      if (distance < least) least = distance, nearest = i;
    }
    throw error("variable '" + std::string(name) + "': not in this network; did you mean '" + variable_name(nearest) + "'?");
  }

  /// All parameters, in the order of the variables, each padded to 64 bytes.
  std::span<scalar> parameters() { return {values.data(), static_cast<std::size_t>(values.size())}; }
  std::span<const scalar> parameters() const { return {values.data(), static_cast<std::size_t>(values.size())}; }

  std::uint64_t seed_value() const { return first_seed; }
  void set_threads(int threads) { predict_with.set_threads(threads); }

  /// Offset of variable `i` in `parameters()`.
  static long offset_of(int i) { return program.places[program.variables[i].node].offset; }

private:
  aligned_buffer<scalar> values;
  std::uint64_t first_seed;
  predictor<model> predict_with;
};

}  // namespace slim
