#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/convolution.hpp"
#include "slim/kernel/convolution_data_gradient.hpp"
#include "slim/kernel/convolution_weights_gradient.hpp"
#include "slim/kernel/depthwise_block.hpp"
#include "slim/kernel/pooled_convolution.hpp"
#include "slim/kernel/winograd_convolution.hpp"
#include "slim/kernel/winograd_weights_gradient.hpp"
#include "slim/op/depthwise_convolution.hpp"
#include "slim/op/matmul.hpp"
#include "slim/op/window.hpp"

namespace slim::op {

struct convolution_attributes {
  slim::window window{};
  graph::algorithm asked = graph::algorithm::automatic;
};

/// Fewer channels than this on either side do not pay for Winograd's transforms.
inline constexpr int winograd_least_channels = 32;
/// With more channels than this on either side, sums by F(4×4, 5×5) may differ from exact ones by more than 1e-5 of their root mean square.
inline constexpr int winograd_most_channels_5x5 = 512;

/// The algorithm for a convolution (or one of its gradients) of images `from` under `w`: a window of one cell at stride 1, or one that
/// covers the image once, is a matrix product without any rearrangement. 3×3 and 5×5 windows at stride 1 go to Winograd where there are
/// enough channels, with large tiles unless they would hang over the image by more than half of their area or lose accuracy. What was
/// asked for comes first where it is possible.
constexpr graph::algorithm convolution_algorithm(const slim::shape& from, const slim::shape& to, const window& w, graph::algorithm asked) {
  using enum graph::algorithm;
  const slim::shape input = image_of(from), output = image_of(to);
  const extent2 one(1);
  if (w.kernel == one && w.stride == one && w.pad_top == 0 && w.pad_left == 0) return product;
  const bool covers = output[0] == 1 && output[1] == 1 && w.kernel == extent2(input[0], input[1]) && w.rate == one && w.pad_top == 0 && w.pad_left == 0;
  if (covers && asked == automatic) return product;
  const bool three = w.kernel == extent2(3), five = w.kernel == extent2(5);
  if (!(three || five) || !(w.stride == one) || !(w.rate == one) || asked == direct) return direct;
  if (asked == winograd_4x4 || asked == winograd_2x2) return asked;
  if (input[2] < winograd_least_channels || output[2] < winograd_least_channels) return direct;
  const auto used = [&](int tile) {  // the part of the tiles' area that is inside the result
    const int down = (output[0] + tile - 1) / tile * tile, across = (output[1] + tile - 1) / tile * tile;
    return static_cast<double>(output[0]) * output[1] / (static_cast<double>(down) * across);
  };
  const bool accurate = three || (input[2] <= winograd_most_channels_5x5 && output[2] <= winograd_most_channels_5x5);
  return accurate && used(4) > 0.5 ? winograd_4x4 : used(2) > 0.5 ? winograd_2x2 : direct;
}

/// So many 4×4 tiles at most, with weights of so many channels × channels at least, take longer to fetch the transformed weights, which are four times as large
/// as those of a 3×3 window, than Winograd saves: then the forward pass is direct.
inline constexpr long winograd_few_tiles = 4, winograd_large_weights = 256 * 256;
/// With up to so many of them it is F(2×2, 3×3), whose transformed weights are 16/36 of those of F(4×4, 3×3) for 16/9 of the multiplications. At inference
/// only: a program that trains would be compiled with both for batches that nobody trains on.
inline constexpr long winograd_some_tiles = 24;

namespace detail {

inline namespace SLIM_LEVEL {
SLIM_ONE_COPY constexpr kernel::convolution_geometry geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return kernel::convolution_geometry_of(image_of(in), image_of(out), w);
}
}  // namespace SLIM_LEVEL

/// Whether weights are so many and 4×4 tiles at most `tiles`.
SLIM_ALWAYS_INLINE constexpr bool fetching_outweighs(const node& n, const kernel::convolution_geometry& g, long images, long tiles = winograd_few_tiles) {
  return n.attributes.as<convolution_attributes>().asked == graph::algorithm::automatic && g.kernel_height == 3 &&
         static_cast<long>(g.input_channels) * g.output_channels >= winograd_large_weights &&
         images * kernel::parts_of(g.output_height, 4) * kernel::parts_of(g.output_width, 4) <= tiles;
}

// Variants of the three passes: one for each algorithm and transform of Winograd's, with a max pool in the store, and behind a depthwise convolution
// whose result is made in bands.
inline constexpr unsigned as_direct = 1, as_product = 2, with_4x4_3x3 = 4, with_2x2_3x3 = 8, with_4x4_5x5 = 16, with_2x2_5x5 = 32, with_pool = 64,
                          with_bands = 128, every_algorithm = 63;

SLIM_ALWAYS_INLINE constexpr unsigned convolution_variants(const node& n) {
  const bool three = n.attributes.as<convolution_attributes>().window.kernel.height == 3;
  const unsigned algorithm = n.how == graph::algorithm::winograd_4x4   ? (three ? with_4x4_3x3 : with_4x4_5x5)
                             : n.how == graph::algorithm::winograd_2x2 ? (three ? with_2x2_3x3 : with_2x2_5x5)
                             : n.how == graph::algorithm::winograd     ? with_4x4_3x3 | with_2x2_3x3
                             : n.how == graph::algorithm::product      ? as_product
                                                                       : as_direct;
  return algorithm | (n.pool > 1 ? with_pool : 0);
}

/// Calls `visit` with the transform of a convolution that Winograd's algorithm computes, in a program with room for so many images; false for other algorithms.
template <unsigned Variants, class Visit>
constexpr bool visit_winograd(const node& n, const kernel::convolution_geometry& g, long room, Visit visit) {
  [[maybe_unused]] const unsigned transform = n.how != graph::algorithm::winograd                   ? convolution_variants(n) & every_algorithm
                                              : fetching_outweighs(n, g, room, winograd_some_tiles) ? with_2x2_3x3
                                                                                                    : with_4x4_3x3;
  if constexpr ((Variants & with_4x4_3x3) != 0)
    if (transform == with_4x4_3x3) return visit(kernel::winograd_4x4_3x3{}), true;
  if constexpr ((Variants & with_2x2_3x3) != 0)
    if (transform == with_2x2_3x3) return visit(kernel::winograd_2x2_3x3{}), true;
  if constexpr ((Variants & with_4x4_5x5) != 0)
    if (transform == with_4x4_5x5) return visit(kernel::winograd_4x4_5x5{}), true;
  if constexpr ((Variants & with_2x2_5x5) != 0)
    if (transform == with_2x2_5x5) return visit(kernel::winograd_2x2_5x5{}), true;
  return false;
}

/// What is wrong with a convolution of `in` to `out` by `weights`; null: nothing.
constexpr const char* convolution_fault(node_view n, int operands, const slim::shape& in, const slim::shape& out, const slim::shape& weights) {
  const window w = n.self.attributes.as<convolution_attributes>().window;
  if (n.self.body() != operands) return "a convolution with another number of operands";
  if (weights.rank != 4 || !(extent2(weights[0], weights[1]) == w.kernel) || weights[2] != in.channels() || weights[3] != out.channels())
    return "a convolution with weights that do not fit";
  if (in.rank != out.rank || images_in(in) != images_in(out)) return "a convolution of images to another number of images";
  return window_fault(image_of(in), image_of(out), w);
}

/// Images of the batch, all those of an example counted.
template <class T>
long images(const invocation<T>& r) {
  return r.batch() * images_in(r.extent());
}

/// Multiplications and additions of a convolution to `out` from images of `channels`.
constexpr double convolution_work(node_view n, const slim::shape& out, int channels) {
  return 2 * static_cast<double>(out.size()) * cells(n.self.attributes.as<convolution_attributes>().window) * channels;
}

}  // namespace detail

/// The gradient of a convolution to its weights. Operands: x, dy.
struct convolution_weights_gradient : operation<"convolution_weights_gradient", convolution_attributes> {
  static constexpr const char* fault(node_view n) { return detail::convolution_fault(n, 2, n.extent(0), n.extent(1), n.extent()); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return detail::convolution_work(n, n.extent(1), n.extent(0).channels()); }

  static constexpr graph::algorithm choose(node_view n, bool) {
    return convolution_algorithm(n.extent(0), n.extent(1), attributes_of(n.self).window, attributes_of(n.self).asked);
  }
  static constexpr bool takes_updates(node_view n) {
    // Over many cells the product's right operand would be packed again for every piece.
    if (n.self.how == graph::algorithm::product) return n.extent(1).size() == n.extent().channels();
    return n.self.how != graph::algorithm::direct;
  }
  static constexpr unsigned variants(node_view n) { return detail::convolution_variants(n.self); }
  SLIM_ALWAYS_INLINE static constexpr kernel::convolution_geometry geometry(node_view n) {
    return detail::geometry_of(n.extent(0), n.extent(1), attributes_of(n.self).window);
  }
  template <class T, unsigned Variants>
  static constexpr long workspace(node_view n, const largest_run& most) {
    const kernel::convolution_geometry g = geometry(n);
    const long images = most.capacity * images_in(n.extent(0));
    long elements = 0;
    detail::visit_winograd<Variants>(n.self, g, images, [&]<class Transform>(Transform) {
      elements = kernel::winograd_weights_gradient_workspace<T, Transform>(kernel::forward_plane(g), images, most.threads);
    });
    return elements;
  }

  template <class T, unsigned Variants>
  static void run(const invocation<T>& r) {
    const kernel::convolution_geometry g = geometry(r.view());
    const long images = r.batch() * images_in(r.extent(0));
    const bool done = detail::visit_winograd<Variants>(r.node(), g, images, [&]<class Transform>(Transform) {
      const auto e = r.epilogue();
      const kernel::store_rows<T> store{r.out(), g.output_channels};
      const bool updates = r.node().updates;
      kernel::winograd_weights_gradient<T, Transform>(kernel::forward_plane(g), images, r.in(0), r.in(1), r.workspace(), r.threads(),
                                                      [&](const T* values, long row) {
                                                        if (updates) e.update_row(values, row, 0, g.output_channels);
                                                        else store(values, row);
                                                      });
    });
    if (done) return;
    if constexpr ((Variants & detail::as_product) != 0)
      if (r.node().how == graph::algorithm::product)
        return detail::product_weights_gradient(r, images * product_rows(g), product_inner(g), g.output_channels, r.in(0), r.in(1));
    if constexpr ((Variants & detail::as_direct) != 0) kernel::convolution_weights_gradient<T>(g, images, r.in(0), r.in(1), r.out(), r.threads());
  }
};

/// Images and weights to images.
template <text Name>
struct convolution_of_images : operation<Name, convolution_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, int weights, const window& placed, const slim::shape& result, int scope,
                           graph::algorithm asked = graph::algorithm::automatic) {
    return add_operation(g, convolution_of_images::kind, {true, result}, {batched(g, x, scope), weights}, scope, convolution_attributes{placed, asked});
  }
};

/// The gradient of a convolution to its images, and a layer's transposed convolution: [h', w', out] and [kh, kw, in, out] → [h, w, in].
/// Operands: dy, weights.
struct convolution_data_gradient : convolution_of_images<"convolution_data_gradient"> {
  static constexpr const char* fault(node_view n) { return detail::convolution_fault(n, 2, n.extent(), n.extent(0), n.extent(1)); }
  static constexpr void pull_back(adjoints& to, int y, int dy);
  static constexpr double work(node_view n) { return detail::convolution_work(n, n.extent(0), n.extent().channels()); }

  static constexpr graph::algorithm choose(node_view n, bool) {
    return convolution_algorithm(n.extent(), n.extent(0), attributes_of(n.self).window, attributes_of(n.self).asked);
  }
  static constexpr unsigned variants(node_view n) { return detail::convolution_variants(n.self); }
  SLIM_ALWAYS_INLINE static constexpr kernel::convolution_geometry geometry(node_view n) {
    return detail::geometry_of(n.extent(), n.extent(0), attributes_of(n.self).window);
  }
  template <class T, unsigned Variants>
  static constexpr long workspace(node_view n, const largest_run& most) {
    const kernel::convolution_geometry g = geometry(n);
    const long images = most.capacity * images_in(n.extent());
    long elements = 0;
    detail::visit_winograd<Variants>(n.self, g, images, [&]<class Transform>(Transform) {
      elements = kernel::winograd_convolution_workspace<T, Transform>(kernel::data_gradient_plane(g), images, most.threads);
    });
    return elements;
  }

  template <class T, unsigned Variants>
  static void run(const invocation<T>& r) {
    const kernel::convolution_geometry g = geometry(r.view());
    const long images = detail::images(r);
    const auto e = r.epilogue();
    const bool done = detail::visit_winograd<Variants>(r.node(), g, images, [&]<class Transform>(Transform) {
      kernel::winograd_convolution<T, Transform>(kernel::data_gradient_plane(g), images, r.in(0), r.in(1), true, nullptr, r.out(), r.workspace(), e.call,
                                                 r.threads());
    });
    if (done) return;
    if constexpr ((Variants & detail::as_product) != 0)
      if (r.node().how == graph::algorithm::product) {
        // The product's rows are longer than the image's channels when the window covers the input: the epilogue then runs afterwards.
        const bool same_rows = product_inner(g) == g.input_channels;
        kernel::matmul_data_gradient<T>(images * product_rows(g), product_inner(g), g.output_channels, r.in(0), r.in(1), r.out(),
                                        same_rows ? e.call : kernel::epilogue<T>{}, r.threads());
        if (!same_rows) e.call(0, r.rows(), 0, r.channels());
        return;
      }
    if constexpr ((Variants & detail::as_direct) != 0) kernel::convolution_data_gradient<T>(g, images, r.in(0), r.in(1), r.out(), e.call, r.threads());
  }
};

/// Σ over the window of x · weights: [h, w, in] and [kh, kw, in, out] → [h', w', out]; leading extents count images.
struct convolution : convolution_of_images<"convolution"> {
  static constexpr const char* fault(node_view n) { return detail::convolution_fault(n, 2, n.extent(0), n.self.unpooled(), n.extent(1)); }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 1, convolution_weights_gradient::kind, {n.operands[0], dy});
    to.derive(n, 0, convolution_data_gradient::kind, {dy, n.operands[1]});
  }
  static constexpr double work(node_view n) {
    const slim::shape out = n.self.unpooled();
    return detail::convolution_work(n, out, n.extent(0).channels()) + (n.self.pool > 1 ? static_cast<double>(out.size()) : 0);
  }

  static constexpr graph::algorithm choose(node_view n, bool trains) {
    using enum graph::algorithm;
    const graph::algorithm best = convolution_algorithm(n.extent(0), n.extent(), attributes_of(n.self).window, attributes_of(n.self).asked);
    return best == winograd_4x4 && !trains && detail::fetching_outweighs(n.self, geometry(n), images_in(n.extent()), winograd_some_tiles) ? winograd : best;
  }
  SLIM_ALWAYS_INLINE static constexpr kernel::convolution_geometry geometry(node_view n) {
    return detail::geometry_of(n.extent(0), n.self.unpooled(), attributes_of(n.self).window);
  }
  static constexpr unsigned variants(node_view n) {
    const unsigned own = detail::convolution_variants(n.self);
    if (reads_bands(n)) return detail::with_bands;
    return detail::fetching_outweighs(n.self, geometry(n), images_in(n.extent())) ? own | detail::as_direct : own;  // of one example, if of any batch
  }
  /// True for the last convolution of a block that works band by band of rows, see passes/fuse_blocks.hpp.
  SLIM_ALWAYS_INLINE static constexpr bool reads_bands(node_view n) {
    return n.self.kind == kind && n.self.how == graph::algorithm::product && n.operand(0).in_bands && n.operand(0).kind == depthwise_convolution::kind;
  }
  template <class T, unsigned Variants>
  static constexpr long workspace(node_view n, const largest_run& most) {
    if constexpr ((Variants & detail::with_bands) != 0)
      if (reads_bands(n)) {
        const node_view between{n.nodes, n.operand(0)};
        return kernel::depthwise_block_workspace<T>(depthwise_convolution::geometry(between), between.operand(0).in_bands, most.threads);
      }
    const kernel::convolution_geometry g = geometry(n);
    const long images = most.capacity * images_in(n.extent());
    long elements = 0;
    detail::visit_winograd<Variants>(n.self, g, images, [&]<class Transform>(Transform) {
      elements = kernel::winograd_convolution_workspace<T, Transform>(kernel::forward_plane(g), images, most.threads);
    });
    return elements;
  }

  /// Transforms or packs the weights for many runs; 0 elements when that would not help.
  template <class T, unsigned Variants>
  static long prepare(const invocation<T>& r, T* ahead) {
    if constexpr ((Variants & detail::as_direct) != 0)
      if (packs_ahead(r)) {
        if (ahead != nullptr) kernel::pack_convolution<T>(geometry(r.view()), r.in(1), ahead, r.threads());
        return kernel::packed_convolution_elements<T>(geometry(r.view()));
      }
    long elements = 0;
    if constexpr ((Variants & (detail::as_product | detail::with_bands)) != 0)
      if (r.node().how == graph::algorithm::product) elements = detail::pack_weights(r, ahead);
    detail::visit_winograd<Variants>(r.node(), geometry(r.view()), room(r), [&]<class Transform>(Transform) {
      const auto plane = kernel::forward_plane(geometry(r.view()));
      elements = kernel::winograd_weights_layout<T, Transform>(plane).weights_elements();
      if (ahead != nullptr) kernel::winograd_transform_weights<T, Transform>(plane, r.in(1), false, ahead, r.threads());
    });
    return elements;
  }
  template <class T, unsigned Variants>
  static void run(const invocation<T>& r) {
    const node& n = r.node();
    if constexpr ((Variants & detail::with_bands) != 0)
      if (reads_bands(r.view())) return run_block(r);
    const kernel::convolution_geometry g = geometry(r.view());
    const long images = detail::images(r);
    const auto e = r.epilogue();
    if constexpr ((Variants & detail::with_pool) != 0) {
      const kernel::pooled_epilogue<T> after = e.pooled();
      const bool done = n.pool > 1 && detail::visit_winograd<Variants>(n, g, room(r), [&]<class Transform>(Transform) {
                          kernel::winograd_convolution<T, Transform>(kernel::forward_plane(g), images, r.in(0), r.in(1), false, r.prepared(), r.out(),
                                                                     r.workspace(), {}, r.threads(), kernel::pool_with<T, Transform>(after));
                        });
      if constexpr ((Variants & detail::as_direct) != 0)
        if (n.pool > 1 && !done) kernel::pooled_convolution<T>(g, images, r.in(0), r.in(1), r.out(), after, r.threads());
      if (n.pool > 1) return;
    }
    const bool done = !detail::fetching_outweighs(n, g, images) && detail::visit_winograd<Variants>(n, g, room(r), [&]<class Transform>(Transform) {
      kernel::winograd_convolution<T, Transform>(kernel::forward_plane(g), images, r.in(0), r.in(1), false, r.prepared(), r.out(), r.workspace(), e.call,
                                                 r.threads());
    });
    if (done) return;
    if constexpr ((Variants & detail::as_product) != 0)
      if (n.how == graph::algorithm::product) return detail::product(r, images * product_rows(g), product_inner(g), g.output_channels);
    if constexpr ((Variants & detail::as_direct) != 0)
      kernel::convolution<T>(g, images, r.in(0), r.in(1), packs_ahead(r) ? r.prepared() : nullptr, r.out(), e.call, r.threads());
  }

private:
  template <class T>
  static kernel::block_stage<T> block_stage(const kernel::convolution_geometry& g, const invocation<T>& r) {
    const auto e = r.epilogue();
    return {g, r.in(1), detail::most_rows(r) > kernel::few_rows ? r.prepared() : nullptr, e.call.apply, e.context};
  }
  /// The steps of what is made in bands lie directly in front of the reader's.
  template <class T>
  static void run_block(const invocation<T>& r) {
    const invocation<T> between{r.state, (&r.at)[-1]};
    const kernel::convolution_geometry g = depthwise_convolution::geometry(between.view());
    kernel::block_stages<T> stages{nullptr, block_stage(g, between), block_stage(geometry(r.view()), r)};
    if (!between.operand(0).in_bands) return kernel::depthwise_block<T>(stages, r.batch(), between.in(0), r.out(), r.workspace(), r.threads());
    const invocation<T> opening{r.state, (&r.at)[-2]};
    const kernel::block_stage<T> first = block_stage(geometry(opening.view()), opening);
    stages.first = &first;
    kernel::depthwise_block<T>(stages, r.batch(), opening.in(0), r.out(), r.workspace(), r.threads());
  }
  /// Images in the largest run.
  template <class T>
  static long room(const invocation<T>& r) {
    return r.state.capacity * images_in(r.extent());
  }
  /// Whether weights that are made ahead are packed as they are: the convolution is direct, whatever batch comes.
  template <class T>
  static bool packs_ahead(const invocation<T>& r) {
    const node& n = r.node();
    const bool direct = n.how == graph::algorithm::direct || detail::fetching_outweighs(n, geometry(r.view()), room(r));
    return direct && n.pool <= 1;
  }
};

/// The transpose of the transpose is the convolution; for the weights, images and gradients of the convolution change places.
constexpr void convolution_data_gradient::pull_back(adjoints& to, int y, int dy) {
  const node n = to.g.nodes[y];
  to.derive(n, 1, convolution_weights_gradient::kind, {dy, n.operands[0]});
  to.derive(n, 0, convolution::kind, {dy, n.operands[1]});
}

}  // namespace slim::op

#include "slim/core/end.hpp"
