#pragma once
// Geometries and the definition of a pooling window for the pool tests.

#include "slim/kernel/geometry.hpp"
#include "tests/kernel/reference.hpp"

namespace slim::kernel::test {

struct pool_case {
  pool_geometry geometry;
  long batch;
};

/// Disjoint, overlapping, gapped and padded windows; rows that no window reaches; odd channels.
inline const pool_case pool_cases[] = {
    {{4, 4, 8, 2, 2, 2, 2, 2, 2, 0, 0}, 2},  {{28, 28, 32, 14, 14, 2, 2, 2, 2, 0, 0}, 3}, {{7, 9, 3, 4, 5, 3, 3, 2, 2, 1, 1}, 7},
    {{5, 6, 17, 5, 6, 3, 2, 1, 1, 1, 0}, 4}, {{9, 8, 33, 2, 2, 2, 3, 4, 5, 0, 0}, 1},     {{7, 7, 130, 3, 3, 3, 3, 2, 2, 0, 0}, 1},
    {{6, 5, 1, 1, 1, 6, 5, 1, 1, 0, 0}, 5},  {{10, 10, 5, 4, 4, 5, 5, 3, 3, 2, 2}, 2},    {{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}, 1},
};

inline long input_size(const pool_case& c) { return c.batch * c.geometry.input_height * c.geometry.input_width * c.geometry.channels; }
inline long output_size(const pool_case& c) { return c.batch * c.geometry.output_height * c.geometry.output_width * c.geometry.channels; }

/// visit(output index, input indices of the real cells in row-major order).
template <class Visit>
void for_each_window(const pool_case& c, Visit visit) {
  const auto& g = c.geometry;
  for (long n = 0; n < c.batch; ++n)
    for (long i = 0; i < g.output_height; ++i)
      for (long j = 0; j < g.output_width; ++j)
        for (long channel = 0; channel < g.channels; ++channel) {
          std::vector<std::size_t> cells;
          for (long r = 0; r < g.kernel_height; ++r)
            for (long s = 0; s < g.kernel_width; ++s) {
              const long h = i * g.stride_height - g.pad_top + r, w = j * g.stride_width - g.pad_left + s;
              if (h < 0 || h >= g.input_height || w < 0 || w >= g.input_width) continue;
              cells.push_back(static_cast<std::size_t>(((n * g.input_height + h) * g.input_width + w) * g.channels + channel));
            }
          visit(static_cast<std::size_t>(((n * g.output_height + i) * g.output_width + j) * g.channels + channel), cells);
        }
}

}  // namespace slim::kernel::test
