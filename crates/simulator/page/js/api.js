// Calls the simulator's JSON API; a refusal becomes an Error whose message is the plain sentence of the answer.

const OFFLINE = "The simulator does not answer. Is it still running?";

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    const error = new Error(OFFLINE);
    error.offline = true;
    throw error;
  }
  if (!response.ok) {
    const text = (await response.text()).trim();
    const error = new Error(text === "" || text.startsWith("<") ? `The simulator answered ${response.status}.` : text);
    error.status = response.status;
    throw error;
  }
  return response.json();
}

function query(parameters) {
  return new URLSearchParams(parameters).toString();
}

export const readState = () => call("GET", "/sim/state");
export const waitForChange = (since) => call("GET", `/sim/changes?${query({ since })}`);
export const readMessages = (team) => call("GET", `/sim/messages?${query({ team })}`);
export const readViews = (team, user) => call("GET", `/sim/views?${query({ team, user })}`);
export const act = (body) => call("POST", "/sim/act", body);
export const moveClock = (body) => call("POST", "/sim/clock", body);
export const runBot = (body) => call("POST", "/sim/bot", body);
export const install = (team, user) => call("POST", "/sim/install", { team, user });
export const makeWorkspace = (body) => call("POST", "/sim/workspaces", body);
