// ONNX Runtime on the inference work of bench/steps: node onnx_runtime.js FILE.onnx BATCH THREADS CHANNELS,HEIGHT,WIDTH
// prints `nan infer_us peak_mib`.
const runtime = require(process.env.ONNX_RUNTIME || 'onnxruntime-node');

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function main([file, batch, threads, extent]) {
  const session = await runtime.InferenceSession.create(file, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 });
  const shape = [Number(batch), ...extent.split(',').map(Number)];
  const size = shape.reduce((a, b) => a * b);
  const x = new runtime.Tensor('float32', Float32Array.from({ length: size }, () => 2 * Math.random() - 1), shape);
  const timed = async () => {
    const begin = process.hrtime.bigint();
    await session.run({ x });
    return Number(process.hrtime.bigint() - begin) / 1e3;
  };
  await timed();
  const times = [];
  for (let spent = 0; times.length < 3 || (spent < 1e6 && times.length < 1001);) {
    times.push(await timed());
    spent += times[times.length - 1];
  }
  console.log(`nan ${median(times).toFixed(3)} ${Math.floor(process.resourceUsage().maxRSS / 1024)}`);
}

main(process.argv.slice(2));
