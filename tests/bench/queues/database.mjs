// A database of its own for each measurement, on the server that the tests use.

import pg from "pg";

const server = process.env.ASYNCBOT_TEST_POSTGRES_URL;

/** Makes a database and has it used; it goes with the server. */
export async function withDatabase(name, use) {
  const own = `bench_${name}_${process.pid}_${Math.round(performance.now())}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${own}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${own}`;
  return use(url.toString());
}

/** Prints what a measurement came to, as the table reads it. */
export function tell(name, jobs, began) {
  const rate = jobs / ((performance.now() - began) / 1000);
  console.log(`${name}: ${Math.round(rate)} jobs/s (${jobs} jobs)`);
}
