#!/bin/sh
# Trains LeNet for some steps on generated digits, evaluates it, and exports it: each program goes on from what the one before wrote.
set -e
train=$1 evaluate=$2 export=$3 processes=$4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$train" --dataset_name digits --train_dir "$folder" --max_number_of_steps 30 --log_every_n_steps 10 --optimizer adam --learning_rate 0.001 \
  --opt_epsilon 1e-8 --label_smoothing 0.1 --moving_average_decay 0.9
"$evaluate" --dataset_name digits --checkpoint_path "$folder" --eval_dir "$folder/watch" --eval_interval_secs 0.1 --timeout 2 --max_num_batches 3
"$train" --dataset_name digits --train_dir "$folder/head" --checkpoint_path "$folder" --trainable_scopes LeNet/fc4 --max_number_of_steps 2
"$evaluate" --dataset_name digits --checkpoint_path "$folder" --eval_dir "$folder/eval" --moving_average_decay 0.9 --max_num_batches 5
"$export" --dataset_name digits --checkpoint_path "$folder" --output_file "$folder/lenet.safetensors" --moving_average_decay 0.9
test -s "$folder/lenet.safetensors"
# Two replicas of half the batch take the steps of one process.
steps() { "$@" --dataset_name digits --optimizer sgd --learning_rate 0.0001 --max_number_of_steps 8 --log_every_n_steps 2 2>&1 | sed -n 's/.*\(global step [0-9]*: loss = [0-9]*\.[0-9][0-9]\).*/\1/p'; }
if [ "$processes" = distributed ] && command -v mpirun > /dev/null; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe OMP_NUM_THREADS=1
  whole=$(steps "$train" --train_dir "$folder/whole" --batch_size 32)
  parts=$(steps mpirun -n 2 "$train" --train_dir "$folder/parts" --batch_size 16 --worker_replicas 2 --sync_replicas --replicas_to_aggregate 2)
  [ -n "$whole" ] && [ "$whole" = "$parts" ] || { echo "expected $whole, found $parts"; exit 1; }
fi
message=$("$train" --dataset_name digits --train_dir "$folder/more" --worker_replicas 3 --sync_replicas --replicas_to_aggregate 3 2>&1) && exit 1
case $message in
  *"--worker_replicas: expected 1"*"found 3"*"mpirun -n 3"*) ;;
  *) echo "$message"; exit 1 ;;
esac
# A network that was not compiled in: the message says which were, and how to add it.
message=$("$train" --dataset_name flowers --dataset_dir "$folder" --model_name inception_v3 --train_image_size 299 --labels_offset 1 2>&1) && exit 1
case $message in
  *"lenet for 28x28x1 in 10 classes"*"found inception_v3 for 299x299x3 in 4 classes"*"-Dmodels="*"inception_v3/flowers@299+1"*) ;;
  *) echo "$message"; exit 1 ;;
esac
