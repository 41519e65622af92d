// dlib on LeNet and VGG-16 as in bench/steps (one training step, no inference figure; VGG-16 with NET_VGG_16 defined): BATCH THREADS prints `train_us nan peak_mib`.
#include <dlib/dnn.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

using namespace dlib;

template <long Outputs, class Below>
using conv5 = relu<add_layer<con_<Outputs, 5, 5, 1, 1, 2, 2>, Below>>;
template <long Outputs, class Below>
using conv3 = relu<add_layer<con_<Outputs, 3, 3, 1, 1, 1, 1>, Below>>;
template <class Below>
using pool = max_pool<2, 2, 2, 2, Below>;

#ifdef NET_VGG_16
constexpr long side = 224, channels = 3, classes = 1000;
using pixel = rgb_pixel;
template <long Outputs, class Below>
using block2 = pool<conv3<Outputs, conv3<Outputs, Below>>>;
template <long Outputs, class Below>
using block3 = pool<conv3<Outputs, conv3<Outputs, conv3<Outputs, Below>>>>;
using trunk = block3<512, block3<512, block3<256, block2<128, block2<64, input<matrix<pixel>>>>>>>;
using net_type = loss_multiclass_log<fc<1000, dropout<relu<fc<4096, dropout<relu<fc<4096, trunk>>>>>>>>;
#else
constexpr long side = 28, channels = 1, classes = 10;
using pixel = unsigned char;
using net_type = loss_multiclass_log<fc<10, dropout<relu<fc<1024, pool<conv5<64, pool<conv5<32, input<matrix<pixel>>>>>>>>>>>;
#endif

int main(int count, char** arguments) {
  if (count != 3) return 2;  // dlib itself works on one thread, only its BLAS takes more
  const std::size_t batch = std::stoul(arguments[1]);
  net_type net;
  dnn_trainer<net_type> trainer(net, sgd(0, 0));
  std::vector<matrix<pixel>> images(batch);
  std::vector<unsigned long> labels(batch);
  dlib::rand random;
  for (auto& image : images) {
    image.set_size(side, side);
    for (auto& cell : image) {
#ifdef NET_VGG_16
      cell = rgb_pixel(random.get_random_8bit_number(), random.get_random_8bit_number(), random.get_random_8bit_number());
#else
      cell = random.get_random_8bit_number();
#endif
    }
  }
  for (auto& label : labels) label = random.get_random_32bit_number() % classes;
  // The trainer works on a thread of its own: get_net() waits for it.
  const auto timed = [&](int steps) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < steps; ++i) trainer.train_one_step(images, labels);
    trainer.get_net();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / steps;
  };
  timed(1);
  const int together = std::clamp(static_cast<int>(2e5 / timed(1)), 1, 100);
  std::vector<double> times;
  for (int i = 0; i < 3; ++i) times.push_back(timed(together));
  std::sort(times.begin(), times.end());
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.3f nan %ld\n", times[1], usage.ru_maxrss / 1024);
}
