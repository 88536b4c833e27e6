// A database of its own for each measurement, on the server that the tests use.

import pg from "pg";

const server = process.env.ASYNCBOT_TEST_POSTGRES_URL;

/** Makes a database, has it used, and drops it. */
export async function withDatabase(name, use) {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`drop database if exists ${name} with (force)`);
  await client.query(`create database ${name}`);
  try {
    const url = new URL(server);
    url.pathname = `/${name}`;
    return await use(url.toString());
  } finally {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.end();
  }
}

/** Prints what a measurement came to, as the table reads it. */
export function tell(name, jobs, began) {
  const rate = jobs / ((performance.now() - began) / 1000);
  console.log(`${name}: ${Math.round(rate)} jobs/s (${jobs} jobs)`);
}
