// PyTorch's C++ front end on the small nets of bench/steps, without Python: NET BATCH THREADS prints `train_us infer_us peak_mib`.
#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace nn = torch::nn;

template <class Work>
double median_microseconds(const Work& work) {
  using clock = std::chrono::steady_clock;
  const auto timed = [&](long calls) {
    const auto begin = clock::now();
    for (long i = 0; i < calls; ++i) work();
    return std::chrono::duration<double, std::micro>(clock::now() - begin).count();
  };
  for (int i = 0; i < 10; ++i) timed(1);
  const double one = timed(1);
  const long together = std::max(1L, static_cast<long>(1e4 / one));
  const int groups = std::clamp(static_cast<int>(1e6 / (one * static_cast<double>(together))), 3, 101);
  std::vector<double> times;
  for (int i = 0; i < groups; ++i) times.push_back(timed(together) / static_cast<double>(together));
  std::nth_element(times.begin(), times.begin() + groups / 2, times.end());
  return times[static_cast<std::size_t>(groups / 2)];
}

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
  const double train = median_microseconds([&] {
    optimizer.zero_grad();
    nn::functional::cross_entropy(net->forward(x), labels).backward();
    optimizer.step();
  });
  net->eval();
  const torch::InferenceMode guard;
  const double inference = median_microseconds([&] { net->forward(x); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f %.3f %ld\n", train, inference, usage.ru_maxrss / 1024);
}
