#include "slim/kernel/tap_contraction.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace slim::kernel;

namespace {

constexpr long room = 32768;

constexpr bool covers(const blocking& cut) {
  long pixels = 0, steps = 0;
  for (long b = 0; b < cut.blocks(); ++b) {
    const pixel_block block = cut.block(b);
    pixels += block.pixels();
    for (long c = 0; c < cut.chunks(); ++c) {
      const tap_chunk chunk = cut.chunk(c);
      if (chunk.depth() < 1 || chunk.depth() > reduction_limit) return false;
      if (cut.grid.height.span(block.rows, chunk.rows) * cut.grid.width.span(block.columns, chunk.columns) * cell_size(chunk.channels) * block.images > room)
        return false;
    }
  }
  for (long c = 0; c < cut.chunks(); ++c) steps += cut.chunk(c).depth();
  return pixels == cut.grid.pixels() && steps == cut.grid.height.taps * cut.grid.width.taps * cut.grid.source_channels;
}

constexpr blocking blocking_of(convolution_geometry geometry, long batch) {
  return choose_blocking(convolution_grid(geometry, batch), reduction_limit, 24, 512, room);
}

constexpr convolution_geometry vgg_5{14, 14, 512, 14, 14, 512, 3, 3, 1, 1, 1, 1, 1, 1};
constexpr convolution_geometry line{1, 70000, 1, 1, 3000, 4, 1, 9000, 1, 20, 1, 2, 0, 0};
constexpr convolution_geometry wide_step{9000, 9000, 3, 2, 2, 1, 2, 2, 5000, 5000, 3000, 3000, 0, 0};

}  // namespace

static_assert(covers(blocking_of({28, 28, 1, 28, 28, 32, 5, 5, 1, 1, 1, 1, 2, 2}, 33)));
static_assert(covers(blocking_of(vgg_5, 7)));
static_assert(covers(blocking_of(wide_step, 2)));
static_assert(blocking_of(vgg_5, 1).depth() <= reduction_limit && blocking_of(vgg_5, 1).depth() > reduction_limit / 2);

TEST_CASE("chunks and blocks cover a long one-dimensional convolution within their limits") { CHECK(covers(blocking_of(line, 3))); }

TEST_CASE("threads get parts of a list of weights that follow each other, cover it and are even where units allow, or pixels of their own") {
  for (const long columns : {48, 64, 160, 192, 320, 512, 2048})
    for (const convolution_geometry& g :
         {convolution_geometry{7, 7, 512, 7, 7, 0, 3, 3, 1, 1, 1, 1, 1, 1}, convolution_geometry{17, 17, 160, 17, 17, 0, 7, 1, 1, 1, 1, 1, 3, 0},
          convolution_geometry{56, 56, 64, 56, 56, 0, 1, 1, 1, 1, 1, 1, 0, 0}})
      for (const long threads : {1, 2, 3, 8}) {
        tap_grid grid = convolution_grid(g, 1);
        grid.result_channels = columns;
        const contraction_list list = share_list<float>(grid, reduction_limit, threads);
        const bool own_pixels = list.how == shared_by::blocks;
        if (own_pixels) CHECK((threads > 1 && list.groups() > 1 && grid.pixels() >= 72 * threads));
        if (g.input_height == 56 && columns == 2048) CHECK(own_pixels == (threads == 2 || threads == 8));  // of 56 rows three threads have 18 or 19
        long end = 0;
        for (long task = 0; task < list.tasks; ++task) {
          const contraction_list::share own = list.share_of(task);
          CHECK((own_pixels ? own.first_block : own.begin) == end);
          CHECK(own.end > own.begin);
          end = own_pixels ? own.first_block + own.blocks : own.end;
          if (own_pixels) CHECK(own.end == own.blocks * list.groups());
        }
        CHECK(end == (own_pixels ? list.cut.blocks() : list.units()));
        if (own_pixels) {
          CHECK(static_cast<double>(list.most_pixels(threads) * threads) < 1.05 * static_cast<double>(grid.pixels()));
          continue;
        }
        CHECK(list.work_before(list.units()) == list.longest_part(1));
        if (threads == 2) CHECK(static_cast<double>(list.longest_part(2)) < 0.65 * static_cast<double>(grid.pixels() * columns));
      }
}

TEST_CASE("a strided data gradient visits every tap in exactly one phase") {
  for (long stride = 1; stride <= 4; ++stride)
    for (long rate = 1; rate <= 4; ++rate)
      for (long taps = 1; taps <= 5; ++taps) {
        std::vector<int> pairs(static_cast<std::size_t>(20 * taps));
        const long outputs = 40;
        for (long phase = 0; phase < stride; ++phase) {
          const tap_axis axis = data_gradient_axis(20, outputs, taps, stride, rate, 2, phase);
          for (long i = 0; i < axis.outputs; ++i)
            for (long t = 0; t < axis.taps; ++t) {
              const long input = axis.output_first + i * axis.output_step, tap = axis.first_tap + t * axis.tap_increment;
              CHECK((i * axis.step + axis.offset + t * axis.tap_step) * stride == input + 2 - tap * rate);
              ++pairs[static_cast<std::size_t>(input * taps + tap)];
            }
        }
        for (long input = 0; input < 20; ++input)
          for (long tap = 0; tap < taps; ++tap) CHECK(pairs[static_cast<std::size_t>(input * taps + tap)] == ((input + 2 - tap * rate) % stride == 0 ? 1 : 0));
      }
}
