// pg-boss: fetched and completed in batches, and one at a time, by several at once.

import { PgBoss } from "pg-boss";
import { tell, withDatabase } from "./database.mjs";

const most = Number(process.argv[2] ?? 50_000);
const queue = "nothing";

async function measure(name, jobs, batchSize, workers) {
  await withDatabase("boss", async (connectionString) => {
    const boss = new PgBoss({ connectionString, max: 20, supervise: false, schedule: false });
    boss.on("error", (error) => console.error(error));
    await boss.start();
    await boss.createQueue(queue);
    for (let done = 0; done < jobs; done += 1000) {
      const size = Math.min(1000, jobs - done);
      await boss.insert(queue, Array.from({ length: size }, () => ({ data: {} })));
    }
    let left = jobs;
    const began = performance.now();
    const work = async () => {
      for (let empty = 0; left > 0 && empty < 100;) {
        const found = await boss.fetch(queue, { batchSize });
        empty = found?.length ? 0 : empty + 1;
        if (!found?.length) continue;
        await boss.complete(queue, found.map((job) => job.id));
        left -= found.length;
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    if (left > 0) throw new Error(`${left} jobs are left`);
    tell(`pg-boss ${name}`, jobs, began);
    await boss.stop({ graceful: false });
  });
}

await measure("in batches", most, 500, 4);
await measure("one at a time", most / 10, 1, 16);
process.exit(0);
