#pragma once
#include "slim/core/begin.hpp"
// A number for the contents of a program. It is part of the name of everything that is generated for the program: two source files may
// give different networks the same name, and the linker still keeps their code apart. Compilers do not agree on which templates over
// constants of internal linkage are internal (g++ 14 exports them); contents are what they cannot mix up.

#include <bit>
#include <concepts>

#include "slim/graph/graph.hpp"
#include "slim/simd/level.hpp"

namespace slim::graph {

class fingerprint_builder {
public:
  constexpr unsigned long value() const { return state; }

  template <std::integral... Words>
  constexpr void add(Words... words) {
    ((state = state * factor + static_cast<unsigned long>(words)), ...);
  }
  template <std::integral Word>
  constexpr void add(const Word* words, int count) {
    unsigned long all = state;
    for (int i = 0; i < count; ++i) all = all * factor + static_cast<unsigned long>(words[i]);
    state = all;
  }
  constexpr void add(double number) { add(std::bit_cast<unsigned long>(number)); }
  constexpr void add(const double* numbers, int count) {
    unsigned long all = state;
    for (int i = 0; i < count; ++i) all = all * factor + std::bit_cast<unsigned long>(numbers[i]);
    state = all;
  }
  constexpr void add(const char* string) {
    unsigned long word = 0;
    for (int i = 0; string[i] != '\0'; ++i) {
      word = word << 8 | static_cast<unsigned char>(string[i]);
      if (i % 8 == 7) add(word);
    }
    add(word);
  }
  constexpr void add(const slim::shape& s) {
    add(s.rank);
    add(s.extents, s.rank);
  }
  constexpr void add(const extent2& e) { add(e.height, e.width); }

private:
  // A polynomial over words: contents that differ in one word never give the same number. Each new number costs a compiler time and memory: few of them for
  // each word.
  static constexpr unsigned long factor = 0x9E3779B97F4A7C15ul;
  unsigned long state = 0xCBF29CE484222325ul;
};

/// Everything of `p` that a run, or a message about it, depends on, and the instructions it is compiled for.
template <class Program>
constexpr unsigned long fingerprint_of(const Program& p) {
  fingerprint_builder all;
  all.add(simd::level);
  const auto& s = p.sizes;
  all.add(s.nodes, s.functions, s.function_nodes, s.scopes, s.variables, s.end_points, s.losses, s.steps, s.outputs, p.inputs, p.scalars, p.loss_count);
  all.add(p.example_elements, p.fixed_elements, p.exchanged_elements, static_cast<int>(p.error.broken), static_cast<int>(p.precision));
  for (int i = 0; i < s.nodes; ++i) {
    const node& n = p.nodes[i];
    all.add(static_cast<int>(n.kind), static_cast<int>(n.how), n.batched + 2 * n.kept + 4 * n.updates + 8 * n.by_row + 16 * n.in_bands, n.operand_count,
            n.results, n.function, n.body_operands, n.epilogue, n.pool, n.scope, n.extent.rank, static_cast<int>(p.places[i].where), p.places[i].offset);
    all.add(n.extent.extents, n.extent.rank);
    all.add(n.operands, n.operand_count);
    all.add(n.attributes.numbers, n.attributes.count);
  }
  for (int i = 0; i < s.functions; ++i) {
    const auto& f = p.functions[i];
    all.add(f.first, f.count, f.inputs, f.output_count);
    all.add(f.outputs, f.output_count);
  }
  for (int i = 0; i < s.function_nodes; ++i) {
    const expr::scalar_node& n = p.function_nodes[i];
    all.add(static_cast<int>(n.op), n.a, n.b, n.c);
    all.add(n.value);
  }
  for (int i = 0; i < s.scopes; ++i) {
    all.add(p.scopes[i].parent, p.scopes[i].number);
    all.add(p.scopes[i].base);
  }
  for (int i = 0; i < s.variables; ++i) {
    const variable_entry& v = p.variables[i];
    all.add(v.scope, v.regularizer, v.trainable, v.node, static_cast<int>(v.kind));
    all.add(v.name), all.add(v.extent);
    all.add(static_cast<int>(v.initial.kind), static_cast<int>(v.initial.mode), v.initial.uniform, v.initial.count, v.initial.part);
    all.add(v.initial.a), all.add(v.initial.b), all.add(v.initial.in_part);
    for (long k = 0; k < v.initial.count; ++k) all.add(static_cast<double>(v.initial.values[k]));
    for (int k = 0; k < v.collections.count; ++k) all.add(v.collections.names[k]);
  }
  for (int i = 0; i < s.end_points; ++i) all.add(p.end_points[i].node, p.end_points[i].scope);
  for (int i = 0; i < s.losses; ++i) all.add(p.losses[i].node, p.losses[i].scope);
  for (int i = 0; i < s.labels; ++i) {
    const class_labels& one = p.labels[i];
    all.add(one.labels, one.loss, one.classes, one.ignored, one.ignores + 2 * one.of_table);
  }
  all.add(p.order, s.steps);
  all.add(p.outputs, s.outputs);
  return all.value();
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
