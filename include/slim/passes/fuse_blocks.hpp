#pragma once
#include "slim/core/begin.hpp"
// Blocks of a depthwise convolution and the 1×1 convolution behind it, with the convolution in front of it that makes its input, become one step that
// works band by band of rows: at inference, where nobody else reads what lies between them.

#include "slim/passes/fuse_pools.hpp"

namespace slim::graph {

/// With fewer numbers per example between its convolutions a block is faster step by step: they are in the caches anyway, and threads can share its weights.
inline constexpr long least_block_elements = 1 << 17;

namespace detail {

/// True when the store of `n` works on bands in scratch memory, which have no place in a whole image.
constexpr bool stores_in_bands(const graph& g, const node& n) { return n.batched && n.extent.rank == 3 && n.pool == 1 && stores_anywhere(g, n); }

/// True when `n` can be the first convolution of a block: one that sums directly, over rows of which few fill the register tiles.
constexpr bool opens_block(const graph& g, const node& n) {
  if (n.kind != op::convolution::kind || !stores_in_bands(g, n)) return false;
  return n.how == algorithm::product ? op::convolution::attributes_of(n).window.kernel == extent2(1)
                                     : n.how == algorithm::direct && n.extent[1] >= 4 * kernel::tile_rows;
}

}  // namespace detail

/// After `choose` and `fuse_pools`.
constexpr void fuse_blocks(graph& g) {
  for (const node& n : g.nodes)
    if (!n.dead && n.is_update()) return;
  const list<int> reads = read_counts(g);
  for (node& last : g.nodes) {
    if (last.dead || last.kind != op::convolution::kind || last.how != algorithm::product || last.extent.rank != 3) continue;
    node& depthwise = g.nodes[last.operands[0]];
    const bool one_cell = op::convolution::attributes_of(last).window.kernel == extent2(1);
    if (!one_cell || depthwise.kind != op::depthwise_convolution::kind || reads[last.operands[0]] != 1 || !detail::stores_in_bands(g, depthwise)) continue;
    node& first = g.nodes[depthwise.operands[0]];
    const long between = first.extent.size() > depthwise.extent.size() ? first.extent.size() : depthwise.extent.size();
    if (between < least_block_elements || last.operands[0] == last.operands[1]) continue;
    depthwise.in_bands = true;
    first.in_bands = reads[depthwise.operands[0]] == 1 && detail::opens_block(g, first) && !op::convolution::reads_bands({g.nodes.begin(), first});
  }
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
