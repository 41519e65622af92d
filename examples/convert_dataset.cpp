// Converts MNIST, CIFAR-10 or a folder of images to TFRecord files, as TF-Slim's download_and_convert_data does.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include <slim/data/convert_dataset.hpp>

using namespace slim;

int main(int count, char** values) {
  std::string dataset_name, source_dir, dataset_dir;
  data::image_folder_split split;
  CLI::App app(
      "Converts a data set to TFRecord files and a labels.txt. mnist: the four IDX files, plain or .gz; cifar10: the binary version; any "
      "other name: one folder of JPEG or PNG images for each class, divided into training and validation.");
  app.add_option("--dataset_name", dataset_name, "mnist, cifar10, or a name for a folder of images, such as flowers")->required();
  app.add_option("--source_dir", source_dir, "folder with the files of the data set")->required()->check(CLI::ExistingDirectory);
  app.add_option("--dataset_dir", dataset_dir, "folder for the records; made if it does not exist")->required();
  app.add_option("--num_validation", split.num_validation, "images of a folder that become the validation set")->capture_default_str();
  app.add_option("--num_shards", split.num_shards, "files for each of training and validation")->check(CLI::Range(1, 99999))->capture_default_str();
  app.add_option("--seed", split.seed, "of the shuffling before a folder is divided")->capture_default_str();
  CLI11_PARSE(app, count, values);
  try {
    const bool converted = dataset_name == "mnist"     ? data::convert_mnist(source_dir, dataset_dir)
                           : dataset_name == "cifar10" ? data::convert_cifar10(source_dir, dataset_dir)
                                                       : data::convert_image_folder(dataset_name, source_dir, dataset_dir, split);
    std::printf("%s: %s %s\n", dataset_name.c_str(), converted ? "converted to" : "nothing to do, the records exist in", dataset_dir.c_str());
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
