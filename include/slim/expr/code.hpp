#pragma once
#include "slim/core/begin.hpp"
// Scalar functions as template arguments: what a generated SIMD loop is instantiated for. Equal functions give equal
// codes, so every layer that needs relu(x + b) shares one instantiation, in all models of a program.

#include <array>
#include <bit>
#include <cstdint>

#include "slim/core/room_for.hpp"
#include "slim/expr/scalar_function.hpp"

namespace slim::expr {

/// How an operand is indexed while a loop walks rows × columns of its result.
enum class access : unsigned char {
  element,     // one value per element
  column,      // one value per column (bias, batch statistics): the row does not matter
  example,     // one value per example of the batch
  scalar,      // one value
  row,         // one value per column of some rows: row_places tells where those of a row begin
  row_number,  // the same with one value for the whole row
};

/// Which element begins row i: Σ (i / divisor % period)·stride, a period of 0 has no end. Of five extents and a batch, three at most are
/// groups with others between them.
struct row_places {
  long divisor[3]{1, 1, 1}, period[3]{1, 1, 1}, stride[3]{0, 0, 0};

  constexpr long operator()(long i) const {
    const auto term = [&](int k) {
      const long group = divisor[k] == 1 ? i : i / divisor[k];
      return (period[k] == 0 ? group : group % period[k]) * stride[k];
    };
    return stride[1] == 0 ? term(0) : stride[2] == 0 ? term(0) + term(1) : term(0) + term(1) + term(2);
  }
};

/// What the instructions of a node depend on: nodes that agree in it share them, whatever code they are part of.
struct instruction {
  scalar_op op = scalar_op::constant;
  access how = access::element;           // of an input
  scalar_op first = scalar_op::constant;  // that makes the first operand, where a maximum, a minimum or a select asks
  bool stored = true;                     // false: a comparison that only selects
};
/// The nodes that an instruction reads: a maximum or minimum a constant first, a select the two that are compared, then the two that it chooses from.
struct instruction_operands {
  int a = 0, b = 0, c = 0, d = 0;
};

/// Nodes of a scalar function in structural form; numbers are bit patterns because clang 16 takes no floating-point template arguments.
template <int Nodes, int Inputs, int Outputs>
struct code {
  std::uint64_t value[room_for(Nodes)]{};
  scalar_op op[room_for(Nodes)]{};
  signed char a[room_for(Nodes)]{}, b[room_for(Nodes)]{}, c[room_for(Nodes)]{};
  access inputs[room_for(Inputs)]{};
  signed char outputs[room_for(Outputs)]{};

  static constexpr int node_count = Nodes;
  static constexpr int input_count = Inputs;
  static constexpr int output_count = Outputs;
  constexpr double number(int node) const { return std::bit_cast<double>(value[node]); }
  constexpr int input_of(int node) const { return static_cast<int>(number(node)); }
  constexpr instruction instruction_of(int node) const {
    instruction result{op[node]};
    if (op[node] == scalar_op::input) result.how = inputs[input_of(node)];
    if (chooses_larger(node) || op[node] == scalar_op::select) result.first = op[chooses_larger(node) ? operands_of(node).a : a[node]];
    if (compares(node)) result.stored = is_number(node);
    return result;
  }
  constexpr instruction_operands operands_of(int node) const {
    const auto of = [](int operand) { return operand < 0 ? 0 : operand; };
    const int first = of(a[node]), second = of(b[node]);
    if (chooses_larger(node) && op[first] != scalar_op::constant) return {second, first};
    if (op[node] == scalar_op::select) return {compares(first) ? a[first] : first, compares(first) ? b[first] : 0, second, of(c[node])};
    return {first, second};
  }
  /// True when the loop needs the row_places of its operands.
  constexpr bool by_row() const {
    for (const access how : inputs)
      if (how >= access::row) return true;
    return false;
  }
  /// True when a row of the loop is one of channels, or of what broadcasts like them, and not a stretch of a long line of elements.
  constexpr bool has_columns() const {
    for (const access how : inputs)
      if (how == access::column || how == access::row) return true;
    return false;
  }
  /// True when rows have the same operands but for their elements.
  constexpr bool has_rows_alike() const {
    for (const access how : inputs)
      if (how != access::element && how != access::column && how != access::scalar) return false;
    return true;
  }
  /// For each node whether its value is another one for each element, and not one for all rows.
  constexpr std::array<bool, room_for(Nodes)> of_elements() const {
    std::array<bool, room_for(Nodes)> result{};
    const auto reads = [&](int operand) { return operand >= 0 && result[static_cast<std::size_t>(operand)]; };  // operands stand in front
    for (int i = 0; i < Nodes; ++i) {
      const access how = op[i] == scalar_op::input ? inputs[input_of(i)] : access::scalar;
      const bool is_leaf = op[i] == scalar_op::input || op[i] == scalar_op::constant;
      result[static_cast<std::size_t>(i)] =
          is_leaf ? how != access::column && how != access::scalar : op[i] == scalar_op::uniform || reads(a[i]) || reads(b[i]) || reads(c[i]);
    }
    return result;
  }
  /// True when it draws random numbers.
  constexpr bool draws() const {
    for (const scalar_op one : op)
      if (one == scalar_op::uniform) return true;
    return false;
  }

private:
  constexpr bool compares(int node) const { return op[node] == scalar_op::greater || op[node] == scalar_op::equal; }
  constexpr bool chooses_larger(int node) const { return op[node] == scalar_op::maximum || op[node] == scalar_op::minimum; }
  /// True when a comparison is used as a number, not only as the condition of a select.
  constexpr bool is_number(int comparison) const {
    for (int i = 0; i < Nodes; ++i)
      if ((a[i] == comparison && op[i] != scalar_op::select) || b[i] == comparison || c[i] == comparison) return true;
    for (const signed char output : outputs)
      if (output == comparison) return true;
    return false;
  }
};

/// `nodes[0..Nodes)` as a code. `accesses` has one entry for each input. Streams of random numbers stay behind: functions that differ in them share a loop.
template <int Nodes, int Inputs, int Outputs>
constexpr code<Nodes, Inputs, Outputs> encode(const scalar_node* nodes, const access* accesses, const int* outputs) {
  code<Nodes, Inputs, Outputs> result;
  for (int i = 0; i < Nodes; ++i) {
    if (nodes[i].op != scalar_op::uniform) result.value[i] = std::bit_cast<std::uint64_t>(nodes[i].value);
    result.op[i] = nodes[i].op;
    result.a[i] = static_cast<signed char>(nodes[i].a);
    result.b[i] = static_cast<signed char>(nodes[i].b);
    result.c[i] = static_cast<signed char>(nodes[i].c);
  }
  for (int i = 0; i < Inputs; ++i) result.inputs[i] = accesses[i];
  for (int i = 0; i < Outputs; ++i) result.outputs[i] = static_cast<signed char>(outputs[i]);
  return result;
}

}  // namespace slim::expr

#include "slim/core/end.hpp"
