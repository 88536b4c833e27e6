// graphile-worker: in batches, with its local queue and the completion of many at once, and one at a time.

import { Logger, makeWorkerUtils, run } from "graphile-worker";
import { tell, withDatabase } from "./database.mjs";

const most = Number(process.argv[2] ?? 50_000);
const logger = new Logger(() => () => {});

async function measure(name, jobs, worker) {
  await withDatabase("graphile", async (connectionString) => {
    const utils = await makeWorkerUtils({ connectionString, logger });
    await utils.migrate();
    for (let done = 0; done < jobs; done += 1000) {
      const size = Math.min(1000, jobs - done);
      await utils.addJobs(Array.from({ length: size }, () => ({ identifier: "nothing", payload: {} })));
    }
    let left = jobs;
    let finish;
    const finished = new Promise((resolve) => (finish = resolve));
    const began = performance.now();
    const runner = await run({
      connectionString,
      noHandleSignals: true,
      taskList: { nothing: async () => {} },
      preset: { worker: { connectionString, logger, pollInterval: 100, ...worker } },
    });
    // A job counts once the database has it as done.
    runner.events.on("job:complete", () => --left === 0 && finish());
    await finished;
    await utils.withPgClient(async (client) => {
      for (;;) {
        const { rows } = await client.query("select count(*)::int as n from graphile_worker.jobs");
        if (rows[0].n === 0) return;
      }
    });
    tell(`graphile-worker ${name}`, jobs, began);
    await runner.stop();
    await utils.release();
  });
}

await measure("in batches", most, {
  concurrentJobs: 24,
  maxPoolSize: 12,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
});
await measure("one at a time", most / 10, { concurrentJobs: 16, maxPoolSize: 20 });
process.exit(0);
