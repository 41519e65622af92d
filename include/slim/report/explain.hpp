#pragma once
#include "slim/core/begin.hpp"
// What slim made of a network, for people: a summary by layer, where every argument came from, the kernels, the graphs.
// Not part of slim/slim.hpp.

#include <string>
#include <string_view>
#include <vector>

#include "slim/core/number_text.hpp"
#include "slim/report/cost.hpp"
#include "slim/report/describe.hpp"
#include "slim/model/facts.hpp"
#include "slim/run/buckets.hpp"

namespace slim {

namespace detail {

/// `text` in at least |width| characters; at the right of them when the width is negative.
inline std::string padded(std::string_view text, int width) {
  const std::size_t wanted = static_cast<std::size_t>(width < 0 ? -width : width);
  const std::string space(wanted > text.size() ? wanted - text.size() : 0, ' ');
  std::string result;
  if (width < 0) result += space;
  result += text;
  if (width >= 0) result += space;
  return result;
}

inline std::string with_unit(double value, const char* const* units, double step) {
  int unit = 0;
  for (; value >= step && unit < 4; ++unit) value /= step;
  return fixed_text(value, unit == 0 ? 0 : 2) + ' ' + units[unit];
}
inline std::string bytes_text(double bytes) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  return with_unit(bytes, units, 1024);
}
inline std::string operations_text(double operations) {
  static constexpr const char* units[] = {"FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP"};
  return with_unit(operations, units, 1000);
}
inline std::string grouped(long number) {
  std::string digits = std::to_string(number), text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// True when `scope` is `ancestor` or lies inside it.
template <class Program>
bool inside(const Program& p, int scope, int ancestor) {
  for (; scope >= 0; scope = p.scopes[scope].parent)
    if (scope == ancestor) return true;
  return false;
}

/// What travels between processes: in which pieces, how much of the work is left when each may start, and how much smaller joint gradients may travel.
template <class Program>
std::string exchange_table(const Program& p) {
  const long scalar_bytes = static_cast<long>(size_of(p.precision));
  const auto bytes = [&](long elements) { return bytes_text(static_cast<double>(scalar_bytes) * static_cast<double>(elements)); };
  const std::vector<double> left = graph::operations_left(p);
  std::string text =
      "  exchanged: " + bytes(p.exchanged_elements) + " in buckets of " + bytes_text(static_cast<double>(op::all_reduce_start::usual_bucket_bytes)) + "\n";
  int number = 0;
  for (const bucket& one : buckets_of(p, op::all_reduce_start::usual_bucket_bytes / scalar_bytes))
    text += "    bucket " + padded(std::to_string(number++), -4) + padded(bytes(one.end - one.begin), -12) + "  starts behind kernel " +
            padded(std::to_string(one.step), -4) + ", with " + padded(fixed_text(100 * left[static_cast<std::size_t>(one.step)], 0), -3) +
            " % of the operations to come" + (one.inner == 0 ? "" : ", as " + bytes(one.inner + one.columns) + " for each example") + "\n";
  return text;
}

template <class Program>
std::string kernel_table(const Program& p, const char* title) {
  const double scalar_bytes = static_cast<double>(size_of(p.precision));
  std::string text = std::string(title) + "\n";
  graph::traffic all;
  for (int s = 0; s < p.sizes.steps; ++s) {
    const int i = p.order[s];
    const graph::node& n = p.nodes[i];
    const graph::traffic t = graph::traffic_of(p, n);
    all += t;
    text += "  " + padded(std::to_string(s), -4) + "  %" + padded(std::to_string(i), 4) + " " + padded(op::name_of(n.kind), 30) +
            padded(graph::name_of(n.how), 8) + padded(graph::node_name(p, i) + (n.again ? " (again)" : ""), 36) +
            padded(operations_text(graph::operations(p, n)), -14) + padded(bytes_text(scalar_bytes * t.per_example), -12) + " + " +
            padded(bytes_text(scalar_bytes * t.fixed), -10) + "\n";
    if (n.function >= 0) text += "              = " + graph::function_text(p, i, false) + "\n";
    if (n.epilogue >= 0)
      text += std::string(n.by_row    ? "              update, in rows that were looked up, "
                          : n.updates ? "              update "
                                      : "              store ") +
              graph::function_text(p, i, true) + "\n";
    if (n.in_bands) text += "              in bands of rows, in the step of its reader\n";
    if (n.pool > 1) text += "              store the largest of " + std::to_string(n.pool) + " × " + std::to_string(n.pool) + "\n";
  }
  const auto moved = [&](const graph::traffic& t) { return bytes_text(scalar_bytes * t.per_example) + " per example + " + bytes_text(scalar_bytes * t.fixed); };
  text += "  read and written: " + moved(all) + " (without fusion " + moved(p.unfused) + ")\n";
  text += "  arena: " + bytes_text(scalar_bytes * static_cast<double>(p.example_elements)) + " per example + " +
          bytes_text(scalar_bytes * static_cast<double>(p.fixed_elements)) + " (no plan can be smaller than " +
          bytes_text(scalar_bytes * static_cast<double>(p.example_bound)) + " + " + bytes_text(scalar_bytes * static_cast<double>(p.fixed_bound)) + ")\n";
  if (p.exchanged_elements > 0) text += exchange_table(p);
  return text;
}

}  // namespace detail

/// A table with one line per layer: name, output shape, parameters, FLOPs of one example's forward pass, memory of the output.
template <const auto& Net, class... Options>
static std::string summary() {
  using options = model_options<Options...>;
  constexpr const auto& p = traced<Net, options>::program;
  static_assert(sizeof(is_valid<p>) != 0);
  using detail::padded;
  std::string text = padded("layer", 40) + padded("output", 14) + padded("parameters", -14) + padded("operations", -16) + padded("memory", -13) + "\n";
  long parameters = 0;
  double work = 0, memory = 0;
  for (int i = 0; i < p.sizes.end_points; ++i) {
    const graph::named_node& point = p.end_points[i];
    long own_parameters = 0;
    double own_work = 0;
    for (int v = 0; v < p.sizes.variables; ++v)
      if (p.variables[v].trainable && detail::inside(p, p.variables[v].scope, point.scope)) own_parameters += p.variables[v].extent.size();
    for (int n = 0; n < p.sizes.nodes; ++n)
      if (p.nodes[n].scope >= 0 && detail::inside(p, p.nodes[n].scope, point.scope)) own_work += graph::operations(p, p.nodes[n]);
    const double own_memory = static_cast<double>(size_of(p.precision)) * static_cast<double>(point.extent.size());
    text += padded(graph::scope_name(p.scopes, point.scope).c_str(), 40) + padded(graph::shape_text(point.extent), 14) +
            padded(detail::grouped(own_parameters), -14) + padded(detail::operations_text(own_work), -16) + padded(detail::bytes_text(own_memory), -13) + "\n";
    if (p.scopes[point.scope].layer_node < 0) continue;  // a part of the network: its layers are counted on their own lines
    parameters += own_parameters, work += own_work, memory += own_memory;
  }
  text += padded("total", 40) + padded("", 14) + padded(detail::grouped(parameters), -14) + padded(detail::operations_text(work), -16) +
          padded(detail::bytes_text(memory), -13) + "\n";
  return text;
}

/// For each layer each argument it read, its value and where that came from: the layer's default, an arg_scope, or the call.
template <const auto& Net, class... Options>
static std::string explain_arguments() {
  tracer trace;
  trace.recording = true;
  detail::trace_network<Net, model_options<Options...>>(trace);
  static constexpr const char* sources[] = {"default", "arg_scope", "call"};
  std::string text;
  int scope = -1;
  for (int i = 0; i < trace.origins.size(); ++i) {
    const argument_origin& origin = trace.origins[i];
    if (origin.scope != scope) text += std::string(graph::scope_name(trace.g.scopes, origin.scope).c_str()) + "\n";
    scope = origin.scope;
    text += "  " + detail::padded(origin.keyword, 22) + "= " + detail::padded(origin.text.c_str(), 32) + sources[origin.source] + "\n";
  }
  return text;
}

/// The arguments of every layer, then the kernels of inference: what was fused into what, algorithm, FLOPs per example, bytes per example + fixed.
template <const auto& Net, class... Options>
static std::string explain() {
  using options = model_options<Options...>;
  constexpr const auto& p = inference<Net, options>::program;
  static_assert(sizeof(is_valid<p>) != 0);
  return explain_arguments<Net, Options...>() + "\n" + detail::kernel_table(p, "kernels of inference");
}

/// The kernels of a training step.
template <class TrainOp>
std::string explain(const TrainOp&) {
  return detail::kernel_table(TrainOp::program, "kernels of a training step");
}

/// The network as written and as executed, in Graphviz DOT.
template <const auto& Net, class... Options>
static std::string dot_before() {
  return graph::dot(traced<Net, model_options<Options...>>::program, "as written");
}
template <const auto& Net, class... Options>
static std::string dot_after() {
  return graph::dot(inference<Net, model_options<Options...>>::program, "as executed");
}
template <class TrainOp>
std::string dot_after(const TrainOp&) {
  return graph::dot(TrainOp::program, "training step");
}

}  // namespace slim

#include "slim/core/end.hpp"
