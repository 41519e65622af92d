#pragma once
#include "slim/core/begin.hpp"
// Execution order and static memory: every tensor gets its place before the program runs.

#include "slim/graph/build.hpp"
#include "slim/graph/memory_plan.hpp"
#include "slim/op/joint_weights_gradient.hpp"

namespace slim::graph {

/// Moves every update to just after the last reader of what it replaces, so that gradients die early, and what travels to other processes to just after
/// what makes it.
constexpr list<int> execution_order(const graph& g) {
  const node* const nodes = g.nodes.begin();
  const int count = g.nodes.size();
  list<int> last_reads, waiting, after_it;
  last_reads.resize(count, -1), waiting.resize(count, -1), after_it.resize(count, -1);
  int* const last_read = last_reads.begin();                            // of leaves, by nodes that are not updates of it
  int *const follow = waiting.begin(), *const next = after_it.begin();  // updates that wait for a node, as chains
  struct operand_range {
    int first = 0, end = 0;
  };
  const auto replaced_by = [&](const node& n) -> operand_range {
    if (!n.is_update()) return {};
    return {n.first_replaced(), n.first_replaced() + g.functions[n.update_function()].output_count};
  };
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    if (n.dead) continue;
    const operand_range replaced = replaced_by(n);
    for (int k = 0; k < n.operand_count; ++k) {
      int read = n.operands[k];
      while (is_view(nodes[read].kind)) read = nodes[read].operands[0];
      if (k < replaced.first || k >= replaced.end) last_read[read] = i;
    }
  }
  int labels = 0;  // class numbers that the network works out are checked first
  for (const class_labels& one : g.labels)
    if (one.labels > labels && !is_leaf(nodes[one.labels].kind)) labels = one.labels;
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    if (n.dead) continue;
    if (!n.is_update()) {
      if (!op::starts_travel(n.kind)) continue;
      int made = 0;
      for (int k = 0; k < n.operand_count; ++k) {
        int operand = n.operands[k];
        while (is_view(nodes[operand].kind)) operand = nodes[operand].operands[0];
        if (operand > made) made = operand;
      }
      next[i] = follow[made], follow[made] = i;
      continue;
    }
    int after = labels;
    const operand_range replaced = replaced_by(n);
    for (int k = 0; k < n.operand_count; ++k) {
      const int operand = n.operands[k];
      if (k >= replaced.first && k < replaced.end) {
        if (last_read[operand] > after && last_read[operand] != i) after = last_read[operand];
      } else if (operand > after && !is_leaf(nodes[operand].kind)) {
        after = operand;
      }
    }
    next[i] = follow[after];
    follow[after] = i;
  }
  list<int> order, parts;
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    if (!n.dead && !is_leaf(n.kind) && !n.is_update() && !is_view(n.kind) && !op::starts_travel(n.kind) && !n.in_bands) {
      for (int k = n.operand_count > 0 ? n.operands[0] : i; nodes[k].in_bands; k = nodes[k].operands[0]) parts.push(k);  // directly in front of their reader
      for (; !parts.empty(); parts.pop()) order.push(parts.back());
      order.push(i);
    }
    for (int u = follow[i]; u >= 0; u = next[u]) order.push(u);
  }
  return order;
}

namespace detail {

struct block {
  int node = -1;
  long size = 0, offset = 0;
  int first = 0, last = 0;
  bool batched = false;
};

/// Places blocks in the order of their lives, each in the first gap that is large enough. In training, where what is made first is kept longest, that wastes
/// next to nothing, and its time is in proportion to the number of blocks. Returns the arena size.
constexpr long place_in_time(list<block>& all, bool batched, int steps) {
  struct gap {
    long begin = 0, end = 0;
  };
  block* const blocks = all.begin();
  const int count = all.size();
  list<int> newest_of, next_of;  // blocks that end with a step, as chains
  newest_of.resize(steps + 1, -1), next_of.resize(count, -1);
  int *const newest = newest_of.begin(), *const next = next_of.begin();
  for (int i = 0; i < count; ++i)
    if (blocks[i].batched == batched) next[i] = newest[blocks[i].last], newest[blocks[i].last] = i;
  list<gap> gaps;  // lowest first; none touches another
  const auto remove = [&](int k) {
    for (; k + 1 < gaps.size(); ++k) gaps[k] = gaps[k + 1];
    gaps.pop();
  };
  const auto release = [&](long begin, long end) {
    int k = gaps.size();
    while (k > 0 && gaps[k - 1].begin > begin) --k;  // it comes in front of gap k
    if (k < gaps.size() && gaps[k].begin == end) {
      gaps[k].begin = begin;
    } else {
      gaps.push({});
      for (int i = gaps.size() - 1; i > k; --i) gaps[i] = gaps[i - 1];
      gaps[k] = {begin, end};
    }
    if (k > 0 && gaps[k - 1].end == begin) gaps[k - 1].end = gaps[k].end, remove(k);
  };
  long total = 0;
  int step = 0;
  for (int i = 0; i < count; ++i) {
    block& own = blocks[i];
    if (own.batched != batched) continue;
    for (; step < own.first; ++step)
      for (int ended = newest[step]; ended >= 0; ended = next[ended]) release(blocks[ended].offset, blocks[ended].offset + blocks[ended].size);
    int k = 0;
    while (k < gaps.size() && gaps[k].end - gaps[k].begin < own.size) ++k;
    if (k == gaps.size() && k > 0 && gaps[k - 1].end == total) --k, total = gaps[k].begin + own.size, gaps[k].end = total;  // the last gap grows
    if (k < gaps.size()) {
      own.offset = gaps[k].begin;
      gaps[k].begin += own.size;
      if (gaps[k].begin == gaps[k].end) remove(k);
    } else {
      own.offset = total;
      total += own.size;
    }
  }
  return total;
}

/// Blocks smaller than this part of the largest lie end to end behind the others: packing them would not save anything worth its time.
inline constexpr long small_block_part = 1024;

/// Places blocks by decreasing size at the lowest offset that is free over their life: less waste where lives are short, as at inference. Returns the arena
/// size.
constexpr long place_by_size(list<block>& all, bool batched) {
  block* const blocks = all.begin();
  list<int> sorted;
  for (int i = 0, count = all.size(); i < count; ++i)
    if (blocks[i].batched == batched) sorted.push(i);
  int* const by_size = sorted.begin();
  for (int gap = sorted.size() / 2; gap > 0; gap /= 2)  // Shell sort; equal sizes keep no order, which is harmless and deterministic
    for (int i = gap, count = sorted.size(); i < count; ++i)
      for (int j = i - gap; j >= 0 && blocks[by_size[j]].size < blocks[by_size[j + gap]].size; j -= gap) {
        const int swapped = by_size[j];
        by_size[j] = by_size[j + gap];
        by_size[j + gap] = swapped;
      }
  long total = 0;
  list<int> placed;  // lowest first
  const long small = sorted.empty() ? 0 : blocks[by_size[0]].size / small_block_part;
  for (int i : sorted) {
    block& own = blocks[i];
    if (own.size < small) {
      own.offset = total;
      total += own.size;
      continue;
    }
    long offset = 0;
    for (int other : placed) {
      const block& b = blocks[other];
      if (b.offset >= offset + own.size) break;
      if (b.last >= own.first && own.last >= b.first && b.offset + b.size > offset) offset = b.offset + b.size;
    }
    own.offset = offset;
    if (offset + own.size > total) total = offset + own.size;
    int at = placed.push(i);
    int* const line = placed.begin();
    for (; at > 0 && blocks[line[at - 1]].offset > offset; --at) line[at] = line[at - 1];
    line[at] = i;
  }
  return total;
}

constexpr long live_bound(const list<block>& blocks, int steps, bool batched) {
  list<long> change;
  change.resize(steps + 2, 0);
  for (const block& b : blocks)
    if (b.batched == batched) {
      change[b.first] += b.size;
      change[b.last + 1] -= b.size;
    }
  long live = 0, most = 0;
  for (long delta : change) {
    live += delta;
    if (live > most) most = live;
  }
  return most;
}

/// Places all blocks that are `batched` or not; `bound` is what they need at least.
constexpr long place_blocks(list<block>& all, bool batched, int steps, long bound) {
  const long in_time = place_in_time(all, batched, steps);
  if (in_time <= bound + bound / 32) return in_time;
  list<block> other = all;
  const long by_size = place_by_size(other, batched);
  if (by_size >= in_time) return in_time;
  all = static_cast<list<block>&&>(other);
  return by_size;
}

}  // namespace detail

/// Lays out all values of `g`. A map whose large operand dies there overwrites it; a view is in the memory of its operand.
constexpr memory_plan plan(const graph& g) {
  memory_plan result;
  result.order = execution_order(g);
  const int steps = result.order.size(), count = g.nodes.size();
  const node* const nodes = g.nodes.begin();

  list<int> roots, last_uses, blocks_of;
  roots.resize(count, 0), last_uses.resize(count, -1), blocks_of.resize(count, -1);
  const int* const order = result.order.begin();
  int* const storage = roots.begin();  // the node whose memory a node uses: itself, or what it aliases
  int *const last_use = last_uses.begin(), *const block_of = blocks_of.begin();
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    storage[i] = !n.dead && (is_view(n.kind) || op::ends_travel(n.kind)) ? storage[n.operands[0]] : i;
  }
  for (int s = 0; s < steps; ++s) {
    const node& n = nodes[order[s]];
    int read = s;
    while (nodes[order[read]].in_bands) ++read;
    for (int k = 0; k < n.operand_count; ++k) last_use[storage[n.operands[k]]] = read;
  }
  for (int output : g.outputs) last_use[storage[output]] = steps;
  for (int i = 0; i < count; ++i)
    if (!nodes[i].dead && nodes[i].kept) last_use[storage[i]] = steps;

  list<long> travels;  // where in region::exchanged
  travels.resize(count, -1);
  list<int> reads;
  for (const int i : result.order) {
    const node& n = nodes[i];
    if (!op::starts_travel(n.kind)) continue;
    travels[i] = result.exchanged_elements;
    result.exchanged_elements += aligned(n.extent.size());
    if (n.kind != op::all_reduce_start::kind || op::all_reduce_start::attributes_of(n).weighted) continue;
    if (reads.empty()) reads = read_counts(g);
    int made = n.operands[0];
    for (; reads[made] == 1 && nodes[made].kind == kind::reshape;) made = nodes[made].operands[0];
    if (reads[made] == 1 && storage[made] == made && !is_leaf(nodes[made].kind) && nodes[made].results == 1) travels[made] = travels[i];
  }

  list<detail::block> blocks;
  for (int s = 0; s < steps; ++s) {
    const int i = order[s];
    const node& n = nodes[i];
    if (n.is_update() || n.in_bands || op::ends_travel(n.kind) || travels[i] >= 0) continue;
    const int last = last_use[i] < s ? s : last_use[i];
    if (n.kind == kind::map)
      for (int k = 0; k < n.operand_count && block_of[i] < 0; ++k) {
        const int operand = storage[n.operands[k]];
        const int shared = block_of[operand];
        if (shared < 0 || blocks[shared].last != s || nodes[operand].batched != n.batched || nodes[operand].extent.size() != n.extent.size()) continue;
        block_of[i] = shared;
        blocks[shared].last = last;
      }
    if (block_of[i] < 0) block_of[i] = blocks.push({i, n.results * aligned(n.extent.size()), 0, s, last, n.batched});
  }
  result.example_bound = detail::live_bound(blocks, steps, true);
  result.fixed_bound = detail::live_bound(blocks, steps, false);
  result.example_elements = detail::place_blocks(blocks, true, steps, result.example_bound);
  result.fixed_elements = detail::place_blocks(blocks, false, steps, result.fixed_bound);

  list<long> variable_offset;
  long parameters = 0;
  for (const variable_entry& v : g.variables) {
    variable_offset.push(parameters);
    parameters += aligned(v.extent.size());
  }
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    place p;
    switch (n.kind) {
      case kind::input: p = {region::input, n.index()}; break;
      case kind::variable: p = {region::variables, variable_offset[n.index()]}; break;
      case kind::slot: p = {region::slots, variable_offset[n.index()]}; break;
      case kind::scalar: p = {region::scalars, n.index()}; break;
      case kind::batch_size: {
        int at = 0;
        while (at < result.multiples.size() && result.multiples[at] != n.index()) ++at;
        if (at == result.multiples.size()) result.multiples.push(n.index());
        p = {region::batch_size, at};
        break;
      }
      default: break;
    }
    if (travels[i] >= 0) {
      p = {region::exchanged, travels[i]};
    } else if (storage[i] != i) {
      p = result.places[n.operands[0]];
      if (n.kind == kind::result) p.offset += n.index() * aligned(n.extent.size());
    } else if (block_of[i] >= 0 && !n.dead) {
      p = {n.batched ? region::examples : region::fixed, blocks[block_of[i]].offset};
    }
    result.places.push(p);
  }
  return result;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
