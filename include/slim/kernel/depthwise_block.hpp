#pragma once
#include "slim/core/begin.hpp"
// A depthwise convolution between two others, or in front of one, band by band of rows: what lies between them has several times the channels of what
// goes in and out, and never leaves the second-level cache of the core that makes it.

#include "slim/kernel/convolution.hpp"
#include "slim/kernel/depthwise_convolution.hpp"
#include "slim/kernel/expression_context.hpp"
#include "slim/kernel/matmul.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// A convolution of a block with its store. `packed`: its weights as packed ahead, or null. Only the last convolution, a product, has a store whose
/// operands may have rows.
template <class T>
struct block_stage {
  convolution_geometry geometry;
  const T* weights;
  const T* packed;
  typename epilogue<T>::function* store;
  expression_context<T> context;

  /// A window of one cell is a product, whose sums are cut as those of products are.
  long depth_limit() const { return geometry.kernel_height == 1 && geometry.kernel_width == 1 ? matmul_depth : reduction_limit; }
  /// The store for a result at `values`.
  expression_context<T> at(T* values) const {
    expression_context<T> own = context;
    own.inputs[0] = own.outputs[0] = values;
    return own;
  }
};

/// The first convolution may be missing: then the depthwise one reads the block's input.
template <class T>
struct block_stages {
  const block_stage<T>* first;
  block_stage<T> depthwise, last;
};

/// Bytes of scratch memory for one band, about; a part of the second-level cache.
inline constexpr long block_scratch_bytes = 384 * 1024;

/// How the scratch memory of a block is shared out: rows of results in a band, and elements for those of the depthwise convolution's input and of its result.
struct block_bands {
  long rows, wide, narrow;

  template <class T>
  static constexpr block_bands of(const convolution_geometry& g, bool first) {
    const long row_in = first ? static_cast<long>(g.input_width) * g.input_channels : 0, row_out = static_cast<long>(g.output_width) * g.output_channels;
    const auto rows_in = [&](long results) { return smaller((results - 1) * g.stride_height + (g.kernel_height - 1) * g.rate_height + 1, g.input_height); };
    long most = 1;
    while (most < g.output_height && (rows_in(most + 1) * row_in + (most + 1) * row_out) * static_cast<long>(sizeof(T)) <= block_scratch_bytes) ++most;
    const auto whole_lines = [](long elements) { return parts_of(elements, 16) * 16; };
    return {most, whole_lines(rows_in(most) * row_in), whole_lines(most * row_out)};
  }
};

/// Elements of scratch memory.
template <class T>
constexpr long depthwise_block_workspace(const convolution_geometry& depthwise, bool first, int threads) {
  const block_bands bands = block_bands::of<T>(depthwise, first);
  return (bands.wide + bands.narrow) * larger(threads, 1);
}

/// y = the last convolution of the depthwise one of the first one of x, each with its store.
template <class T>
void depthwise_block(const block_stages<T>& stages, long batch, const T* x, T* y, T* workspace, int threads) {
  const convolution_geometry& g = stages.depthwise.geometry;
  const block_bands bands = block_bands::of<T>(g, stages.first != nullptr);
  const long columns = stages.last.geometry.output_channels, wide_row = static_cast<long>(g.input_width) * g.input_channels;
  const long parts = smaller(parts_of(larger(threads, 1), batch), g.output_height);  // of an image: each begins with rows that its neighbour makes as well
  const double work =
      g.operations() / g.input_channels + stages.last.geometry.operations() + (stages.first != nullptr ? stages.first->geometry.operations() : 0);

  parallel_for(batch * parts, work / static_cast<double>(parts), threads, [&](long task, int thread) {
    T* const wide = workspace + thread * (bands.wide + bands.narrow);
    T* const narrow = wide + bands.wide;
    const long image = task / parts, begin = task % parts * g.output_height / parts, end = (task % parts + 1) * g.output_height / parts;
    const convolution_geometry& in = stages.first != nullptr ? stages.first->geometry : g;
    const T* const source = x + image * in.input_height * in.input_width * in.input_channels;
    const long band = even_part(end - begin, smaller(bands.rows, end - begin));
    long first = 0, last = 0;  // rows of the depthwise convolution's input that are there
    for (long row = begin; row < end; row += band) {
      const long rows = smaller(band, end - row), top = row * g.stride_height - g.pad_top;
      convolution_geometry part = g;
      part.output_height = static_cast<int>(rows);
      part.pad_top = static_cast<int>(-top);
      const T* from = source;
      if (stages.first != nullptr) {
        const long needed = larger(top, 0), until = smaller(top + (rows - 1) * g.stride_height + (g.kernel_height - 1) * g.rate_height + 1, g.input_height);
        const long kept = larger(last - needed, 0), fresh = needed + kept;
        if (kept > 0) std::memmove(wide, wide + (needed - first) * wide_row, static_cast<std::size_t>(kept * wide_row) * sizeof(T));
        if (until > fresh) {
          convolution_geometry made = in;
          made.output_height = static_cast<int>(until - fresh);
          made.pad_top = static_cast<int>(in.pad_top - fresh * in.stride_height);
          T* const to = wide + kept * wide_row;
          const expression_context<T> context = stages.first->at(to);
          contract_taps(convolution_grid(made, 1), source, tap_weights<T>{stages.first->weights, in.kernel_width, false, stages.first->packed}, to,
                        epilogue<T>{stages.first->store, &context}, 1, stages.first->depth_limit());
        }
        first = needed, last = larger(until, needed);
        from = wide;
        part.input_height = static_cast<int>(last - first);
        part.pad_top = static_cast<int>(first - top);
      }
      const expression_context<T> context = stages.depthwise.at(narrow);
      depthwise_convolution(part, 1, from, stages.depthwise.weights, narrow, epilogue<T>{stages.depthwise.store, &context}, 1);

      struct rows_further_down {
        epilogue<T> store;
        long rows;
        static void apply(const void* self, long row_begin, long row_end, long column_begin, long column_end) {
          const auto& s = *static_cast<const rows_further_down*>(self);
          s.store(row_begin + s.rows, row_end + s.rows, column_begin, column_end);
        }
      };
      const long pixel = (image * g.output_height + row) * g.output_width;
      const rows_further_down store{{stages.last.store, &stages.last.context}, pixel};
      contract_taps(matmul_grid(rows * g.output_width, g.output_channels, columns), narrow, tap_weights<T>{stages.last.weights, 1, false, stages.last.packed},
                    y + pixel * columns, epilogue<T>{&rows_further_down::apply, &store}, 1, matmul_depth);
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
