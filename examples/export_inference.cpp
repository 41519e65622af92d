// TF-Slim's export_inference_graph and the freezing after it: a checkpoint of train_image_classifier becomes one file of model variables.
// The graph is code here, so the program that uses the file names the same network; use_exported in image_classifier/model.hpp shows how.

#include "image_classifier/command_line.hpp"

int main(int count, char** values) {
  export_flags given;
  CLI::App app("Writes the variables that inference needs from a checkpoint of train_image_classifier to a safetensors file.");
  add_network_flags(app, given.dataset);
  app.add_option("--image_size", given.dataset.image_size, "height and width of the images; the network's default without it")->check(CLI::PositiveNumber);
  app.add_option("--checkpoint_path", given.checkpoint_path, "a checkpoint, or a folder whose latest is meant")->capture_default_str();
  app.add_option("--output_file", given.output_file, "the file to write")->required();
  auto* const averages = app.add_option("--moving_average_decay", given.moving_average_decay, "when given, the averages of the variables are exported");
  CLI11_PARSE(app, count, values);
  given.moving_average = averages->count() > 0;
  return run_program([&] { find_classifier(given.dataset).export_inference(given); });
}
