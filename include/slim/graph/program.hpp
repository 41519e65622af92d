#pragma once
#include "slim/core/begin.hpp"
// A compiled graph in arrays of exactly the right size: the form that is stored in the program and executed.

#include <memory>
#include <type_traits>

#include "slim/core/room_for.hpp"
#include "slim/expr/code.hpp"
#include "slim/graph/domain.hpp"
#include "slim/graph/fingerprint.hpp"
#include "slim/graph/memory_plan.hpp"
#include "slim/graph/traffic.hpp"

namespace slim::graph {

/// How many of each a program holds; a limit where it is the room for one.
struct program_sizes {
  int nodes = 0, functions = 0, function_nodes = 0, scopes = 0, variables = 0, end_points = 0, losses = 0, steps = 0, outputs = 0, labels = 0;

  constexpr bool fits(const program_sizes& room) const {
    return nodes <= room.nodes && functions <= room.functions && function_nodes <= room.function_nodes && scopes <= room.scopes &&
           variables <= room.variables && end_points <= room.end_points && losses <= room.losses && steps <= room.steps && outputs <= room.outputs &&
           labels <= room.labels;
  }
};

/// Part of `program::function_nodes` that is one scalar function.
struct function_entry {
  int first = 0, count = 0, inputs = 0, output_count = 0;
  int outputs[4]{};
};

/// What a program is besides its arrays.
struct program_facts {
  program_sizes sizes{};  // what is in use; larger than the room when the graph did not fit and the arrays are empty
  int inputs = 0, scalars = 0, loss_count = 0, multiples = 0;
  long example_elements = 0, fixed_elements = 0, exchanged_elements = 0, example_bound = 0, fixed_bound = 0, parameter_elements = 0;
  dtype precision = dtype::f32;  // of what a program computes and keeps
  traffic unfused{};             // of all nodes before fusion
  violation error{};
};

/// Room for items of which none is made yet: of an array clang makes all, those that nobody will use, too.
template <class T, std::size_t Size>
struct unmade {
  union slot {
    char nothing;
    T item;
  } slots[Size]{};

  constexpr T& make(int i, const T& value) { return *std::construct_at(&slots[i].item, value); }
  constexpr const T& operator[](int i) const { return slots[i].item; }
};

/// `Made` is false for a program with spare room.
template <program_sizes Room, bool Made = true>
struct program : program_facts {
  template <class T, int Size>
  using array = std::conditional_t<Made, T[room_for(Size)], unmade<T, room_for(Size)>>;

  array<node, Room.nodes> nodes{};
  array<place, Room.nodes> places{};
  array<function_entry, Room.functions> functions{};
  array<expr::scalar_node, Room.function_nodes> function_nodes{};
  array<scope_entry, Room.scopes> scopes{};
  array<variable_entry, Room.variables> variables{};
  array<named_node, Room.end_points> end_points{};
  array<named_node, Room.losses> losses{};  // those of the network, then those of regularizers
  int order[room_for(Room.steps)]{};
  int outputs[room_for(Room.outputs)]{};
  array<class_labels, Room.labels> labels{};
};

struct compilation {
  graph g;
  memory_plan plan{};
  traffic unfused{};  // of the graph before fusion
};

namespace detail {

/// New indices of the nodes that stay: live ones, and all inputs and variables. −1 for the others.
constexpr list<int> compacted_indices(const graph& g, int& count) {
  list<int> index;
  count = 0;
  for (const node& n : g.nodes) index.push(!n.dead || n.kind == kind::input || n.kind == kind::variable ? count++ : -1);
  return index;
}

}  // namespace detail

/// `c` in arrays, without dead nodes. When it does not fit into `Room` only `sizes` is set.
template <program_sizes Room>
constexpr program<Room, false> freeze(const compilation& c) {
  program<Room, false> p;
  program_sizes& s = p.sizes;
  const list<int> indices = detail::compacted_indices(c.g, s.nodes);
  s.functions = c.g.functions.size();
  for (const expr::scalar_function& f : c.g.functions) s.function_nodes += f.nodes.size();
  s.scopes = c.g.scopes.size();
  s.variables = c.g.variables.size();
  s.end_points = c.g.end_points.size();
  s.losses = c.g.losses.size() + c.g.regularization_losses.size();
  s.steps = c.plan.order.size();
  s.outputs = c.g.outputs.size();
  s.labels = c.g.labels.size();
  p.error = c.g.error;
  if (!s.fits(Room)) return p;

  const int* const index = indices.begin();
  const auto moved = [&](int old) { return old < 0 ? -1 : index[old]; };
  const node* const nodes = c.g.nodes.begin();
  const place* const places = c.plan.places.begin();
  const int placed = c.plan.places.size();
  for (int i = 0, count = c.g.nodes.size(); i < count; ++i) {
    if (index[i] < 0) continue;
    node& n = p.nodes.make(index[i], nodes[i]);
    for (int k = 0; k < n.operand_count; ++k) n.operands[k] = index[n.operands[k]];
    p.places.make(index[i], i < placed ? places[i] : place{});
  }
  int next = 0;
  for (int i = 0; i < s.functions; ++i) {
    const expr::scalar_function& f = c.g.functions[i];
    function_entry& entry = p.functions.make(i, {next, f.nodes.size(), f.inputs, f.output_count, {}});
    for (int o = 0; o < f.output_count; ++o) entry.outputs[o] = f.outputs[o];
    for (const expr::scalar_node& n : f.nodes) p.function_nodes.make(next++, n);
  }
  for (int i = 0; i < s.scopes; ++i) {
    scope_entry& entry = p.scopes.make(i, c.g.scopes[i]);
    entry.layer_node = moved(entry.layer_node);
  }
  for (int i = 0; i < s.variables; ++i) {
    variable_entry& entry = p.variables.make(i, c.g.variables[i]);
    entry.node = moved(entry.node);
    p.parameter_elements += aligned(entry.extent.size());
  }
  const auto named = [&](const named_node& n) { return named_node{moved(n.node), n.scope, n.extent, n.collection}; };
  for (int i = 0; i < s.end_points; ++i) p.end_points.make(i, named(c.g.end_points[i]));
  p.loss_count = c.g.losses.size();
  for (int i = 0; i < s.losses; ++i) p.losses.make(i, named(i < p.loss_count ? c.g.losses[i] : c.g.regularization_losses[i - p.loss_count]));
  const int* const order = c.plan.order.begin();
  for (int i = 0; i < s.steps; ++i) p.order[i] = index[order[i]];
  for (int i = 0; i < s.outputs; ++i) p.outputs[i] = moved(c.g.outputs[i]);
  for (int i = 0; i < s.labels; ++i) {
    class_labels& entry = p.labels.make(i, c.g.labels[i]);
    entry.labels = moved(entry.labels), entry.loss = moved(entry.loss);
  }
  p.precision = c.g.precision;
  p.inputs = c.g.inputs;
  p.scalars = c.g.scalars;
  p.example_elements = c.plan.example_elements;
  p.fixed_elements = c.plan.fixed_elements;
  p.exchanged_elements = c.plan.exchanged_elements;
  p.multiples = c.plan.multiples.size();
  p.example_bound = c.plan.example_bound;
  p.fixed_bound = c.plan.fixed_bound;
  p.unfused = c.unfused;
  return p;
}

/// The same program in arrays without spare room.
template <program_sizes Exact, program_sizes Room>
constexpr program<Exact> shrink(const program<Room, false>& from) {
  program<Exact> p;
  const auto copy = [](auto& to, const auto& source, int count) {
    for (int i = 0; i < count; ++i) to[i] = source[i];
  };
  static_cast<program_facts&>(p) = from;
  copy(p.nodes, from.nodes, Exact.nodes);
  copy(p.places, from.places, Exact.nodes);
  copy(p.functions, from.functions, Exact.functions);
  copy(p.function_nodes, from.function_nodes, Exact.function_nodes);
  copy(p.scopes, from.scopes, Exact.scopes);
  copy(p.variables, from.variables, Exact.variables);
  copy(p.end_points, from.end_points, Exact.end_points);
  copy(p.losses, from.losses, Exact.losses);
  copy(p.order, from.order, Exact.steps);
  copy(p.outputs, from.outputs, Exact.outputs);
  copy(p.labels, from.labels, Exact.labels);
  return p;
}

/// Room for most networks: compiling a network is the expensive part, and with this it happens once. Room that stays empty costs nothing.
inline constexpr program_sizes usual_room{32768, 2048, 32768, 4096, 4096, 4096, 4096, 16384, 256, 64};

namespace detail {
template <auto>
struct constant_value;
}

/// Runs `Trace` and then the passes `Passes` inside the compiler and stores the result. A network that needs more than the usual room is compiled twice. When
/// that is no constant expression the program is empty and carries the violation `otherwise`: compilers would print every function they were in.
template <compilation (*Trace)(), compilation (*Passes)(graph&&, bool each_pass), rule Otherwise>
struct compiled {
private:
  template <auto Room>
  static constexpr auto run() {
    compilation done = Passes(Trace().g, false);
    if (done.g.error.broken == rule::unsound_graph) done = Passes(Trace().g, true);  // once more, to find the pass
    return freeze<Room>(done);
  }
  // It happens once: g++ remembers the value of a call, and emits all of a variable without -O; in clang a reference may be bound to what turns out to be no
  // constant.
#ifdef __clang__
  template <auto Room>
  static inline const slim::graph::program<Room, false>& kept = run<Room>();
  template <auto Room>
  static constexpr const slim::graph::program<Room, false>& result() {
    return kept<Room>;
  }
#else
  template <auto Room>
  static constexpr auto result() {
    return run<Room>();
  }
#endif
  static constexpr bool is_constant = requires { typename detail::constant_value<result<usual_room>().inputs>; };
  static constexpr program_sizes exact = result<usual_room>().sizes;

  static constexpr auto nothing() {
    slim::graph::program<program_sizes{}> empty;
    empty.error.broken = Otherwise;
    return empty;
  }
  static constexpr unsigned long own_fingerprint() {
    if constexpr (is_constant) return fingerprint_of(result<exact.fits(usual_room) ? usual_room : exact>());
    else return 0;
  }
  template <unsigned long Fingerprint>
  struct stored {
    static constexpr auto frozen() {
      if constexpr (is_constant) return shrink<exact>(result<exact.fits(usual_room) ? usual_room : exact>());
      else return nothing();
    }
    static constexpr auto program = frozen();
  };

public:
  static constexpr unsigned long fingerprint = own_fingerprint();
  static constexpr const auto& program = stored<fingerprint>::program;
};

/// The loop of node `n`'s function, or of its epilogue: rows are then what kernels hand over, the channels.
template <class Program>
constexpr loop_shape loop_of(const Program& p, const node& n, bool epilogue) {
  const function_entry& f = p.functions[epilogue ? n.epilogue : n.function];
  bool by_channel = epilogue;
  for (int i = f.first; i < f.first + f.count; ++i) by_channel = by_channel || p.function_nodes[i].op == expr::scalar_op::position;
  if (epilogue) return loop_over(domain_of(n), nullptr, 0, true);
  const node* values[node::max_operands + 1]{};  // operands, and the sums that the loop makes
  for (int k = 0; k < n.operand_count; ++k) values[k] = &p.nodes[n.operands[k]];
  values[n.operand_count] = &n;
  return loop_over(loop_domain(p, n), values, n.operand_count + (n.kind == kind::reduce ? 1 : 0), by_channel);
}

/// True for a sum over some of the axes whose result is not just one number, one per example or one row.
template <class Program>
constexpr bool sums_rows(const Program& p, const node& n) {
  return n.kind == kind::reduce && loop_access(n, loop_of(p, n, false)) >= expr::access::row;
}

/// The function (or epilogue) of node `Index` as template argument of its loop.
template <const auto& Program, int Index, bool Epilogue>
constexpr auto code_of() {
  constexpr const node& n = Program.nodes[Index];
  constexpr const function_entry& f = Program.functions[Epilogue ? n.epilogue : n.function];
  constexpr int first = Epilogue ? n.body() : 0;
  constexpr int inputs = n.operand_count - first + (Epilogue ? 1 : 0);
  constexpr loop_shape loop = loop_of(Program, n, Epilogue);
  expr::access accesses[room_for(inputs)]{};
  for (int k = first; k < n.operand_count; ++k) accesses[k - first + (Epilogue ? 1 : 0)] = loop_access(Program.nodes[n.operands[k]], loop);
  return expr::encode<f.count, inputs, f.output_count>(Program.function_nodes + f.first, accesses, f.outputs);
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
