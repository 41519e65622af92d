// TF-Slim's export_inference_graph and the freezing after it: a checkpoint of train_image_classifier becomes one file of model variables.
// The graph is code here, so the program that uses the file names the same network; the second half shows how.

#include <cstdio>
#include <vector>

#include <slim/checkpoint/assign.hpp>
#include <slim/model/variables.hpp>

#include "image_classifier.hpp"

using namespace slim;

namespace {

struct flags {
  std::string model_name = "lenet", dataset_name = "mnist", checkpoint_path = tfmodel_folder(), output_file;
  bool moving_average = false;
  double moving_average_decay = 0;
};

template <class Model>
void write(const flags& f, Model& net) {
  const std::vector<variable_reference> variables = get_model_variables(net);
  if (f.moving_average)
    checkpoint::assign_from_checkpoint(f.checkpoint_path, checkpoint::moving_averages_of(variables));
  else
    checkpoint::assign_from_checkpoint(f.checkpoint_path, variables);
  checkpoint::save_weights(f.output_file, variables);
  std::printf("%zu model variables in %s\n", variables.size(), f.output_file.c_str());
}

/// What an application does: the network, the weights from the file, a predictor with its weights prepared for small batches.
template <class Model>
std::vector<float> use(const flags& f, const std::vector<float>& image) {
  Model net{seed(0)};
  checkpoint::assign_from_checkpoint(f.output_file, get_model_variables(net));
  predictor<Model> predict(net, capacity(1));
  predict.prepare();
  const auto logits = predict(image);
  return {logits.data(), logits.data() + logits.size()};
}

template <class Classifier>
void export_inference(const flags& f) {
  using model = typename Classifier::model;
  model net{seed(0)};
  write(f, net);
  std::vector<float> image(static_cast<std::size_t>(model::options::input_extents[0].size()));
  random_stream random(1);
  for (float& value : image) value = random.normal();
  const auto expected = net.predict(image);
  const std::vector<float> found = use<model>(f, image);
  for (int k = 0; k < Classifier::classes; ++k)
    if (!(std::fabs(found[static_cast<std::size_t>(k)] - expected(0, k)) <= 1e-4f * (1 + std::fabs(expected(0, k)))))
      throw error("export: logit " + std::to_string(k) + " of a random image: expected " + std::to_string(expected(0, k)) + " as before, found " +
                  std::to_string(found[static_cast<std::size_t>(k)]) + "; the file is not what was written");
  std::printf("a predictor with this file gives the logits of the checkpoint\n");
}

}  // namespace

int main(int count, char** values) {
  flags given;
  CLI::App app("Writes the variables that inference needs from a checkpoint of train_image_classifier to a safetensors file.");
  app.add_option("--model_name", given.model_name, "the network")->check(CLI::IsMember({"lenet", "cifarnet"}))->capture_default_str();
  app.add_option("--dataset_name", given.dataset_name, "the data set that it was trained on")
      ->check(CLI::IsMember({"mnist", "digits", "cifar10"}))
      ->capture_default_str();
  app.add_option("--checkpoint_path", given.checkpoint_path, "a checkpoint, or a folder whose latest is meant")->capture_default_str();
  app.add_option("--output_file", given.output_file, "the file to write")->required();
  auto* const averages = app.add_option("--moving_average_decay", given.moving_average_decay, "when given, the averages of the variables are exported");
  CLI11_PARSE(app, count, values);
  given.moving_average = averages->count() > 0;
  try {
    with_classifier(given.model_name, given.dataset_name, [&]<class Classifier>() { export_inference<Classifier>(given); });
  } catch (const error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
