#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/resize_bilinear.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct resize_bilinear_attributes {
  bool half_pixel_centers = true;  // pixels lie at the centres of their cells, else at the corners where cells begin
};

namespace detail {
constexpr kernel::resize_geometry resize_geometry_of(const slim::shape& from, const slim::shape& to, const resize_bilinear_attributes& of) {
  return {from[0], from[1], to[0], to[1], to[2], of.half_pixel_centers};
}
constexpr const char* resize_fault(node_view n) {
  const slim::shape a = n.extent(0), b = n.extent();
  return n.self.body() == 1 && a.rank == 3 && b.rank == 3 && a[2] == b[2] && a.size() > 0 && b.size() > 0 ? nullptr
                                                                                                          : "an image of another size with other channels";
}
}  // namespace detail

/// Operand: dy. Its own gradient is the interpolation, for both are linear.
struct resize_bilinear_gradient : operation<"resize_bilinear_gradient", resize_bilinear_attributes, stores::functions> {
  static constexpr const char* fault(node_view n) { return detail::resize_fault(n); }
  static constexpr void pull_back(adjoints& to, int y, int dy);
  static constexpr double work(node_view n) { return 8 * static_cast<double>(n.extent(0).size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::resize_bilinear_gradient<T>(detail::resize_geometry_of(r.extent(), r.extent(0), attributes_of(r.node())), r.batch(), r.in(0), r.out(), e.call,
                                        r.threads());
  }
};

/// Images [h, w, c] of another size, by linear interpolation between pixels.
struct resize_bilinear : operation<"resize_bilinear", resize_bilinear_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, int height, int width, bool half_pixel_centers, int scope) {
    const slim::shape from = g.nodes[x].extent;
    if (from.rank != 3) g.fail(graph::rule::rank_mismatch, scope, {from.rank}, {3});
    else if (height < 1 || width < 1) g.fail(graph::rule::bad_number, scope, {height < width ? height : width}, {1}, "size");
    else if (height != from[0] || width != from[1])
      return add_operation(g, kind, {true, {height, width, from[2]}}, {batched(g, x, scope)}, scope, attributes{half_pixel_centers});
    return x;
  }
  static constexpr const char* fault(node_view n) { return detail::resize_fault(n); }
  static constexpr void pull_back(adjoints& to, int y, int dy) { to.derive(node(to.g.nodes[y]), 0, resize_bilinear_gradient::kind, {dy}); }
  static constexpr double work(node_view n) { return 8 * static_cast<double>(n.extent().size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::resize_bilinear<T>(detail::resize_geometry_of(r.extent(0), r.extent(), attributes_of(r.node())), r.batch(), r.in(0), r.out(), e.call, r.threads());
  }
};

constexpr void resize_bilinear_gradient::pull_back(adjoints& to, int y, int dy) { to.derive(node(to.g.nodes[y]), 0, resize_bilinear::kind, {dy}); }

}  // namespace slim::op

#include "slim/core/end.hpp"
