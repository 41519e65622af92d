// dlib on a training step of LeNet or, with NET_VGG_16 defined, VGG-16, as in bench/steps: BATCH; bench/median.hpp says what is printed.
#include <dlib/dnn.h>

#include <string>
#include <vector>

#include "../median.hpp"

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
  if (count != 2) return 2;  // dlib itself works on one thread, only its BLAS takes more
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
  bench::report([&] {
    trainer.train_one_step(images, labels);
    trainer.get_net();  // the trainer works on a thread of its own: this waits for it
  });
}
