// PyTorch's C++ front end on the small nets of bench/steps, without Python: NET BATCH THREADS train|inference; bench/median.hpp says what is printed.
#include <torch/torch.h>

#include <string>

#include "../median.hpp"

namespace nn = torch::nn;

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const std::string name = arguments[1];
  const long batch = std::stol(arguments[2]);
  torch::set_num_threads(std::stoi(arguments[3]));
  const bool tiny = name == "tiny";
  nn::Sequential net = tiny ? nn::Sequential(nn::Linear(16, 32), nn::Tanh(), nn::Linear(32, 32), nn::Tanh(), nn::Linear(32, 4))
                            : nn::Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 64), nn::ReLU(), nn::Linear(64, 10));
  const torch::Tensor x = torch::randn({batch, tiny ? 16 : 784}), labels = torch::randint(0, tiny ? 4 : 10, {batch});
  if (std::string(arguments[4]) == "train") {
    torch::optim::SGD optimizer(net->parameters(), 0.001);
    bench::report([&] {
      optimizer.zero_grad();
      nn::functional::cross_entropy(net->forward(x), labels).backward();
      optimizer.step();
    });
  } else {
    net->eval();
    const torch::InferenceMode guard;
    bench::report([&] { net->forward(x); });
  }
}
