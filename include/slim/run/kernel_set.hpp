#pragma once
// Which kernels a program needs: the others are not instantiated, which is most of what a small network costs to compile.

#include "slim/graph/program.hpp"
#include "slim/kernel/winograd_transform.hpp"

namespace slim::detail {

/// A bit for each operation, for each transform of Winograd's algorithm, and for pools in stores.
using kernel_set = unsigned long;
constexpr kernel_set bit_of(graph::op kind) { return 1ul << static_cast<int>(kind); }
inline constexpr kernel_set with_4x4_3x3 = 1ul << 40, with_2x2_3x3 = 1ul << 41, with_4x4_5x5 = 1ul << 42, with_2x2_5x5 = 1ul << 43, with_pool = 1ul << 44, every_kernel = ~0ul;

/// Calls `visit` with the transform of a convolution that Winograd's algorithm computes; false for other algorithms.
template <kernel_set Needed, class Visit>
constexpr bool visit_winograd(const graph::node& n, Visit visit) {
  if constexpr ((Needed & with_4x4_3x3) != 0)
    if (n.how == graph::algorithm::winograd_4x4 && n.window.kernel.height == 3) return visit(kernel::winograd_4x4_3x3{}), true;
  if constexpr ((Needed & with_2x2_3x3) != 0)
    if (n.how == graph::algorithm::winograd_2x2 && n.window.kernel.height == 3) return visit(kernel::winograd_2x2_3x3{}), true;
  if constexpr ((Needed & with_4x4_5x5) != 0)
    if (n.how == graph::algorithm::winograd_4x4 && n.window.kernel.height == 5) return visit(kernel::winograd_4x4_5x5{}), true;
  if constexpr ((Needed & with_2x2_5x5) != 0)
    if (n.how == graph::algorithm::winograd_2x2 && n.window.kernel.height == 5) return visit(kernel::winograd_2x2_5x5{}), true;
  return false;
}

/// The kernels of all steps of a program.
template <class Program>
constexpr kernel_set kernels_of(const Program& p) {
  kernel_set needed = 0;
  for (int i = 0; i < p.sizes.steps; ++i) {
    const graph::node& n = p.nodes[p.order[i]];
    needed |= bit_of(n.kind);
    if (n.pool > 1) needed |= with_pool;
    if (n.how == graph::algorithm::winograd_4x4) needed |= n.window.kernel.height == 3 ? with_4x4_3x3 : with_4x4_5x5;
    if (n.how == graph::algorithm::winograd_2x2) needed |= n.window.kernel.height == 3 ? with_2x2_3x3 : with_2x2_5x5;
  }
  return needed;
}

}  // namespace slim::detail
