#!/bin/sh
# Trains LeNet for some steps on generated digits, evaluates it, and exports it: each program goes on from what the one before wrote.
set -e
train=$1 evaluate=$2 export=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$train" --dataset_name digits --train_dir "$folder" --max_number_of_steps 30 --log_every_n_steps 10 --optimizer adam --learning_rate 0.001 \
  --opt_epsilon 1e-8 --label_smoothing 0.1 --moving_average_decay 0.9
"$evaluate" --dataset_name digits --checkpoint_path "$folder" --eval_dir "$folder/watch" --eval_interval_secs 0.1 --timeout 2 --max_num_batches 3
"$train" --dataset_name digits --train_dir "$folder/head" --checkpoint_path "$folder" --trainable_scopes LeNet/fc4 --max_number_of_steps 2
"$evaluate" --dataset_name digits --checkpoint_path "$folder" --eval_dir "$folder/eval" --moving_average_decay 0.9 --max_num_batches 5
"$export" --dataset_name digits --checkpoint_path "$folder" --output_file "$folder/lenet.safetensors" --moving_average_decay 0.9
test -s "$folder/lenet.safetensors"
# A network that was not compiled in: the message says which were, and how to add it.
message=$("$train" --dataset_name flowers --dataset_dir "$folder" --model_name inception_v3 --train_image_size 299 --labels_offset 1 2>&1) && exit 1
case $message in
  *"lenet for 28x28x1 in 10 classes"*"found inception_v3 for 299x299x3 in 4 classes"*"-Dmodels="*"inception_v3/flowers@299+1"*) ;;
  *) echo "$message"; exit 1 ;;
esac
