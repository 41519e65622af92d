// What everything around a training step costs: LeNet at batch 32, its steps alone and with learning::train, prefetching, and TFRecord files.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <slim/data/batches.hpp>
#include <slim/data/convert_dataset.hpp>
#include <slim/data/dataset_factory.hpp>
#include <slim/data/idx.hpp>
#include <slim/data/image_batches.hpp>
#include <slim/data/prefetch_queue.hpp>
#include <slim/data/preprocessing/preprocessing_factory.hpp>
#include <slim/learning/train.hpp>
#include <slim/nets/lenet.hpp>
#include <slim/slim.hpp>
#include <slim/summary/summarize.hpp>

using namespace slim;

namespace {

constexpr int rounds = 5, steps = 300;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[rounds / 2];
}

void run(const std::string& mnist, const std::string& folder) {
  model<nets::lenet, input<28, 28, 1>> net{seed(1), capacity(32)};
  auto train_op = learning::create_train_op(net, losses::sparse_softmax_cross_entropy, optimizers::adam{});
  const data::labelled_images set = data::read_mnist(mnist, true);
  data::batches in_memory(set, 32, 1), ahead(set, 32, 1);
  auto prefetched = data::prefetch(ahead);
  data::convert_mnist(mnist, folder);
  data::dataset_data_provider provider(data::dataset_factory::get_dataset("mnist", "train", folder), {.shuffle = true});
  auto from_files = data::image_batches(provider, data::preprocessing::get_preprocessing("lenet", true), 28, 28, 1, {.batch = {.batch_size = 32}});
  summaries::summary_set summary_op;
  add_scalar_summary(summary_op, summaries::total_loss_of(train_op));

  const auto time_steps = [&](auto& source) {
    const double begin = seconds();
    for (int i = 0; i < steps; ++i) {
      auto batch = source.next();
      train_op(batch.images, batch.labels);
    }
    return (seconds() - begin) / steps;
  };
  const auto time_train = [&] {                    // from the first step to the end of the last: not the files that are made before and after
    std::filesystem::remove_all(folder + "/log");  // or it would go on from the last round's checkpoint
    double begin = 0, end = 0;
    const auto timed = [&](const callback<learning::train_step_result()>& step) {
      if (begin == 0) begin = seconds();
      const auto result = step();
      end = seconds();
      return result;
    };
    learning::train(train_op, in_memory,
                    {.logdir = folder + "/log",
                     .train_step_fn = timed,
                     .log_every_n_steps = 100,
                     .number_of_steps = train_op.step() + steps,
                     .summary_op = &summary_op,
                     .save_summaries_steps = 100,
                     .save_interval_secs = 0});
    return (end - begin) / steps;
  };
  time_steps(in_memory);
  std::vector<double> bare, trained, queued, records;
  for (int round = 0; round < rounds; ++round) {  // in turns: the machine is not always equally fast
    bare.push_back(time_steps(in_memory));
    trained.push_back(time_train());
    queued.push_back(time_steps(prefetched));
    records.push_back(time_steps(from_files));
  }
  std::printf("\n");
  const auto print = [&](const char* what, const std::vector<double>& times) {
    std::printf("%-36s %7.3f ms per step, %+.1f %%\n", what, median(times) * 1e3, 100 * (median(times) / median(bare) - 1));
  };
  print("steps alone, images in memory", bare);
  print("learning::train, a summary per 100", trained);
  print("steps, batches from another thread", queued);
  print("steps, from TFRecord files", records);
}

}  // namespace

int main(int count, char** values) {
  if (count != 2) {
    std::fprintf(stderr, "usage: overhead FOLDER (with the MNIST files, IDX, plain or .gz)\n");
    return 2;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "slim-overhead-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror(folder.c_str());
    return 1;
  }
  int result = 0;
  try {
    run(values[1], folder);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    result = 1;
  }
  std::filesystem::remove_all(folder);
  return result;
}
