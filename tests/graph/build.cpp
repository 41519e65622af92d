#include "slim/graph/build.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/graph/graphs.hpp"

using namespace slim;
using namespace slim::graph;
using graphs::sketch;

namespace {

constexpr node value_of(bool batched, const slim::shape& extent) {
  node n;
  n.batched = batched, n.extent = extent;
  return n;
}
constexpr bool reads_as(const node& operand, const domain& over, expr::access how) {
  const access_result found = access_of(operand, over);
  return found.fits && found.how == how;
}

constexpr domain images{true, {4, 4, 3}};
static_assert(reads_as(value_of(true, {4, 4, 3}), images, expr::access::element));
static_assert(reads_as(value_of(true, {48}), images, expr::access::element));  // the same numbers, flattened
static_assert(reads_as(value_of(true, {}), images, expr::access::example));    // one number per example
static_assert(reads_as(value_of(true, {1}), images, expr::access::example));
static_assert(reads_as(value_of(false, {3}), images, expr::access::column));  // one per channel
static_assert(reads_as(value_of(false, {}), images, expr::access::scalar));
static_assert(reads_as(value_of(false, {4, 4, 3}), images, expr::access::column));  // one example for all
static_assert(reads_as(value_of(true, {3}), images, expr::access::row));            // one per example and channel
static_assert(reads_as(value_of(true, {1, 1, 3}), images, expr::access::row));
static_assert(reads_as(value_of(true, {4, 4, 1}), images, expr::access::row));   // one per pixel
static_assert(reads_as(value_of(false, {4, 3}), images, expr::access::column));  // one per column and channel
static_assert(reads_as(value_of(false, {4, 1, 1}), images, expr::access::row));
static_assert(!access_of(value_of(false, {4}), images).fits);
static_assert(!access_of(value_of(true, {4, 3, 4}), images).fits);  // as many numbers, another image
static_assert(!access_of(value_of(false, {4, 3, 4}), images).fits);
static_assert(!access_of(value_of(false, {3, 1, 1}), images).fits);
static_assert(!access_of(value_of(true, {3}), domain{false, {3}}).fits);  // examples into what has none
static_assert(reads_as(value_of(false, {2, 3}), domain{false, {2, 3}}, expr::access::element));

/// Arithmetic that is known when it is written makes no node.
static_assert([] {
  sketch s;
  const tensor x = s.input({5});
  return (x + 0.0).node == x.node && (1.0 * x).node == x.node && (-(-x)).node != x.node &&
         expr::reads(s.trace.g.functions[s.trace.g.nodes[(x * 0.0).node].function], 0);  // 0 times infinity is NaN
}());
/// An operand given twice is read once.
static_assert([] {
  sketch s;
  const tensor x = s.input({5});
  return s.trace.g.nodes[(x * x).node].operand_count == 1;
}());
/// Numbers are folded into the function.
static_assert([] {
  sketch s;
  const tensor x = s.input({5});
  return s.trace.g.nodes[(x * 2.5).node].operand_count == 1;
}());
/// Functions are stored once, however many nodes use them.
static_assert([] {
  sketch s;
  const tensor x = s.input({5}), y = s.input({7});
  return s.trace.g.nodes[abs(x).node].function == s.trace.g.nodes[abs(y).node].function && s.trace.g.functions.size() == 1;
}());

}  // namespace

TEST_CASE("broadcasting takes the shape of the larger operand") {
  sketch s;
  const tensor image = s.input({4, 4, 3}), per_example = s.input({}), per_channel = s.variable({3}), number = s.variable({});
  for (const tensor& small : {per_example, per_channel, number}) {
    CHECK((image * small).shape() == slim::shape{4, 4, 3});
    CHECK((small - image).shape() == slim::shape{4, 4, 3});
  }
  const tensor grown = per_channel + per_example;  // one number per example, one per channel
  CHECK(s.trace.g.nodes[grown.node].batched);
  CHECK(grown.shape() == slim::shape{3});
  CHECK(!s.trace.g.failed());
}

TEST_CASE("each operand of a loop, and each sum, is where NumPy's rules say") {
  // All pairs of shapes of up to three extents, for one value and for each of two examples; an index is followed from the loop to the operand.
  std::vector<slim::shape> shapes{{}};
  for (const int a : {1, 2, 3}) {
    shapes.push_back({a});
    for (const int b : {1, 2, 3}) {
      shapes.push_back({a, b});
      for (const int c : {1, 2, 3}) shapes.push_back({a, b, c});
    }
  }
  shapes.push_back({2, 1, 3, 1}), shapes.push_back({1, 3, 1, 2}), shapes.push_back({2, 3, 2, 3});
  shapes.push_back({1, 3, 1, 2, 1}), shapes.push_back({2, 1, 3, 1, 2}), shapes.push_back({2, 3, 3, 2, 2});
  constexpr long examples = 2;
  int pairs = 0;
  for (const slim::shape& first : shapes)
    for (const slim::shape& second : shapes)
      for (const int batched : {0, 1, 2, 3}) {
        struct {
          node nodes[2];
        } g{{value_of((batched & 1) != 0, first), value_of((batched & 2) != 0, second)}};
        const int both[] = {0, 1};
        const domain over = joint_domain(g, both, 2);
        const int rank = std::max(first.rank, second.rank);
        const auto extent = [&](const slim::shape& s, int axis) { return axis < rank - s.rank ? 1 : s[axis - (rank - s.rank)]; };
        bool fits = true;
        for (int axis = 0; axis < rank; ++axis)
          fits = fits && (extent(first, axis) == extent(second, axis) || extent(first, axis) == 1 || extent(second, axis) == 1);
        const bool found = access_of(g.nodes[0], over).fits && access_of(g.nodes[1], over).fits && same_loop(over, joint_domain(g, both, 2));
        sketch s;
        const tensor x{s.trace, add_leaf(s.trace.g, kind::input, g.nodes[0].batched, first)},
            y{s.trace, add_leaf(s.trace.g, kind::input, g.nodes[1].batched, second, 1)};
        x - 2.0 * y;
        CHECK(s.trace.g.failed() == !fits);
        if (!fits) continue;
        CHECK(found);
        ++pairs;
        for (const bool by_channel : {false, true}) {
          const node* const values[] = {&g.nodes[0], &g.nodes[1]};
          const loop_shape loop = loop_over(over, values, 2, by_channel);
          const long rows = loop.rows_per_example * (over.batched ? examples : 1);
          for (const node& operand : g.nodes) {
            const expr::access how = loop_access(operand, loop);
            const expr::row_places places = rows_of(operand, loop);
            const bool to_number = how == expr::access::row_number;
            const long results = operand.extent.size() * (operand.batched ? examples : 1) / (to_number ? 1 : loop.width);
            const expr::row_places result_rows = rows_of(operand, loop, true, false), summed_rows = rows_of(operand, loop, true, true);
            std::vector<int> visited(static_cast<std::size_t>(rows));
            for (long r = 0; r < results && how >= expr::access::row; ++r)
              for (long term = 0; term < rows / results; ++term) {
                const long row = result_rows(r) + summed_rows(term);
                CHECK(places(row) == r * (to_number ? 1 : loop.width));
                ++visited[static_cast<std::size_t>(row)];
              }
            bool right = true;
            for (long row = 0; row < rows; ++row) {
              if (how >= expr::access::row) right = right && visited[static_cast<std::size_t>(row)] == 1;
              for (long column = 0; column < loop.width; ++column) {
                const long flat = row * loop.width + column, example = flat / over.extent.size();
                long index = 0, rest = flat % over.extent.size(), inner = 1;  // of the operand, by its own extents
                for (int axis = rank - 1; axis >= 0; --axis) {
                  const long at = rest % extent(over.extent, axis);
                  rest /= extent(over.extent, axis);
                  if (extent(operand.extent, axis) != 1) index += at * inner;
                  inner *= extent(operand.extent, axis);
                }
                if (operand.batched) index += example * operand.extent.size();
                const long read = how == expr::access::element   ? flat
                                  : how == expr::access::column  ? column
                                  : how == expr::access::example ? row / loop.rows_per_example
                                  : how == expr::access::scalar  ? 0
                                                                 : places(row) + (to_number ? 0 : column);
                right = right && read == index;
              }
            }
            INFO("ranks " << first.rank << " " << second.rank << ", sizes " << first.size() << " " << second.size() << ", batched " << batched << ", access "
                          << static_cast<int>(how));
            CHECK(right);
          }
        }
      }
  CHECK(pairs > 1000);
}

TEST_CASE("the first mistake is recorded, with both shapes") {
  sketch s;
  const tensor image = s.input({4, 4, 3}), other = s.input({4, 4, 5}), vector = s.input({7});
  image + other;
  CHECK(s.trace.g.error.broken == rule::channel_mismatch);
  CHECK(s.trace.g.error.found == slim::shape{3});
  CHECK(s.trace.g.error.expected == slim::shape{5});
  image + vector;
  CHECK(s.trace.g.error.broken == rule::channel_mismatch);

  sketch second;
  second.input({4, 4, 3}) + second.input({7});
  CHECK(second.trace.g.error.broken == rule::shape_mismatch);
  CHECK(second.trace.g.error.found == slim::shape{7});
  CHECK(second.trace.g.error.expected == slim::shape{4, 4, 3});
}

TEST_CASE("windows are placed or reported") {
  slim::graph::graph g;
  window placed;
  slim::shape out;
  CHECK(op::place_window(g, {7, 8, 3}, {3, 3}, 2, 1, SAME, -1, placed, out));
  CHECK(out == slim::shape{4, 4, 3});
  CHECK(placed.pad_top == 1);   // (4 − 1)·2 + 3 − 7 = 2, half of it above
  CHECK(placed.pad_left == 0);  // (4 − 1)·2 + 3 − 8 = 1: the odd cell goes to the right
  CHECK(op::place_window(g, {7, 8, 3}, {3, 3}, 1, 2, VALID, -1, placed, out));
  CHECK(out == slim::shape{3, 4, 3});
  CHECK(!g.failed());
  CHECK(!op::place_window(g, {4, 8, 3}, {3, 3}, 1, 2, VALID, -1, placed, out));
  CHECK(g.error.broken == rule::window_larger_than_input);
  CHECK(g.error.found == slim::shape{5, 5});
  CHECK(g.error.expected == slim::shape{4, 8});
  slim::graph::graph second;
  CHECK(!op::place_window(second, {12}, {3, 3}, 1, 1, SAME, -1, placed, out));
  CHECK(second.error.broken == rule::rank_mismatch);
  slim::graph::graph third;
  CHECK(!op::place_window(third, {4, 4, 1}, {3, 3}, 0, 1, SAME, -1, placed, out));
  CHECK(third.error.broken == rule::bad_number);
}
