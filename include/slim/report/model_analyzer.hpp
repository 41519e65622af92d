#pragma once
#include "slim/core/begin.hpp"
// TF-Slim's model_analyzer: the variables and operations of a network, with their sizes. Not part of slim/slim.hpp.

#include <cstdio>
#include <string>
#include <type_traits>

#include "slim/report/describe.hpp"
#include "slim/model/model.hpp"

namespace slim::model_analyzer {

/// "(float32 5x5x1x32)". A leading batch is written too: its number, or ? for 0, a batch known only at run time; none for -1.
template <class T>
std::string tensor_description(const slim::shape& extent, int batch = -1) {
  std::string text = std::is_same_v<T, double> ? "(float64 " : "(float32 ";
  if (batch >= 0) text += batch > 0 ? std::to_string(batch) : "?";
  for (int i = 0; i < extent.rank; ++i) text += (i > 0 || batch >= 0 ? "x" : "") + std::to_string(extent[i]);
  return text + ")";
}

struct variable_sizes {
  long size = 0, bytes = 0;  ///< numbers, and bytes without padding
  bool operator==(const variable_sizes&) const = default;
};

/// Counts the variables of a model, trained or not, and prints one line for each. TF-Slim section 12.
template <class Model>
variable_sizes analyze_vars(const Model&, bool print_info = false, std::FILE* output = stdout) {
  using scalar = typename Model::scalar;
  if (print_info) std::fputs("---------\nVariables: name (type shape) [size]\n---------\n", output);
  variable_sizes total;
  for (int i = 0; i < Model::variables(); ++i) {
    const slim::shape& extent = Model::variable_shape(i);
    const long size = extent.size(), bytes = size * static_cast<long>(sizeof(scalar));
    if (print_info) {
      std::fprintf(output, "%s %s [%ld, bytes: %ld]\n", Model::variable_name(i).c_str(), tensor_description<scalar>(extent).c_str(), size, bytes);
    }
    total.size += size;
    total.bytes += bytes;
  }
  if (print_info) std::fprintf(output, "Total size of variables: %ld\nTotal bytes of variables: %ld\n", total.size, total.bytes);
  return total;
}

/// Counts the results of all operations of the network as written, inputs and variables included, and prints one line for each: its
/// name (the layer's, and the kind of operation), type, shape and size. As in TF-Slim a result whose batch is not known, because the
/// model has no option batch<N>, counts 0.
template <class Model>
long analyze_ops(const Model&, bool print_info = false, std::FILE* output = stdout) {
  using options = typename Model::options;
  constexpr const auto& program = traced<Model::network, options>::program;
  if (print_info) std::fputs("---------\nOperations: name -> (type shapes) [size]\n---------\n", output);
  long total = 0;
  for (int i = 0; i < program.sizes.nodes; ++i) {
    const graph::node& n = program.nodes[i];
    const long size = n.extent.size() * (n.batched ? options::fixed_batch : 1);
    if (print_info) {
      const std::string name = graph::node_name(program, i), kind = op::name_of(n.kind);
      const std::string full = graph::is_leaf(n.kind) ? name : name.empty() ? kind : name + "/" + kind;
      std::fprintf(output, "%s \t-> %s [%ld]\n", full.c_str(),
                   tensor_description<typename Model::scalar>(n.extent, n.batched ? options::fixed_batch : -1).c_str(), size);
    }
    total += size;
  }
  return total;
}

}  // namespace slim::model_analyzer

#include "slim/core/end.hpp"
