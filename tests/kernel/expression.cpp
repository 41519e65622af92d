#include "slim/kernel/map.hpp"
#include "slim/kernel/reduce.hpp"

#include "tests/expr/interpreter.hpp"
#include "tests/kernel/reference.hpp"
#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace slim::kernel;
using namespace slim::kernel::test;
using slim::expr::scalar_function, slim::expr::scalar_op, slim::expr::symbol;

namespace {

constexpr double work = 4;  // of one element, for the decision to fork

/// Every operation but that of random numbers, of an operand of each kind. Conditions and floors are exact in every type: the operands have 24 bits.
constexpr scalar_function everything() {
  scalar_function f;
  const auto in = [&](int i) { return symbol(&f, f.add_input(i)); };
  const symbol x = in(0), b = in(1), e = in(2), s = in(3), column(&f, f.emit(scalar_op::position));
  const symbol first = select(x > b, exp(x) * e, log(abs(x) + 1.5)) + tanh(x * s) - sigmoid(b) / (2.0 + x) + max(x, b);
  const symbol second = sqrt(log1p(abs(x - e))) + erf(x) * min(x, b) + floor(4.0 * x) + select(floor(2.0 * x) == floor(2.0 * b), column, -x) + (x >= s) +
                        sin(b) * cos(x) + pow(abs(x), b) + finite(x) + finite(x / (b - b));
  f.add_output(first.in(f));
  f.add_output(second.in(f));
  return pruned(f);
}

constexpr scalar_function only(const scalar_function& f, int output) {
  scalar_function one = f;
  one.outputs[0] = f.outputs[output], one.output_count = 1;
  return pruned(one);
}

constexpr scalar_function random_number(double stream) {
  scalar_function f;
  f.add_output(f.emit(scalar_op::uniform, -1, -1, -1, stream));
  return f;
}

using slim::expr::encode;
constexpr slim::expr::access accesses[] = {slim::expr::access::element, slim::expr::access::column, slim::expr::access::example, slim::expr::access::scalar};
constexpr int nodes_of_everything = everything().nodes.size(), nodes_of_first = only(everything(), 0).nodes.size();
constexpr auto both = encode<nodes_of_everything, 4, 2>(everything().nodes.begin(), accesses, everything().outputs);
constexpr auto first_alone = encode<nodes_of_first, 4, 1>(only(everything(), 0).nodes.begin(), accesses, only(everything(), 0).outputs);
constexpr auto noise = encode<1, 0, 1>(random_number(7).nodes.begin(), nullptr, random_number(7).outputs);

constexpr scalar_function product_and_sum() {
  return slim::expr::scalar_function_of<3>([](auto x, auto y, auto z) { return x * y + z; });
}
constexpr slim::expr::access rows_of_operands[] = {slim::expr::access::element, slim::expr::access::row, slim::expr::access::row_number};
constexpr auto by_row = encode<5, 3, 1>(product_and_sum().nodes.begin(), rows_of_operands, product_and_sum().outputs);

/// What decides between numbers: comparisons and conditions, each with a weight of its own, and what hands one of its operands on.
constexpr scalar_function deciding() {
  scalar_function f;
  const symbol x(&f, f.add_input(0)), y(&f, f.add_input(1));
  const symbol conditions = (x > y) + 2.0 * (x < y) + 4.0 * (x >= y) + 8.0 * (x <= y) + 16.0 * (x == y) + 32.0 * (x != y) + 64.0 * finite(x) + 128.0 * !x +
                            256.0 * (x && y) + 512.0 * (x || y) + 1024.0 * select(x, 1.0, 0.0) + 2048.0 * select(x * y, 0.0, 1.0);
  for (const symbol& output : {conditions, max(x, y), min(x, y), max(0.0, x) + min(x, 1.0)}) f.add_output(output.in(f));
  return pruned(f);
}
/// What is exact for every number.
constexpr scalar_function exact() {
  scalar_function f;
  const symbol x(&f, f.add_input(0)), y(&f, f.add_input(1));
  for (const symbol& output : {floor(x), sqrt(y), abs(y) - x, x / y}) f.add_output(output.in(f));
  return pruned(f);
}
constexpr slim::expr::access two_elements[] = {slim::expr::access::element, slim::expr::access::element};
constexpr int nodes_of_deciding = deciding().nodes.size(), nodes_of_exact = exact().nodes.size();
constexpr auto code_of_deciding = encode<nodes_of_deciding, 2, 4>(deciding().nodes.begin(), two_elements, deciding().outputs);
constexpr auto code_of_exact = encode<nodes_of_exact, 2, 4>(exact().nodes.begin(), two_elements, exact().outputs);

/// Operands of `everything`, and what is to come out in double.
template <class T>
struct expression_case {
  long rows, width, rows_per_example;
  std::vector<T> x = values<T>(rows * width, 1), b = values<T>(width, 2), e = values<T>(rows / rows_per_example, 3), s = values<T>(1, 4);

  expression_context<T> context() const {
    expression_context<T> c;
    c.inputs[0] = x.data(), c.inputs[1] = b.data(), c.inputs[2] = e.data(), c.inputs[3] = s.data();
    c.width = width, c.rows_per_example = rows_per_example;
    return c;
  }
  std::vector<double> expected(int output) const {
    static const scalar_function f = everything();
    std::vector<double> result;
    for (long row = 0; row < rows; ++row)
      for (long column = 0; column < width; ++column) {
        const auto at = [](const std::vector<T>& from, long i) { return static_cast<double>(from[static_cast<std::size_t>(i)]); };
        result.push_back(
            evaluate(f, {at(x, row * width + column), at(b, column), at(e, row / rows_per_example), at(s, 0)}, output, static_cast<double>(column)));
      }
    return result;
  }
};

/// Sizes around vectors and tasks; many rows and few, long ones and short.
template <class T>
std::vector<expression_case<T>> expression_cases() {
  return {{1, 1, 1}, {7, 3, 1}, {6, 17, 3}, {9, 33, 3}, {4, 67, 2}, {260, 5, 2}, {3, map_task_elements + 13, 1}, {300, 40, 4}};
}

/// The largest |found − expected| in units of the last place of `size`.
template <class T>
double worst(const std::vector<T>& found, const std::vector<double>& expected, const std::vector<double>& size) {
  double result = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(found[i]) - expected[i]) / (static_cast<double>(std::numeric_limits<T>::epsilon()) * (1 + std::abs(size[i])));
    result = std::isnan(difference) ? HUGE_VAL : std::max(result, difference);
  }
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("a map writes every output of its function, for every thread count, also over its input", T, SLIM_TEST_SCALARS) {
  for (const expression_case<T>& c : expression_cases<T>()) {
    INFO(c.rows << " x " << c.width);
    const auto expected = c.expected(0), expected_second = c.expected(1);
    std::vector<T> once;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> first = c.x, second(c.x.size(), T(NAN));
      auto context = c.context();
      context.inputs[0] = context.outputs[0] = first.data(), context.outputs[1] = second.data();
      slim::kernel::map(context, c.rows, &evaluate_epilogue<T, both>, work, threads);
      CHECK(worst(first, expected, expected) < 16);
      CHECK(worst(second, expected_second, expected_second) < 16);
      if (threads == 1) once = first;
      CHECK(first == once);
    }
  }
}

TEST_CASE_TEMPLATE("an epilogue works on its rectangle and nothing else", T, SLIM_TEST_SCALARS) {
  const expression_case<T> c{6, 37, 2};
  auto expected = c.expected(0);
  std::vector<T> result = c.x;
  auto context = c.context();
  context.inputs[0] = context.outputs[0] = result.data();
  evaluate_epilogue<T, first_alone>(&context, 1, 5, 3, 36);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (const std::size_t row = i / 37, column = i % 37; row < 1 || row >= 5 || column < 3 || column >= 36) expected[i] = static_cast<double>(c.x[i]);
  CHECK(worst(result, expected, expected) < 16);
}

TEST_CASE_TEMPLATE("sums per column, per example and of everything equal their definition, for every thread count", T, SLIM_TEST_SCALARS) {
  for (const expression_case<T>& c : expression_cases<T>()) {
    INFO(c.rows << " x " << c.width);
    const auto width = static_cast<std::size_t>(c.width);
    std::vector<double> columns[2], sizes[2], examples(c.e.size()), example_sizes(c.e.size()), all(1), all_size(1);
    for (int o = 0; o < 2; ++o) {
      columns[o].resize(width), sizes[o].resize(width);
      const auto terms = c.expected(o);
      for (std::size_t i = 0; i < terms.size(); ++i) {
        columns[o][i % width] += terms[i], sizes[o][i % width] += std::abs(terms[i]);
        if (o > 0) continue;
        const std::size_t example = i / width / static_cast<std::size_t>(c.rows_per_example);
        examples[example] += terms[i], example_sizes[example] += std::abs(terms[i]);
        all[0] += terms[i], all_size[0] += std::abs(terms[i]);
      }
    }
    std::vector<T> once[4];
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> found[4]{std::vector<T>(width, T(NAN)), std::vector<T>(width, T(NAN)), std::vector<T>(examples.size(), T(NAN)), std::vector<T>(1, T(NAN))};
      std::vector<T> workspace(static_cast<std::size_t>(reduce_columns_workspace(c.width, 2)), T(NAN));
      auto context = c.context();
      context.outputs[0] = found[0].data(), context.outputs[1] = found[1].data();
      reduce_columns(context, c.rows, &column_sums<T, both>, 2, work, workspace.data(), threads);
      context.outputs[0] = found[2].data();
      reduce_examples(context, c.rows / c.rows_per_example, &rectangle_sum<T, first_alone>, work, threads);
      context.outputs[0] = found[3].data();
      reduce_all(context, c.rows, &rectangle_sum<T, first_alone>, work, threads);
      CHECK(worst(found[0], columns[0], sizes[0]) < 16);
      CHECK(worst(found[1], columns[1], sizes[1]) < 16);
      CHECK(worst(found[2], examples, example_sizes) < 16);
      CHECK(worst(found[3], all, all_size) < 16);
      for (int i = 0; i < 4; ++i) {
        if (threads == 1) once[i] = found[i];
        CHECK(found[i] == once[i]);
      }
    }
  }
}

TEST_CASE_TEMPLATE("operands and sums by row: one row, or one number, for several rows of the loop", T, SLIM_TEST_SCALARS) {
  // x[e][h][w][c] · y[e][·][·][c] + z[·][h][w][·], as in [h, w, c] · [1, 1, c] + [h, w, 1]; and its sums over h and w, and over e and c.
  constexpr long examples = 3, pixels = 10;
  using slim::expr::row_places;
  for (const long width : {1, 3, 16, 37}) {
    const auto x = values<T>(examples * pixels * width, 1), y = values<T>(examples * width, 2), z = values<T>(pixels, 3);
    const row_places places[] = {{}, {{pixels, 1}, {0, 1}, {width, 0}}, {{1, 1}, {pixels, 1}, {1, 0}}};
    std::vector<double> expected, of_example(static_cast<std::size_t>(examples * width)), of_pixel(pixels), example_size(of_example.size()), pixel_size(pixels);
    for (long e = 0; e < examples; ++e)
      for (long p = 0; p < pixels; ++p)
        for (long c = 0; c < width; ++c) {
          const auto at = [](const std::vector<T>& from, long i) { return static_cast<double>(from[static_cast<std::size_t>(i)]); };
          const double value = at(x, (e * pixels + p) * width + c) * at(y, e * width + c) + at(z, p);
          expected.push_back(value);
          of_example[static_cast<std::size_t>(e * width + c)] += value, example_size[static_cast<std::size_t>(e * width + c)] += std::abs(value);
          of_pixel[static_cast<std::size_t>(p)] += value, pixel_size[static_cast<std::size_t>(p)] += std::abs(value);
        }
    for (int threads = 1; threads <= 2; ++threads) {
      std::vector<T> found(x.size(), T(NAN)), rows(of_example.size(), T(NAN)), numbers(of_pixel.size(), T(NAN));
      expression_context<T> context;
      context.inputs[0] = x.data(), context.inputs[1] = y.data(), context.inputs[2] = z.data();
      context.width = width, context.rows_per_example = pixels, context.places = places;
      context.outputs[0] = found.data();
      slim::kernel::map(context, examples * pixels, &evaluate_epilogue<T, by_row>, work, threads);
      context.outputs[0] = rows.data();
      reduce_rows_of(context, examples * pixels, examples, {{1, 1}, {0, 1}, {pixels, 0}}, {{1, 1}, {pixels, 1}, {1, 0}}, &row_sums<T, by_row>, nullptr, work,
                     threads);
      context.outputs[0] = numbers.data();
      reduce_rows_of<T>(context, examples * pixels, pixels, {{1, 1}, {pixels, 1}, {1, 0}}, {{1, 1}, {0, 1}, {pixels, 0}}, nullptr, &rectangle_sum<T, by_row>,
                        work, threads);
      CHECK(worst(found, expected, expected) < 16);
      CHECK(worst(rows, of_example, example_size) < 16);
      CHECK(worst(numbers, of_pixel, pixel_size) < 16);
    }
  }
}

TEST_CASE_TEMPLATE("the noise of an element is the same in vectors of every width, and that of two streams shares a loop", T, SLIM_TEST_SCALARS) {
  constexpr long rows = 5, width = 37;
  for (const std::uint32_t stream : {7u, 8u}) {
    const scalar_function f = random_number(stream);
    std::vector<T> found(rows * width, T(NAN));
    expression_context<T> context;
    context.outputs[0] = found.data(), context.width = width, context.function = f.nodes.begin(), context.seed = 99;
    slim::kernel::map(context, rows, &evaluate_epilogue<T, noise>, work, 2);
    for (std::uint32_t i = 0; i < found.size(); ++i)
      CHECK(static_cast<double>(found[i]) == static_cast<double>(slim::simd::mix((i * 0x9E3779B9u) ^ slim::simd::mix(stream) ^ 99) >> 8) * 0x1p-24);
  }
}

/// Compares the four outputs of `Code` with those of `f` for all pairs of `numbers`.
template <class T, auto Code>
void check_pairs(const scalar_function& f, const std::vector<double>& numbers) {
  std::vector<T> x, y;
  for (const double first : numbers)
    for (const double second : numbers) x.push_back(T(first)), y.push_back(T(second));
  std::vector<std::vector<T>> found(4, std::vector<T>(x.size()));
  expression_context<T> context;
  context.inputs[0] = x.data(), context.inputs[1] = y.data(), context.width = static_cast<long>(x.size());
  for (std::size_t i = 0; i < found.size(); ++i) context.outputs[i] = found[i].data();
  slim::kernel::map(context, 1, &evaluate_epilogue<T, Code>, work, 1);
  for (std::size_t output = 0; output < found.size(); ++output)
    for (std::size_t i = 0; i < x.size(); ++i) {
      INFO("output " << output << " of " << static_cast<double>(x[i]) << ' ' << static_cast<double>(y[i]));
      const double expected = static_cast<double>(T(evaluate(f, {static_cast<double>(x[i]), static_cast<double>(y[i])}, static_cast<int>(output))));
      CHECK((static_cast<double>(found[output][i]) == expected || (std::isnan(expected) && std::isnan(static_cast<double>(found[output][i])))));
    }
}

TEST_CASE_TEMPLATE("what is not a number is handed on, equal to nothing and not 0; zeros of both signs are equal", T, SLIM_TEST_SCALARS) {
  check_pairs<T, code_of_deciding>(deciding(), {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1.0, -2.0});
}

TEST_CASE_TEMPLATE("floors, roots, differences and quotients are exact for every number", T, SLIM_TEST_SCALARS) {
  check_pairs<T, code_of_exact>(
      exact(), {NAN, INFINITY, -INFINITY, 0.0, -0.0, 0.5, -0.5, 2.75, -2.75, 8388607.5, -8388607.5, 0x1p31, -0x1p31 - 256, 0x1p63, 1e30, -1e30, 1e-40});
}
