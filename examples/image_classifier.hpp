// What train_image_classifier and eval_image_classifier share: data sets and networks by name.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include <slim/data/digits.hpp>
#include <slim/data/idx.hpp>
#include <slim/nets/cifarnet.hpp>
#include <slim/nets/lenet.hpp>

/// Where both programs keep a run unless told otherwise.
inline std::string tfmodel_folder() { return (std::filesystem::temp_directory_path() / "tfmodel").string(); }

struct dataset_flags {
  std::string dataset_name = "mnist", dataset_split_name = "train", dataset_dir, model_name = "lenet";

  void add_to(CLI::App& app) {
    app.add_option("--dataset_name", dataset_name, "mnist, or digits, which are generated")
        ->check(CLI::IsMember({"mnist", "digits"}))
        ->capture_default_str();
    app.add_option("--dataset_split_name", dataset_split_name, "train or test")->check(CLI::IsMember({"train", "test"}))->capture_default_str();
    app.add_option("--dataset_dir", dataset_dir, "folder with the MNIST files (IDX, plain or .gz)");
    app.add_option("--model_name", model_name, "the network")->check(CLI::IsMember({"lenet", "cifarnet"}))->capture_default_str();
  }

  slim::data::labelled_images read() const {
    const bool train = dataset_split_name == "train";
    if (dataset_name == "digits") return slim::data::digits(train ? 16000 : 4000, train ? 1 : 0x7e57);
    if (dataset_dir.empty())
      throw slim::error("--dataset_dir: expected the folder with the MNIST files, found none; supply it, or take --dataset_name=digits");
    return slim::data::read_mnist(dataset_dir, train);
  }
};

using lenet_model = slim::model<slim::nets::lenet, slim::input<28, 28, 1>>;
using cifarnet_model = slim::model<slim::nets::cifarnet, slim::input<28, 28, 1>>;

/// Calls `use` with the type of the model of this name as template argument.
template <class Use>
void with_model(const std::string& name, const Use& use) {
  if (name == "lenet")
    use.template operator()<lenet_model>();
  else
    use.template operator()<cifarnet_model>();
}
