#pragma once
#include "slim/core/begin.hpp"
// TF-Slim's layers.summarize_*: what of a model and its training can be observed, and summaries of all of it at once.

#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "slim/core/error.hpp"
#include "slim/core/regular_expression.hpp"
#include "slim/layers/activations.hpp"
#include "slim/model/train_op.hpp"
#include "slim/model/variable_list.hpp"
#include "slim/summary/summaries.hpp"

namespace slim::summaries {

namespace detail {

template <class Run>
struct model_behind {
  using type = Run;
};
template <class Model, class Loss, class Optimizer, class Options, unsigned long Fingerprint>
struct model_behind<train_op<Model, Loss, Optimizer, Options, Fingerprint>> {
  using type = Model;
};

template <const auto& Program, int Index>
inline constexpr auto end_point_text = [] {
  text<name_buffer::capacity + 1> name;
  const name_buffer full = graph::scope_name(Program.scopes, Program.end_points[Index].scope);
  for (int i = 0; i < full.size; ++i) name.characters[i] = full.characters[i];
  return name;
}();

/// Calls `use` with the name of every kept end point of a model or train_op, as a template argument.
template <class Run, class Use>
void for_each_kept_end_point(const Use& use) {
  constexpr const auto& program = Run::program;
  [&]<int... I>(std::integer_sequence<int, I...>) {
    const auto one = [&]<int Index>(std::integral_constant<int, Index>) {
      constexpr int node = program.end_points[Index].node;
      if constexpr (node >= 0) {
        if constexpr (program.nodes[node].kept) use.template operator()<end_point_text<program, Index>>();
      }
    };
    (one(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, program.sizes.end_points>{});
}

/// True when two expressions are the same tree, however their nodes are numbered.
inline bool same_expression(const expr::scalar_node* a, int i, const expr::scalar_node* b, int j) {
  if (i < 0 || j < 0) return i == j;
  return a[i].op == b[j].op && a[i].value == b[j].value && same_expression(a, a[i].a, b, b[j].a) && same_expression(a, a[i].b, b, b[j].b) &&
         same_expression(a, a[i].c, b, b[j].c);
}

/// True when the end point is the result of `expression` in the network as written.
template <class Program, class Expression>
bool computed_by(const Program& p, const char* end_point, const Expression& expression) {
  const expr::scalar_function wanted = expr::scalar_function_of<1>(expression);
  for (int i = 0; i < p.sizes.end_points; ++i) {
    if (!equal(graph::scope_name(p.scopes, p.end_points[i].scope).c_str(), end_point)) continue;
    const graph::node& n = p.nodes[p.end_points[i].node];
    if (n.kind != graph::kind::map) return false;
    const graph::function_entry& f = p.functions[n.function];
    return same_expression(p.function_nodes + f.first, f.outputs[0], wanted.nodes.begin(), wanted.outputs[0]);
  }
  return false;
}

inline bool ends_with(const std::string& name, const std::string& ending) {
  return name == ending || (name.size() > ending.size() && name.compare(name.size() - ending.size() - 1, std::string::npos, "/" + ending) == 0);
}

}  // namespace detail

// What can be observed. All refer to the model or train_op, which must stay where it is.

/// Variable number `i` of a model; all of them, but for local ones, are variables_of(net).
template <class Model>
observed variable_of(const Model& net, int i) {
  return {Model::variable_name(i), Model::variable_shape(i), false, [&net, i] { return net.variable_values(i); }};
}
using slim::variables_of;

/// A kept end point of the last step of a train_op, or of the last predict of a model; an unknown name does not compile.
template <text Name, class Run>
observed end_point_of(const Run& run) {
  static_assert(sizeof(has_end_point<Run::program, Name>) != 0);
  constexpr const graph::named_node& point = Run::program.end_points[end_point_index<Run::program, Name>];
  return {Name.c_str(), point.extent, Run::program.nodes[point.node].batched, [&run] {
            const auto values = run.template end_point<Name>();
            return std::span(values.data(), static_cast<std::size_t>(values.size()));
          }};
}
/// All that are kept.
template <class Run>
observed_list end_points_of(const Run& run) {
  observed_list list;
  detail::for_each_kept_end_point<Run>([&]<text Name>() { list.push_back(end_point_of<Name>(run)); });
  return list;
}

/// The total loss of the last step, "total_loss".
template <class TrainOp>
observed total_loss_of(const TrainOp& step) {
  return {"total_loss", [&step] { return step.loss(); }};
}
/// Each loss of the collection and then each regularization loss, named by its scope.
template <class TrainOp>
observed_list losses_of(const TrainOp& step) {
  observed_list list;
  for (int i = 0; i < TrainOp::losses(); ++i) {
    const std::string scope = graph::scope_name(TrainOp::program.scopes, TrainOp::program.losses[i].scope).c_str();
    list.push_back({scope.empty() ? "loss" : scope, [&step, i] { return step.loss(i); }});
  }
  return list;
}

/// The gradients of the last step by the names of their variables; the train_op was created with learning::summarize_gradients.
template <class TrainOp>
observed_list gradients_of(const TrainOp& step) {
  observed_list list;
  for (int v = 0; v < TrainOp::program.sizes.variables; ++v)
    if (slim::detail::is_trained<TrainOp::program>(v))
      list.push_back({graph::variable_name(TrainOp::program.scopes, TrainOp::program.variables[v]).c_str(), TrainOp::program.variables[v].extent, false,
                      [&step, v] { return step.gradient_values(v); }});
  return list;
}

// Summaries of what was observed.

/// A scalar summary of one number, a histogram of several; tag `<name>_summary` unless given.
inline std::string summarize_tensor(summary_set& set, const observed& values, const std::string& tag = {}) {
  const summary_options options{.name = tag.empty() ? values.name() + "_summary" : tag};
  return values.is_scalar() ? add_scalar_summary(set, values, options) : add_histogram_summary(set, values, options);
}
inline void summarize_tensors(summary_set& set, const observed_list& list) {
  for (const observed& one : list) summarize_tensor(set, one);
}

/// Those of the list whose name begins with a match of `name_filter`, a POSIX extended regular expression; all when it is empty.
/// Throws slim::error for a malformed expression.
inline observed_list matching(const observed_list& list, const std::string& name_filter) {
  const regular_expression beginning(name_filter, "name_filter");
  observed_list result;
  for (const observed& one : list)
    if (beginning.begins(one.name())) result.push_back(one);
  return result;
}

inline void summarize_collection(summary_set& set, const observed_list& list, const std::string& name_filter = {}) {
  summarize_tensors(set, matching(list, name_filter));
}

/// All variables of a model.
template <class Model>
void summarize_variables(summary_set& set, const Model& net, const std::string& name_filter = {}) {
  summarize_collection(set, variables_of(net), name_filter);
}
/// Those that layers call "weights" (also "depthwise_weights" and "pointwise_weights"), and those called "biases".
template <class Model>
void summarize_weights(summary_set& set, const Model& net, const std::string& name_filter = {}) {
  for (const observed& one : matching(observed_list(variables_of(net)), name_filter))
    for (const char* weights : {"weights", "depthwise_weights", "pointwise_weights"})
      if (detail::ends_with(one.name(), weights)) summarize_tensor(set, one);
}
template <class Model>
void summarize_biases(summary_set& set, const Model& net, const std::string& name_filter = {}) {
  for (const observed& one : matching(observed_list(variables_of(net)), name_filter))
    if (detail::ends_with(one.name(), "biases")) summarize_tensor(set, one);
}

/// The histogram `<name>/activation` of a kept end point. When it is the result of relu, relu6 or softplus, also the scalar `<name>/zeros`,
/// the share of negative inputs; relu6 also `<name>/sixes`, that of inputs above 6. They are told from the results, because inputs
/// are not kept: for relu and relu6 an input of exactly 0 or 6 counts, too.
template <text Name, class Run>
void summarize_activation(summary_set& set, const Run& run) {
  using model = typename detail::model_behind<Run>::type;
  const auto& written = traced<model::network, typename model::options>::program;
  const observed values = end_point_of<Name>(run);
  const std::string name = values.name();
  const auto add_share = [&](const char* what, float (*counts)(float)) {
    detail::add_computed(set, values, name + what, false, [counts](std::span<const float> all) { return detail::share(all, counts); });
  };
  const bool is_relu6 = detail::computed_by(written, Name.c_str(), relu6.expression);
  if (is_relu6 || detail::computed_by(written, Name.c_str(), relu.expression)) {
    add_share("/zeros", [](float y) { return y == 0 ? 1.0f : 0.0f; });
  } else if (detail::computed_by(written, Name.c_str(), softplus.expression)) {
    add_share("/zeros", [](float y) { return y < 0.69314718f ? 1.0f : 0.0f; });  // softplus(0) = ln 2
  }
  if (is_relu6) add_share("/sixes", [](float y) { return y == 6 ? 1.0f : 0.0f; });
  add_histogram_summary(set, values, {.name = name + "/activation"});
}
/// The same for every kept end point of a model or train_op.
template <class Run>
void summarize_activations(summary_set& set, const Run& run) {
  detail::for_each_kept_end_point<Run>([&]<text Name>() { summarize_activation<Name>(set, run); });
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
