// A small program of a user, for each way of getting slim: it trains a convolution and a product, whose kernels are compiled with it or in the library.
#include <slim/slim.hpp>

#include <cstdio>
#include <vector>

inline constexpr auto net =
    slim::conv2d(8, 3, "conv") >>
    slim::max_pool2d(2, "pool") >> slim::flatten() >> slim::fully_connected(300, "fc") >> slim::fully_connected(2, "out", slim::activation_fn = slim::none);

int main() {
  slim::model<net, slim::input<8, 8, 3>> m{slim::seed(1), slim::capacity(16)};
  auto train = slim::learning::create_train_op(m, slim::losses::mean_squared_error, slim::optimizers::gradient_descent{0.01}, slim::capacity(16));
  std::vector<float> x(16 * 8 * 8 * 3), y(16 * 2);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7) - 3;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 3);
  const double before = static_cast<double>(train(x, y));
  double after = before;
  for (int i = 0; i < 20; ++i) after = static_cast<double>(train(x, y));
  std::printf("%s\n", after < before ? "trained" : "failed");
}
