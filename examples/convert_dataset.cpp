// Converts MNIST, CIFAR-10, ImageNet, Visual Wake Words or a folder of images to TFRecord files, as TF-Slim's download_and_convert_data and its builders do.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>

#include <slim/data/build_imagenet_data.hpp>
#include <slim/data/build_visualwakewords_data.hpp>
#include <slim/data/convert_dataset.hpp>

using namespace slim;

namespace {

/// `name` in `folder`; empty when it is not there.
std::string existing(const std::string& folder, const char* name) {
  const std::string path = folder + "/" + name;
  return std::filesystem::exists(path) ? path : "";
}

}  // namespace

int main(int count, char** values) {
  std::string dataset_name, source_dir, dataset_dir;
  data::image_folder_split split;
  data::imagenet_source imagenet;
  data::visualwakewords_source coco;
  CLI::App app(
      "Converts a data set to TFRecord files and a labels.txt. mnist: the four IDX files, plain or .gz; cifar10: the binary version; imagenet: "
      "folders train and validation with a folder of JPEG images for each synset; visualwakewords: COCO's train2014, val2014 and annotations; any other "
      "name: one folder of JPEG or PNG images for each class, divided into training and validation.");
  app.add_option("--dataset_name", dataset_name, "mnist, cifar10, imagenet, visualwakewords, or a name for a folder of images, such as flowers")->required();
  app.add_option("--source_dir", source_dir, "folder with the files of the data set")->required()->check(CLI::ExistingDirectory);
  app.add_option("--dataset_dir", dataset_dir, "folder for the records; made if it does not exist")->required();
  app.add_option("--num_validation", split.num_validation, "images of a folder that become the validation set")->capture_default_str();
  app.add_option("--num_shards", split.num_shards, "files for each of training and validation")->check(CLI::Range(1, 99999))->capture_default_str();
  app.add_option("--seed", split.seed, "of the shuffling before a folder is divided")->capture_default_str();
  app.add_option("--labels_file", imagenet.labels_file, "of imagenet: the synsets, one a line");
  app.add_option("--imagenet_metadata_file", imagenet.imagenet_metadata_file, "of imagenet: lines of a synset, a tab and its text");
  app.add_option("--bounding_box_file", imagenet.bounding_box_file, "of imagenet: lines of a file name, xmin, ymin, xmax, ymax");
  app.add_option("--num_threads", imagenet.num_threads, "of imagenet")->capture_default_str();
  app.add_option("--small_object_area_threshold", coco.small_object_area_threshold, "of visualwakewords: the least share of the image")->capture_default_str();
  app.add_option("--foreground_class_of_interest", coco.foreground_class_of_interest, "of visualwakewords")->capture_default_str();
  CLI11_PARSE(app, count, values);
  try {
    imagenet.train_directory = existing(source_dir, "train"), imagenet.validation_directory = existing(source_dir, "validation");
    coco.train_image_dir = existing(source_dir, "train2014"), coco.train_annotations_file = source_dir + "/annotations/instances_train2014.json";
    coco.val_image_dir = existing(source_dir, "val2014"), coco.val_annotations_file = source_dir + "/annotations/instances_val2014.json";
    const bool converted = dataset_name == "mnist"             ? data::convert_mnist(source_dir, dataset_dir)
                           : dataset_name == "cifar10"         ? data::convert_cifar10(source_dir, dataset_dir)
                           : dataset_name == "imagenet"        ? data::build_imagenet_data(imagenet, dataset_dir)
                           : dataset_name == "visualwakewords" ? data::build_visualwakewords_data(coco, dataset_dir)
                                                               : data::convert_image_folder(dataset_name, source_dir, dataset_dir, split);
    std::printf("%s: %s %s\n", dataset_name.c_str(), converted ? "converted to" : "nothing to do, the records exist in", dataset_dir.c_str());
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
