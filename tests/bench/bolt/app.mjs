// A Slack app of Bolt for JavaScript that acknowledges `/rotation`, and answers nothing.
//
//   node app.mjs PORT                 from memory
//   DATABASE_URL=... node app.mjs PORT   after one INSERT into PostgreSQL
import bolt from '@slack/bolt';
import pg from 'pg';

const port = Number(process.argv[2]);
const app = new bolt.App({
  signingSecret: process.env.SLACK_SIGNING_SECRET,
  // Without this Bolt would ask Slack whose token it has.
  authorize: async () => ({ botToken: 'xoxb-bench', botId: 'B0BENCH', botUserId: 'U0BENCH' }),
  logLevel: bolt.LogLevel.ERROR,
});

const url = process.env.DATABASE_URL;
if (url) {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  await pool.query(`create table commands (
    team_id text not null, trigger_id text not null, user_id text not null, text text not null,
    created_at timestamptz not null, primary key (team_id, trigger_id))`);
  app.command('/rotation', async ({ command, ack }) => {
    await pool.query({
      name: 'keep',
      text: 'insert into commands values ($1, $2, $3, $4, $5)',
      values: [command.team_id, command.trigger_id, command.user_id, command.text, new Date()],
    });
    await ack();
  });
} else {
  app.command('/rotation', async ({ ack }) => {
    await ack();
  });
}

await app.start({ host: '127.0.0.1', port });
console.log('ready');
