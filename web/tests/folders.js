// Made-up runs in folders that tests own.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), "prenorm-web-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const config = ({ placement, lr, warmup }) =>
  `[model]\nnorm_placement = "${placement}"\nencoder_layers = 2\ndecoder_layers = 2\n` +
  `[optim]\nlr = ${lr}\n[schedule]\nwarmup_steps = ${warmup}\n`;

export const updateLine = (step, loss, lr = 0.001) =>
  JSON.stringify({ type: "update", step, loss_nats_per_token: loss, learning_rate: lr, grad_norm_l2_preclip: 1 + 1 / step,
    seconds: step / 10 }) + "\n";

function observationLine(step) {
  const norms = {};
  for (const stack of ["encoder", "decoder"])
    for (const layer of [0, 1])
      norms[`${stack}.layers.${layer}.feed_forward.down.weight`] = (1 + layer) / (1 + step / 100);
  return JSON.stringify({ type: "observation", step, grad_norm_l2_by_parameter: norms, rms_by_point: {} }) + "\n";
}

const results = (updates, loss, bleu, diverged) =>
  JSON.stringify({ stopped_by: diverged ? "divergence" : "train.max_steps", updates, epochs: 1, target_tokens: 1000,
    training_seconds: updates / 10, best_step: updates,
    ...(diverged ? { diverged_because: "the gradient is not finite" } : {
      last: { loss_nats_per_token: loss, nll_nats_per_token: loss, bleu, bleu_signature: "nrefs:1",
        samples: [{ source: "Ein Hund.", reference: "A dog.", output: "A dog." }] } }) });

// loss(step) gives the curve; every 10th update is logged, every 50th observed.
export function makeRun(folder, { placement = "pre_ln", lr = 0.001, warmup = 0, steps = 300, loss = (s) => 8 / Math.sqrt(s),
    finished = true, diverged = false, bleu = 20 } = {}) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.toml"), config({ placement, lr, warmup }));
  let log = observationLine(1) + updateLine(1, loss(1), lr);
  for (let step = 10; step <= steps; step += 10) {
    log += updateLine(step, loss(step), lr);
    if (step % 50 === 0) log += observationLine(step);
    if (step % 100 === 0) log += JSON.stringify({ type: "validation", step, loss_nats_per_token: loss(step) + 0.1 }) + "\n";
  }
  writeFileSync(join(folder, "metrics.jsonl"), log);
  if (finished) writeFileSync(join(folder, "results.json"), results(steps, loss(steps) + 0.1, bleu, diverged));
  return folder;
}

export function appendUpdates(folder, from, to, loss) {
  let log = "";
  for (let step = from; step <= to; step += 10) log += updateLine(step, loss(step));
  appendFileSync(join(folder, "metrics.jsonl"), log);
}

export function makeLongRun(folder, lines) {
  makeRun(folder, { steps: 10, finished: false });
  let log = "";
  for (let i = 2; i <= lines; ++i) log += updateLine(10 * i, 3 + 5 / Math.sqrt(i) + 0.2 * Math.sin(i * 12.9898));
  appendFileSync(join(folder, "metrics.jsonl"), log);
}

export function makeStudy(folder) {
  mkdirSync(join(folder, "cells"), { recursive: true });
  writeFileSync(join(folder, "base.toml"), config({ placement: "post_ln", lr: 0.001, warmup: 0 }));
  for (const placement of ["post_ln", "pre_ln"])
    for (const lr of [0.0005, 0.001, 0.002])
      for (const warmup of [0, 100]) {
        const name = `model.norm_placement=${placement},optim.lr=${lr},schedule.warmup_steps=${warmup}`;
        const diverged = placement === "post_ln" && warmup === 0 && lr > 0.001;
        makeRun(join(folder, "cells", name), { placement, lr, warmup, diverged, steps: 200, bleu: 10 + 1000 * lr });
      }
  return folder;
}
