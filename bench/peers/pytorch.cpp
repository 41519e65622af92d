// PyTorch's C++ front end on the small nets of bench/steps, without Python: NET BATCH THREADS prints `train_us infer_us peak_mib`.
#include <sys/resource.h>
#include <torch/torch.h>

#include <cstdio>
#include <string>

#include "../median.hpp"

namespace nn = torch::nn;

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const std::string name = arguments[1];
  const long batch = std::stol(arguments[2]);
  torch::set_num_threads(std::stoi(arguments[3]));
  const bool tiny = name == "tiny";
  nn::Sequential net = tiny ? nn::Sequential(nn::Linear(16, 32), nn::Tanh(), nn::Linear(32, 32), nn::Tanh(), nn::Linear(32, 4))
                            : nn::Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 64), nn::ReLU(), nn::Linear(64, 10));
  const torch::Tensor x = torch::randn({batch, tiny ? 16 : 784}), labels = torch::randint(0, tiny ? 4 : 10, {batch});
  torch::optim::SGD optimizer(net->parameters(), 0.001);
  const double train = bench::median_microseconds([&] {
    optimizer.zero_grad();
    nn::functional::cross_entropy(net->forward(x), labels).backward();
    optimizer.step();
  });
  net->eval();
  const torch::InferenceMode guard;
  const double inference = bench::median_microseconds([&] { net->forward(x); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %.3f %ld\n", train, inference, usage.ru_maxrss / 1024);
}
