#pragma once
#include "slim/core/begin.hpp"
// Max pools into the store of the convolution before them, where nothing else reads its result: it is then never stored.

#include "slim/op/convolution.hpp"
#include "slim/op/max_pool.hpp"

namespace slim::graph {

/// A direct convolution works on bands of rows, which must fit a thread's scratch memory, and packs its weights again for each: so many elements at most.
inline constexpr long pooled_band_elements = 8192, pooled_weights_elements = 8192;
static_assert(pooled_band_elements <= kernel::pooled_scratch_size<double>);

namespace detail {

/// True when the function at the store of `n` can work on scratch memory, which has no place in a whole image.
constexpr bool stores_anywhere(const graph& g, const node& n) {
  for (int k = n.body(); k < n.operand_count; ++k) {
    const node& operand = g.nodes[n.operands[k]];
    if (operand.batched || (operand.extent.size() != 1 && operand.extent.size() != n.extent.channels())) return false;
  }
  return n.epilogue < 0 || !uses(g.functions[n.epilogue], expr::scalar_op::uniform);
}

/// The side of the squares whose largest pixel max pool `pool` takes from the result of `n`; 0 where the store of `n` cannot do that.
constexpr int pooled_squares(const graph& g, const node& n, const node& pool) {
  const window w = op::max_pool::attributes_of(pool).window;
  const int size = w.kernel.height;
  const bool squares = w.kernel == extent2(size) && w.stride == extent2(size) && w.pad_top == 0 && w.pad_left == 0;
  if (n.kind != op::convolution::kind || n.pool != 1 || !squares || pool.epilogue >= 0 || pool.extent[0] * size != n.extent[0] ||
      pool.extent[1] * size != n.extent[1])
    return 0;
  if (!stores_anywhere(g, n)) return 0;
  switch (n.how) {
    case algorithm::winograd_4x4: return size == 2 || size == 4 ? size : 0;
    case algorithm::winograd_2x2:
    case algorithm::winograd: return size == 2 ? size : 0;
    case algorithm::direct: {
      const bool fits =
          static_cast<long>(size) * n.extent[1] * n.extent[2] <= pooled_band_elements && g.nodes[n.operands[1]].extent.size() <= pooled_weights_elements;
      return fits ? size : 0;
    }
    default: return 0;
  }
}

}  // namespace detail

/// After `choose`.
constexpr void fuse_pools(graph& g) {
  const list<int> reads = read_counts(g);
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& pool = g.nodes[i];
    if (pool.dead || pool.kind != op::max_pool::kind || reads[pool.operands[0]] != 1) continue;
    node& convolution = g.nodes[pool.operands[0]];
    const int size = detail::pooled_squares(g, convolution, pool);
    if (size < 2) continue;
    node fused = convolution;
    fused.pool = size, fused.results = pool.results, fused.extent = pool.extent, fused.scope = pool.scope, fused.kept = pool.kept;
    convolution.dead = true;
    pool = fused;
  }
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
